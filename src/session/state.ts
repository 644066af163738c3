import type { LoginRequiredError, SessionError } from '../errors.js'
import type { Flight } from './flight.js'
import type { Freshness } from './windows.js'
import type { TokenSet } from '../tokens.js'

/**
 * What a request was sent with. Generations are counted by this process: one for every login, logout and end.
 * Versions are counted by the session: one for every token set; 0 is a request that went out bare.
 */
export interface Stamp {
  readonly generation: number
  readonly version: number
  /** The header's value; '' where there is no token, undefined where it is a cookie: then headers are not ours. */
  readonly authorization: string | undefined
}

/** One token set of one session. The object itself is the stamp of the requests sent with it. */
export interface Credential extends Stamp {
  readonly sessionId: string
  readonly tokens: TokenSet
  /** When the grant was sent, in epoch milliseconds. */
  readonly issuedAt: number
  /** False where neither a refresh token, a cookie nor a function could renew it: then there are no windows. */
  readonly isRenewable: boolean
  /** True where the vault holds its refresh token. */
  readonly isVaulted?: boolean | undefined
  /**
   * How fit it was when a grant brought it, until it is first sent: a token from a grant is used at least once,
   * even one that was short on arrival.
   */
  arrival: Freshness | undefined
}

/** After a failed grant: no other one before `until`, in epoch milliseconds; doubles with `failures`. */
export interface CoolDown {
  readonly until: number
  /** How long it is: a clock that was set back does not make it longer. */
  readonly lengthMs: number
  readonly failures: number
  readonly error: SessionError
}

interface Common {
  readonly generation: number
  readonly coolDown?: CoolDown | undefined
  readonly lastError?: SessionError | undefined
  /**
   * Nobody waits for it any more: it is past its deadline, or another tab has renewed meanwhile. But its answer may
   * still come and would be committed; given up when the next one starts.
   */
  readonly late?: Flight | undefined
}

/** The first look into the store is not done. Requests wait for it. */
interface Loading extends Common {
  readonly status: 'loading'
}

/** Requests go out bare. */
export interface SignedOut extends Common {
  readonly status: 'signedOut'
  /** True until a logout or an end: a cookie or `acquire` may yet show a session that this process never saw. */
  readonly isUnseen: boolean
}

/** There are tokens, and no grant is on its way. */
export interface Active extends Common {
  readonly status: 'active'
  readonly credential: Credential
}

/** A grant or an acquisition is on its way. */
export interface Refreshing extends Common {
  readonly status: 'refreshing'
  /** What is being renewed; undefined for the first tokens. */
  readonly credential: Credential | undefined
  readonly flight: Flight
  /** A 401 refused the current token: new requests are held, whatever its expiry says. */
  readonly isRejected: boolean
}

/** Nothing is held, nothing is renewed, nothing listens any more. */
export interface Disposed extends Common {
  readonly status: 'disposed'
}

/** All that a session can be. One owner holds it; it changes through the functions below only. */
export type SessionState = Loading | SignedOut | Active | Refreshing | Disposed

/** The token set that is current, whether or not it is being renewed. */
export function credentialOf(state: SessionState): Credential | undefined {
  return state.status === 'active' || state.status === 'refreshing' ? state.credential : undefined
}

/** The token version that is current; 0 where there is no token set. */
export function versionOf(state: SessionState): number {
  return credentialOf(state)?.version ?? 0
}

/** Every flight that the state knows of; one that the next state does not know is left. */
export function flightsOf(state: SessionState): readonly Flight[] {
  const current = state.status === 'refreshing' ? [state.flight] : []
  return state.late ? [...current, state.late] : current
}

/** Nobody is signed in, or another one is: every stamp made before is of an older generation. */
export function signedOut(state: SessionState, lastError?: LoginRequiredError): SignedOut {
  return { status: 'signedOut', generation: state.generation + 1, isUnseen: false, lastError }
}

/** The store was empty: the generation stays, since nothing has been known before. */
export function foundNothing(state: SessionState): SignedOut {
  return { status: 'signedOut', generation: state.generation, isUnseen: true }
}

/** New tokens of whatever origin; the cool-down and the last error are past. */
export function activated(credential: Credential): Active {
  return { status: 'active', generation: credential.generation, credential }
}

/**
 * Another tab has renewed the same session. Where it has left the refresh token that is on the wire from here, that
 * grant is not cut short: the server may be replacing it. An acquisition is: nobody needs the dialog any more.
 */
export function overtaken(state: SessionState, credential: Credential): Active {
  const left = credentialOf(state)?.tokens
  // With no tokens before it is another login perhaps, whose cookie must not be replaced by the old one's.
  const isLeft = left && left.refreshToken === credential.tokens.refreshToken
  return { ...activated(credential), late: isLeft ? flightsOf(state).find(isGranting) : undefined }
}

function isGranting({ plan, phase }: Flight): boolean {
  return plan.lock !== undefined && (phase === 'granting' || phase === 'committing')
}

/** The same tokens, as though they had ended at `now`; for `tokenflight/devtools`. */
export function expired(state: SessionState, now: number): SessionState {
  if ((state.status !== 'active' && state.status !== 'refreshing') || !state.credential) return state
  const { credential } = state
  const tokens = Object.freeze({ ...credential.tokens, expiresAt: now })
  return { ...state, credential: { ...credential, tokens, arrival: undefined } }
}

/** The late answer is waited for no longer, so that there is one grant on the wire at most. */
export function givenUp(state: SessionState): SessionState {
  return state.late ? { ...state, late: undefined } : state
}

/** What is left of a cool-down at `now`, in milliseconds. */
export function coolingMs({ coolDown }: SessionState, now: number): number {
  const leftMs = coolDown ? coolDown.until - now : 0
  return leftMs > 0 && coolDown ? Math.min(leftMs, coolDown.lengthMs) : 0
}

/** A flight starts. The cool-down stays until it succeeds, so that its failures go on counting. */
export function tookOff(state: SessionState, flight: Flight, isRejected: boolean): Refreshing {
  const { generation, coolDown, lastError, late } = state
  return {
    status: 'refreshing',
    generation,
    credential: credentialOf(state),
    flight,
    isRejected,
    coolDown,
    lastError,
    late,
  }
}

/** A 401 refused the token that is being renewed. */
export function rejected(state: Refreshing): Refreshing {
  return state.isRejected ? state : { ...state, isRejected: true }
}

/** The flight failed and nothing is lost: the tokens are kept and a cool-down begins. `isLate`: its answer may come. */
export function failed(state: Refreshing, coolDown: CoolDown, isLate: boolean): Active | SignedOut {
  const { generation, credential, flight } = state
  const late = isLate ? flight : state.late
  const common = { generation, coolDown, lastError: coolDown.error, late }
  return credential
    ? { ...common, status: 'active', credential }
    : { ...common, status: 'signedOut', isUnseen: true }
}

/** The cool-down is skipped: the network is back or the app asks. Its failures are forgotten. */
export function warmed(state: SessionState): SessionState {
  return state.coolDown ? { ...state, coolDown: undefined } : state
}

/** For ever. */
export function disposed(state: SessionState): Disposed {
  return { status: 'disposed', generation: state.generation + 1 }
}
