import { RefreshConfigurationError, RefreshUnavailableError, type SessionError } from '../errors.js'
import type { Endpoints, FindEndpoints } from './endpoints.js'
import type { RefreshTokenGrant } from './grant-options.js'
import { isEndpoint } from '../http/origin.js'
import { membersOf } from './redact.js'
import { readHeader } from '../http/headers.js'
import { parseRetryAfter } from '../http/retry-after.js'
import { readBody } from './token-request.js'

/** How the metadata is asked for. */
interface DiscoveryContext {
  readonly issuer: string
  /** Default: the global `fetch`. */
  readonly send: typeof fetch | undefined
  readonly allowInsecure: boolean | undefined
  readonly signal: AbortSignal
}

/** Why an address gave no metadata. Of several reasons the weightiest is told. */
interface Failure {
  /** 0: there is nothing. 1: it cannot answer now. 2: it has metadata, which must not be used. */
  readonly weight: number
  readonly error: SessionError
}

const advice = 'Check `issuer`, or set `tokenEndpoint` and `revocationEndpoint` by hand.'

/** Asks an issuer for its endpoints, once for all who want them at the same time or later; again where that failed. */
export function finder({ issuer, fetch: send }: RefreshTokenGrant, allowInsecure?: boolean): FindEndpoints {
  let found: Promise<Endpoints> | undefined
  return async (signal) => {
    const joined = found
    const known = await joined?.catch(() => {})
    if (known) return known
    // Whoever asked before may have left in the middle: that was no answer for the others.
    if (found === joined) found = discover({ issuer: issuer as string, send, allowInsecure, signal })
    return found as Promise<Endpoints>
  }
}

/**
 * Finds an authorization server's endpoints by its metadata: at the address of RFC 8414 §3.1, else at that of OpenID
 * Connect Discovery §4. A browser cannot tell a 404 without CORS headers from a dead network, so each is tried.
 *
 * @throws RefreshUnavailableError where a later try may help; it is definite, since no token was sent
 * @throws RefreshConfigurationError where there is no metadata, or it is another issuer's
 */
async function discover(context: DiscoveryContext): Promise<Endpoints> {
  const failures: Failure[] = []
  for (const address of addressesOf(context.issuer)) {
    const found = await ask(address, context)
    if ('tokenEndpoint' in found) return found
    failures.push(found)
  }
  throw failures.reduce((one, other) => (other.weight > one.weight ? other : one)).error
}

/** RFC 8414 §3.1 puts the well-known part between host and path, OpenID Connect after the path. */
function addressesOf(issuer: string): readonly string[] {
  const hostAndPath = /(\/\/[^/]*)(.*?)\/?$/
  return [
    issuer.replace(hostAndPath, '$1/.well-known/oauth-authorization-server$2'),
    issuer.replace(hostAndPath, '$1$2/.well-known/openid-configuration'),
  ]
}

async function ask(
  address: string,
  { issuer, send = globalThis.fetch, allowInsecure, signal }: DiscoveryContext,
): Promise<Endpoints | Failure> {
  const hint = `Its address is looked for at ${address}.`
  try {
    const response = await send(address, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal,
    })
    const body = readBody(await response.text())
    return weigh(response, hint) ?? read(body, address, issuer, allowInsecure)
  } catch (cause) {
    return { weight: 1, error: new RefreshUnavailableError('network', { cause, hint }) }
  }
}

/** What the status alone says against it. */
function weigh({ status, headers, redirected }: Response, hint: string): Failure | undefined {
  if (/^(408|425|429|5..)$/.test(`${status}`)) {
    const retryAfterMs = parseRetryAfter(readHeader(headers, 'retry-after'), Date.now())
    return { weight: 1, error: new RefreshUnavailableError('server', { status, retryAfterMs, hint }) }
  }
  const isRedirect = redirected || status === 0 || /^3/.test(`${status}`)
  if (!isRedirect && /^2/.test(`${status}`)) return undefined
  const what = isRedirect ? 'It redirects, which is not followed.' : 'There is nothing.'
  const detail = status ? { status } : {}
  return { weight: 0, error: new RefreshConfigurationError(`${hint} ${what} ${advice}`, detail) }
}

function read(
  body: unknown,
  address: string,
  issuer: string,
  allowInsecure: boolean | undefined,
): Endpoints | Failure {
  const { issuer: named, token_endpoint, revocation_endpoint } = membersOf(body)
  if (typeof body !== 'object') {
    const hint = `There is no JSON at ${address}. ${advice}`
    return { weight: 1, error: new RefreshUnavailableError('malformed', { hint }) }
  }
  const isUsable = (url: unknown): url is string =>
    isEndpoint(url, allowInsecure) && /^https?:/i.test(String(url))
  // RFC 8414 §3.3: identical, to the last slash; else one server could pass for another.
  if (named !== issuer) {
    const whose = typeof named === 'string' ? `the issuer "${named.slice(0, 300)}"` : 'no issuer'
    return mixUp(`${address} is the metadata of ${whose}: set \`issuer\` to exactly what it should say.`)
  }
  if (!isUsable(token_endpoint))
    return mixUp(`${address} names no \`token_endpoint\` that is https: set \`tokenEndpoint\` by hand.`)
  const revocationEndpoint = isUsable(revocation_endpoint) ? revocation_endpoint : undefined
  return { issuer, tokenEndpoint: token_endpoint, revocationEndpoint }
}

function mixUp(words: string): Failure {
  return { weight: 2, error: new RefreshConfigurationError(words) }
}
