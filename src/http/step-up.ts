import type { Challenge } from './challenge.js'

/** What the API asks for: a wider scope (RFC 6750 §3.1), or a fresher or stronger sign-in (RFC 9470 §3). */
export interface StepUpRequest {
  /** The challenge as it stood in WWW-Authenticate; of several requests at once, the first one's. */
  readonly challenge: Challenge
  /** The scope to ask for: all that the token has, and all that is asked. Absent where neither is known. */
  readonly scope?: string | undefined
  /** Authentication contexts, in order of preference, as the challenge has them. */
  readonly acrValues?: string | undefined
  /** How long ago the user may have signed in, in OAuth's seconds. */
  readonly maxAge?: number | undefined
}

/** Reads a challenge. `scope`: what the token has already. */
export function stepUpRequest(challenge: Challenge, scope?: string): StepUpRequest {
  const { scope: asked, acr_values: acrValues, max_age } = challenge.parameters
  const maxAge = /^\d+$/.test(String(max_age)) ? Number(max_age) : undefined
  return { challenge, scope: union(scope, asked), acrValues, maxAge }
}

/** Scopes are a set; those of the first keep their order (RFC 6749 §3.3). */
export function union(...scopes: readonly (string | undefined)[]): string | undefined {
  const all = new Set(scopes.flatMap((scope) => scope?.split(' ') ?? []))
  all.delete('')
  return all.size ? [...all].join(' ') : undefined
}
