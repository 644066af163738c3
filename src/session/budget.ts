import type { RefreshBudget } from '../options.js'

/**
 * Counts the grants that refused good tokens have caused, over a sliding window; behaviour 15. What it returns says
 * whether one more may start at `now`, in epoch milliseconds, and counts it.
 */
export function budgetOf({ grants = 10, windowMs = 30_000 }: RefreshBudget): (now: number) => boolean {
  let spentAt: number[] = []
  return (now) => {
    spentAt = spentAt.filter((at) => at <= now && now - at < windowMs)
    return spentAt.length < grants && spentAt.push(now) > 0
  }
}
