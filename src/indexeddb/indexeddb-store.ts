import { createStore, del, get, set, update, type UseStore } from 'idb-keyval'
import { hasLapsed, leaseLock } from '../lock/lease.js'
import { openNotices } from '../store/notices.js'
import type { TokenStore } from '../store/token-store.js'

/** Who may renew, and until when in epoch milliseconds, where there is no `navigator.locks`. */
interface Lease {
  readonly holder: string
  readonly until: number
}

/**
 * Keeps the session in IndexedDB, in a database of its own. Sessions with the same `name` share it. It is the same
 * for all processes at every moment, so it fits many tabs best; `get` always takes a moment, so that requests made
 * at the start of a page wait for it.
 *
 * @example
 * createSession({ refresh, store: indexedDBStore() })
 */
export function indexedDBStore(name = 'tokenflight'): TokenStore {
  // Opened at the first call: creating a session on a server, where there is none, must not throw.
  let opened: UseStore | undefined
  const database: UseStore = async (mode, callback) => {
    try {
      return await (opened ??= createStore(name, 'session'))(mode, callback)
    } catch (error) {
      // Before 6.3 idb-keyval keeps a failed open, or a connection that the browser has closed, for ever.
      opened = undefined
      throw error
    }
  }
  const { tell, subscribe } = openNotices(name)
  return {
    name,
    get: () => get<unknown>('record', database),
    set: (record) => set('record', record, database).then(tell),
    clear: () => del('record', database).then(tell),
    subscribe,
    lock: leaseLock({
      async claim(holder, until) {
        let isMine = false
        await update<Lease>(
          'lease',
          (held) => {
            if (held && held.holder !== holder && !hasLapsed(held.until)) return held
            isMine = true
            return { holder, until }
          },
          database,
        )
        return isMine
      },
      release: (holder) =>
        update<Lease | undefined>('lease', (held) => (held?.holder === holder ? undefined : held), database),
    }),
  }
}
