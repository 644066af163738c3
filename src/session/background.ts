import { freshnessOf, renewalTimeOf } from './windows.js'
import { startTimer, type Timer } from './timer.js'
import type { Core } from './core.js'
import { coolingMs } from './state.js'
import type { Renewal } from './renewal.js'

/** Tabs that share a session do not all wake at once: the first one renews, the others adopt. */
const longestJitterMs = 5_000

/** Renews in time although nothing is sent; behaviour 32. Quiet in hidden pages: they look again when shown. */
export class BackgroundRenewal {
  readonly #core: Core
  readonly #renewal: Renewal
  #timer: Timer | undefined

  constructor(core: Core, renewal: Renewal) {
    this.#core = core
    this.#renewal = renewal
    core.subscribe(() => this.look())
  }

  /** Something has changed, the end included, or time has passed: a clock that was set or slept is asked, not the timer. */
  look(): void {
    this.#timer?.clear()
    const { state, settings } = this.#core
    if (state.status !== 'active' || isHidden()) return
    // What is set up wrongly is not asked for again and again.
    if (state.lastError?.code === 'ERR_REFRESH_CONFIGURATION') return
    const now = settings.now()
    const { expiresAt = Infinity } = state.credential.tokens
    const dueAt = renewalTimeOf(state.credential, settings)
    if (dueAt === undefined) return
    const dueMs = dueAt - now
    const waitMs = Math.max(coolingMs(state, now), dueMs > 0 ? dueMs + jitterMs(expiresAt - dueAt) : 0)
    if (waitMs > 0) this.#timer = startTimer(waitMs, () => this.look())
    else if (freshnessOf(state.credential, now, settings) !== 'good') this.#renewal.ahead()
  }
}

/** A part of the time that there is: it must not make the renewal late. */
function jitterMs(windowMs: number): number {
  return Math.random() * Math.min(longestJitterMs, windowMs / 4)
}

function isHidden(): boolean {
  return (globalThis as { document?: Document }).document?.visibilityState === 'hidden'
}
