import type { Entry } from './journal.js'

type Stored = Entry & { readonly what: 'stored' }

/**
 * Whether tabs can be expected to know of each other. They cannot where a store has failed one of them, which that
 * one has told; nor after one has overwritten what came between its last look and its write: a store of this kind
 * has no way to compare and set, and a login does not wait for the lock (see counterexamples.test.ts).
 */
export class StoreTrouble {
  isThere = false
  readonly #lastLook = new Map<number, string | undefined>()

  see(entry: Entry): void {
    if (entry.what === 'told') this.isThere ||= entry.event.type === 'problem'
    if (entry.what === 'read') this.#lastLook.set(entry.tab, entry.record?.sessionId)
    if (entry.what === 'stored') this.isThere ||= this.#hasOverwritten(entry)
  }

  #hasOverwritten({ tab, before, record }: Stored): boolean {
    if (!record) return before !== undefined && before.sessionId !== this.#lastLook.get(tab)
    return record.version > 1 && record.sessionId !== before?.sessionId
  }
}
