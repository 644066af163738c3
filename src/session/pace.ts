/** No pause between attempts and no cool-down is longer, whatever Retry-After says. */
const longestPauseMs = 30_000

/** No attempt begins with less time left: cutting one short is a lost answer. At most a third of the deadline. */
export function shortestAttemptMs(refreshTimeoutMs: number): number {
  return Math.min(5_000, refreshTimeoutMs / 3)
}

/**
 * The pause after the `count`-th failure (from 1): doubling from `firstMs`, between half and all of it by
 * chance so that clients do not come back together, and not before the server asked for.
 */
export function pauseMs(firstMs: number, count: number, retryAfterMs = 0): number {
  const full = Math.min(firstMs * 2 ** (count - 1), longestPauseMs)
  return Math.max(full * (0.5 + Math.random() / 2), Math.min(retryAfterMs, longestPauseMs))
}
