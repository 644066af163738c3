import {
  activated,
  credentialOf,
  failed,
  givenUp,
  signedOut,
  versionOf,
  type CoolDown,
  type Credential,
} from './state.js'
import type { Acquisition } from './acquisition.js'
import type { Core } from './core.js'
import type { Flight, FlightFailure, Granted, Ground } from './flight.js'
import { freshnessOf } from './windows.js'
import { LoginRequiredError } from '../errors.js'
import { newSessionId } from '../store/record.js'
import { pauseMs } from './pace.js'
import type { Persistence } from './persistence.js'
import { startTimer } from './timer.js'
import type { Verdict } from '../grant/answer.js'

/** The first cool-down after a failed grant; it doubles. */
const firstCoolDownMs = 1_000

/** Turns what a flight brings into the session's next state. */
export class Landing implements Ground {
  readonly #core: Core
  readonly #persistence: Persistence
  readonly #acquireAfter: ((flight: Flight, error: LoginRequiredError) => void) | undefined

  /** `acquireAfter` starts an acquisition before a login is required; absent where there is none. */
  constructor(
    core: Core,
    persistence: Persistence,
    acquireAfter?: (flight: Flight, error: LoginRequiredError) => void,
  ) {
    this.#core = core
    this.#persistence = persistence
    this.#acquireAfter = acquireAfter
  }

  readAgain(limitMs: number): Promise<boolean> {
    return this.#persistence.readAgain(limitMs)
  }

  isCurrent(flight: Flight): boolean {
    const { state } = this.#core
    return (
      state.generation === flight.generation &&
      versionOf(state) === flight.version &&
      state.status !== 'disposed'
    )
  }

  async commit(flight: Flight, { tokens, sentAt }: Granted, limitMs: number): Promise<void> {
    const before = credentialOf(this.#core.state)
    // Another tab may have logged in while the grant was on its way: its record must not be overwritten.
    if (this.isCurrent(flight) && before && this.#persistence.isShared) await this.readAgain(limitMs)
    if (!this.isCurrent(flight)) return
    const { generation, version } = flight
    const sessionId = before?.sessionId ?? newSessionId()
    const facts = { generation, version: version + 1, sessionId, issuedAt: sentAt, isUnused: true }
    const credential = this.#core.credential(tokens, facts)
    await this.#persistence.write(credential, limitMs)
    // A login or logout that came meanwhile has queued its own store call behind ours.
    if (this.isCurrent(flight)) this.#granted(credential)
  }

  async end(flight: Flight, error: LoginRequiredError, limitMs: number): Promise<void> {
    const credential = credentialOf(this.#core.state)
    if (this.isCurrent(flight) && credential) await this.readAgain(limitMs)
    if (!this.isCurrent(flight)) return
    // Inside the lock, or the next holder would ask again with the same dead token.
    if (credential) await this.#persistence.clear(credential.sessionId, limitMs)
    if (!this.isCurrent(flight)) return
    if (this.#acquireAfter) this.#acquireAfter(flight, error)
    else this.#over(error)
  }

  fail(flight: Flight, error: FlightFailure, isLate = false): void {
    const { state, settings, events } = this.#core
    if (state.status !== 'refreshing' || state.flight !== flight) return
    const now = settings.now()
    const failures = (state.coolDown?.failures ?? 0) + 1
    const retryAfterMs = 'retryAfterMs' in error ? error.retryAfterMs : undefined
    const coolDownMs = pauseMs(firstCoolDownMs, failures, retryAfterMs)
    const coolDown: CoolDown = { until: now + coolDownMs, failures, error, late: isLate ? flight : undefined }
    const { credential, isRejected } = state
    const isUsable =
      credential !== undefined && !isRejected && freshnessOf(credential, now, settings) !== 'short'
    if (isLate) startTimer(coolDownMs, () => this.#giveUp(flight))
    this.#core.transition(failed(state, coolDown))
    events.emit({ type: 'grantFailed', error })
    this.#core.refuse(error, isUsable)
  }

  /** The answer never came: the lock is free for others. */
  #giveUp(flight: Flight): void {
    const { state } = this.#core
    if (state.coolDown?.late === flight) this.#core.transition(givenUp(state))
  }

  /** What `acquire` brought; behaviour 30. */
  acquired(flight: Acquisition, verdict: Verdict, sentAt: number): void {
    if (!this.isCurrent(flight)) return
    if (verdict.type === 'granted') void this.#acquired(flight, { tokens: verdict.tokens, sentAt })
    else if (flight.ended) this.#over(flight.ended)
    else if (verdict.type === 'refused') void this.#endAcquired(verdict.error)
    else this.fail(flight, verdict.error)
  }

  async #acquired(flight: Acquisition, { tokens, sentAt }: Granted): Promise<void> {
    const before = credentialOf(this.#core.state)
    if (before && !isSameUser(before, tokens.subject, flight.ended !== undefined)) {
      await this.#persistence.write(
        this.#core.begin({ sessionId: newSessionId(), version: 1, tokens, issuedAt: sentAt }),
      )
      return
    }
    const sessionId = before && !flight.ended ? before.sessionId : newSessionId()
    const facts = {
      generation: flight.generation,
      version: flight.version + 1,
      sessionId,
      issuedAt: sentAt,
      isUnused: true,
    }
    const credential = this.#core.credential(tokens, facts)
    await this.#persistence.write(credential)
    if (this.isCurrent(flight)) this.#granted(credential)
  }

  async #endAcquired(error: LoginRequiredError): Promise<void> {
    const credential = credentialOf(this.#core.state)
    this.#over(error)
    if (credential) await this.#persistence.clear(credential.sessionId)
  }

  #granted(credential: Credential): void {
    const { version, tokens } = credential
    this.#core.transition(activated(credential))
    this.#core.events.emit({ type: 'granted', version, expiresAt: tokens.expiresAt })
    this.#core.release('go')
  }

  #over(error: LoginRequiredError): void {
    const { state, events, settings } = this.#core
    // Where no session was ever seen none has ended: requests go on bare, and nobody is sent to log in.
    const hadSession = credentialOf(state) !== undefined
    const reason = hadSession
      ? error
      : new LoginRequiredError('no_session', { oauth: error.oauth, cause: error.cause })
    const next = signedOut(state, hadSession ? error : undefined)
    this.#core.transition(hadSession ? next : { ...next, generation: state.generation })
    if (hadSession) events.emit({ type: 'loginRequired', error })
    this.#core.refuse(reason)
    if (hadSession) events.guard('onLoginRequired', () => settings.onLoginRequired?.(error))
  }
}

/** After an end only a known and equal subject is the same user; a service that merely renews has none. */
function isSameUser(before: Credential, subject: string | undefined, hasEnded: boolean): boolean {
  return before.tokens.subject === subject && (subject !== undefined || !hasEnded)
}
