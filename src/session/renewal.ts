import {
  createAcquire,
  createGrant,
  createPreparation,
  type Grant,
  type Preparation,
} from '../grant/grant.js'
import {
  coolingMs,
  credentialOf,
  flightsOf,
  rejected,
  tookOff,
  versionOf,
  warmed,
  type SessionState,
} from './state.js'
import { Flight } from './flight.js'
import type { FlightPlan, Had } from './flight-plan.js'
import { LoginRequiredError, type SessionError } from '../errors.js'
import { budgetOf } from './budget.js'
import type { Core } from './core.js'
import { guardedIsSessionOver } from './session-over.js'
import { hasPassed } from './windows.js'
import { Landing } from './landing.js'
import type { Persistence } from './persistence.js'
import type { RefreshLock } from '../lock/refresh-lock.js'
import type { RefreshContext, RefreshReason } from '../grant/grant-options.js'
import type { Revocation } from './revocation.js'
import { shortestAttemptMs } from './pace.js'
import type { TokenSet } from '../tokens.js'
import { unlockFor, without } from './unlock.js'
import type { Verdict } from '../grant/answer.js'

type Acquirer = ReturnType<typeof createAcquire>

/** Decides when a flight starts. At most one is on its way: whoever needs it joins. */
export class Renewal {
  readonly #core: Core
  readonly #persistence: Persistence
  readonly #landing: Landing
  readonly #lock: NonNullable<FlightPlan['lock']>
  readonly #grant: Grant | undefined
  readonly #prepare: Preparation | undefined
  readonly #acquire: Acquirer | undefined
  readonly #mayTakeOne: ReturnType<typeof budgetOf>
  readonly #isCookie: boolean
  /** For `tokenflight/devtools`: answers in the place of the token endpoint where it has something to say. */
  instead: (() => Verdict | undefined) | undefined

  constructor(
    core: Core,
    persistence: Persistence,
    lock: RefreshLock,
    lockName: string,
    revocation: Revocation,
  ) {
    const { settings } = core
    const { refresh, acquire } = settings
    this.#core = core
    this.#persistence = persistence
    this.#lock = (signal, callback) => lock.request(lockName, { signal }, callback)
    const judged = { ...settings, isSessionOver: guardedIsSessionOver(core) }
    this.#grant = refresh && revocation.over(createGrant(refresh, judged, revocation.find))
    this.#prepare =
      typeof refresh === 'object' ? createPreparation(refresh, judged, revocation.find) : undefined
    this.#acquire = acquire && createAcquire(acquire, judged)
    this.#mayTakeOne = budgetOf(settings.refreshBudget)
    this.#isCookie = typeof refresh === 'object' && refresh.refreshTokenIn === 'cookie'
    const acquireAfter = (error: LoginRequiredError): void =>
      this.#takeOff(versionOf(core.state) ? 'ended' : 'first', 0, error)
    this.#landing = new Landing(core, persistence, acquire && acquireAfter)
  }

  /** Another tab was told that the session is over. */
  endedElsewhere(error: LoginRequiredError): void {
    this.#landing.over(error, this.#grant !== undefined)
  }

  /** True where a cookie or `acquire` may show a session that this process has never seen; behaviour 3. */
  mayAppear(state: SessionState): boolean {
    const { settings, vault } = this.#core
    const isPossible = this.#isCookie || this.#acquire || vault || settings.accessTokenIn === 'cookie'
    return state.status === 'signedOut' && state.isUnseen && Boolean(isPossible)
  }

  /** True during a cool-down: whoever can do without a new token does. */
  get isCooling(): boolean {
    return coolingMs(this.#core.state, this.#core.settings.now()) > 0
  }

  /** Joins the flight, or starts one; says why where it cannot be within the deadline. */
  require(reason: RefreshReason): SessionError | undefined {
    const { state, settings } = this.#core
    if (state.status !== 'active' && state.status !== 'signedOut') return undefined
    const refusal = this.refusal()
    if (!refusal) this.#takeOff(reason, coolingMs(state, settings.now()))
    return refusal
  }

  /** Why no flight can start now and land within the deadline, where none can. */
  refusal(): SessionError | undefined {
    const { state, settings } = this.#core
    const { refreshTimeoutMs, now } = settings
    const waitMs = coolingMs(state, now())
    const error = state.coolDown?.error
    // What is set up wrongly does not mend itself: there is nothing to wait for.
    const isHopeless = error?.code === 'ERR_REFRESH_CONFIGURATION'
    const isTooLong = waitMs > refreshTimeoutMs - shortestAttemptMs(refreshTimeoutMs)
    return waitMs > 0 && (isHopeless || isTooLong) ? error : undefined
  }

  /** Behind the traffic nobody waits, so that a cool-down is left in peace and no vault is opened. */
  get mayGoAhead(): boolean {
    return !this.isCooling && !this.#core.vault
  }

  /** Renews behind the traffic. */
  ahead(): void {
    if (this.mayGoAhead) this.#takeOff('ahead', 0)
  }

  /** A 401 on the current token; behaviour 12. 'spent': the budget is, and the 401 is the caller's. */
  afterUnauthorized(): SessionError | 'spent' | undefined {
    const { state, settings } = this.#core
    if (state.status === 'refreshing') this.#core.transition(rejected(state))
    if (state.status !== 'active') return this.require('first')
    const now = settings.now()
    const isCounted = !this.isCooling && !hasPassed(state.credential.tokens.expiresAt, now)
    return isCounted && !this.#mayTakeOne(now) ? 'spent' : this.require('unauthorized')
  }

  /** The app asks, whatever the token's expiry says. Ends nothing: a token that cannot be renewed may be good. */
  demand(): SessionError | undefined {
    const { state, settings } = this.#core
    const credential = credentialOf(state)
    if (credential && !credential.isRenewable) return new LoginRequiredError('no_refresh_token')
    const isUnseen = state.status === 'signedOut' && state.isUnseen && typeof settings.refresh === 'function'
    const isSomebody = credential || isUnseen || state.status === 'refreshing' || this.mayAppear(state)
    if (!isSomebody) return new LoginRequiredError('no_session')
    this.skipCoolDown()
    return this.require('requested')
  }

  /** The app asks, or the network is back: no cool-down is waited for. */
  skipCoolDown(): void {
    const { state } = this.#core
    if (state.status === 'refreshing') state.flight.hurry()
    else this.#core.transition(warmed(state))
  }

  /** Brings in tokens that were had elsewhere, the way that a grant's come. Not while another flight is on its way. */
  bring(tokens: TokenSet): void {
    const attempt = async (): Promise<Verdict> => ({ type: 'granted', tokens })
    this.#takeOff('requested', 0, undefined, { attempt, prepare: undefined, unlock: undefined })
  }

  /** A grant, or an acquisition where there is nothing to grant from or where the session has `ended`. */
  #takeOff(
    reason: RefreshReason,
    waitMs: number,
    ended?: LoginRequiredError,
    brought?: Partial<FlightPlan>,
  ): void {
    const { state, settings, vault } = this.#core
    const credential = credentialOf(state)
    const isKept = credential || this.#isCookie || vault
    const isGrant = !ended && this.#grant && (isKept || !this.#acquire)
    const had: Had = {}
    const flight = new Flight({
      reason,
      generation: state.generation,
      version: versionOf(state),
      waitMs,
      settings,
      ground: this.#landing,
      isShared: this.#persistence.isShared,
      lock: isGrant ? this.#lock : undefined,
      ended,
      ...(isGrant && {
        prepare: (signal) => this.#makeReady(had, signal),
        unlock: this.#isCookie ? undefined : unlockFor(vault, credential, reason, had),
      }),
      attempt: (signal) => this.#attempt({ reason, signal }, isGrant ? had : undefined),
      ...brought,
    })
    this.#core.ownSignals.add(flight.signal)
    this.#core.transition(tookOff(state, flight, reason === 'unauthorized' || ended !== undefined))
    // A subscriber may have logged out just now: then this flight has been left already.
    if (flightsOf(this.#core.state).includes(flight)) flight.start()
  }

  /** Resolves with why a grant cannot be sent, or is pointless: then nothing is asked of anyone. */
  #makeReady(had: Had, signal: AbortSignal): ReturnType<NonNullable<FlightPlan['prepare']>> {
    const tokens = this.#tokens(had)
    const reason = this.#isPointless(tokens)
    if (reason) return { type: 'refused', error: new LoginRequiredError(reason) }
    return this.#prepare?.(tokens, signal).then((found) =>
      'type' in found ? found : void (had.endpoints = found),
    )
  }

  async #attempt(context: RefreshContext, had: Had | undefined): Promise<Verdict> {
    this.#core.events.emit({ type: 'grant', reason: context.reason })
    // A listener may have logged out or in just now: the next user's tokens are not for this flight to spend.
    if (context.signal.aborted) return { type: 'refused', error: new LoginRequiredError('no_session') }
    const instead = this.instead?.()
    if (instead) return instead
    if (!had) return (this.#acquire as Acquirer)(context)
    const { vaulted, endpoints } = had
    const verdict = (this.#grant as Grant)(this.#tokens(had), context, endpoints)
    const isInVault = vaulted && vaulted !== this.#core.vault?.untaken
    return isInVault ? verdict.then((found) => without(vaulted, found)) : verdict
  }

  #tokens({ vaulted }: Had): TokenSet | undefined {
    const kept = credentialOf(this.#core.state)?.tokens
    return vaulted ? { ...kept, refreshToken: vaulted } : kept
  }

  /** Behaviour 24: what makes it pointless to ask. */
  #isPointless(tokens: TokenSet | undefined): 'refresh_token_expired' | 'no_refresh_token' | undefined {
    const { refresh, now } = this.#core.settings
    if (hasPassed(tokens?.refreshTokenExpiresAt, now())) return 'refresh_token_expired'
    return typeof refresh === 'object' && !this.#isCookie && !tokens?.refreshToken
      ? 'no_refresh_token'
      : undefined
  }
}
