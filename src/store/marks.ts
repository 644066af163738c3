import { pause } from '../lock/lease.js'
import type { StoredRecord } from './record.js'

/** What is used of `navigator.locks` (Web Locks). */
interface Locks {
  request(name: string, options: { mode: 'shared' }, callback: () => Promise<void>): Promise<void>
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>
}

/** How long a mark stays: far longer than a write needs to reach the copies of all processes. */
const markMs = 5_000

/**
 * Marks say which version of a session is the newest that anyone has stored. Chromium reads localStorage from a
 * copy per process: right after the refresh lock was handed over it may still be the old record, and its spent
 * refresh token would be sent again. The lock manager is one for all processes, so a shared lock whose name
 * carries the version tells everybody, as long as it is held.
 */
export interface Marks {
  /** Called while the refresh lock is held, so that the mark is there before the next one has it. */
  leave(sessionId: string, version: number): void
  /** True where someone has stored a newer version of this record's session than the record itself. */
  isBehind(record: StoredRecord): Promise<boolean>
}

/** The marks of the sessions that share a store of this name; where there are no Web Locks, none. */
export function openMarks(name: string): Marks {
  const { locks } = (globalThis as { navigator?: { locks?: Partial<Locks> } }).navigator ?? {}
  const prefixOf = (sessionId: string): string => `tokenflight:${name}@${sessionId}@`
  return {
    leave(sessionId, version) {
      locks
        ?.request?.(`${prefixOf(sessionId)}${version}`, { mode: 'shared' }, () => pause(markMs))
        .catch(() => {})
    },
    async isBehind({ sessionId, version }) {
      const prefix = prefixOf(sessionId)
      const { held = [] } = (await locks?.query?.().catch(() => undefined)) ?? {}
      return held.some((lock) => lock.name?.startsWith(prefix) && +lock.name.slice(prefix.length) > version)
    },
  }
}
