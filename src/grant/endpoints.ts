import { loader } from './loader.js'
import type { RefreshTokenGrant } from './grant-options.js'

/** Where a client's requests go. */
export interface Endpoints {
  /** Known where the endpoints were found by it. */
  readonly issuer?: string | undefined
  readonly tokenEndpoint: string
  readonly revocationEndpoint?: string | undefined
}

/**
 * Finds the endpoints, once; what was found is remembered, a failure is not. Nothing has been sent to them then.
 *
 * @throws RefreshUnavailableError or RefreshConfigurationError
 */
export type FindEndpoints = (signal: AbortSignal) => Promise<Endpoints>

/** The finder of one session's endpoints: it knows them, or asks the issuer (RFC 8414). */
export function endpointFinder(client: RefreshTokenGrant, allowInsecure?: boolean): FindEndpoints {
  const { issuer, tokenEndpoint, revocationEndpoint } = client
  const byHand = revocationEndpoint && { revocationEndpoint: String(revocationEndpoint) }
  if (issuer === undefined) return async () => ({ tokenEndpoint: String(tokenEndpoint), ...byHand })
  const load = loader(() => import('./discovery.js').then(({ finder }) => finder(client, allowInsecure)))
  return async (signal) => ({ ...(await (await load())(signal)), ...byHand })
}
