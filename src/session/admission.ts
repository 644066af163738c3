import { credentialOf, type Active, type Credential, type Refreshing, type Stamp } from './state.js'
import type { Core } from './core.js'
import { freshnessOf, hasPassed, type Freshness } from './windows.js'
import type { Renewal } from './renewal.js'
import type { SessionError } from '../errors.js'

/** 'go': send it now. 'hold': it waits for the session. An error: no token can be had within the deadline. */
export type Admitted = 'go' | 'hold' | SessionError

/** What admission asks of the renewal: one that starts nothing shows what would be done. */
export type AdmissionRenewal = Pick<Renewal, 'require' | 'ahead' | 'isCooling' | 'mayAppear'>

/** The rules for a request that is about to be sent. */
export class Admission {
  readonly #core: Core
  readonly #renewal: AdmissionRenewal

  constructor(core: Core, renewal: AdmissionRenewal) {
    this.#core = core
    this.#renewal = renewal
  }

  /** Behaviours 3, 7, 18 and 32. Starts a renewal where one is due. */
  admit(isOneShot: boolean): Admitted {
    const { state } = this.#core
    switch (state.status) {
      case 'active':
      case 'refreshing':
        return this.#weigh(state, isOneShot)
      case 'loading':
        return 'hold'
      case 'signedOut':
        // It cannot be sent twice: what may be had unseen is looked for before, not after a 401.
        return isOneShot && this.#renewal.mayAppear(state) && !this.#renewal.require('first') ? 'hold' : 'go'
      case 'disposed':
        return 'go'
    }
  }

  /** What the request is sent with, from this moment on. */
  use(): Stamp {
    const { state } = this.#core
    const credential = credentialOf(state)
    if (!credential)
      return { generation: state.generation, version: 0, authorization: this.#core.authorization(undefined) }
    credential.arrival = undefined
    return credential
  }

  #weigh(state: Active | Refreshing, isOneShot: boolean): Admitted {
    const { credential } = state
    if (!credential) return 'hold'
    const freshness = freshnessOf(credential, this.#core.settings.now(), this.#core.settings)
    const isAskedFor = freshness !== 'short' && this.#isAskedFor(credential)
    const due = isAskedFor ? 'asked' : freshness
    return state.status === 'refreshing' ? join(state, due, isOneShot) : this.#start(due, isOneShot)
  }

  /** No renewal is on its way; one may be due. */
  #start(freshness: Freshness | 'asked', isOneShot: boolean): Admitted {
    if (freshness === 'short') return this.#renewal.require('expired') ?? 'hold'
    if (freshness === 'asked') return this.#orUse('refreshWhen')
    if (freshness === 'good') return 'go'
    if (isOneShot) return this.#orUse('ahead')
    this.#renewal.ahead()
    return 'go'
  }

  /** There is life left in the token: where none can be had now, it is used. */
  #orUse(reason: 'refreshWhen' | 'ahead'): Admitted {
    return this.#renewal.isCooling || this.#renewal.require(reason) ? 'go' : 'hold'
  }

  #isAskedFor(credential: Credential): boolean {
    const { refreshWhen, now } = this.#core.settings
    const { arrival, isRenewable, tokens } = credential
    // Without a way to renew, the token that there is is used up.
    if (!refreshWhen || arrival || !isRenewable || hasPassed(tokens.refreshTokenExpiresAt, now()))
      return false
    return this.#core.events.guard('refreshWhen', () => refreshWhen(tokens, now())) === true
  }
}

/** A renewal is on its way: who needs its result waits for it. */
function join(
  { flight, isRejected }: Refreshing,
  freshness: Freshness | 'asked',
  isOneShot: boolean,
): Admitted {
  // What cannot be sent twice is not tried with a token that was refused.
  if (freshness === 'short' || (isOneShot && isRejected)) return 'hold'
  // During a cool-down nothing is on the wire, and a token with life left is used meanwhile.
  if (flight.phase === 'waiting') return 'go'
  return isRejected || freshness === 'asked' || (isOneShot && freshness === 'ahead') ? 'hold' : 'go'
}
