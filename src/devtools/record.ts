import type { SessionError, SessionErrorCode } from '../errors.js'
import type { RefreshReason } from '../grant/grant-options.js'
import type { SessionEvent } from '../session/events.js'

/** What is written down: each event, and the end that no event tells, seen in the snapshot alone. */
export type Noted = SessionEvent | { readonly type: 'left'; readonly isDisposed: boolean }

/** Where a request is: waiting for the session, on its first way to the API, or on its second. */
export type Place = 'held' | 'wire' | 'replay'

/** One request in one place; times are epoch milliseconds. */
interface Stay {
  readonly place: Place
  readonly from: number
  /** Undefined while it lasts. */
  until: number | undefined
  /** What a held one waits for. */
  readonly waitsFor?: 'store' | 'renewal' | 'stepUp' | undefined
}

/** One request, from its first event to its last. */
export interface Call {
  readonly id: number
  readonly method: string
  readonly path: string
  readonly from: number
  readonly stays: Stay[]
  /** True once an answer refused its token. */
  isRefused: boolean
  /** True from an answer that asks for a better token until the request goes on. */
  isToStepUp: boolean
  ended: Ending | undefined
}

/** How a request ended. */
export interface Ending {
  readonly at: number
  readonly status: number | undefined
  readonly reason: 'aborted' | SessionErrorCode | undefined
}

/** One call to the token endpoint, or to the app's own refresh function. */
export interface GrantSpan {
  readonly reason: RefreshReason
  readonly from: number
  until: number | undefined
  /** 'left': a login, a logout or another tab came first. */
  outcome: 'granted' | 'failed' | 'left' | undefined
  error: SessionError | undefined
}

/** What there was since the record began, also of requests that it has let go. */
export interface Counts {
  requests: number
  /** Requests that reached the wire, replays among them: what the API counts. */
  sends: number
  replays: number
  held: number
  grants: number
  /** Renewals that other tabs or sessions made, and logins. */
  adopted: number
}

/** What colour and what word a request has at this moment. */
export type CallState = Place | 'ok' | 'refused' | 'aborted' | 'failed'

/** How a request stands. */
export function stateOf({ ended, stays }: Call): CallState {
  if (!ended) return stays.at(-1)?.place ?? 'wire'
  if (ended.reason === 'aborted') return 'aborted'
  if (ended.status === undefined) return 'failed'
  return ended.status < 400 && !ended.reason ? 'ok' : 'refused'
}
