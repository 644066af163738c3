import { randomBytes } from 'node:crypto'
import type { GrantFault } from './plan.js'

/**
 * Why a grant was asked for. `expiry`: its access token was near its end; `refusal`: the API had said 401 to it;
 * `retry`: the attempt before met a fault. The others must not be: `early` has no reason, `repeated` asks again what
 * was answered, `reused` sends a refresh token whose successor is in use, `unknown` one that was never issued.
 */
export const grantReasons = ['expiry', 'refusal', 'retry', 'early', 'repeated', 'reused', 'unknown'] as const
export type GrantReason = (typeof grantReasons)[number]

/** One grant as it reached the server. */
export interface LoggedGrant {
  readonly at: number
  readonly reason: GrantReason
  readonly fault: GrantFault | undefined
}

/** The token endpoint's answer (RFC 6749 §5.1). */
export interface IssuedTokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
}

interface TokenPair {
  readonly serial: number
  readonly secret: string
  readonly expiresAt: number
  isDead: boolean
  /** Its access token or its refresh token came back: its owner has it for certain. */
  isUsed: boolean
  refusals: number
  attempts: number
  lastFault: GrantFault | undefined
  successor: TokenPair | undefined
}

/** So many pairs are remembered; older ones are unknown. */
const remembered = 64

/** A token is renewed behind the traffic when a fifth of its life is left. */
const aheadShare = 0.2

/**
 * The tokens of one login. Refresh tokens rotate. A spent one is forgiven as long as its successor was never used:
 * the grace that servers give for lost answers. Each grant must have its reason.
 */
export class TokenAccount {
  readonly grants: LoggedGrant[] = []
  readonly #lifetimeMs: number
  readonly #pairs = new Map<number, TokenPair>()
  #serial = 0

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs
  }

  /** The first tokens. */
  begin(): IssuedTokens {
    return this.#tell(this.#issue())
  }

  /** Notes a grant and why it came. `ageMs`: how old its owner holds the access token to be. */
  ask(refreshToken: string, ageMs: number, fault: GrantFault | undefined): void {
    const pair = this.#find(refreshToken)
    this.grants.push({ at: Date.now(), reason: this.#reasonOf(pair, ageMs), fault })
    if (!pair) return
    pair.isUsed = true
    pair.attempts++
    pair.lastFault = fault
  }

  /** Rotates. Undefined: `invalid_grant`. */
  renew(refreshToken: string): IssuedTokens | undefined {
    const pair = this.#find(refreshToken)
    if (!pair || pair.successor?.isUsed) return undefined
    pair.successor = this.#issue()
    return this.#tell(pair.successor)
  }

  /** Whether an access token is alive; one that is not counts as refused. */
  accepts(accessToken: string): boolean {
    const pair = this.#find(accessToken)
    if (!pair) return false
    pair.isUsed = true
    const isAlive = !pair.isDead && Date.now() < pair.expiresAt
    if (!isAlive) pair.refusals++
    return isAlive
  }

  /** The API says 401 to a token that is alive: it dies, or only this request is refused. */
  refuse(accessToken: string, isForGood: boolean): void {
    const pair = this.#find(accessToken)
    if (!pair) return
    pair.refusals++
    pair.isDead ||= isForGood
  }

  #reasonOf(pair: TokenPair | undefined, ageMs: number): GrantReason {
    if (!pair) return 'unknown'
    if (pair.successor?.isUsed) return 'reused'
    if (pair.attempts) return pair.lastFault ? 'retry' : 'repeated'
    if (ageMs >= this.#lifetimeMs * (1 - aheadShare)) return 'expiry'
    return pair.refusals ? 'refusal' : 'early'
  }

  #find(token: string): TokenPair | undefined {
    const [, serial, secret] = token.split('.')
    const pair = this.#pairs.get(Number(serial))
    return pair?.secret === secret ? pair : undefined
  }

  #issue(): TokenPair {
    const serial = ++this.#serial
    const pair: TokenPair = {
      serial,
      secret: randomBytes(12).toString('base64url'),
      expiresAt: Date.now() + this.#lifetimeMs,
      isDead: false,
      isUsed: false,
      refusals: 0,
      attempts: 0,
      lastFault: undefined,
      successor: undefined,
    }
    this.#pairs.set(serial, pair)
    this.#forget(this.#pairs.get(serial - remembered))
    return pair
  }

  /** Its successors must not be kept by it either. */
  #forget(old: TokenPair | undefined): void {
    if (!old) return
    old.successor = undefined
    this.#pairs.delete(old.serial)
  }

  #tell({ serial, secret }: TokenPair): IssuedTokens {
    return {
      access_token: `at.${serial}.${secret}`,
      refresh_token: `rt.${serial}.${secret}`,
      expires_in: this.#lifetimeMs / 1000,
    }
  }
}
