import {
  activated,
  credentialOf,
  failed,
  flightsOf,
  givenUp,
  signedOut,
  versionOf,
  type Credential,
} from './state.js'
import type { AfterLock, Ground } from './flight-plan.js'
import type { Flight } from './flight.js'
import type { Core } from './core.js'
import { freshnessOf } from './windows.js'
import {
  LoginRequiredError,
  type RefreshConfigurationError,
  type RefreshUnavailableError,
} from '../errors.js'
import { newSessionId } from '../store/record.js'
import { pauseMs } from './pace.js'
import type { Persistence } from './persistence.js'
import { plain } from './redaction.js'
import type { TokenSet } from '../tokens.js'

/** The first cool-down after a failed grant; it doubles. */
const firstCoolDownMs = 1_000

/** What new tokens come after: they count while this is still current. */
type Base = Pick<Flight['plan'], 'generation' | 'version'>

/** Turns what a flight brings into the session's next state. */
export class Landing implements Ground {
  readonly #core: Core
  readonly #persistence: Persistence
  readonly #acquireAfter: ((error: LoginRequiredError) => void) | undefined

  /** `acquireAfter` starts an acquisition before a login is required; absent where there is none. */
  constructor(core: Core, persistence: Persistence, acquireAfter?: (error: LoginRequiredError) => void) {
    this.#core = core
    this.#persistence = persistence
    this.#acquireAfter = acquireAfter
  }

  beginAlone(): Promise<void> | undefined {
    const { state } = this.#core
    const landing = state.late?.landing
    // What is being stored stays known until it is: who fails meanwhile must not hide it from the next one.
    if (!landing) this.#core.transition(givenUp(state))
    return landing
  }

  plain(cause: unknown): Error | undefined {
    return plain(this.#core, cause)
  }

  readAgain(limitMs: number): Promise<boolean> {
    return this.#persistence.readAgain(limitMs)
  }

  isCurrent(flight: Flight): boolean {
    return this.#isAt(flight.plan, flight)
  }

  async commit(flight: Flight, tokens: TokenSet, sentAt: number, limitMs: number): Promise<void> {
    const { plan } = flight
    const core = this.#core
    if (!this.#baseOf(flight, tokens)) return this.#forget(flight)
    // Another tab may have logged in while the grant was on its way: its record must not be overwritten.
    if (plan.lock && plan.isShared) await this.readAgain(limitMs)
    const base = this.#baseOf(flight, tokens)
    if (!base) return this.#forget(flight)
    const before = credentialOf(core.state)
    if (before && !isSameUser(before, tokens.subject, plan)) {
      const record = { sessionId: newSessionId(), version: 1, tokens, issuedAt: sentAt }
      return this.#persistence.begin(record, { type: 'login', generation: plan.generation + 1 })
    }
    const { generation, version } = base
    // The record of a session that has ended is gone, and others have seen it go: its id does not come back.
    const sessionId = (!plan.ended && before?.sessionId) || newSessionId()
    const credential = core.credential(tokens, {
      generation,
      version: version + 1,
      sessionId,
      issuedAt: sentAt,
      isVaulted: mayBeVaulted(before, plan),
    })
    credential.arrival = freshnessOf(credential, core.settings.now(), core.settings)
    const isWanted = (): boolean => this.#isAt(base, flight)
    await this.#persistence.write(credential, isWanted, limitMs)
    // What came meanwhile has queued its own store call behind ours: it is looked at in its turn.
    return isWanted() ? this.#granted(credential) : this.commit(flight, tokens, sentAt, limitMs)
  }

  /**
   * What the new tokens come after; undefined where they come too late. Not late are those with a new refresh token
   * where another tab's answer, late itself, has left the one that was sent, so that the flight is known still: that
   * one is spent. Of a vault's nobody can see whether it was left; the newest there is good in any case.
   */
  #baseOf(flight: Flight, { refreshToken }: TokenSet): Base | undefined {
    const { state } = this.#core
    const { plan } = flight
    const isReplaced = refreshToken !== credentialOf(state)?.tokens.refreshToken
    const isLeft = isReplaced && flightsOf(state).includes(flight)
    const base = { generation: plan.generation, version: versionOf(state) }
    return this.#isAt(isLeft ? base : plan, flight) ? base : undefined
  }

  #isAt({ generation, version }: Base, flight: Flight): boolean {
    const { state } = this.#core
    // The session is over, and `acquire` its last resort: nothing else may bring it back.
    const isOver = state.status === 'refreshing' && state.flight.plan.ended && state.flight !== flight
    return !isOver && state.generation === generation && versionOf(state) === version
  }

  /** Nothing comes of it: whoever needs a renewal has nothing to wait for. */
  #forget(flight: Flight): void {
    const { state } = this.#core
    if (state.late === flight) this.#core.transition(givenUp(state))
  }

  async end(flight: Flight, error: LoginRequiredError, limitMs: number): Promise<AfterLock> {
    const isCurrent = (): boolean => this.isCurrent(flight)
    const credential = credentialOf(this.#core.state)
    // A vault may hold what was refused although no session was seen here.
    const isKept = credential ?? this.#core.vault
    // What ends after another login or a logout is no news of the session that there is now.
    if (!isCurrent()) return this.#forget(flight)
    this.#core.events.emit({ type: 'grantFailed', error })
    if (isKept && isCurrent()) await this.readAgain(limitMs)
    // Inside the lock, or the next holder would ask again with the same dead token.
    if (isKept && isCurrent()) await this.#persistence.clear(credential, isCurrent, limitMs, error.reason)
    return () => {
      if (isCurrent()) this.over(error, flight.plan.lock !== undefined)
      else this.#forget(flight)
    }
  }

  /** The session is over, unless the app acquires another before a login is required. */
  over(error: LoginRequiredError, mayAcquire: boolean): void {
    if (mayAcquire && this.#acquireAfter) this.#acquireAfter(error)
    else this.#signOut(error)
  }

  fail(flight: Flight, error: RefreshUnavailableError | RefreshConfigurationError, isLate = false): void {
    const { state, settings } = this.#core
    // Another tab has renewed meanwhile: nobody waits who could be told, and the lock was kept long enough.
    if (state.late === flight) return isLate ? flight.linger(0) : this.#forget(flight)
    if (state.status !== 'refreshing' || state.flight !== flight) return
    const { credential, isRejected } = state
    const now = settings.now()
    const failures = (state.coolDown?.failures ?? 0) + 1
    const { retryAfterMs } = error as Partial<RefreshUnavailableError>
    const lengthMs = pauseMs(firstCoolDownMs, failures, retryAfterMs)
    const isUsable =
      !isRejected && credential !== undefined && freshnessOf(credential, now, settings) !== 'short'
    if (isLate) flight.linger(lengthMs)
    const next = failed(state, { until: now + lengthMs, lengthMs, failures, error }, isLate)
    this.#core.conclude(next, (waiter) => waiter.refuse(error, isUsable), { type: 'grantFailed', error })
  }

  #granted(credential: Credential): void {
    const { version, tokens } = credential
    const event = { type: 'granted', version, expiresAt: tokens.expiresAt } as const
    this.#core.conclude(activated(credential), (waiter) => waiter.resume('go'), event)
  }

  #signOut(error: LoginRequiredError): void {
    const { state, events, settings } = this.#core
    const next = signedOut(state, error)
    const tokens = credentialOf(state)?.tokens
    if (!tokens) {
      // No session was ever seen, so none has ended: requests go on bare, and nobody is sent to log in.
      const nobody = new LoginRequiredError('no_session', error)
      const same = { ...next, generation: state.generation, lastError: undefined }
      return this.#core.change(same, undefined, nobody)
    }
    const event = { type: 'loginRequired', error } as const
    this.#core.change(next, event, error)
    // In the same turn: whoever is rejected finds that it has been called.
    events.guard('onLoginRequired', () => settings.onLoginRequired?.(error), false, tokens)
  }
}

/** A grant was made with what the vault holds for this session. */
function mayBeVaulted(before: Credential | undefined, { lock }: Flight['plan']): boolean {
  return lock !== undefined && (!before || Boolean(before.isVaulted))
}

/**
 * A grant renews whom it was asked for. What `acquire` brings may be someone else: after an end only a known and
 * equal subject is the same user; a service that merely renews has none.
 */
function isSameUser(
  before: Credential,
  subject: string | undefined,
  { lock, ended }: Flight['plan'],
): boolean {
  return lock !== undefined || (before.tokens.subject === subject && (subject !== undefined || !ended))
}
