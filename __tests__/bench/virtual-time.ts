/** Time that passes only as timers need it: an hour takes as long as what happens in it. */
export interface VirtualTime {
  /** Runs everything that is due within so many milliseconds, in order, each with all that follows from it. */
  pass(ms: number): Promise<void>
  /** Puts the real clock and timers back. */
  restore(): void
}

interface Due {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** Puts itself in the place of `setTimeout`, `clearTimeout` and `Date.now`. */
export function virtualTime(start: number): VirtualTime {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, now: Date.now }
  const waiting = new Set<Due>()
  let now = start
  let order = 0
  const schedule = (run: (...values: unknown[]) => void, ms = 0, ...values: unknown[]): object => {
    const due = { at: now + Math.max(1, ms), order: (order += 1), run: () => run(...values) }
    waiting.add(due)
    return Object.assign(due, { ref() {}, unref() {} })
  }
  globalThis.setTimeout = schedule as typeof setTimeout
  globalThis.clearTimeout = (due: unknown) => void waiting.delete(due as Due)
  Date.now = () => now
  return {
    async pass(ms) {
      const until = now + ms
      for (let due = next(waiting, until); due; due = next(waiting, until)) {
        now = due.at
        waiting.delete(due)
        due.run()
        await turn()
      }
      now = until
    },
    restore() {
      Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout })
      Date.now = real.now
    },
  }
}

/** Of those that are due until then the first; of two at one moment the one that was set first. */
function next(waiting: ReadonlySet<Due>, until: number): Due | undefined {
  let first: Due | undefined
  for (const due of waiting) {
    if (due.at > until) continue
    if (!first || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due
  }
  return first
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
