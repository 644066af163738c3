import type { RefreshLock } from '../lock/refresh-lock.js'
import type { StoredRecord } from './record.js'

/**
 * Where a session keeps its record. Every method may answer at once or with a promise; one that throws,
 * rejects or never settles loses no session: it goes on in memory and a 'problem' event says so.
 */
export interface TokenStore {
  /** The record as it was set, or null or undefined where there is none. What cannot be read counts as none. */
  get(): unknown
  /**
   * As `get`, but waits until what the others have stored can be seen. Asked instead of `get` before a grant, for
   * storages that each process reads from a copy of its own.
   */
  getLatest?(): unknown
  set(record: StoredRecord): unknown
  clear(): unknown
  /** Calls `listener` when someone else changed the record. It tells that, never what. Returns the way to stop. */
  subscribe?(listener: () => void): () => void
  /** Names what is shared: sessions whose stores have the same name take turns, and read again before a grant. */
  readonly name?: string | undefined
  /** What its sharers take turns by where there is no `navigator.locks`. Default: a lock within this process. */
  readonly lock?: RefreshLock | undefined
}
