import {
  BodyNotReplayableError,
  SessionChangedError,
  StepUpRequiredError,
  type SessionError,
} from '../errors.js'
import type { Core, Waiter } from './core.js'
import { examine, ruleOn } from './unauthorized.js'
import type { IsUnauthorized, TransportAnswer, TransportRequest } from './transport.js'
import { startTimer, type Timer } from './timer.js'
import type { Admission } from './admission.js'
import type { Renewal } from './renewal.js'
import type { RequestFacts } from './events.js'
import type { Stamp } from './state.js'

/** What all requests of one transport have in common. */
export interface Terms {
  readonly core: Core
  readonly renewal: Renewal
  readonly admission: Admission
  readonly isUnauthorized?: IsUnauthorized | undefined
  /** Becomes true when the instance is detached: what is on the wire arrives, and is not cared for any more. */
  isClosed?: boolean
  /** What the app asks of the session itself. It is no request: no event tells of it. */
  readonly asksFor?: 'token' | 'renewal'
}

/** How a dispatch ended: what its caller would have got without a session. */
interface Outcome {
  readonly value: unknown
  readonly isError: boolean
  readonly status: number | undefined
}

/**
 * One request's way through the session: admitted, sent, and after a 401 sent once more at most. It waits as
 * itself, before it is sent or with the 401 that it received; however it ends, it ends once, and its listener
 * and its timer are gone.
 */
export class Exchange<T> implements Waiter {
  readonly owner: Terms
  readonly sequence: number
  readonly generation: number
  readonly #request: TransportRequest<T>
  #stamp: Stamp | undefined
  #received: Outcome | undefined
  #isReplay = false
  #resolve: ((answer: T | Promise<T>) => void) | undefined
  #reject: ((reason: unknown) => void) | undefined
  #timer: Timer | undefined
  #onAbort: (() => void) | undefined

  constructor(terms: Terms, request: TransportRequest<T>) {
    this.owner = terms
    this.sequence = terms.core.nextSequence()
    this.generation = terms.core.state.generation
    this.#request = request
  }

  /** Admits it as a new request, or weighs it again after it has waited. */
  begin(): Promise<T> {
    const admitted = this.owner.admission.admit(this.#request.isOneShot)
    if (admitted === 'go') return this.#go()
    return admitted === 'hold' ? this.wait() : Promise.reject(this.#rejection(admitted))
  }

  /** Waits in the order of asking. */
  wait(): Promise<T> {
    const { signal, timeoutMs } = this.#request
    if (signal?.aborted) return Promise.reject(this.#ended(this.#request.aborted()))
    const { core } = this.owner
    if (signal)
      signal.addEventListener('abort', (this.#onAbort = () => this.#callOff(this.#request.aborted())))
    if (timeoutMs) {
      this.#timer = startTimer(timeoutMs, () => this.#callOff(this.#request.timedOut?.()))
      this.#timer.hold(true)
    }
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#tell('held')
      // A listener may have aborted it just now: then it has ended, and is not counted.
      if (this.#resolve === resolve) core.wait(this)
    })
  }

  resume(how: 'go' | 'admit'): void {
    this.#stopWaiting(() => {
      // While those before it were sent, their code may have aborted it.
      if (this.#request.signal?.aborted) throw this.#dropped(this.#request.aborted())
      return how === 'go' || this.owner.asksFor === 'renewal' ? this.#go() : this.begin()
    })
  }

  refuse(error: SessionError, isUsable: boolean): void {
    this.#stopWaiting(() => {
      const isNobody = 'reason' in error && error.reason === 'no_session'
      const received = this.#received
      if (!received && (isUsable || isNobody) && this.owner.asksFor !== 'renewal') return this.#go()
      // Nobody was signed in after all: the 401 comes back as it came.
      if (received && isNobody) return this.#settle(received, error)
      throw this.#rejection(error)
    })
  }

  #stopWaiting(goOn: () => T | Promise<T>): void {
    const resolve = this.#resolve
    const reject = this.#reject
    // It ends once: an abort may come while it is being woken.
    if (!resolve) return
    this.#resolve = this.#reject = undefined
    this.#timer?.clear()
    if (this.#onAbort) this.#request.signal?.removeEventListener('abort', this.#onAbort)
    try {
      resolve(goOn())
    } catch (error) {
      reject?.(error)
    }
  }

  #callOff(reason: unknown): void {
    this.owner.core.unwait(this)
    this.#stopWaiting(() => {
      throw this.#dropped(reason)
    })
  }

  /** Sends it, synchronously; for the second time where a 401 was received. */
  #go(): Promise<T> {
    // Whatever let it go on, listeners may have logged out or in since: it is never sent as someone else.
    if (this.owner.core.state.generation !== this.generation) {
      return Promise.reject(this.#rejection(new SessionChangedError()))
    }
    const received = this.#received
    this.#isReplay = received !== undefined
    // Only now: had there been no token, the caller would have got the answer unread.
    this.#discard()
    this.#received = undefined
    // Who only asked for a renewal does not use the token: it is still fresh for the next request.
    this.#stamp = this.owner.asksFor === 'renewal' ? undefined : this.owner.admission.use()
    this.#tell(received ? 'replayed' : 'sent')
    return this.#dispatch(this.#stamp?.authorization).then(
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

  #arrived(value: unknown, isError: boolean): T | Promise<T> {
    const status = this.#request.settled(value)
    const isPlain = status === undefined || (status !== 401 && status !== 403 && !this.owner.isUnauthorized)
    const outcome = { value, isError, status }
    return isPlain || this.#isReplay
      ? this.#settle(outcome)
      : this.#weigh(outcome, this.#request.answerOf(value))
  }

  #weigh(outcome: Outcome, answer: TransportAnswer): T | Promise<T> {
    const found = examine(answer, this.#request.url)
    const finding = typeof found === 'object' ? this.owner.core.withoutTokens(found) : found
    if (typeof finding === 'object') {
      this.owner.core.events.emit({ type: 'stepUp', challenge: finding, ...this.#facts() })
      return this.#settle(outcome, new StepUpRequiredError(finding))
    }
    if (finding === 'unmendable') return this.#settle(outcome)
    const isRefused = this.#isRefused(answer)
    if (isRefused instanceof Promise)
      return isRefused.then((is) => (is ? this.#refused(outcome) : this.#settle(outcome)))
    return isRefused ? this.#refused(outcome) : this.#settle(outcome)
  }

  /** Behaviour 14: the app's own sign, where it has one. One that fails is reported, and the status decides. */
  #isRefused(answer: TransportAnswer): boolean | Promise<boolean> {
    const { isUnauthorized, core } = this.owner
    const byStatus = answer.status === 401
    if (!isUnauthorized) return byStatus
    const said = core.events.guard('isUnauthorized', () => isUnauthorized(answer)) ?? byStatus
    return typeof said === 'boolean' ? said : Promise.resolve(said).catch(() => byStatus)
  }

  #refused(outcome: Outcome): T | Promise<T> {
    const { core, renewal, isClosed } = this.owner
    const stamp = this.#stamp as Stamp
    this.#tell('unauthorized')
    const ruling = ruleOn(stamp, core.state, renewal.mayAppear(core.state))
    if (typeof ruling === 'object') return this.#settle(outcome, ruling)
    if (ruling === 'toCaller' || isClosed) return this.#settle(outcome)
    const refusal = ruling === 'renew' ? renewal.afterUnauthorized() : undefined
    // The session is renewed for the next request; this body is gone.
    if (this.#request.isOneShot) return this.#settle(outcome, new BodyNotReplayableError())
    if (refusal === 'spent') return this.#settle(outcome)
    this.#received = outcome
    if (refusal) throw this.#rejection(refusal)
    return ruling === 'replay' ? this.begin() : this.wait()
  }

  /** Gives the caller what came, as it came; with the reason, where the transport has a place for it. */
  #settle({ value, isError, status }: Outcome, why?: SessionError): T {
    if (why) this.#request.annotate?.(value, why)
    this.#ended(value, status)
    if (isError) throw value
    return value as T
  }

  /** What the caller is rejected with; the 401 that it waited with is not lost. */
  #rejection(error: SessionError): unknown {
    if (error.code === 'ERR_SESSION_CHANGED') this.#discard()
    const { value, status } = this.#received ?? {}
    return this.#ended(this.#request.rejection ? this.#request.rejection(error, value) : error, status)
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
    if (core.events.hasListeners && !asksFor) core.events.emit({ type: 'settled', status, ...this.#facts() })
    return outcome
  }

  #tell(type: 'held' | 'sent' | 'unauthorized' | 'replayed'): void {
    const { core, asksFor } = this.owner
    if (core.events.hasListeners && !asksFor) core.events.emit({ type, ...this.#facts() })
  }

  #facts(): RequestFacts {
    const { method, url } = this.#request
    const path = /^(?:[a-z][a-z\d+.-]*:)?(?:\/\/[^/?#]*)?([^?#]*)/i.exec(url)?.[1] || '/'
    return { id: this.sequence, method: method.toUpperCase(), path }
  }
}
