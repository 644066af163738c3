import type { RefreshLock } from './refresh-lock.js'

/** Where all copies of this package in one process meet: an ESM and a CJS copy take turns with each other. */
const tableKey = Symbol.for('tokenflight.locks')

type LockTable = Map<string, Promise<unknown>>

function lockTable(): LockTable {
  const shared = globalThis as { [tableKey]?: LockTable }
  return (shared[tableKey] ??= new Map())
}

/** A lock among the sessions of one process: first come, first served. */
export const inProcessLock: RefreshLock = {
  async request(name, { signal }, callback) {
    const table = lockTable()
    const before = table.get(name)
    const turn = (async () => {
      await before
      if (signal?.aborted) throw signal.reason
      return callback()
    })()
    const settled = turn.catch(() => {})
    table.set(name, settled)
    void settled.then(() => table.get(name) === settled && table.delete(name))
    // One that gives up does not wait for its turn, which then passes on at once.
    return signal && before ? Promise.race([turn, aborted(signal, before)]) : turn
  },
}

/** Rejects when `signal` aborts; lets go of it once the wait is over. */
export function aborted(signal: AbortSignal, waitedFor: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    void waitedFor.then(() => signal.removeEventListener('abort', onAbort))
  })
}
