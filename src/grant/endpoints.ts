import { loader } from './loader.js'
import type { Proof } from './token-request.js'
import type { RefreshTokenGrant } from './grant-options.js'

/** Where a client's next request goes, and what it shows of itself there. */
export interface Endpoints {
  /** Known where the endpoints were found by it. */
  readonly issuer?: string | undefined
  readonly tokenEndpoint: string
  readonly revocationEndpoint?: string | undefined
  /** A client assertion (RFC 7523 §2.2), for one request only. */
  readonly assertion?: Proof | undefined
}

/**
 * Finds the endpoints, once; what was found is remembered, a failure is not. Each call makes a new assertion, where
 * the client shows one. Nothing has been sent to them then: a failure is definite.
 *
 * @throws RefreshUnavailableError or RefreshConfigurationError
 */
export type FindEndpoints = (signal: AbortSignal) => Promise<Endpoints>

/** The finder of one session's endpoints: it knows them, or asks the issuer (RFC 8414). */
export function endpointFinder(client: RefreshTokenGrant, allowInsecure?: boolean): FindEndpoints {
  const { issuer, tokenEndpoint, revocationEndpoint, clientAssertion } = client
  const byHand = revocationEndpoint && { revocationEndpoint: String(revocationEndpoint) }
  const discover =
    issuer === undefined
      ? undefined
      : loader(() => import('./discovery.js').then(({ finder }) => finder(client, allowInsecure)))
  const assert = clientAssertion && loader(() => import('./client-assertion.js'))
  return async (signal) => {
    const found = discover ? await (await discover())(signal) : { tokenEndpoint: String(tokenEndpoint) }
    const assertion = await (await assert?.())?.assertClient(client, issuer ?? found.tokenEndpoint)
    return { ...found, ...byHand, assertion }
  }
}
