/**
 * A token store on IndexedDB, by idb-keyval: what one tab has stored, every other tab sees at once, in every
 * browser, and it works in workers. `idb-keyval` is installed beside tokenflight.
 *
 * @packageDocumentation
 */
export { indexedDBStore } from './indexeddb/indexeddb-store.js'
export type { StoredRecord } from './store/record.js'
export type { LoginRequiredReason } from './errors.js'
export type { TokenSet } from './tokens.js'
export type { RefreshLock } from './lock/refresh-lock.js'
export type { TokenStore } from './store/token-store.js'
