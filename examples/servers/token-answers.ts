import type { Answer } from './messages.js'
import type { IssuedTokens } from './token-families.js'

/**
 * How a token endpoint speaks: as RFC 6749 has it, as a home-made backend might, in HttpOnly cookies alone, or with
 * only the refresh token in one.
 */
export type Dialect = 'oauth' | 'home-made' | 'cookies' | 'refresh-cookie'

/** Why a token endpoint says no (RFC 6749 §5.2). */
export type Refusal = 'invalid_grant' | 'invalid_client' | 'unsupported_grant_type'

/** The name of the cookie that the access token is in. */
export const accessTokenCookie = 'access_token'
/** The name of the cookie that the refresh token is in. The browser sends it to the token endpoint only. */
export const refreshTokenCookie = 'refresh_token'

/** New tokens, in the words of the dialect. */
export function granted(dialect: Dialect, { accessToken, refreshToken, expiresIn }: IssuedTokens): Answer {
  if (dialect === 'home-made') {
    return {
      status: 200,
      body: { data: { access: accessToken, renewal: refreshToken, lifetime: expiresIn } },
    }
  }
  const rest = { token_type: 'Bearer', expires_in: expiresIn }
  if (dialect === 'oauth') {
    return { status: 200, body: { access_token: accessToken, refresh_token: refreshToken, ...rest } }
  }
  const refresh = refreshToken ? [refreshCookie(refreshToken)] : []
  if (dialect === 'refresh-cookie') {
    return { status: 200, headers: { 'set-cookie': refresh }, body: { access_token: accessToken, ...rest } }
  }
  return { status: 200, headers: { 'set-cookie': [accessCookie(accessToken), ...refresh] }, body: rest }
}

/** A refusal, in the words of the dialect. */
export function refused(dialect: Dialect, error: Refusal): Answer {
  if (dialect === 'home-made') return { status: 403, body: { code: 'SESSION_OVER' } }
  if (error !== 'invalid_client') return { status: 400, body: { error } }
  return { status: 401, headers: { 'www-authenticate': 'Basic realm="token"' }, body: { error } }
}

/** A real server would add `Secure`; this one speaks plain http on loopback. */
function accessCookie(token: string): string {
  return `${accessTokenCookie}=${token}; Path=/; HttpOnly; SameSite=Strict`
}

function refreshCookie(token: string): string {
  return `${refreshTokenCookie}=${token}; Path=/token; HttpOnly; SameSite=Strict`
}
