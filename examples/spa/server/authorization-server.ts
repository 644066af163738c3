import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type Provider from 'oidc-provider'
import type { Configuration, errors, KoaContextWithOIDC } from 'oidc-provider'
import { readBody, sendJson } from '../../servers/messages.js'
import type { Handler } from '../../servers/loopback-server.js'
import { accounts, handleSignIn, signInPath } from './sign-in.js'
import { errorPage } from './pages.js'
import { clientIds, isClientId, slowMs, type ClientId, type Lab } from './lab.js'

/** How long the token endpoint takes at its best. */
const tokenMs = 120

/** Where the other servers are. */
export interface Origins {
  readonly auth: string
  readonly api: string
  readonly app: string
}

/** A real authorization server (oidc-provider): code flow with PKCE, rotation, reuse detection. */
export class AuthorizationServer {
  readonly #provider: Provider
  readonly #origins: Origins
  readonly #lab: Lab
  /** Access tokens by the app that they were issued to, and logins: what the visitor may kill. */
  readonly #issued = new Map<ClientId, { tokens: Set<string>; logins: Set<string> }>(
    clientIds.map((id) => [id, { tokens: new Set(), logins: new Set() }]),
  )
  readonly #dead = new Set<string>()

  private constructor(provider: Provider, origins: Origins, lab: Lab) {
    this.#provider = provider
    this.#origins = origins
    this.#lab = lab
  }

  /** Sets it up; it answers as soon as its handler is called. */
  static async create(origins: Origins, lab: Lab): Promise<AuthorizationServer> {
    const { Provider, errors } = await import('oidc-provider')
    const provider: Provider = new Provider(origins.auth, {
      ...(await configurationFor(origins, lab)),
      loadExistingGrant: (ctx) => grantAll(provider, ctx, origins.api),
    })
    const server = new AuthorizationServer(provider, origins, lab)
    server.#listen(errors)
    return server
  }

  /** Whether an access token was killed before its time. */
  isDead(tokenId: string | undefined): boolean {
    return tokenId !== undefined && this.#dead.has(tokenId)
  }

  /** Every access token of one app is dead from now on, whatever its expiry says. */
  killAccessTokens(clientId: ClientId): void {
    for (const id of this.#of(clientId).tokens) this.#dead.add(id)
    this.#lab.tally(clientId).see('Every access token was killed')
  }

  /** Every login of one app is over: no refresh token of it is worth anything any more. */
  async revokeLogins(clientId: ClientId): Promise<void> {
    this.killAccessTokens(clientId)
    const logins = [...this.#of(clientId).logins]
    await Promise.all(logins.map((login) => this.#provider.RefreshToken.revokeByGrantId(login)))
    this.#lab.tally(clientId).see('The refresh token was revoked', 'bad')
  }

  readonly handle: Handler = async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', this.#origins.auth)
    if (this.#lab.faults.outage) return this.#unavailable(request, response)
    if (pathname === '/token') {
      await this.#lab.gate('/token').pass()
      await pause(tokenMs * this.#lab.pace + (this.#lab.faults.slow ? slowMs : 0))
      // Who went away while waiting has taken the body along.
      if (response.destroyed) return
    }
    if (pathname.startsWith(signInPath)) return handleSignIn(this.#provider, request, response)
    await this.#provider.callback()(request, response)
  }

  /** A gateway's 503. It lets the page read the status: without CORS headers a page sees only a network error. */
  async #unavailable(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fields = new URLSearchParams(await readBody(request))
    const clientId = fields.get('client_id')
    if (request.method !== 'POST') return errorPage(response, 503, 'The authorization server is down.')
    if (isClientId(clientId))
      this.#lab.tally(clientId).count('unavailable', 'Authorization server: 503', 'bad')
    const headers = { 'access-control-allow-origin': this.#origins.app, 'cache-control': 'no-store' }
    sendJson(response, { status: 503, headers, body: { error: 'temporarily_unavailable' } })
  }

  #of(clientId: ClientId) {
    return this.#issued.get(clientId)!
  }

  #listen({ InvalidGrant }: typeof errors): void {
    this.#provider.on('access_token.issued', ({ jti, clientId }) => {
      if (isClientId(clientId)) this.#of(clientId).tokens.add(jti)
    })
    this.#provider.on('refresh_token.saved', ({ grantId, clientId }) => {
      if (isClientId(clientId) && grantId) this.#of(clientId).logins.add(grantId)
    })
    this.#provider.on('grant.success', (ctx) => this.#granted(ctx))
    this.#provider.on('grant.error', (ctx, error) => {
      if (error instanceof InvalidGrant) this.#refused(ctx, error.error_detail)
    })
  }

  #granted({ oidc }: KoaContextWithOIDC): void {
    const clientId = oidc.client?.clientId
    if (!isClientId(clientId)) return
    const tally = this.#lab.tally(clientId)
    if (oidc.params?.['grant_type'] === 'refresh_token') tally.count('grants', 'Tokens renewed', 'good')
    else tally.count('signIns', 'Signed in', 'good')
  }

  #refused({ oidc }: KoaContextWithOIDC, detail: string | undefined): void {
    const clientId = oidc.client?.clientId
    if (!isClientId(clientId)) return
    const tally = this.#lab.tally(clientId)
    tally.count('refused', 'Renewal refused: invalid_grant', 'bad')
    if (detail === 'refresh token already used')
      tally.count('reuse', 'A spent refresh token came again: the login is revoked', 'bad')
  }
}

async function configurationFor({ api, app }: Origins, lab: Lab): Promise<Configuration> {
  const { exportJWK, generateKeyPair } = await import('jose')
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: 'spa', use: 'sig', alg: 'RS256' }
  return {
    clients: clientIds.map((id) => ({
      client_id: id,
      token_endpoint_auth_method: 'none',
      redirect_uris: [`${app}/${id.slice('spa-'.length)}/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    })),
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    // Without this oidc-provider forgives fifteen seconds, and a token of twenty lives for thirty-five.
    clockTolerance: 0,
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    pkce: { required: () => true },
    clientBasedCORS: (_ctx, origin) => origin === app,
    findAccount: (_ctx, id) => accounts.find(id),
    interactions: { url: (_ctx, { uid }) => `${signInPath}${uid}` },
    renderError: (ctx, { error_description }) =>
      errorPage(ctx.res, ctx.status, error_description ?? 'Sorry.'),
    ttl: {
      AccessToken: () => lab.tokenLifetimeS,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 3_600,
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => api,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'shop',
          audience: api,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  }
}

/** Both apps are the shop's own: nobody is asked for consent, and each sign-in is a login of its own. */
async function grantAll(provider: Provider, { oidc }: KoaContextWithOIDC, api: string) {
  const { client, session } = oidc
  if (!client || !session?.accountId) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid offline_access')
  grant.addResourceScope(api, 'shop')
  await grant.save()
  return grant
}
