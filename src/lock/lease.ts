import { aborted, inProcessLock } from './in-process.js'
import type { RefreshLock } from './refresh-lock.js'

/** Where a lease is written down. */
export interface LeasePlace {
  /** Takes or prolongs the lease until that epoch millisecond. False where someone else has it. */
  claim(holder: string, until: number): boolean | Promise<boolean>
  release(holder: string): unknown
}

/** How long a holder that was closed or frozen keeps the others waiting. */
const leaseMs = 10_000
const prolongMs = 2_000
const lookAgainMs = 50

/** Resolves after `ms`. By itself it keeps no process alive: whoever waits for a renewal does. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => unref(setTimeout(resolve, ms)))
}

/** Browsers and React Native answer with a number, Node with an object that has unref. */
function unref(timer: unknown): void {
  ;(timer as { unref?(): void }).unref?.()
}

/** Whether a lease until then is nobody's any more; one that is longer than any was written by a clock since set back. */
export function hasLapsed(until: number): boolean {
  const leftMs = until - Date.now()
  return !(leftMs > 0 && leftMs <= leaseMs)
}

/**
 * A lock for pages without `navigator.locks`: within the page by turns, among tabs by a lease in what they share.
 * Best effort: a holder that is frozen for longer than its lease has lost it without knowing.
 */
export function leaseLock(place: LeasePlace): RefreshLock {
  return {
    request: (name, options, callback) =>
      inProcessLock.request(name, options, async () => {
        const { signal } = options
        const holder = Math.random().toString(36).slice(2)
        // A place that cannot be written to gives no lease and must not stop anybody.
        const tryClaim = async (): Promise<boolean> => {
          const claimed = (async () => place.claim(holder, Date.now() + leaseMs))().catch(() => true)
          // One that never answers must not keep the turn within the page; what it still claims lapses.
          return signal ? Promise.race([claimed, aborted(signal, claimed)]) : claimed
        }
        while (!(await tryClaim())) {
          await pause(lookAgainMs * (0.5 + Math.random()))
          if (signal?.aborted) throw signal.reason
        }
        const timer = setInterval(() => void tryClaim().catch(() => {}), prolongMs)
        unref(timer)
        try {
          return await callback()
        } finally {
          clearInterval(timer)
          // Not waited for: whoever claims next comes after it.
          void (async () => place.release(holder))().catch(() => {})
        }
      }),
  }
}
