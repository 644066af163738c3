import {
  BodyNotReplayableError,
  getSessionError,
  SessionChangedError,
  StepUpRequiredError,
  type SessionError,
} from '../errors.js'
import type { Challenge } from '../http/challenge.js'
import type { Waiter } from './core.js'
import { credentialOf, type Stamp } from './state.js'
import { examine, refuses, ruleOn } from './unauthorized.js'
import type { Terms } from './terms.js'
import type { Outcome, TransportAnswer, TransportRequest } from './transport.js'
import { withoutTokens } from './redaction.js'
import { startTimer, type Timer } from './timer.js'
import { factsOf } from './events.js'
import { stepUpRequest } from '../http/step-up.js'

/**
 * One request's way through the session: admitted, sent, and after a 401 sent once more at most. It waits as
 * itself, before it is sent or with the 401 that it received; however it ends, it ends once, and its listener
 * and its timer are gone.
 */
export class Exchange<T> implements Waiter {
  readonly owner: Terms
  readonly sequence: number
  readonly generation: number
  isApart = false
  readonly #request: TransportRequest<T>
  #stamp: Stamp | undefined
  #received: Outcome | undefined
  #isReplay = false
  #hasSteppedUp = false
  #isHeld = false
  #resolve!: (answer: T | Promise<T>) => void
  #timer: Timer | undefined
  #onAbort!: () => void

  constructor(terms: Terms, request: TransportRequest<T>) {
    this.owner = terms
    this.sequence = terms.core.nextSequence()
    this.generation = terms.core.state.generation
    this.#request = request
  }

  /** Admits it as a new request. */
  begin(): Promise<T> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.#admit()
    })
  }

  /** Waits in the order of asking. */
  wait(): Promise<T> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.#hold()
    })
  }

  /** Weighed as a new request, also after it has waited. */
  #admit(): void {
    const admitted = this.owner.admission.admit(this.#request.isOneShot)
    if (typeof admitted === 'object') throw this.#rejection(admitted)
    return admitted === 'go' ? this.#go() : this.#hold()
  }

  #hold(): void {
    this.#mustBeWanted()
    const { signal, timeoutMs } = this.#request
    this.#isHeld = true
    signal?.addEventListener('abort', (this.#onAbort = () => this.#callOff(this.#request.aborted())))
    if (timeoutMs) {
      this.#timer = startTimer(timeoutMs, () => this.#callOff(this.#request.timedOut?.()))
      this.#timer.hold(true)
    }
    this.#tell('held')
    // A listener may have detached the instance just now, or aborted it: then it has ended, and is not counted.
    if (this.owner.closed) this.resume('go')
    if (this.#isHeld) this.owner.core.wait(this)
  }

  resume(how: 'go' | 'admit'): void {
    this.#stopWaiting(() => (how === 'go' || this.owner.asksFor === 'renewal' ? this.#go() : this.#admit()))
  }

  refuse(error: SessionError, isUsable: boolean): void {
    this.#stopWaiting(() => {
      const isNobody = 'reason' in error && error.reason === 'no_session'
      if (!this.#received && (isUsable || isNobody) && this.owner.asksFor !== 'renewal') return this.#go()
      // Nobody was signed in after all, or no better token was had: the answer comes back as it came.
      if (this.#received && (isNobody || error.code === 'ERR_STEP_UP_REQUIRED'))
        return this.#settle(this.#received, error)
      throw this.#rejection(error)
    })
  }

  #stopWaiting(goOn: () => void): void {
    // It ends once: an abort may come while it is being woken.
    if (!this.#isHeld) return
    this.#isHeld = this.isApart = false
    this.#timer?.clear()
    this.#request.signal?.removeEventListener('abort', this.#onAbort)
    this.#run(goOn)
  }

  /** What a step throws is what the caller is rejected with. */
  #run(step: () => void): void {
    try {
      step()
    } catch (error) {
      // Not by a `reject` of its own: thousands who wait would keep that too.
      this.#resolve(Promise.reject(error))
    }
  }

  #callOff(reason: unknown): void {
    this.owner.core.unwait(this)
    this.#stopWaiting(() => {
      throw this.#dropped(reason)
    })
  }

  /** Sends it, synchronously; for the second time where a 401 was received. */
  #go(): void {
    // Those before it, a listener, or the app's own sign while it looked at the 401, may have aborted it.
    this.#mustBeWanted()
    // Whatever let it go on, listeners may have logged out or in since: it is never sent as someone else.
    if (this.owner.core.state.generation !== this.generation) throw this.#rejection(new SessionChangedError())
    this.#isReplay = this.#received !== undefined
    // Only now: had there been no token, the caller would have got the answer unread.
    this.#discard()
    this.#received = undefined
    // Who only asked for a renewal does not use the token: it is still fresh for the next request.
    this.#stamp = this.owner.asksFor === 'renewal' ? undefined : this.owner.admission.use()
    this.#tell(this.#isReplay ? 'replayed' : 'sent')
    this.#dispatch(this.#stamp?.authorization).then(
      (value) => this.#arrived(value, false),
      (error: unknown) => this.#arrived(error, true),
    )
  }

  /** A transport that throws has settled too: what it put on is taken off. */
  #dispatch(authorization: string | undefined): Promise<T> {
    try {
      return this.#request.dispatch(authorization)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #arrived(value: unknown, isError: boolean): void {
    // As `#run` does it, without a closure for each answer.
    try {
      const status = this.#request.settled(value)
      const isPlain = status === undefined || (status !== 401 && status !== 403 && !this.owner.isUnauthorized)
      const outcome = { value, isError, status }
      return isPlain ? this.#settle(outcome) : this.#weigh(outcome, this.#request.answerOf(value))
    } catch (error) {
      this.#resolve(Promise.reject(error))
    }
  }

  #weigh(outcome: Outcome, answer: TransportAnswer): void {
    const finding = withoutTokens(this.owner.core, examine(answer, this.#request.url))
    if (typeof finding === 'object') return this.#stepUp(outcome, finding)
    if (finding === 'unmendable' || this.#isReplay) return this.#settle(outcome)
    const goOn = (isRefused: boolean): void => (isRefused ? this.#refused(outcome) : this.#settle(outcome))
    const ruled = refuses(answer, this.owner)
    if (typeof ruled === 'boolean') return goOn(ruled)
    void ruled.then((isRefused) => this.#run(() => goOn(isRefused)))
  }

  /** A better token is needed, not a newer one: where the app may obtain it, this waits for it, once. */
  #stepUp(outcome: Outcome, challenge: Challenge): void {
    const { core, stepUp } = this.owner
    const stamp = this.#stamp as Stamp
    const wanted = stepUpRequest(challenge, credentialOf(core.state)?.tokens.scope)
    core.events.emit({ type: 'stepUp', ...wanted, ...factsOf(this.sequence, this.#request) })
    const isCurrent = stamp.generation === core.state.generation && credentialOf(core.state)
    if (!stepUp || !isCurrent || this.#hasSteppedUp || this.#request.isOneShot || this.owner.closed)
      return this.#settle(outcome, new StepUpRequiredError(challenge))
    this.#hasSteppedUp = true
    this.#received = outcome
    this.isApart = true
    this.#hold()
    stepUp(this, stamp, wanted)
  }

  #refused(outcome: Outcome): void {
    this.#tell('unauthorized')
    const { core, renewal, closed } = this.owner
    const ruling = ruleOn(this.#stamp as Stamp, core.state, renewal.mayAppear(core.state))
    if (typeof ruling === 'object') return this.#settle(outcome, ruling)
    if (ruling === 'toCaller' || closed) return this.#settle(outcome)
    const refusal = ruling === 'renew' ? renewal.afterUnauthorized() : undefined
    // The session is renewed for the next request; this body is gone.
    if (this.#request.isOneShot) return this.#settle(outcome, new BodyNotReplayableError())
    if (refusal === 'spent') return this.#settle(outcome)
    this.#received = outcome
    if (refusal) throw this.#rejection(refusal)
    return ruling === 'replay' ? this.#admit() : this.#hold()
  }

  /** Gives the caller what came, as it came; with the reason, where the transport has a place for it. */
  #settle({ value, isError, status }: Outcome, why?: SessionError): void {
    if (why) this.#request.annotate?.(value, why)
    this.#ended(value, status)
    if (isError) throw value
    this.#resolve(value as T)
  }

  /** What the caller is rejected with; the 401 that it waited with is not lost. */
  #rejection(error: SessionError): unknown {
    if (error.code === 'ERR_SESSION_CHANGED') this.#discard()
    const { value, status } = this.#received ?? {}
    return this.#ended(this.#request.rejection ? this.#request.rejection(error, value) : error, status)
  }

  /** Throws what the caller is rejected with where it has gone, or where its instance is detached. */
  #mustBeWanted(): void {
    if (this.#request.signal?.aborted) throw this.#dropped(this.#request.aborted())
    if (this.owner.closed) throw this.#rejection(this.owner.closed)
  }

  /** What a caller is rejected with that has gone: the 401 that it waited with is nobody's any more. */
  #dropped(reason: unknown): unknown {
    this.#discard()
    return this.#ended(reason)
  }

  #discard(): void {
    if (this.#received) this.#request.discard?.(this.#received.value)
  }

  #ended(outcome: unknown, status?: number): unknown {
    const { core, asksFor } = this.owner
    if (!core.events.hasListeners || asksFor) return outcome
    const reason = this.#request.signal?.aborted ? 'aborted' : getSessionError(outcome)?.code
    core.events.emit({ type: 'settled', status, reason, ...factsOf(this.sequence, this.#request) })
    return outcome
  }

  #tell(type: 'held' | 'sent' | 'unauthorized' | 'replayed'): void {
    const { core, asksFor } = this.owner
    if (core.events.hasListeners && !asksFor)
      core.events.emit({ type, ...factsOf(this.sequence, this.#request) })
  }
}
