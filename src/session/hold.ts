import type { Exchange, Outcome } from './exchange.js'
import { SessionChangedError, type SessionError } from '../errors.js'
import { startTimer, type Timer } from './timer.js'
import type { Waiter } from './waiters.js'

/**
 * A request that waits for the session: before it was sent, or with the 401 that it received. However it ends,
 * its listener and its timer are gone, and it ends once.
 */
export class Hold<T> implements Waiter {
  readonly sequence: number
  readonly owner: object
  readonly #exchange: Exchange<T>
  readonly #received: Outcome | undefined
  readonly #resolve: (answer: T | Promise<T>) => void
  readonly #reject: (reason: unknown) => void
  /** Who it was made for: it is never sent as someone else. */
  readonly #generation: number
  readonly #onAbort: () => void
  #timer: Timer | undefined

  constructor(
    exchange: Exchange<T>,
    received: Outcome | undefined,
    resolve: (answer: T | Promise<T>) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#exchange = exchange
    this.#received = received
    this.#resolve = resolve
    this.#reject = reject
    this.sequence = exchange.sequence
    this.owner = exchange.terms.owner
    this.#generation = exchange.terms.core.state.generation
    this.#onAbort = () => this.#callOff(exchange.request.aborted())
  }

  /** Joins those who wait, unless its caller has gone already. */
  join(): void {
    const { request, terms } = this.#exchange
    if (request.signal?.aborted) return this.#reject(request.aborted())
    request.signal?.addEventListener('abort', this.#onAbort)
    if (request.timeoutMs) {
      this.#timer = startTimer(request.timeoutMs, () => this.#callOff(request.timedOut?.()))
      this.#timer.hold()
    }
    this.#exchange.tell('held')
    terms.core.wait(this)
  }

  resume(how: 'go' | 'admit'): void {
    this.#end(() => (how === 'go' ? this.#exchange.go(this.#received) : this.#exchange.begin(this.#received)))
  }

  refuse(error: SessionError, isUsable: boolean): void {
    const received = this.#received
    const isNobody = 'reason' in error && error.reason === 'no_session'
    if (!received && (isUsable || isNobody)) return this.#end(() => this.#exchange.go())
    this.#leave()
    if (!received || !isNobody) return this.#reject(this.#exchange.rejection(error, received))
    // Nobody was signed in after all: the 401 comes back as it came.
    this.#exchange.request.annotate?.(received.value, error)
    this.#settle(() => this.#exchange.settle(received))
  }

  #end(goOn: () => Promise<T>): void {
    this.#leave()
    const { request, terms } = this.#exchange
    // While those before it were sent, their code may have aborted it, or logged out.
    if (request.signal?.aborted) return this.#reject(request.aborted())
    if (terms.core.state.generation !== this.#generation) {
      return this.#reject(this.#exchange.rejection(new SessionChangedError(), this.#received))
    }
    this.#settle(goOn)
  }

  #settle(goOn: () => T | Promise<T>): void {
    try {
      this.#resolve(goOn())
    } catch (error) {
      this.#reject(error)
    }
  }

  #callOff(reason: unknown): void {
    this.#leave()
    this.#exchange.terms.core.unwait(this)
    this.#reject(reason)
  }

  #leave(): void {
    this.#timer?.clear()
    this.#exchange.request.signal?.removeEventListener('abort', this.#onAbort)
  }
}
