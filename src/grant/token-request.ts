import { RefreshConfigurationError } from '../errors.js'
import type { Endpoints } from './endpoints.js'
import type { ReceivedAnswer } from './answer.js'
import type { RefreshTokenGrant } from './grant-options.js'
import { reasonOf } from '../http/abort.js'

/** What sets one grant apart from another; all else of its body is the client's (RFC 6749 §6, §4.4). */
export interface GrantMembers {
  readonly grant_type: 'refresh_token' | 'client_credentials'
  readonly refresh_token?: string | undefined
}

/** What a client shows of itself: a header's value, or members of the body. */
export type Proof = Readonly<Record<string, string | undefined>>

/**
 * Sends one request to the token endpoint, through no interceptor and without a bearer token.
 *
 * @returns the answer, whatever its status
 * @throws RefreshConfigurationError where the request cannot be written, else what `fetch` rejects with
 */
export function sendTokenRequest(
  client: RefreshTokenGrant,
  endpoints: Endpoints,
  grant: GrantMembers,
  signal: AbortSignal,
): Promise<ReceivedAnswer> {
  const write = (own: Proof): object => {
    const { scope, resource, parameters } = client
    return client.body?.(grant.refresh_token ?? '') ?? { ...grant, ...own, scope, resource, ...parameters }
  }
  return post(client, endpoints, endpoints.tokenEndpoint, write, { signal })
}

/** Posts what `write` makes of the client's own members of the body. @throws as `sendTokenRequest` does */
export async function post(
  client: RefreshTokenGrant,
  endpoints: Endpoints,
  url: string,
  write: (own: Proof) => object,
  init: RequestInit & { readonly signal: AbortSignal },
): Promise<ReceivedAnswer> {
  const request = { ...writeRequest(client, write, endpoints.assertion), ...init }
  // While it was made ready, whoever wants it may have left.
  if (init.signal.aborted) throw reasonOf(init.signal)
  // Not called as a method: a browser's fetch refuses any `this` but the window.
  const send = client.fetch ?? globalThis.fetch
  return readAnswer(await send(url, request))
}

/** Reads a `Response` to its end. @throws what the body's stream fails with */
export async function readAnswer(response: Response): Promise<ReceivedAnswer> {
  const { status, headers, redirected } = response
  const body = readBody(await response.text())
  // What another address says after a redirect is not the endpoint's word.
  return redirected ? { status: 0 } : { status, headers, body }
}

/** The parsed JSON; what is no JSON stays as it is. */
export function readBody(body: unknown): unknown {
  try {
    return JSON.parse(body as string) as unknown
  } catch {
    return body
  }
}

function writeRequest(
  client: RefreshTokenGrant,
  write: (own: Proof) => object,
  assertion: Proof | undefined,
): RequestInit {
  const { encoding, refreshTokenIn, credentials } = client
  try {
    const { authorization, ...own } = assertion ?? proveClient(client)
    const members = write(own)
    // No `cache`: some runtimes throw at it, and nobody caches a POST. `credentials` only where needed: the same.
    return {
      method: 'POST',
      redirect: 'manual',
      headers: writeHeaders(client, authorization),
      body: encoding === 'json' ? JSON.stringify(members) : writeForm(members),
      credentials: credentials ?? (refreshTokenIn === 'cookie' ? 'include' : undefined),
    } as RequestInit
  } catch (cause) {
    throw new RefreshConfigurationError('It could not be written, see `cause`.', { cause })
  }
}

/** Shows who the client is (RFC 6749 §2.3.1; a public client: §3.2.1). */
function proveClient(client: RefreshTokenGrant): Proof {
  const { clientId, clientSecret, clientAuthentication = clientSecret && 'client_secret_basic' } = client
  // Encoded first, so that a colon in the id is not taken for the one between them; and it is ASCII then.
  if (clientAuthentication === 'client_secret_basic')
    return { authorization: `Basic ${btoa([clientId, clientSecret].map(formEncode).join(':'))}` }
  const isPost = clientAuthentication === 'client_secret_post'
  return { client_id: clientId, client_secret: isPost ? clientSecret : undefined }
}

/** The app's own win, in any case of their names; one that is undefined or null is left out. */
function writeHeaders({ encoding, headers: own }: RefreshTokenGrant, authorization?: string): Headers {
  const headers = new Headers({
    accept: 'application/json',
    'content-type': `application/${encoding === 'json' ? encoding : 'x-www-form-urlencoded'}`,
  })
  const all: object = { authorization, ...(typeof own === 'function' ? own() : own) }
  for (const [name, value] of Object.entries(all) as [string, string?][])
    if (value != null) headers.set(name, value)
  return headers
}

/** What is undefined or null is left out, an array is repeated. */
function writeForm(members: object): string {
  const entries = Object.entries(members) as [string, string | string[] | null | undefined][]
  return entries
    .flatMap(([name, value]) => [value ?? []].flat().map((one) => `${formEncode(name)}=${formEncode(one)}`))
    .join('&')
}

/**
 * Encodes one name or value as application/x-www-form-urlencoded (RFC 6749 Appendix B). Leaves `!'()~` as they
 * are: every decoder reads them, and a server that forgets to decode a secret does too.
 */
export function formEncode(text = ''): string {
  // Not by URLSearchParams: React Native's encoded nothing for years.
  return encodeURIComponent(text).replace(/%20/g, '+')
}
