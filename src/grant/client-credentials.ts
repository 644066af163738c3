import { isTrustworthy, originOf, pageBase } from '../http/origin.js'
import { reachVerdict } from './grant.js'
import type { Acquire, TokenEndpointOptions } from './grant-options.js'
import { sendTokenRequest } from './token-request.js'

/** What `clientCredentials` takes. */
export interface ClientCredentialsOptions extends TokenEndpointOptions {
  readonly clientId: string
  readonly clientSecret: string
  /** Allows an http endpoint beyond loopback. Default false. */
  readonly allowInsecure?: boolean | undefined
  /** The clock, in epoch milliseconds; the session's own, where that has another. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/**
 * An `acquire` for services: the client_credentials grant (RFC 6749 §4.4). The subject of its tokens is the
 * client itself (RFC 9068 §5), so that held requests go on after the next acquisition.
 *
 * @throws TypeError at once, where an option cannot be used
 * @returns a function that rejects with a `LoginRequiredError`, a `RefreshUnavailableError` or a
 * `RefreshConfigurationError`
 *
 * @example
 * createSession({ acquire: clientCredentials({ tokenEndpoint, clientId, clientSecret, scope: 'orders' }) })
 */
export function clientCredentials(options: ClientCredentialsOptions): Acquire {
  checkOptions(options)
  const { now = Date.now } = options
  return async ({ signal }) => {
    const ask = () => sendTokenRequest(options, { grant_type: 'client_credentials' }, signal)
    const verdict = await reachVerdict(ask, { ...options, now, accessTokenIn: 'header', sentAt: now() })
    if (verdict.type !== 'granted') throw verdict.error
    return { ...verdict.tokens, subject: options.clientId }
  }
}

function checkOptions(options: ClientCredentialsOptions): void {
  for (const name of ['clientId', 'clientSecret'] as const) {
    if (typeof options[name] !== 'string' || !options[name])
      expected(name, 'a non-empty string', options[name])
  }
  const origin = originOf(options.tokenEndpoint, pageBase())
  if (!origin)
    expected('tokenEndpoint', 'an http(s) address (absolute, where there is no page)', options.tokenEndpoint)
  if (!options.allowInsecure && !isTrustworthy(origin)) {
    throw new TypeError(
      `Expected \`tokenEndpoint\` to be https (or loopback, or set \`allowInsecure\`), got ${origin}`,
    )
  }
}

/** Unlike that of the session's options it shows no value: even the wrong kind of thing may be a secret. */
function expected(name: string, what: string, value: unknown): never {
  throw new TypeError(
    `Expected \`${name}\` to be ${what}, got ${value === '' ? 'an empty string' : typeof value}`,
  )
}
