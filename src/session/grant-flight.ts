import { LoginRequiredError, RefreshUnavailableError } from '../errors.js'
import type { Flight, Ground } from './flight.js'
import { pauseMs, shortestAttemptMs } from './pace.js'
import type { RefreshReason } from '../grant/grant-options.js'
import type { Settings } from '../options.js'
import { startTimer, type Timer } from './timer.js'
import type { Verdict } from '../grant/answer.js'

/** Where a flight is: what its deadline means depends on it. */
type Phase = 'waiting' | 'locking' | 'reading' | 'granting' | 'pausing' | 'committing'

/** What a grant flight is made from. */
export interface GrantPlan {
  readonly reason: RefreshReason
  readonly generation: number
  readonly version: number
  /** The end of a cool-down, in epoch milliseconds; nothing is sent before. */
  readonly notBefore: number
  readonly settings: Settings
  readonly ground: Ground
  /** Sends the grant once, or says why it would be pointless. */
  attempt(flight: GrantFlight): Promise<Verdict>
  /** Runs its callback alone among those who share the session. */
  lock(signal: AbortSignal, callback: () => Promise<void>): Promise<void>
  readonly isShared: boolean
}

/** The first pause between two attempts that the server has definitely not acted on. */
const firstPauseMs = 500

/**
 * One grant: waits for the lock, reads again, asks, asks again where that is safe, and commits; all under one
 * deadline. At the deadline those who wait are told; an answer that comes later is still committed.
 */
export class GrantFlight implements Flight {
  readonly #plan: GrantPlan
  readonly #controller = new AbortController()
  readonly #lockWait = new AbortController()
  readonly #abandoned: Promise<void>
  readonly #startedAt: number
  #phase: Phase = 'waiting'
  #timers: Timer[] = []
  #wake: () => void = () => {}
  #attempts = 0
  #sentAt = 0
  #isTold = false

  constructor(plan: GrantPlan) {
    this.#plan = plan
    this.#startedAt = plan.settings.now()
    this.#abandoned = new Promise((resolve) => {
      this.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  get reason(): RefreshReason {
    return this.#plan.reason
  }

  get generation(): number {
    return this.#plan.generation
  }

  get version(): number {
    return this.#plan.version
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get isWaiting(): boolean {
    return this.#phase === 'waiting'
  }

  start(): void {
    const { refreshTimeoutMs } = this.#plan.settings
    const lastStartMs = refreshTimeoutMs - shortestAttemptMs(refreshTimeoutMs)
    this.#timers = [
      startTimer(lastStartMs, () => this.#lockWait.abort()),
      startTimer(refreshTimeoutMs, () => this.#onDeadline()),
    ]
    void this.#fly()
  }

  hold(): void {
    for (const timer of this.#timers) timer.hold()
  }

  hurry(): void {
    if (this.isWaiting) this.#wake()
  }

  leave(): void {
    for (const timer of this.#timers) timer.clear()
    // What has its answer goes on to find that it is not current, or that it is done.
    if (this.#phase === 'committing') return
    this.#controller.abort()
    this.#lockWait.abort()
    this.#wake()
  }

  async #fly(): Promise<void> {
    const waitMs = this.#plan.notBefore - this.#startedAt
    if (waitMs > 0) await this.#pause(waitMs)
    if (this.signal.aborted) return
    this.#phase = 'locking'
    try {
      // Whoever abandons the flight frees the lock, however long the answer takes.
      await this.#plan.lock(this.#lockWait.signal, () => Promise.race([this.#renew(), this.#abandoned]))
    } catch (cause) {
      if (!this.signal.aborted) await this.#goWithout(cause)
    }
  }

  /** The lock was not had in time, or not at all: someone else may have renewed meanwhile. */
  async #goWithout(cause: unknown): Promise<void> {
    const { ground } = this.#plan
    await ground.readAgain(this.#leftMs())
    const detail = this.#lockWait.signal.aborted ? {} : { cause }
    ground.fail(this, new RefreshUnavailableError('lock', detail))
  }

  async #renew(): Promise<void> {
    const { ground, isShared } = this.#plan
    this.#phase = 'reading'
    if (isShared && !(await ground.readAgain(this.#leftMs()))) {
      return ground.fail(this, new RefreshUnavailableError('store'))
    }
    let verdict: Verdict
    do {
      // A notice, a login or another tab may have brought newer tokens while this flight waited or paused.
      if (this.signal.aborted || !ground.isCurrent(this)) return
      verdict = await this.#attempt()
    } while (await this.#mayTryAgain(verdict))
    await this.#conclude(verdict)
  }

  #attempt(): Promise<Verdict> {
    this.#phase = 'granting'
    this.#attempts++
    this.#sentAt = this.#plan.settings.now()
    return this.#plan.attempt(this)
  }

  /** Behaviour 25: a definite refusal is tried again within the deadline, an ambiguous one only within its grace. */
  async #mayTryAgain(verdict: Verdict): Promise<boolean> {
    if (verdict.type !== 'unavailable' || this.#isTold || this.signal.aborted) return false
    const { settings } = this.#plan
    const { ambiguous, retryAfterMs } = verdict.error
    const sinceSentMs = settings.now() - this.#sentAt
    if (ambiguous)
      return this.#attempts === 1 && sinceSentMs < settings.rotationGraceMs && this.#hasTimeFor(0)
    const delayMs = pauseMs(firstPauseMs, this.#attempts, retryAfterMs)
    if (!this.#hasTimeFor(delayMs)) return false
    this.#phase = 'pausing'
    await this.#pause(delayMs)
    return true
  }

  #conclude(verdict: Verdict): Promise<void> | void {
    const { ground } = this.#plan
    if (verdict.type !== 'granted' && verdict.type !== 'refused') return ground.fail(this, verdict.error)
    this.#phase = 'committing'
    const limitMs = this.#isTold ? this.#plan.settings.refreshTimeoutMs : this.#leftMs()
    if (verdict.type === 'refused') return ground.end(this, verdict.error, limitMs)
    return ground.commit(this, { tokens: verdict.tokens, sentAt: this.#sentAt }, limitMs)
  }

  #onDeadline(): void {
    // With an answer in hand only the store is left, and its calls have the same deadline.
    if (this.#phase === 'committing') return
    const { settings, ground } = this.#plan
    const isGranting = this.#phase === 'granting'
    const reason = isGranting ? 'timeout' : this.#phase === 'reading' ? 'store' : 'lock'
    const hint =
      isGranting && typeof settings.refresh === 'function'
        ? 'If the refresh function calls an attached instance, pass it context.signal: without it the call waits for this very renewal.'
        : undefined
    this.#isTold = isGranting
    ground.fail(this, new RefreshUnavailableError(reason, { ambiguous: isGranting, hint }), isGranting)
  }

  #leftMs(): number {
    return this.#plan.settings.refreshTimeoutMs - Math.max(0, this.#plan.settings.now() - this.#startedAt)
  }

  #hasTimeFor(delayMs: number): boolean {
    return this.#leftMs() - delayMs >= shortestAttemptMs(this.#plan.settings.refreshTimeoutMs)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = startTimer(ms, resolve)
      this.#wake = () => (timer.clear(), resolve())
    })
  }
}

/** Says no before asking where asking is pointless; behaviours 24 and 27. */
export function pointless(reason: 'no_refresh_token' | 'refresh_token_expired'): Promise<Verdict> {
  return Promise.resolve({ type: 'refused', error: new LoginRequiredError(reason) })
}
