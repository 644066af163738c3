import { union, type StepUpRequest } from './step-up.js'

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
