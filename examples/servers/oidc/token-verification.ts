import { discover } from './authorization-code-flow.js'
import { secret } from './clients.js'
import { apiResource } from './configuration.js'

/** What an API learns of a token that is alive. */
export interface TokenFacts {
  readonly sub?: string
  readonly scope?: string
  readonly acr?: string
  readonly auth_time?: number
}

/** Undefined for a token that is none, or no longer. */
export type VerifyToken = (token: string) => Promise<TokenFacts | undefined>

/**
 * Asks the authorization server about every token (RFC 7662), as the client 'api'.
 *
 * @param origin where the server itself listens: an API stands behind the same proxy
 */
export function introspecting(issuer: string, origin: string): VerifyToken {
  const authorization = `Basic ${btoa(`api:${encodeURIComponent(secret)}`)}`
  let endpoint: Promise<string> | undefined
  return async (token) => {
    endpoint ??= discover(issuer).then((found) => found.introspection_endpoint.replace(issuer, origin))
    const body = new URLSearchParams({ token })
    const response = await fetch(await endpoint, { method: 'POST', headers: { authorization }, body })
    if (!response.ok) throw new Error(`Introspection: ${response.status} ${await response.text()}`)
    const facts = (await response.json()) as TokenFacts & { readonly active: boolean }
    return facts.active ? facts : undefined
  }
}

/** Reads JWT access tokens by itself (RFC 9068): signature, issuer, audience and expiry, with no tolerance. */
export function readingJwts(issuer: string): VerifyToken {
  const loading = import('jose')
  let keys: Promise<Response> | undefined
  return async (token) => {
    const { createLocalJWKSet, jwtVerify } = await loading
    keys ??= discover(issuer).then(({ jwks_uri }) => fetch(jwks_uri))
    const keySet = createLocalJWKSet(await (await keys).clone().json())
    const verified = jwtVerify<TokenFacts>(token, keySet, { issuer, audience: apiResource, typ: 'at+jwt' })
    return verified.then(({ payload }) => payload).catch(() => undefined)
  }
}
