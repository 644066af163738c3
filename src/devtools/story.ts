import type { Call, Ending, GrantSpan, Place } from './record.js'
import type { RefreshReason } from '../grant/grant-options.js'
import type { StepUpRequest } from '../http/step-up.js'

/** A length of time as a person says it: "212 ms", "3.2 s", "14 s", "2 min 5 s". */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  if (whole < 1000) return `${whole} ms`
  if (whole < 10_000) return `${(whole / 1000).toFixed(1)} s`
  const seconds = Math.round(whole / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

/** Which request it is: "GET /me". */
export function nameOf({ method, path }: Call): string {
  return `${method} ${path}`
}

/** A request's story in one sentence; `now` is epoch milliseconds, for one that has not ended. */
export function storyOf(call: Call, now: number): string {
  const { past, present } = clausesOf(call, now)
  const was = past.length ? [`was ${past.join(', ')}`] : []
  if (!call.ended) return `${nameOf(call)} ${[...was, present].join(' and ')}.`
  const joint = call.stays.at(-1)?.place === 'held' ? ', then ' : ' and '
  return `${nameOf(call)} ${[...was, endingOf(call, call.ended)].join(joint)}.`
}

const waits = {
  store: 'while the store was read',
  renewal: 'for a renewal',
  stepUp: 'for the app to bring one',
}

/** What has happened, and what is going on. */
function clausesOf(call: Call, now: number): { past: string[]; present: string | undefined } {
  const past: string[] = []
  let present: string | undefined
  for (const [index, { place, from, until, waitsFor = 'renewal' }] of call.stays.entries()) {
    const length = duration((until ?? now) - from)
    if (until === undefined) present = `${presentOf(place, waits[waitsFor])}, ${length} so far`
    else if (place === 'held') past.push(`held ${length} ${waits[waitsFor]}`)
    else past.push(...wayOf(call, place, index))
  }
  return { past, present }
}

/** One way to the API and back. */
function wayOf({ stays, isRefused }: Call, place: Place, index: number): string[] {
  const then = stays[index - 1]?.place === 'held' ? 'then ' : ''
  const next = stays[index + 1]
  const more = next?.waitsFor === 'stepUp' ? ['asked for a better token'] : []
  if (place === 'replay') return [`${then}sent again`, ...more]
  // Its second way begins at once where the token was renewed while it was on its first.
  if (isRefused && !more.length) return refusal(next?.place === 'replay')
  return [`${then}sent`, ...more]
}

function presentOf(place: Place, what: string): string {
  if (place === 'held') return `is held ${what}`
  return place === 'wire' ? 'is on the wire' : 'is on the wire again'
}

function refusal(isLate: boolean): string[] {
  return isLate ? ['refused with a token that had been renewed meanwhile'] : ['refused']
}

const reasons = {
  aborted: 'aborted by its caller',
  ERR_LOGIN_REQUIRED: 'rejected: the user has to sign in again',
  ERR_REFRESH_UNAVAILABLE: 'rejected: no token could be had for now',
  ERR_REFRESH_CONFIGURATION: 'rejected: the token endpoint is not called as it wants to be',
  ERR_SESSION_CHANGED: 'rejected: the session had changed while it waited',
  ERR_STEP_UP_REQUIRED: 'answered: the API asks for a better token',
  ERR_BODY_NOT_REPLAYABLE: 'not sent again, since its body can be read only once',
} as const

function endingOf({ stays, from, isRefused }: Call, { status, reason, at }: Ending): string {
  const isAt = (place: Place): boolean => stays.at(-1)?.place === place
  if (reason) {
    const unsent = neverLeft(stays, reason) ? ', never sent' : ''
    return `${reasons[reason]}${unsent}${status === undefined || isRefused ? '' : ` (${status})`}`
  }
  if (status === undefined) return isAt('held') ? 'given up: its time ran out' : 'got no answer'
  const isRefusedAgain = status === 401 && isRefused && isAt('replay')
  const length = stays.length === 1 ? ` after ${duration(at - from)}` : ''
  return `${isRefusedAgain ? 'refused again with' : 'answered'} ${status}${length}`
}

function neverLeft(stays: Call['stays'], reason: Ending['reason']): boolean {
  // Of one that is aborted without a word before, nobody knows: the record may have begun when it was on its way.
  const isKnown = stays.length > 0 || reason !== 'aborted'
  return isKnown && stays.every(({ place }) => place === 'held')
}

/** Why tokens are asked for. */
export const grantReasons: Readonly<Record<RefreshReason, string>> = {
  expired: 'the token is at its end',
  ahead: 'the token nears its end',
  unauthorized: 'a 401 refused the token',
  refreshWhen: 'refreshWhen asked for it',
  requested: 'session.refresh() asked for it',
  first: 'there is no token yet',
  ended: 'the session has just ended',
}

/** A grant's story in one sentence. */
export function grantStoryOf({ reason, from, until, outcome, error }: GrantSpan, now: number): string {
  const length = duration((until ?? now) - from)
  const because = `A grant, because ${grantReasons[reason]}`
  if (outcome === 'granted') return `${because}: new tokens after ${length}.`
  if (outcome === 'left') return `${because}: not needed any more after ${length}.`
  if (outcome === 'failed')
    return `${because}: failed after ${length}. ${error?.message ?? 'It is tried again.'}`
  return `${because}: on its way, ${length} so far.`
}

/** What an API asks for of the next token, in its own words: `: scope "read admin", max_age 60`. */
export function asked({ scope, acrValues, maxAge }: StepUpRequest): string {
  const wanted = [
    scope && `scope "${scope}"`,
    acrValues && `acr_values "${acrValues}"`,
    maxAge !== undefined && `max_age ${maxAge}`,
  ].filter(Boolean)
  return wanted.length ? `: ${wanted.join(', ')}` : ''
}
