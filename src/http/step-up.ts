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
  const maxAge = /^\d+$/.test(max_age ?? '') ? Number(max_age) : undefined
  return { challenge, scope: union(scope, asked), acrValues, maxAge }
}

/** One request for both, where one sign-in can be enough for both; else the first. */
export function joined(one: StepUpRequest, other: StepUpRequest): StepUpRequest {
  const acrValues = one.acrValues ?? other.acrValues
  if (acrValues !== (other.acrValues ?? acrValues)) return one
  const ages = [one.maxAge, other.maxAge].filter((age) => age !== undefined)
  return {
    challenge: one.challenge,
    scope: union(one.scope, other.scope),
    acrValues,
    maxAge: ages.length ? Math.min(...ages) : undefined,
  }
}

/** True where what is good enough for `asked` is good enough for `own`. */
export function covers(asked: StepUpRequest, own: StepUpRequest): boolean {
  const { scope, maxAge } = joined(asked, own)
  const isSame = scope === asked.scope && maxAge === asked.maxAge
  return isSame && (own.acrValues ?? asked.acrValues) === asked.acrValues
}

/** Scopes are a set; those of the first keep their order (RFC 6749 §3.3). */
function union(...scopes: readonly (string | undefined)[]): string | undefined {
  const all = new Set(scopes.flatMap((scope) => scope?.split(' ') ?? []))
  all.delete('')
  return all.size ? [...all].join(' ') : undefined
}
