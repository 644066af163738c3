import { createHash, randomBytes } from 'node:crypto'
import { CookieJar } from '../../cookie-jar.js'
import { redirectUri, secret } from './clients.js'

/** What a sign-in is made of. */
export interface SignIn {
  readonly issuer: string
  readonly username: string
  /** Default 'spa'. */
  readonly clientId?: string
  /** Default 'openid offline_access orders'. */
  readonly scope?: string
  /** What the user consents to. Default: all that is asked for. */
  readonly allowed?: string
  /** The user shows a one-time password as well. Default false. */
  readonly withOtp?: boolean
  /** Further members of the authorization request: `acr_values`, `max_age`. */
  readonly parameters?: Readonly<Record<string, string>>
  /** How the client shows who it is at the token endpoint. Default: as a public one. */
  readonly proof?: Readonly<Record<string, string>>
}

/** A token endpoint's answer as it came. */
export interface OidcTokens {
  readonly access_token: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope?: string
}

/** What discovery tells of a server (RFC 8414 §2), as far as it is used here. */
export interface Endpoints {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly revocation_endpoint: string
  readonly introspection_endpoint: string
  readonly jwks_uri: string
}

/** Where things are (OpenID Connect Discovery 1.0 §4). */
export async function discover(issuer: string): Promise<Endpoints> {
  return (await fetch(`${issuer}/.well-known/openid-configuration`)).json() as Promise<Endpoints>
}

/** The members of a form that prove a client which posts its secret. */
export const postedSecret = { client_secret: secret }

/**
 * Signs a user in as a browser would, over HTTP alone: authorization code flow with PKCE (RFC 6749 §4.1, RFC 7636),
 * with the login and consent pages of the server on the way.
 *
 * @throws Error with the server's own words, where it refuses
 */
export async function signIn(request: SignIn): Promise<OidcTokens> {
  const { clientId = 'spa', proof = {} } = request
  const endpoints = await discover(request.issuer)
  const verifier = randomBytes(32).toString('base64url')
  const code = await authorize(endpoints.authorization_endpoint, { ...request, clientId }, verifier)
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    client_id: clientId,
    ...proof,
  })
  const response = await fetch(endpoints.token_endpoint, { method: 'POST', body })
  if (!response.ok) throw new Error(`No tokens: ${await response.text()}`)
  return (await response.json()) as OidcTokens
}

/** Goes from page to page until the server sends the user back, and hands over the code. */
async function authorize(endpoint: string, request: SignIn, verifier: string): Promise<string> {
  const { scope = 'openid offline_access orders', parameters, clientId = '' } = request
  const state = randomBytes(8).toString('hex')
  const start = new URL(endpoint)
  const query = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    // Without it no refresh token is given to a web application (OpenID Connect Core §11).
    prompt: 'consent',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }
  for (const [name, value] of Object.entries(query)) start.searchParams.set(name, value)
  const end = await travel(start, { ...request, scope })
  if (end.searchParams.get('state') !== state) throw new Error('The state is not the one that was sent')
  const code = end.searchParams.get('code')
  if (!code) throw new Error(`No code: ${end.searchParams.get('error_description')}`)
  return code
}

/** Follows redirects and fills in forms; a browser that shows nothing. */
async function travel(start: URL, request: SignIn): Promise<URL> {
  const jar = new CookieJar()
  let here = start
  let init: RequestInit = {}
  for (let step = 0; step < 12; step++) {
    const response = await jar.fetch(here, { ...init, redirect: 'manual' })
    const location = response.headers.get('location')
    if (location?.startsWith(redirectUri)) return new URL(location)
    if (!location && !response.ok) throw new Error(`${response.status} ${await response.text()}`)
    init = location ? {} : fillIn(request, (await response.json()) as { prompt: string })
    here = location ? new URL(location, here) : here
  }
  throw new Error(`The way from ${start.pathname} leads nowhere`)
}

function fillIn(
  { username, withOtp, allowed, scope = '' }: SignIn,
  { prompt }: { prompt: string },
): RequestInit {
  const fields =
    prompt === 'login' ? { username, ...(withOtp && { otp: '123456' }) } : { scope: allowed ?? scope }
  return { method: 'POST', body: new URLSearchParams(fields) }
}
