import { RefreshUnavailableError } from '../errors.js'
import type { discover } from './discovery.js'
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

const loadDiscovery = (): Promise<{ readonly discover: typeof discover }> => import('./discovery.js')

/** The finder of one session's endpoints: it knows them, or asks the issuer (RFC 8414). */
export function endpointFinder(
  { issuer, tokenEndpoint, revocationEndpoint, fetch }: RefreshTokenGrant,
  allowInsecure?: boolean,
): FindEndpoints {
  const byHand = revocationEndpoint && { revocationEndpoint: String(revocationEndpoint) }
  if (issuer === undefined) return async () => ({ tokenEndpoint: String(tokenEndpoint), ...byHand })
  // Loaded with the session and not when it is needed: a page may stay open until the file is no longer there.
  let module = loadDiscovery()
  module.catch(() => {})
  const look = async (signal: AbortSignal): Promise<Endpoints> => {
    const discovery = await (module = module.catch(loadDiscovery)).catch(unloaded)
    return { ...(await discovery.discover(issuer, { send: fetch, allowInsecure, signal })), ...byHand }
  }
  let found: Promise<Endpoints> | undefined
  return async (signal) => {
    const joined = found
    const known = await joined?.catch(() => {})
    if (known) return known
    // Whoever asked before may have left in the middle: that was no answer for the others.
    if (found === joined) found = look(signal)
    return found as Promise<Endpoints>
  }
}

function unloaded(cause: unknown): never {
  throw new RefreshUnavailableError('network', { cause, hint: 'The code that reads metadata did not load.' })
}
