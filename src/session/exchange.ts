import type { Admission, Admitted } from './admission.js'
import {
  BodyNotReplayableError,
  LoginRequiredError,
  StepUpRequiredError,
  type SessionError,
} from '../errors.js'
import { examine, ruleOn } from './unauthorized.js'
import type { IsUnauthorized, TransportAnswer, TransportRequest } from './transport.js'
import type { Core } from './core.js'
import { Hold } from './hold.js'
import type { Renewal } from './renewal.js'
import type { RequestFacts } from './events.js'
import type { Stamp } from './state.js'

/** What all requests of one transport have in common. */
export interface Terms {
  readonly core: Core
  readonly renewal: Renewal
  readonly admission: Admission
  readonly owner: object
  readonly isUnauthorized: IsUnauthorized | undefined
}

/** How a dispatch ended: what its caller would have got without a session. */
export interface Outcome {
  readonly value: unknown
  readonly isError: boolean
  readonly status: number | undefined
}

/** One request's way through the session: admitted, sent, and after a 401 sent once more at most. */
export class Exchange<T> {
  readonly terms: Terms
  readonly request: TransportRequest<T>
  readonly sequence: number
  #stamp: Stamp | undefined
  #isReplay = false

  constructor(terms: Terms, request: TransportRequest<T>) {
    this.terms = terms
    this.request = request
    this.sequence = terms.core.nextSequence()
  }

  /** Admits it as a request that is new, or that has waited and is weighed again. */
  begin(received?: Outcome): Promise<T> {
    const admitted = this.terms.admission.admit(this.request.isOneShot)
    return admitted === 'go' ? this.go(received) : this.#wait(admitted, received)
  }

  /** Sends it, synchronously; for the second time where a 401 was received. */
  go(received?: Outcome): Promise<T> {
    if (!received) return this.#dispatch('sent')
    // Only now: had there been no token, the caller would have got the answer unread.
    this.request.discard?.(received.value)
    this.#isReplay = true
    return this.#dispatch('replayed')
  }

  /** Gives the caller what came, as it came. */
  settle({ value, isError, status }: Outcome): T {
    const { events } = this.terms.core
    if (events.hasListeners) events.emit({ type: 'settled', status, ...this.#facts() })
    if (isError) throw value
    return value as T
  }

  /** What the caller is rejected with; the 401 that it waited with is not lost. */
  rejection(error: SessionError, received?: Outcome): unknown {
    return this.request.rejection ? this.request.rejection(error, received?.value) : error
  }

  /** Tells the listeners, if there are any. */
  tell(type: 'held' | 'sent' | 'unauthorized' | 'replayed'): void {
    const { events } = this.terms.core
    if (events.hasListeners) events.emit({ type, ...this.#facts() })
  }

  #wait(admitted: Exclude<Admitted, 'go'>, received?: Outcome): Promise<T> {
    if (admitted !== 'hold') return Promise.reject(this.rejection(admitted, received) as Error)
    return new Promise((resolve, reject) => new Hold(this, received, resolve, reject).join())
  }

  #dispatch(type: 'sent' | 'replayed'): Promise<T> {
    this.#stamp = this.terms.admission.use()
    this.tell(type)
    return this.request.dispatch(this.#stamp.authorization).then(
      (value) => this.#arrived(value, false),
      (error: unknown) => this.#arrived(error, true),
    )
  }

  #arrived(value: unknown, isError: boolean): T | Promise<T> {
    const status = this.request.settled(value)
    const outcome = { value, isError, status }
    if (status === undefined || this.#isReplay) return this.settle(outcome)
    if (status !== 401 && status !== 403 && !this.terms.isUnauthorized) return this.settle(outcome)
    return this.#weigh(outcome, this.request.answerOf(value))
  }

  #weigh(outcome: Outcome, answer: TransportAnswer): T | Promise<T> {
    const finding = examine(answer, this.request.url)
    if (finding.type === 'stepUp') {
      const { challenge } = finding
      this.terms.core.events.emit({ type: 'stepUp', challenge, ...this.#facts() })
      this.request.annotate?.(outcome.value, new StepUpRequiredError(challenge))
    }
    if (finding.type !== 'open') return this.settle(outcome)
    const isRefused = this.#isRefused(answer)
    if (typeof isRefused === 'boolean') return isRefused ? this.#refused(outcome) : this.settle(outcome)
    return isRefused.then((is) => (is ? this.#refused(outcome) : this.settle(outcome)))
  }

  /** Behaviour 14: the app's own sign, where it has one. One that fails is reported, and the status decides. */
  #isRefused(answer: TransportAnswer): boolean | Promise<boolean> {
    const { isUnauthorized, core } = this.terms
    if (!isUnauthorized) return answer.status === 401
    const fallback = (): boolean => answer.status === 401
    const said = core.events.guard('isUnauthorized', () => isUnauthorized(answer)) ?? fallback()
    return typeof said === 'boolean' ? said : said.then(Boolean, fallback)
  }

  #refused(outcome: Outcome): T | Promise<T> {
    const { core, renewal } = this.terms
    this.tell('unauthorized')
    const ruling = ruleOn(this.#stamp!, core.state, renewal.mayAppear(core.state))
    if (ruling === 'toCaller') return this.#toCaller(outcome)
    const refusal = ruling === 'renew' ? renewal.afterUnauthorized() : undefined
    if (this.request.isOneShot) {
      // The session is renewed for the next request; this body is gone.
      this.request.annotate?.(outcome.value, new BodyNotReplayableError())
      return this.settle(outcome)
    }
    if (refusal === 'spent') return this.settle(outcome)
    return ruling === 'replay' ? this.begin(outcome) : this.#wait(refusal ?? 'hold', outcome)
  }

  #toCaller(outcome: Outcome): T {
    const { state } = this.terms.core
    if (state.status === 'signedOut' && state.generation === this.#stamp!.generation) {
      this.request.annotate?.(outcome.value, new LoginRequiredError('no_session'))
    }
    return this.settle(outcome)
  }

  #facts(): RequestFacts {
    const { method, url } = this.request
    const path = /^(?:[a-z][a-z\d+.-]*:)?(?:\/\/[^/?#]*)?([^?#]*)/i.exec(url)?.[1] || '/'
    return { id: this.sequence, method: method.toUpperCase(), path }
  }
}
