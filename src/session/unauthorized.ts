import { credentialOf, type SessionState, type Stamp } from './state.js'
import { parseChallenges, vetoOf, type Challenge } from '../http/challenge.js'
import { originOf } from '../http/origin.js'
import { readHeader } from '../http/headers.js'
import type { TransportAnswer } from './transport.js'

/**
 * What a request's first 401 leads to; behaviour 12. A second one always goes to the caller.
 *
 * - 'toCaller': it belongs to another login, or nobody is signed in.
 * - 'replay': the token was renewed while the request was on its way (the late 401): no grant.
 * - 'renew': the current token is refused: one grant, then a replay.
 */
export type Ruling = 'toCaller' | 'replay' | 'renew'

/** `mayAppear`: a cookie or `acquire` may show a session that was never seen; behaviour 3. */
export function ruleOn(stamp: Stamp, state: SessionState, mayAppear: boolean): Ruling {
  if (state.generation !== stamp.generation || state.status === 'disposed') return 'toCaller'
  const version = credentialOf(state)?.version ?? 0
  if (stamp.version < version) return 'replay'
  return state.status === 'signedOut' && !mayAppear ? 'toCaller' : 'renew'
}

/** What an answer says before anyone asks whether it refuses the token. */
export type Finding =
  /** Nothing against a renewal. */
  | { readonly type: 'open' }
  /** It came from elsewhere, or the request itself is at fault: no token would mend it. */
  | { readonly type: 'unmendable' }
  /** A better token is needed, not a newer one. */
  | { readonly type: 'stepUp'; readonly challenge: Challenge }

/** Behaviours 5 and 13. A 401 whose challenge cannot be read (CORS hides it) speaks against nothing. */
export function examine(answer: TransportAnswer, requestUrl: string): Finding {
  if (answer.url && originOf(answer.url) !== originOf(requestUrl)) return { type: 'unmendable' }
  const veto = vetoOf(parseChallenges(readHeader(answer.headers, 'www-authenticate')))
  if (!veto) return { type: 'open' }
  return veto.parameters['error'] === 'invalid_request'
    ? { type: 'unmendable' }
    : { type: 'stepUp', challenge: veto }
}
