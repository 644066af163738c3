import { isThenable } from './thenable.js'
import type { TokenStore } from './token-store.js'

/** What `storageStore` writes to: `sessionStorage`, `localStorage`, AsyncStorage, SecureStore, localForage… */
export interface KeyValueStorage {
  getItem(key: string): unknown
  setItem(key: string, value: string): unknown
  removeItem(key: string): unknown
}

/**
 * Keeps the session as JSON in a storage, sync or async. Sessions with the same `key` share it.
 *
 * @example
 * createSession({ refresh, store: storageStore(sessionStorage) })
 */
export function storageStore(storage: KeyValueStorage, key = 'tokenflight'): TokenStore {
  return {
    name: key,
    get() {
      const found = storage.getItem(key)
      return isThenable(found) ? found.then(parse) : parse(found)
    },
    set: (record) => storage.setItem(key, JSON.stringify(record)),
    clear: () => storage.removeItem(key),
  }
}

/** What is not JSON is handed on as it is: the session says that the store holds something else. */
function parse(found: unknown): unknown {
  if (typeof found !== 'string') return found
  try {
    return JSON.parse(found)
  } catch {
    return found
  }
}
