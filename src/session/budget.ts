import type { RefreshBudget } from '../options.js'

/** Counts the grants that refused good tokens have caused, over a sliding window; behaviour 15. */
export class Budget {
  readonly #limits: RefreshBudget
  #spentAt: number[] = []

  constructor(limits: RefreshBudget) {
    this.#limits = limits
  }

  /** True, and counted, where one more grant may start at `now`, in epoch milliseconds. */
  take(now: number): boolean {
    const { grants = 10, windowMs = 30_000 } = this.#limits
    this.#spentAt = this.#spentAt.filter((at) => at <= now && now - at < windowMs)
    if (this.#spentAt.length >= grants) return false
    this.#spentAt.push(now)
    return true
  }
}
