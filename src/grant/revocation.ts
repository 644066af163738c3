import type { FindEndpoints } from './endpoints.js'
import { post } from './token-request.js'
import { RefreshConfigurationError } from '../errors.js'
import type { RefreshTokenGrant } from './grant-options.js'

/** What a revocation request says (RFC 7009 §2.1); nothing where the token is a cookie. */
export interface RevocationMembers {
  readonly token?: string
  readonly token_type_hint?: 'refresh_token' | 'access_token'
}

/**
 * Asks the server to forget a token (RFC 7009 §2). The client shows who it is as at the token endpoint.
 *
 * @throws whatever keeps it from being done: a server that knows no such token has done it (§2.2)
 */
export async function revokeToken(
  client: RefreshTokenGrant,
  find: FindEndpoints,
  members: RevocationMembers,
  signal: AbortSignal,
): Promise<void> {
  const endpoints = await find(signal)
  const { revocationEndpoint } = endpoints
  if (!revocationEndpoint)
    throw new RefreshConfigurationError('Set `revocationEndpoint`: the metadata of `issuer` names none.')
  // The page may be on its way to the next one.
  const init = { signal, keepalive: true }
  const { status } = await post(
    client,
    endpoints,
    revocationEndpoint,
    (own) => ({ ...members, ...own }),
    init,
  )
  if (!/^2/.test(`${status}`)) throw new Error(`The revocation endpoint said HTTP ${status}`)
}
