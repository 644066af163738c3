import { RefreshConfigurationError } from '../errors.js'
import type { ReceivedAnswer } from './answer.js'
import { formEncode, proveClient } from './client-authentication.js'
import type { RefreshTokenGrant, TokenEndpointOptions } from './grant-options.js'

/** The names and values of a body; one that is undefined or null is left out, an array is repeated. */
export type Members = object

/**
 * Sends one request to the token endpoint, through no interceptor and without a bearer token.
 *
 * @param members writes the body; it is the app's own code in part and may throw
 * @returns the answer, whatever its status
 * @throws RefreshConfigurationError where the request cannot be written; else what `fetch` rejects with
 */
export async function sendTokenRequest(
  endpoint: RefreshTokenGrant,
  members: () => Members,
  signal: AbortSignal,
): Promise<ReceivedAnswer> {
  const request = writeRequest(endpoint, members, signal)
  // Not called as a method: a browser's fetch refuses any `this` but the window.
  const send = endpoint.fetch ?? globalThis.fetch
  return readAnswer(await send(String(endpoint.tokenEndpoint), request))
}

/** Reads a `Response` to its end. @throws what the body's stream fails with */
export async function readAnswer(response: Response): Promise<ReceivedAnswer> {
  const { status, headers, redirected } = response
  return { status, body: readBody(await response.text()), headers, redirected }
}

/** The parsed JSON, the text itself where it is none, undefined where it is empty or blank. */
export function readBody(text: string): unknown {
  if (!text.trim()) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** What every grant sends: who the client is, the scope, resources (RFC 8707) and the app's own parameters. */
export function sharedMembers(endpoint: TokenEndpointOptions): Members {
  const { scope, resource, parameters } = endpoint
  return { ...proveClient(endpoint).members, scope, resource, ...parameters }
}

function writeRequest(endpoint: RefreshTokenGrant, members: () => Members, signal: AbortSignal): RequestInit {
  try {
    const { encoding, refreshTokenIn, credentials = refreshTokenIn === 'cookie' && 'include' } = endpoint
    // No `cache`: some runtimes throw at it, and nobody caches a POST. `credentials` only where needed: the same.
    return {
      method: 'POST',
      redirect: 'manual',
      headers: writeHeaders(endpoint),
      body: encoding === 'json' ? JSON.stringify(members()) : writeForm(members()),
      signal,
      ...(credentials && { credentials }),
    }
  } catch (cause) {
    throw new RefreshConfigurationError('It could not be written, see `cause`.', { cause })
  }
}

function writeHeaders(endpoint: TokenEndpointOptions): Headers {
  const { encoding, headers: own = {} } = endpoint
  const headers = new Headers({
    accept: 'application/json',
    'content-type': `application/${encoding === 'json' ? encoding : 'x-www-form-urlencoded'}`,
    ...proveClient(endpoint).headers,
  })
  for (const [name, value] of Object.entries(typeof own === 'function' ? own() : own)) {
    if ((value as unknown) != null) headers.set(name, value)
  }
  return headers
}

function writeForm(members: Members): string {
  const entries = Object.entries(members) as [string, string | string[] | null | undefined][]
  const pairs = entries.flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${formEncode(name)}=${formEncode(String(one))}`),
  )
  return pairs.join('&')
}
