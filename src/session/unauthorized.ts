import { parseChallenges, vetoOf, type Challenge } from '../http/challenge.js'
import { versionOf, type SessionState, type Stamp } from './state.js'
import { LoginRequiredError, type SessionError } from '../errors.js'
import { originOf, pageBase } from '../http/origin.js'
import { readHeader } from '../http/headers.js'
import type { Terms } from './terms.js'
import type { TransportAnswer } from './transport.js'

/**
 * What a request's first 401 leads to; behaviour 12. A second one always goes to the caller.
 *
 * - 'toCaller': it belongs to another login.
 * - an error: nobody is signed in any more, or never was; it goes to the caller with this reason.
 * - 'replay': the token was renewed while the request was on its way (the late 401): no grant.
 * - 'renew': the current token is refused: one grant, then a replay.
 */
export type Ruling = 'toCaller' | SessionError | 'replay' | 'renew'

/** `mayAppear`: a cookie or `acquire` may show a session that was never seen; behaviour 3. */
export function ruleOn(stamp: Stamp, state: SessionState, mayAppear: boolean): Ruling {
  const isSignedOut = state.status === 'signedOut'
  const isSame = stamp.generation === state.generation
  // The last 401s of a session arrive after its end: their callers are told why, as those were that waited.
  if (isSignedOut && state.lastError && stamp.generation === state.generation - 1) return state.lastError
  if (!isSame || state.status === 'disposed') return 'toCaller'
  if (stamp.version < versionOf(state)) return 'replay'
  return isSignedOut && !mayAppear ? new LoginRequiredError('no_session') : 'renew'
}

/**
 * What an answer says before anyone asks whether it refuses the token; behaviours 5 and 13. 'unmendable': it came
 * from elsewhere, or the request itself is at fault. A challenge: a better token is needed, not a newer one.
 * 'open': nothing against a renewal; so is a 401 whose challenge cannot be read, since CORS hides it.
 */
export function examine(answer: TransportAnswer, requestUrl: string): 'open' | 'unmendable' | Challenge {
  // Mocks tell a relative address, or none: that says nothing.
  const asked = originOf(requestUrl, pageBase())
  const origin = answer.url ? originOf(answer.url, asked) : undefined
  if (origin && origin !== asked) return 'unmendable'
  const veto = vetoOf(parseChallenges(readHeader(answer.headers, 'www-authenticate')))
  if (!veto) return 'open'
  return veto.parameters['error'] === 'invalid_request' ? 'unmendable' : veto
}

/** Behaviour 14: the app's own sign, where it has one. One that fails is reported, and the status decides. */
export function refuses(
  answer: TransportAnswer,
  { isUnauthorized, core }: Pick<Terms, 'isUnauthorized' | 'core'>,
): boolean | Promise<boolean> {
  const byStatus = answer.status === 401
  if (!isUnauthorized) return byStatus
  const said = core.events.guard('isUnauthorized', () => isUnauthorized(answer)) ?? byStatus
  return typeof said === 'boolean' ? said : Promise.resolve(said).catch(() => byStatus)
}
