import { check, withMethods } from '../options.js'
import { isThenable } from './thenable.js'
import { openNotices } from './notices.js'
import { overWebStorage } from './web-storage.js'
import type { TokenStore } from './token-store.js'

/** What `storageStore` writes to: `sessionStorage`, `localStorage`, AsyncStorage, SecureStore, localForage… */
export interface KeyValueStorage {
  getItem(key: string): unknown
  setItem(key: string, value: string): unknown
  removeItem(key: string): unknown
}

/**
 * Keeps the session as JSON in a storage, sync or async. Sessions with the same `key` share it: one renews for all,
 * and a login, logout or end of one is seen by all (notices by BroadcastChannel and storage events; they hold no
 * token).
 *
 * @throws TypeError where this is no storage, or `key` is no text
 * @example
 * createSession({ refresh, store: storageStore(localStorage) })
 */
export function storageStore(storage: KeyValueStorage, key = 'tokenflight'): TokenStore {
  check('storage', storage, withMethods('getItem', 'setItem', 'removeItem'))
  check('key', key, ['a string', (value) => typeof value === 'string'])
  const { tell, subscribe } = openNotices(key)
  const store = {
    name: key,
    get() {
      const found = storage.getItem(key)
      return isThenable(found) ? found.then(parse) : parse(found)
    },
    set: (record) => andThen(storage.setItem(key, JSON.stringify(record)), tell),
    clear: () => andThen(storage.removeItem(key), tell),
    subscribe,
  } satisfies TokenStore
  const isWeb = typeof Storage === 'function' && storage instanceof Storage
  return isWeb ? overWebStorage(storage, key, store) : store
}

function andThen(done: unknown, tell: () => void): unknown {
  return isThenable(done) ? done.then(tell) : tell()
}

/** What is not JSON is handed on as it is: the session says that the store holds something else. */
function parse(found: unknown): unknown {
  try {
    return JSON.parse(found as string)
  } catch {
    return found
  }
}
