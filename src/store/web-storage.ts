import { hasLapsed, leaseLock, pause, type LeasePlace } from '../lock/lease.js'
import { openMarks } from './marks.js'
import { readRecord } from './record.js'
import type { TokenStore } from './token-store.js'

/** How long a lease that was just written is left alone, so that one written at the same time in another tab shows. */
const settleMs = 50

/** A process's copy follows within a few milliseconds. */
const lookAgainMs = 20

/** What `localStorage` and `sessionStorage` need over other storages: they are shared by processes. */
export function overWebStorage(
  storage: Storage,
  key: string,
  store: TokenStore & Pick<Required<TokenStore>, 'subscribe'>,
): TokenStore {
  const marks = openMarks(key)
  const page: Partial<Pick<typeof globalThis, 'addEventListener' | 'removeEventListener'>> = globalThis
  const found = (): ReturnType<typeof readRecord> => readRecord(store.get())
  return {
    ...store,
    async getLatest() {
      for (let record = found(); record && (await marks.isBehind(record)); record = found())
        await pause(lookAgainMs)
      return store.get()
    },
    set(record) {
      store.set(record)
      marks.leave(record.sessionId, record.version)
    },
    clear() {
      const record = found()
      store.clear()
      if (record) marks.leave(record.sessionId, Infinity)
    },
    subscribe(listener) {
      const stop = store.subscribe(listener)
      const onStorage = (event: StorageEvent): void => {
        // No key: all of it was cleared.
        if (event.storageArea === storage && (event.key ?? key) === key) listener()
      }
      // Node has a localStorage, and no such events.
      page.addEventListener?.('storage', onStorage)
      return () => {
        stop()
        page.removeEventListener?.('storage', onStorage)
      }
    },
    lock: leaseLock(leaseIn(storage, `${key}.lease`)),
  }
}

/** No transaction binds a read to a write here: two tabs that claim at once find out when both have written. */
function leaseIn(storage: Storage, key: string): LeasePlace {
  const held = (): string[] => storage.getItem(key)?.split(' ') ?? []
  return {
    async claim(holder, until) {
      const [by, lapses] = held()
      if (by && by !== holder && !hasLapsed(Number(lapses))) return false
      storage.setItem(key, `${holder} ${until}`)
      await pause(settleMs)
      return held()[0] === holder
    },
    release: (holder) => held()[0] === holder && storage.removeItem(key),
  }
}
