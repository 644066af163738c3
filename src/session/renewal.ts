import { createAcquire, createGrant, type Grant } from '../grant/grant.js'
import { credentialOf, rejected, tookOff, versionOf, warmed, type SessionState } from './state.js'
import { GrantFlight, pointless } from './grant-flight.js'
import { Acquisition } from './acquisition.js'
import { Budget } from './budget.js'
import type { Core } from './core.js'
import type { Flight } from './flight.js'
import { hasExpired } from './windows.js'
import { Landing } from './landing.js'
import type { LoginRequiredError, SessionError } from '../errors.js'
import type { Persistence } from './persistence.js'
import type { RefreshLock } from '../lock/refresh-lock.js'
import type { RefreshReason } from '../grant/grant-options.js'
import { shortestAttemptMs } from './pace.js'
import type { Verdict } from '../grant/answer.js'

/** Decides when a flight starts. At most one is on its way: whoever needs it joins. */
export class Renewal {
  readonly #core: Core
  readonly #persistence: Persistence
  readonly #landing: Landing
  readonly #lock: RefreshLock
  readonly #lockName: string
  readonly #grant: Grant | undefined
  readonly #acquire: ReturnType<typeof createAcquire> | undefined
  readonly #budget: Budget
  readonly #signals = new WeakSet<object>()

  constructor(core: Core, persistence: Persistence, lock: RefreshLock, lockName: string) {
    const { refresh, acquire, refreshBudget } = core.settings
    this.#core = core
    this.#persistence = persistence
    this.#lock = lock
    this.#lockName = lockName
    this.#grant = refresh && createGrant(refresh, core.settings)
    this.#acquire = acquire && createAcquire(acquire, core.settings)
    this.#budget = new Budget(refreshBudget)
    const acquireAfter = (flight: Flight, error: LoginRequiredError): void => {
      this.#acquireFor(flight.version ? 'ended' : 'first', flight, error)
    }
    this.#landing = new Landing(core, persistence, acquire && refresh && acquireAfter)
  }

  /** True for the signal that a refresh function or `acquire` was given. */
  isOwn(signal: object): boolean {
    return this.#signals.has(signal)
  }

  /** True where a cookie or `acquire` may show a session that this process has never seen; behaviour 3. */
  mayAppear(state: SessionState): boolean {
    const { refresh, acquire, accessTokenIn } = this.#core.settings
    const isCookie =
      accessTokenIn === 'cookie' || (typeof refresh === 'object' && refresh.refreshTokenIn === 'cookie')
    return state.status === 'signedOut' && state.isUnseen && (isCookie || acquire !== undefined)
  }

  /** Joins the flight, or starts one; says why where it cannot be within the deadline. */
  require(reason: RefreshReason): SessionError | undefined {
    const { state, settings } = this.#core
    if (state.status !== 'active' && state.status !== 'signedOut') return undefined
    const { coolDown } = state
    const now = settings.now()
    const notBefore = coolDown ? coolDown.until : now
    if (coolDown && notBefore > now) {
      const { refreshTimeoutMs } = settings
      const isTooLate = notBefore - now > refreshTimeoutMs - shortestAttemptMs(refreshTimeoutMs)
      // What is set up wrongly does not mend itself: there is nothing to wait for.
      if (isTooLate || coolDown.error.code === 'ERR_REFRESH_CONFIGURATION') return coolDown.error
    }
    this.#takeOff(reason, notBefore)
    return undefined
  }

  /** Renews behind the traffic: nobody waits, and a cool-down is left in peace. */
  ahead(): void {
    const { state, settings } = this.#core
    if (state.status !== 'active' || (state.coolDown && state.coolDown.until > settings.now())) return
    this.#takeOff('ahead', 0)
  }

  /** A 401 on the current token; behaviour 12. 'spent': the budget is, and the 401 is the caller's. */
  afterUnauthorized(): SessionError | 'spent' | undefined {
    const { state, settings } = this.#core
    if (state.status === 'refreshing') this.#core.transition(rejected(state))
    if (state.status !== 'active') return this.require('first')
    const now = settings.now()
    const isResting = state.coolDown !== undefined && state.coolDown.until > now
    const isCounted = !isResting && !hasExpired(state.credential, now)
    return isCounted && !this.#budget.take(now) ? 'spent' : this.require('unauthorized')
  }

  /** The app asks, or the network is back: no cool-down is waited for. */
  skipCoolDown(): void {
    const { state } = this.#core
    if (state.status === 'refreshing') state.flight.hurry()
    else this.#core.transition(warmed(state))
  }

  #takeOff(reason: RefreshReason, notBefore: number): void {
    const { state } = this.#core
    const hasRefresh = this.#grant && (credentialOf(state) || !this.#acquire || this.#isCookie())
    if (hasRefresh) this.#launch(this.#grantFlight(reason, notBefore), reason === 'unauthorized')
    else this.#acquireFor(reason, { generation: state.generation, version: versionOf(state) })
  }

  #launch(flight: Flight, isRejected: boolean): void {
    this.#signals.add(flight.signal)
    this.#core.transition(tookOff(this.#core.state, flight, isRejected))
    flight.start()
  }

  #grantFlight(reason: RefreshReason, notBefore: number): GrantFlight {
    const { state, settings } = this.#core
    return new GrantFlight({
      reason,
      generation: state.generation,
      version: versionOf(state),
      notBefore,
      settings,
      ground: this.#landing,
      isShared: this.#persistence.isShared,
      lock: (signal, callback) => this.#lock.request(this.#lockName, { signal }, callback),
      attempt: (flight) => this.#attempt(flight),
    })
  }

  #attempt({ reason, signal }: Flight): Promise<Verdict> {
    const { state, settings, events } = this.#core
    const tokens = credentialOf(state)?.tokens
    if (tokens?.refreshTokenExpiresAt !== undefined && tokens.refreshTokenExpiresAt <= settings.now()) {
      return pointless('refresh_token_expired')
    }
    if (typeof settings.refresh === 'object' && !this.#isCookie() && !tokens?.refreshToken) {
      return pointless('no_refresh_token')
    }
    events.emit({ type: 'grant', reason })
    return this.#grant!(tokens, { reason, signal })
  }

  #acquireFor(
    reason: RefreshReason,
    { generation, version }: Pick<Flight, 'generation' | 'version'>,
    ended?: LoginRequiredError,
  ): void {
    const { settings, events } = this.#core
    let sentAt = 0
    const flight = new Acquisition({
      reason,
      generation,
      version,
      ended,
      run: ({ signal }) => {
        sentAt = settings.now()
        events.emit({ type: 'grant', reason })
        return this.#acquire!({ signal, reason })
      },
      done: (done, verdict) => this.#landing.acquired(done, verdict, sentAt),
    })
    this.#launch(flight, true)
  }

  #isCookie(): boolean {
    const { refresh } = this.#core.settings
    return typeof refresh === 'object' && refresh.refreshTokenIn === 'cookie'
  }
}
