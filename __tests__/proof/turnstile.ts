import type { RefreshLock } from 'tokenflight'
import { external, type Outside } from './outside.js'

/** A lock as `navigator.locks` is one: first come, first served; but when it is handed on, the program says. */
export class Turnstile {
  readonly #outside: Outside
  readonly #queue: object[] = []
  #isHeld = false

  constructor(outside: Outside) {
    this.#outside = outside
  }

  open(tab: number): RefreshLock {
    return {
      request: async (_name, { signal }, callback) => {
        await this.#turn(tab, signal)
        try {
          return await callback()
        } finally {
          this.#isHeld = false
        }
      },
    }
  }

  #turn(tab: number, signal: AbortSignal | undefined): Promise<void> {
    const place = {}
    const isBlocked = (): boolean => this.#isHeld || this.#queue[0] !== place
    const leave = (): void => void this.#queue.splice(this.#queue.indexOf(place), 1)
    this.#queue.push(place)
    return external<void>(
      this.#outside,
      { kind: 'lock', tab, label: 'lock', isBlocked },
      signal,
      (how, { resolve, reject }) => {
        leave()
        if (how === 'fail') return reject(new Error('The lock is broken'))
        this.#isHeld = true
        resolve()
      },
      leave,
    )
  }
}
