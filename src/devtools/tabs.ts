import { make, setText } from './dom.js'
import type { Recorder } from './recorder.js'
import { sharedName } from './inside.js'

/** How often the others are counted. */
const everyMs = 2_000

/**
 * The tabs that share this session and show this panel. Each holds a lock with a name of its own for as long as it
 * lives, so that one that has crashed is not counted.
 */
export class Tabs {
  readonly element = make('p', { className: 'tabs' })
  readonly #recorder: Recorder
  readonly #name: string | undefined
  readonly #ended = new AbortController()
  #timer: ReturnType<typeof setInterval> | undefined
  #others = 0

  constructor(recorder: Recorder) {
    this.#recorder = recorder
    this.#name = sharedName(recorder.inside)
    const { locks } = (globalThis as Partial<typeof globalThis>).navigator ?? {}
    if (this.#name !== undefined && locks) this.#join(locks, `tokenflight.devtools:${this.#name}`)
  }

  render(): void {
    setText(this.element, this.#words())
  }

  stop(): void {
    this.#ended.abort()
    clearInterval(this.#timer)
  }

  #words(): string {
    if (this.#name === undefined) return 'not shared with other tabs'
    const { adopted } = this.#recorder.counts
    const tabs = this.#others ? `${this.#others + 1} tabs share it` : 'shared, no other tab'
    return adopted ? `${tabs} · ${adopted} taken over` : tabs
  }

  #join(locks: LockManager, prefix: string): void {
    const own = `${prefix}:${Math.random().toString(36).slice(2)}`
    const isOver = new Promise<void>((resolve) =>
      this.#ended.signal.addEventListener('abort', () => resolve()),
    )
    locks.request(own, () => isOver).catch(() => {})
    const count = async (): Promise<void> => {
      const { held = [] } = await locks.query()
      this.#others = held.filter(({ name }) => name !== own && name?.startsWith(`${prefix}:`)).length
    }
    // Where locks are refused (an opaque origin), the others stay unknown.
    const look = (): void => void count().catch(() => {})
    this.#timer = setInterval(look, everyMs)
    look()
  }
}
