import { RefreshUnavailableError } from '../errors.js'
import type { AfterLock, FlightPlan } from './flight-plan.js'
import { lateIn, type Phase } from './phase.js'
import { pauseMs, shortestAttemptMs } from './pace.js'
import { startTimer, type Timer } from './timer.js'
import type { Verdict } from '../grant/answer.js'

/** What the last look into the store may take where timers came so late that nothing of the deadline is left. */
const lastLookMs = 1_000

/** The first pause between two attempts that the server has definitely not acted on. */
const firstPauseMs = 500

/**
 * One renewal: waits for the lock, reads again, asks, asks again where that is safe, and commits; all under one
 * deadline. At the deadline those who wait are told; an answer that comes later is still committed.
 */
export class Flight {
  readonly plan: FlightPlan
  readonly #controller = new AbortController()
  readonly #startedAt: number
  #phase: Phase = 'waiting'
  #timers: readonly Timer[] = []
  #isHeld = false
  #pauseTimer: Timer | undefined
  #wake: (() => void) | undefined
  #freeLock: (() => void) | undefined
  #after: AfterLock
  #tries = 0
  /** The tries that came so far as to send something. */
  #attempts = 0
  #sentAt = 0
  #isTold = false
  #flown: Promise<void> | undefined

  constructor(plan: FlightPlan) {
    this.plan = plan
    this.#startedAt = plan.settings.now()
  }

  /** What the app's own functions pass on; requests that carry it are left alone. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get phase(): Phase {
    return this.#phase
  }

  start(): void {
    const { refreshTimeoutMs } = this.plan.settings
    if (this.plan.lock) {
      this.#timers = [
        startTimer(refreshTimeoutMs - shortestAttemptMs(refreshTimeoutMs), () => void this.#goWithout()),
        startTimer(refreshTimeoutMs, () => this.#onDeadline()),
      ]
    }
    this.#flown = this.#fly()
  }

  /** Resolves when the answer that it has in hand is stored; undefined where it has none. */
  get landing(): Promise<void> | undefined {
    return this.#phase === 'committing' ? this.#flown : undefined
  }

  /** While someone waits for it, the process is kept alive until its deadline. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    for (const timer of this.#timers) timer.hold(isHeld)
    this.#pauseTimer?.hold(isHeld)
  }

  /**
   * Past its deadline. The lock is free for others after `ms`; the answer itself is waited for until someone asks
   * anew, since cutting it short would lose a refresh token that the server may have given.
   */
  linger(ms: number): void {
    const { refreshTimeoutMs, now } = this.plan.settings
    // A page that stood still hears of its deadline first and of an answer that is there only then: that has its time.
    const stoodStill = now() - this.#startedAt - refreshTimeoutMs > lastLookMs
    const freeMs = stoodStill ? Math.max(ms, refreshTimeoutMs) : ms
    // With the answer in hand the lock is kept until it is stored: others would send what has been spent.
    this.#timers = [startTimer(freeMs, () => this.#phase === 'committing' || this.#freeLock?.())]
  }

  /** Ends its wait for the cool-down. */
  hurry(): void {
    if (this.#phase === 'waiting') this.#wake?.()
  }

  /** No state knows it any more: unless it has its answer, its signal aborts and its lock is free. */
  leave(): void {
    for (const timer of this.#timers) timer.clear()
    if (this.#phase === 'committing') return
    this.#controller.abort()
    this.#freeLock?.()
    this.#wake?.()
  }

  async #fly(): Promise<void> {
    const { waitMs, lock } = this.plan
    if (waitMs > 0) await this.#pause(waitMs)
    if (this.signal.aborted) return
    this.#phase = 'locking'
    const landing = this.plan.ground.beginAlone()
    // The refresh token that a late answer has replaced must not be sent again while the new one is being stored.
    if (landing) await landing
    if (this.signal.aborted) return
    // Whoever leaves the flight frees the lock, however long the answer takes.
    const freed = new Promise<void>((resolve) => (this.#freeLock = resolve))
    let renewed: Promise<void> | undefined
    const renew = (): Promise<void> => (renewed = this.#renew().then((after) => void (this.#after = after)))
    const inLock = (): Promise<unknown> => Promise.race([renew(), freed])
    try {
      await (lock ? lock(this.signal, inLock) : inLock())
    } catch (cause) {
      await this.#goWithout(cause)
    }
    await renewed
    this.#finish()
  }

  #finish(): void {
    const after = this.#after
    this.#after = undefined
    after?.()
  }

  /** The lock was not had in time, or not at all: someone else may have renewed meanwhile. */
  async #goWithout(cause?: unknown): Promise<void> {
    if (this.#phase !== 'locking' || this.signal.aborted) return
    this.#phase = 'looking'
    const { ground } = this.plan
    await ground.readAgain(Math.max(this.#leftMs(), lastLookMs))
    ground.fail(this, new RefreshUnavailableError('lock', { cause: ground.plain(cause) }))
  }

  async #renew(): Promise<AfterLock> {
    const { ground, isShared, unlock } = this.plan
    // It came too late: the wait for the lock is over.
    if (this.#phase !== 'locking') return
    this.#phase = 'reading'
    if (isShared && !(await this.#look())) return
    if (unlock && !(await this.#unlock(unlock))) return
    let verdict: Verdict | undefined
    do {
      this.#tries++
      this.#phase = 'pausing'
      const ready = this.#ready()
      verdict = ready instanceof Promise ? await ready : ready
      // A notice, a login or another tab may have brought newer tokens while this flight waited or paused.
      if (this.signal.aborted || !ground.isCurrent(this)) return
      if (verdict) continue
      if (!this.#hasTimeFor(0)) return ground.fail(this, new RefreshUnavailableError('timeout'))
      this.#phase = 'granting'
      this.#attempts++
      this.#sentAt = this.plan.settings.now()
      verdict = await this.plan.attempt(this.signal)
    } while (await this.#mayTryAgain(verdict))
    return this.#conclude(verdict)
  }

  #ready(): Promise<Verdict | undefined> | Verdict | undefined {
    const ready = this.plan.prepare?.(this.signal)
    // In the pause another tab's late answer may have been stored, with its notice still on the way.
    return this.plan.isShared && this.#tries > 1 ? Promise.resolve(ready).finally(() => this.#look()) : ready
  }

  /** False where the store cannot be read: what is there may be newer. After an end nothing of it is sent. */
  async #look(): Promise<boolean> {
    const { ground, ended } = this.plan
    if ((await ground.readAgain(this.#leftMs())) || ended) return true
    ground.fail(this, new RefreshUnavailableError('store'))
    return false
  }

  /** False where the vault stays closed. A prompt that was refused is not shown again at once. */
  async #unlock(unlock: () => Promise<void>): Promise<boolean> {
    const { ground, isShared } = this.plan
    if (!ground.isCurrent(this)) return false
    this.#phase = 'unlocking'
    try {
      await unlock()
      // While the prompt was open, another tab may have put the token of its login there.
      if (isShared) await ground.readAgain(this.#leftMs())
      // Opened after the deadline: nobody waits any more, and the lock is not this flight's.
      return !this.signal.aborted
    } catch (cause) {
      ground.fail(this, new RefreshUnavailableError('vault', { cause: ground.plain(cause) }))
      return false
    }
  }

  /** Behaviour 25: a definite refusal is tried again within the deadline, an ambiguous one only within its grace. */
  async #mayTryAgain(verdict: Verdict): Promise<boolean> {
    const { settings, lock, ground } = this.plan
    const isWanted = !this.#isTold && ground.isCurrent(this)
    if (verdict.type !== 'unavailable' || !lock || !isWanted) return false
    const { ambiguous, retryAfterMs } = verdict.error
    const sinceSentMs = settings.now() - this.#sentAt
    const mayAskAgain = !ambiguous || (this.#attempts === 1 && sinceSentMs < settings.rotationGraceMs)
    const delayMs = ambiguous ? 0 : pauseMs(firstPauseMs, this.#tries, retryAfterMs)
    if (!mayAskAgain || !this.#hasTimeFor(delayMs)) return false
    this.#phase = 'pausing'
    if (delayMs) await this.#pause(delayMs)
    return true
  }

  #conclude(verdict: Verdict): Promise<AfterLock> | void {
    const { ground, ended, version } = this.plan
    if (verdict.type === 'granted') {
      this.#phase = 'committing'
      return ground.commit(this, verdict.tokens, this.#sentAt, this.#leftMs())
    }
    const refused = verdict.type === 'refused' ? verdict.error : undefined
    // Where no session was seen none has ended: what cannot be had now may be had later.
    const refusal = refused || version ? (ended ?? refused) : undefined
    if (!refusal) return ground.fail(this, verdict.error as RefreshUnavailableError)
    this.#phase = 'committing'
    return ground.end(this, refusal, this.#leftMs())
  }

  #onDeadline(): void {
    // With an answer in hand only the store is left, and its calls have the same deadline; or a lock that keeps it.
    if (this.#phase === 'committing') return this.#finish()
    // In a hidden tab both timers fire at once: the last look has a limit of its own, and comes before any error.
    if (this.#phase === 'looking') return
    const { settings, ground } = this.plan
    const isGranting = this.#phase === 'granting'
    const isApps = isGranting && typeof settings.refresh === 'function'
    const hint = isApps
      ? 'If the refresh function calls an attached instance, pass it context.signal: else it waits for itself.'
      : undefined
    this.#isTold = isGranting
    const reason = lateIn[this.#phase] ?? 'timeout'
    ground.fail(this, new RefreshUnavailableError(reason, { ambiguous: isGranting, hint }), isGranting)
  }

  /** What is left until the deadline; all of it where there is none, or where it has passed. */
  #leftMs(): number {
    const { refreshTimeoutMs, now } = this.plan.settings
    const hasDeadline = this.plan.lock && !this.#isTold
    const leftMs = refreshTimeoutMs - (hasDeadline ? Math.max(0, now() - this.#startedAt) : 0)
    // The machine slept, or its clock was set on: no store call is given up before it has begun.
    return leftMs > 0 ? leftMs : lastLookMs
  }

  /** Cutting an attempt short is a lost answer: none begins that could not end. */
  #hasTimeFor(delayMs: number): boolean {
    return this.#leftMs() - delayMs >= shortestAttemptMs(this.plan.settings.refreshTimeoutMs)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = (this.#pauseTimer = startTimer(ms, resolve))
      timer.hold(this.#isHeld)
      this.#wake = () => (timer.clear(), resolve())
    })
  }
}
