import type { Configuration, KoaContextWithOIDC, JWK } from 'oidc-provider'
import { clientsWith } from './clients.js'
import { interactionPath } from './interactions.js'
import { memoryAdapter } from './memory-adapter.js'

/** What can be chosen about the server. */
export interface OidcServerOptions {
  /** Whole seconds, as all of OAuth. Default: an hour. */
  readonly accessTokenLifetimeMs?: number
  /** Of each refresh token, from its own issue. Default: two weeks. */
  readonly refreshTokenLifetimeMs?: number
  /** Whether each grant spends the refresh token; one that is spent and comes back ends the family. Default true. */
  readonly rotates?: boolean
  /** 'jwt': the API reads tokens by itself, and does not learn of a revocation. Default 'opaque'. */
  readonly accessTokens?: 'opaque' | 'jwt'
  /** The public key of the client 'jwt-app' (RFC 7523); without it that client does not exist. */
  readonly assertionKey?: JWK
}

/** What the API is called where its tokens are JWTs (RFC 8707). */
export const apiResource = 'https://api.example/'

/** All of a user's rights at the API. */
const apiScopes = ['orders', 'orders:write']

/** A server as RFC 9700 wants it: PKCE for all, rotation with reuse detection, no tolerance for anyone's clock. */
export function configurationOf(options: OidcServerOptions, signingKey: JWK): Configuration {
  return {
    adapter: memoryAdapter(clientsWith(options.assertionKey)),
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: {
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'ES256',
    },
    clientBasedCORS: () => false,
    clockTolerance: 0,
    cookies: { keys: ['signs the cookies of tests and examples'] },
    jwks: { keys: [signingKey] },
    pkce: { required: () => true },
    rotateRefreshToken: options.rotates ?? true,
    scopes: ['openid', 'offline_access', ...(options.accessTokens === 'jwt' ? [] : apiScopes)],
    acrValues: ['pwd', 'mfa'],
    conformIdTokenClaims: true,
    interactions: { url: (_context, { uid }) => `${interactionPath}${uid}` },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    extraTokenClaims: howTheUserSignedIn,
    renderError: (context, out) => void (context.body = out),
    ttl: lifetimes(options),
    features: features(options),
  }
}

function lifetimes({
  accessTokenLifetimeMs,
  refreshTokenLifetimeMs,
}: OidcServerOptions): Configuration['ttl'] {
  const hour = 3600
  return {
    AccessToken: (accessTokenLifetimeMs ?? hour * 1000) / 1000,
    RefreshToken: (refreshTokenLifetimeMs ?? 14 * 24 * hour * 1000) / 1000,
    AuthorizationCode: 60,
    IdToken: hour,
    Interaction: hour,
    Session: 14 * 24 * hour,
    Grant: 14 * 24 * hour,
  }
}

function features({ accessTokens, accessTokenLifetimeMs }: OidcServerOptions): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    revocation: {
      enabled: true,
      allowedPolicy: (_context, client, token) => client.clientId === token.clientId,
    },
    introspection: { enabled: true, allowedPolicy: (_context, client) => client.clientId === 'api' },
    resourceIndicators: {
      enabled: accessTokens === 'jwt',
      defaultResource: () => apiResource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: apiScopes.join(' '),
        audience: apiResource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
        ...(accessTokenLifetimeMs !== undefined && { accessTokenTTL: accessTokenLifetimeMs / 1000 }),
      }),
    },
  }
}

/** What an API needs to ask for a better sign-in: RFC 9470 §6, from the code or from the refresh token. */
function howTheUserSignedIn({ oidc }: KoaContextWithOIDC): { acr?: string; auth_time?: number } {
  const { AuthorizationCode, RefreshToken } = oidc.entities
  const { acr, authTime } = RefreshToken ?? AuthorizationCode ?? {}
  return { ...(acr !== undefined && { acr }), ...(authTime !== undefined && { auth_time: authTime }) }
}
