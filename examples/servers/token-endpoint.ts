import { isClient, type Client } from './client-authentication.js'
import type { Answer } from './messages.js'
import { granted, refused, type Dialect, type Refusal } from './token-answers.js'
import { noGrants, type GrantCounts, type IssuedTokens, type TokenFamilies } from './token-families.js'

/** What a request to the token endpoint comes down to. */
export interface GrantRequest {
  readonly authorization: string | undefined
  readonly fields: Readonly<Record<string, string>>
  /** From the body, or from its cookie. */
  readonly refreshToken: string
}

/** Decides on grants and counts them. */
export class TokenEndpoint {
  readonly counts: GrantCounts = noGrants()
  readonly #families: TokenFamilies
  readonly #client: Client
  readonly #dialect: Dialect

  constructor(families: TokenFamilies, client: Client, dialect: Dialect) {
    this.#families = families
    this.#client = client
    this.#dialect = dialect
  }

  /** Grants or refuses. */
  answer(request: GrantRequest): Answer {
    const outcome = this.#decide(request)
    this.count(typeof outcome === 'string' ? 'refused' : 'granted', request.refreshToken)
    return typeof outcome === 'string' ? refused(this.#dialect, outcome) : granted(this.#dialect, outcome)
  }

  /** Counts in all, and for the family of this refresh token where it has one. */
  count(what: keyof GrantCounts, refreshToken: string): void {
    this.counts[what]++
    const family = this.#families.familyOf(refreshToken)
    if (family) family.counts[what]++
  }

  /** A home-made backend and one with cookies know no client: what they are sent is all they go by. */
  #decide({ authorization, fields, refreshToken }: GrantRequest): IssuedTokens | Refusal {
    if (this.#dialect !== 'oauth') return this.#renew(refreshToken)
    if (!isClient(this.#client, authorization, fields)) return 'invalid_client'
    if (fields['grant_type'] === 'refresh_token') return this.#renew(refreshToken)
    const isService = fields['grant_type'] === 'client_credentials' && this.#client.secret !== undefined
    return isService ? this.#families.begin(this.#client.id, false) : 'unsupported_grant_type'
  }

  #renew(refreshToken: string): IssuedTokens | Refusal {
    const outcome = this.#families.renew(refreshToken)
    if (outcome === 'reused') this.count('reused', refreshToken)
    return typeof outcome === 'string' ? 'invalid_grant' : outcome
  }
}
