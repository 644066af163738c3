import { LoginRequiredError } from '../errors.js'
import type { TokenSet } from '../tokens.js'
import type { ReceivedAnswer } from './answer.js'
import type { RefreshTokenGrant } from './grant-options.js'
import { sendTokenRequest, sharedMembers } from './token-request.js'

/**
 * Sends the refresh_token grant (RFC 6749 §6).
 *
 * @throws LoginRequiredError 'no_refresh_token' where there is none to send; else as {@link sendTokenRequest}
 */
export async function sendRefreshTokenGrant(
  grant: RefreshTokenGrant,
  current: TokenSet | undefined,
  signal: AbortSignal,
): Promise<ReceivedAnswer> {
  const refreshToken = grant.refreshTokenIn === 'cookie' ? '' : current?.refreshToken
  if (refreshToken === undefined) throw new LoginRequiredError('no_refresh_token')
  const members = () =>
    grant.body?.(refreshToken) ?? {
      grant_type: 'refresh_token',
      // An empty one travels as a cookie.
      refresh_token: refreshToken || undefined,
      ...sharedMembers(grant),
    }
  return sendTokenRequest(grant, members, signal)
}
