import type { Entry } from './journal.js'

/**
 * Whether tabs can be expected to know of each other. They cannot where a store has failed one of them, which that
 * one has told; nor after one has overwritten what came between its last look and its write: a store of this kind
 * has no way to compare and set, and a login does not wait for the lock (see counterexamples.test.ts).
 */
export class StoreTrouble {
  isThere = false
  readonly #lastLook = new Map<number, string | undefined>()

  see(entry: Entry): void {
    if (entry.what === 'told' && entry.event.type === 'problem') this.isThere = true
    if (entry.what === 'read') this.#lastLook.set(entry.tab, entry.record?.sessionId)
    if (entry.what !== 'stored') return
    const { tab, before, record } = entry
    const isRenewal = record !== undefined && record.version > 1 && record.sessionId !== before?.sessionId
    const isClearing =
      record === undefined && before !== undefined && before.sessionId !== this.#lastLook.get(tab)
    if (isRenewal || isClearing) this.isThere = true
  }
}
