import type { StoredRecord } from './record.js'
import type { TokenStore } from './token-store.js'

/** Keeps the session in memory only: gone with the page, and out of reach of what can read its storage. */
export function memoryStore(): TokenStore {
  let stored: StoredRecord | undefined
  return {
    get: () => stored,
    set(record) {
      stored = record
    },
    clear() {
      stored = undefined
    },
  }
}
