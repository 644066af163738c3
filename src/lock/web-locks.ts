import type { RefreshLock } from './refresh-lock.js'

/** `navigator.locks` where there is one (secure pages, workers, Node 24), else undefined. */
export function webLocks(): RefreshLock | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: RefreshLock } }
  return typeof navigator?.locks?.request === 'function' ? navigator.locks : undefined
}

/** Tries `first`; where it refuses to work at all (an opaque origin, a broken polyfill), `second`. */
export function withFallback(first: RefreshLock, second: RefreshLock): RefreshLock {
  return {
    async request(name, options, callback) {
      let isEntered = false
      try {
        return await first.request(name, options, () => {
          isEntered = true
          return callback()
        })
      } catch (error) {
        if (isEntered || options.signal?.aborted) throw error
        return second.request(name, options, callback)
      }
    },
  }
}

/** For a session that shares nothing: its own single flight is enough. */
export const noLock: RefreshLock = { request: (_name, _options, callback) => callback() }
