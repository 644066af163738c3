import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Tokens } from './auth.js'
import { basePath, clientId, issuer, tokenEndpoint } from './servers.js'

/** What has to be the same when the user comes back (RFC 6749 §10.12, RFC 7636 §4.1, OpenID Connect Core §3.1.2.1). */
interface Begun {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

const key = `${basePath}sign-in`
const redirectUri = `${location.origin}${basePath}callback`

/** Sends the user to the authorization server (authorization code flow with PKCE). */
export async function beginSignIn(): Promise<void> {
  const begun: Begun = { state: random(), nonce: random(), verifier: random() }
  sessionStorage.setItem(key, JSON.stringify(begun))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(begun.verifier))
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid shop',
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    prompt: 'login',
  })
  location.assign(`${issuer}/auth?${query}`)
}

/**
 * Takes what the authorization server sent along with the user, and exchanges the code for tokens.
 *
 * @throws Error where the answer is not to what this tab has asked
 */
export async function completeSignIn(): Promise<Tokens> {
  const answer = new URLSearchParams(location.search)
  const begun = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Begun | null
  sessionStorage.removeItem(key)
  if (!begun || answer.get('state') !== begun.state)
    throw new Error('This sign-in was not begun in this tab.')
  // One server cannot pass its code off as another's (RFC 9207 §2.4).
  if (answer.get('iss') !== issuer) throw new Error('This answer is not from our authorization server.')
  const code = answer.get('code')
  if (!code) throw new Error(answer.get('error_description') ?? 'The authorization server sent no code.')
  const tokens = await exchange(code, begun.verifier)
  await checkIdToken(tokens.id_token, begun.nonce)
  return tokens
}

async function exchange(code: string, verifier: string): Promise<Tokens> {
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  })
  if (!response.ok) throw new Error(`The authorization server answered ${response.status}. Try again.`)
  return (await response.json()) as Tokens
}

async function checkIdToken(idToken: string, nonce: string): Promise<void> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  const { payload } = await jwtVerify(idToken, keys, { issuer, audience: clientId })
  if (payload['nonce'] !== nonce) throw new Error('This sign-in was not begun in this tab.')
}

function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)))
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
