import { tell } from './effort.js'

const everyMs = 5_000

/**
 * Tells every few seconds how far it is, one line each. It is looked at the clock only when something is done: a
 * bar that redraws itself would take its timers from the world that is being run.
 */
export function progress(what: string, total?: number): (done: number) => void {
  const started = performance.now()
  let last = started
  return (done) => {
    const now = performance.now()
    if (now - last < everyMs) return
    last = now
    tell(`${paceOf(done, now - started)}: ${done}${total ? ` of ${total}` : ''} ${what}`)
  }
}

/** How long, and how many a second. */
export function paceOf(done: number, ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(7)} s, ${Math.round((done / ms) * 1000)} a second`
}
