import type { Admission } from './admission.js'
import type { Core } from './core.js'
import { credentialOf } from './state.js'
import { LoginRequiredError, SessionChangedError, type SessionError } from '../errors.js'
import type { Renewal } from './renewal.js'
import type { TokenSet } from '../tokens.js'
import type { Waiter } from './waiters.js'

/** What the app itself may ask for: a token, a renewal, the token set. */
export class TokenRequests {
  readonly #core: Core
  readonly #renewal: Renewal
  readonly #admission: Admission

  constructor(core: Core, renewal: Renewal, admission: Admission) {
    this.#core = core
    this.#renewal = renewal
    this.#admission = admission
  }

  async accessToken(signal?: AbortSignal): Promise<string | undefined> {
    const { state } = this.#core
    try {
      // What may be had unseen is looked for first: whoever asks for a token wants one.
      const isUnseen = this.#renewal.mayAppear(state)
      const admitted = isUnseen ? (this.#renewal.require('first') ?? 'hold') : this.#admission.admit(false)
      if (admitted === 'hold')
        return await this.#wait(
          signal,
          () => this.accessToken(),
          () => this.#use(),
        )
      if (admitted !== 'go') throw admitted
      return this.#use()
    } catch (error) {
      if ((error as Partial<SessionError>).code === 'ERR_LOGIN_REQUIRED') return undefined
      throw error
    }
  }

  async renewed(signal?: AbortSignal): Promise<void> {
    const { state } = this.#core
    if (state.status === 'loading')
      return this.#wait(
        signal,
        () => this.renewed(),
        () => {},
      )
    this.#mustBeRenewable()
    this.#renewal.skipCoolDown()
    const refusal = this.#renewal.require('requested')
    if (refusal) throw refusal
    return this.#wait(
      signal,
      () => {},
      () => {},
    )
  }

  async tokens(): Promise<TokenSet | undefined> {
    if (this.#core.state.status === 'loading')
      return this.#wait(
        undefined,
        () => this.tokens(),
        () => this.tokens(),
      )
    return credentialOf(this.#core.state)?.tokens
  }

  #use(): string | undefined {
    this.#admission.use()
    return credentialOf(this.#core.state)?.tokens.accessToken
  }

  /** @throws LoginRequiredError without ending anything: a token that cannot be renewed may still be good */
  #mustBeRenewable(): void {
    const { state, settings } = this.#core
    const credential = credentialOf(state)
    if (credential && !credential.isRenewable) throw new LoginRequiredError('no_refresh_token')
    const mayAppear = state.status === 'signedOut' && state.isUnseen && typeof settings.refresh === 'function'
    const isNobody =
      !credential && state.status !== 'refreshing' && !mayAppear && !this.#renewal.mayAppear(state)
    if (isNobody) throw new LoginRequiredError('no_session')
  }

  /** Waits like a request: in the order of asking, for this generation, until `signal` aborts. */
  #wait<T>(
    signal: AbortSignal | undefined,
    again: () => T | Promise<T>,
    go: () => T | Promise<T>,
  ): Promise<T> {
    const core = this.#core
    const { generation } = core.state
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => signal?.removeEventListener('abort', onAbort)
      const onAbort = (): void => {
        leave()
        core.unwait(waiter)
        reject(signal?.reason as Error)
      }
      const proceed = (next: () => T | Promise<T>): void => {
        leave()
        if (core.state.generation !== generation) reject(new SessionChangedError())
        else resolve(new Promise((settle) => settle(next())))
      }
      const waiter: Waiter = {
        sequence: core.nextSequence(),
        resume: (how) => proceed(how === 'go' ? go : again),
        refuse: (error, isUsable) => {
          leave()
          if (isUsable) proceed(go)
          else reject(error)
        },
      }
      if (signal?.aborted) return reject(signal.reason as Error)
      signal?.addEventListener('abort', onAbort)
      core.wait(waiter)
    })
  }
}
