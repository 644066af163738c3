import type { IncomingMessage, ServerResponse } from 'node:http'
import { Arrivals } from './arrivals.js'
import { commit, type Fault } from './faults.js'
import { Gate } from './gate.js'
import { LoopbackServer } from './loopback-server.js'
import { cookieOf, readBody, readFields, recordOf, sendJson, type RecordedRequest } from './messages.js'
import { granted, refreshTokenCookie, type Dialect } from './token-answers.js'
import { TokenEndpoint, type GrantRequest } from './token-endpoint.js'
import { TokenFamilies, type Family, type GrantCounts } from './token-families.js'

/** What can be chosen about an authorization server. */
export interface AuthorizationServerOptions {
  /** The only client it knows. Default 'demo-spa'. */
  readonly clientId?: string
  /** With a secret the client must prove itself, and may ask for client_credentials. */
  readonly clientSecret?: string
  /** Default: an hour. */
  readonly accessTokenLifetimeMs?: number
  /** Whether each grant brings a new refresh token and spends the old one. Default true. */
  readonly rotates?: boolean
  /** Default 'oauth'. */
  readonly dialect?: Dialect
}

/**
 * A small but real OAuth authorization server on loopback: POST /login with a `username`, POST /token with the grants
 * refresh_token (RFC 6749 §6, rotation, reuse detection) and client_credentials (§4.4). It counts what it is asked,
 * and fails on demand.
 */
export class AuthorizationServer {
  /** Every request to the token endpoint, in the order of arrival. */
  readonly requests: RecordedRequest[] = []
  readonly #server = new LoopbackServer((request, response) => this.#handle(request, response))
  readonly #families: TokenFamilies
  readonly #endpoint: TokenEndpoint
  readonly #dialect: Dialect
  readonly #gate = new Gate()
  readonly #arrivals = new Arrivals()
  #fault: { readonly kind: Fault; times: number } | undefined

  constructor(options: AuthorizationServerOptions = {}) {
    const { clientId = 'demo-spa', clientSecret, accessTokenLifetimeMs = 3_600_000, rotates = true } = options
    this.#families = new TokenFamilies(accessTokenLifetimeMs, rotates)
    this.#dialect = options.dialect ?? 'oauth'
    this.#endpoint = new TokenEndpoint(this.#families, { id: clientId, secret: clientSecret }, this.#dialect)
  }

  get origin(): string {
    return this.#server.origin
  }

  get tokenEndpoint(): string {
    return `${this.origin}/token`
  }

  /** Grants since the start, over all families. */
  get counts(): Readonly<GrantCounts> {
    return this.#endpoint.counts
  }

  get families(): readonly Family[] {
    return this.#families.all
  }

  async start(): Promise<this> {
    await this.#server.start()
    return this
  }

  async close(): Promise<void> {
    this.#gate.release()
    await this.#server.close()
  }

  /** Signs someone in without HTTP: the first token response, in OAuth's own spelling. */
  issue(subject: string): {
    access_token: string
    refresh_token: string
    token_type: string
    expires_in: number
  } {
    const { accessToken, refreshToken = '', expiresIn } = this.#families.begin(subject)
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: expiresIn,
    }
  }

  /** What an API server believes. */
  introspect(accessToken: string): { readonly subject: string } | undefined {
    return this.#families.introspect(accessToken)
  }

  /** The login that a token descends from. */
  familyOf(token: string): Family | undefined {
    return this.#families.familyOf(token)
  }

  /** All access tokens die now, though nobody was told so; refresh tokens live on. */
  expireAll(): void {
    this.#families.expireAll()
  }

  /** Ends the logins that are chosen, else all: the next grant gets invalid_grant, and the access tokens die. */
  revoke(chosen: (family: Family) => boolean = () => true): void {
    for (const family of this.families) if (chosen(family)) family.revoked = true
  }

  /** From now on, or for the next `times` requests, the token endpoint fails. */
  down(kind: Fault, times = Infinity): void {
    this.#fault = { kind, times }
  }

  /** The token endpoint works again. */
  up(): void {
    this.#fault = undefined
  }

  /** Requests to the token endpoint wait, before anything is done for them, until `release()`. */
  hold(): void {
    this.#gate.hold()
  }

  /** Lets on those that wait: so many, or all. */
  release(count?: number): void {
    this.#gate.release(count)
  }

  /** Resolves when the token endpoint has been asked so often since the start. */
  asked(count: number): Promise<void> {
    return this.#arrivals.reached(count)
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.origin)
    if (request.method === 'POST' && pathname === '/login') return this.#login(request, response)
    if (request.method === 'POST' && pathname === '/token') return this.#token(request, response)
    sendJson(response, { status: 404, body: { error: 'not_found' } })
  }

  async #login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { username = 'somebody' } = readFields(await readBody(request), request.headers['content-type'])
    sendJson(response, granted(this.#dialect, this.#families.begin(username)))
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = recordOf(request)
    this.requests.push(record)
    record.body = await readBody(request)
    const fields = readFields(record.body, request.headers['content-type'])
    const refreshToken = fields['refresh_token'] ?? cookieOf(request, refreshTokenCookie) ?? ''
    this.#endpoint.count('asked', refreshToken)
    this.#arrivals.add()
    await this.#gate.pass()
    record.status = this.#answer({ authorization: record.authorization, fields, refreshToken }, response)
  }

  #answer(request: GrantRequest, response: ServerResponse): number | undefined {
    const fault = this.#nextFault()
    if (fault && fault !== 'lose') return commit(fault, response)
    const answer = this.#endpoint.answer(request)
    if (fault) return commit(fault, response)
    sendJson(response, answer)
    return answer.status
  }

  #nextFault(): Fault | undefined {
    if (!this.#fault || this.#fault.times-- <= 0) return undefined
    return this.#fault.kind
  }
}
