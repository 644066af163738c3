import { checkAddresses, expected } from '../options.js'
import { endpointFinder } from './endpoints.js'
import { reachVerdict } from './grant.js'
import type { Acquire, ClientAssertion, TokenEndpointAddress, TokenEndpointOptions } from './grant-options.js'
import { sendTokenRequest } from './token-request.js'

/** What `clientCredentials` takes: a `clientSecret` or a `clientAssertion` is needed, and not both. */
export type ClientCredentialsOptions = TokenEndpointAddress &
  ServiceOptions &
  (
    | { readonly clientSecret: string; readonly clientAssertion?: undefined }
    | { readonly clientSecret?: undefined; readonly clientAssertion: ClientAssertion }
  )

/** What a service takes besides the address of its token endpoint. */
export interface ServiceOptions extends TokenEndpointOptions {
  readonly clientId: string
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
  const { now = Date.now, allowInsecure } = options
  const find = endpointFinder(options, allowInsecure)
  return async ({ signal }) => {
    const members = { grant_type: 'client_credentials' } as const
    const ask = async () => sendTokenRequest(options, await find(signal), members, signal)
    const verdict = await reachVerdict(ask, { ...options, now, accessTokenIn: 'header', sentAt: now() })
    if (verdict.type !== 'granted') throw verdict.error
    return { ...verdict.tokens, subject: options.clientId }
  }
}

function checkOptions(options: ClientCredentialsOptions): void {
  const { clientAssertion, allowInsecure } = options
  for (const name of ['clientId', ...(clientAssertion ? [] : ['clientSecret'])] as const) {
    const value: unknown = options[name as 'clientId']
    if (typeof value !== 'string' || !value)
      expected(name, 'a non-empty string', value === '' ? 'an empty string' : typeof value)
  }
  checkAddresses(options, '', allowInsecure)
}
