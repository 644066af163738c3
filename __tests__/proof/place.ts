import type { StoredRecord, TokenStore } from 'tokenflight'
import type { Entry } from './journal.js'
import { external, type Outside } from './outside.js'

/** Whether a part of the world answers at once or waits for the program to say so. */
export type Speed = 'prompt' | 'slow'

/** How the store of a world behaves. */
export interface PlaceOptions {
  readonly store: Speed
  /** 'deaf': no tab is told of what the others change. */
  readonly notices: Speed | 'deaf'
  readonly isShared: boolean
}

/** The place that all tabs share, as they share localStorage or a database. */
export class Place {
  /** No two worlds take turns with each other. */
  readonly name = `place ${Math.random()}`
  record: StoredRecord | undefined
  readonly #listeners = new Map<number, () => void>()
  readonly #options: PlaceOptions
  readonly #outside: Outside

  readonly #note: (entry: Entry) => void

  constructor(options: PlaceOptions, outside: Outside, note: (entry: Entry) => void) {
    this.#options = options
    this.#outside = outside
    this.#note = note
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /** One tab's way to it. */
  open(tab: number): TokenStore {
    const subscribe = (listener: () => void): (() => void) => {
      this.#listeners.set(tab, listener)
      return () => void this.#listeners.delete(tab)
    }
    return {
      get: () => this.#call(tab, 'get', () => this.#look(tab, this.record), this.record),
      set: (record) => this.#call(tab, `set version ${record.version}`, () => this.#put(tab, copy(record))),
      clear: () => this.#call(tab, 'clear', () => this.#put(tab, undefined)),
      ...(this.#options.isShared && { name: this.name }),
      ...(this.#options.notices !== 'deaf' && { subscribe }),
    }
  }

  #call<T>(tab: number, label: string, act: () => T, was?: StoredRecord): T | Promise<T> {
    if (this.#options.store === 'prompt') return act()
    let done: { readonly value: T } | undefined
    return external<T>(
      this.#outside,
      { kind: 'store', tab, label },
      undefined,
      (how, { resolve, reject }) => {
        if (how === 'fail') return reject(new Error('The store is broken'))
        if (how === 'was' && label === 'get') return resolve(this.#look(tab, was))
        done ??= { value: act() }
        if (how === 'apply') return 'stays'
        resolve(done.value)
      },
    )
  }

  #look<T>(tab: number, record: StoredRecord | undefined): T {
    this.#note({ what: 'read', tab, record: living(record) })
    return copy(record) as T
  }

  #put(tab: number, record: StoredRecord | undefined): void {
    this.#note({ what: 'stored', tab, before: living(this.record), record: living(record) })
    this.record = record
    for (const other of this.#listeners.keys()) if (other !== tab) this.#tell(other)
  }

  #tell(tab: number): void {
    const tell = (): void => this.#listeners.get(tab)?.()
    if (this.#options.notices === 'prompt') return tell()
    void external(this.#outside, { kind: 'notice', tab, label: 'notice' }, undefined, (_how, { resolve }) => {
      resolve(undefined)
      tell()
    })
  }
}

/** A store keeps copies. */
function copy<T>(record: T): T {
  return record === undefined ? record : (JSON.parse(JSON.stringify(record)) as T)
}

/** A record that says why its session is over is none. */
function living(record: StoredRecord | undefined): StoredRecord | undefined {
  return record?.ended ? undefined : record
}
