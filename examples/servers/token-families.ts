import { randomBytes } from 'node:crypto'

/** How often the token endpoint was asked, and what came of it. */
export interface GrantCounts {
  asked: number
  granted: number
  refused: number
  /** Spent refresh tokens that were sent again. */
  reused: number
}

/** All tokens that descend from one login. */
export interface Family {
  readonly id: string
  readonly subject: string
  readonly counts: GrantCounts
  /** True from the moment that the server wants no more of it. */
  revoked: boolean
}

/** A new access token, and a refresh token where there is one. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken?: string
  /** Seconds, as in RFC 6749 §5.1. */
  readonly expiresIn: number
}

/** Counts from nothing. */
export function noGrants(): GrantCounts {
  return { asked: 0, granted: 0, refused: 0, reused: 0 }
}

/** The authorization server's memory: opaque tokens, rotation, and the end of a family whose spent token comes back. */
export class TokenFamilies {
  readonly #lifetimeMs: number
  readonly #rotates: boolean
  readonly #families: Family[] = []
  readonly #accessTokens = new Map<string, { readonly family: Family; readonly expiresAt: number }>()
  readonly #refreshTokens = new Map<string, { readonly family: Family; spent: boolean }>()

  constructor(lifetimeMs: number, rotates: boolean) {
    this.#lifetimeMs = lifetimeMs
    this.#rotates = rotates
  }

  /** Every family since the start, the oldest first. */
  get all(): readonly Family[] {
    return this.#families
  }

  /** The first tokens of a new login. */
  begin(subject: string, withRefreshToken = true): IssuedTokens {
    const family: Family = {
      id: `family-${this.#families.length + 1}`,
      subject,
      counts: noGrants(),
      revoked: false,
    }
    this.#families.push(family)
    return this.#issue(family, withRefreshToken)
  }

  /** Spends a refresh token. One that was spent before and comes back takes its whole family down (RFC 9700 §4.14.2). */
  renew(refreshToken: string): IssuedTokens | 'invalid' | 'reused' {
    const held = this.#refreshTokens.get(refreshToken)
    if (!held) return 'invalid'
    if (held.spent) {
      held.family.revoked = true
      return 'reused'
    }
    if (held.family.revoked) return 'invalid'
    held.spent = this.#rotates
    return this.#issue(held.family, this.#rotates)
  }

  /** Whose this access token is, if it is alive (what RFC 7662 does over HTTP). */
  introspect(accessToken: string): { readonly subject: string } | undefined {
    const held = this.#accessTokens.get(accessToken)
    if (!held || held.family.revoked || held.expiresAt <= Date.now()) return undefined
    return { subject: held.family.subject }
  }

  /** The family of an access or refresh token, dead or alive. */
  familyOf(token: string): Family | undefined {
    return (this.#refreshTokens.get(token) ?? this.#accessTokens.get(token))?.family
  }

  /** Every access token dies now, whatever was promised. Refresh tokens live on. */
  expireAll(): void {
    for (const [token, { family }] of this.#accessTokens)
      this.#accessTokens.set(token, { family, expiresAt: 0 })
  }

  #issue(family: Family, withRefreshToken: boolean): IssuedTokens {
    const accessToken = opaque('at')
    this.#accessTokens.set(accessToken, { family, expiresAt: Date.now() + this.#lifetimeMs })
    const tokens = { accessToken, expiresIn: this.#lifetimeMs / 1000 }
    if (!withRefreshToken) return tokens
    const refreshToken = opaque('rt')
    this.#refreshTokens.set(refreshToken, { family, spent: false })
    return { ...tokens, refreshToken }
  }
}

function opaque(kind: string): string {
  return `${kind}-${randomBytes(18).toString('base64url')}`
}
