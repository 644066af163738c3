import { send, type SessionFetchInit } from './request.js'
import { expected } from '../options.js'
import type { IsUnauthorized, Transport } from '../session/transport.js'
import type { Session } from '../session/session.js'

/** What a wrapped function is marked with; the same for every copy of this package. */
const attachedKey = Symbol.for('tokenflight.attached')

/** What {@link createFetch} takes besides. */
export interface FetchOptions {
  /** What sends the requests. Default: the global `fetch`, as it stands at each call. */
  readonly fetch?: typeof fetch | undefined
  /**
   * Where relative addresses lead, resolved as a link on that page would be: on `https://api.example.com/v1/`,
   * `me` is `/v1/me` and `/me` is `/me`. Its origin may have the token. Default: the page's base URI.
   */
  readonly baseUrl?: string | URL | undefined
  /** The app's own sign for "the token was refused", in the place of `status === 401`. */
  readonly isUnauthorized?: IsUnauthorized | undefined
}

/** What is left on a wrapped function. */
export interface Wrapped {
  readonly session: Session
  readonly baseUrl: string | undefined
  /** The same function over another port and another fetch: `explain` hands in what sends nothing. */
  readonly over: (port: Transport, inner?: typeof fetch) => SessionFetch
}

/** A fetch function that keeps a session. It fits wherever a `typeof fetch` is wanted. */
export type SessionFetch = typeof fetch &
  ((input: Parameters<typeof fetch>[0], init?: SessionFetchInit) => Promise<Response>)

/**
 * Wraps fetch with a session: requests carry the token, wait while it is renewed, and are sent once more after a
 * 401. Every HTTP answer resolves. Where no token can be had it rejects with a SessionError, whose `response` is
 * the 401 where there was one; an abort rejects with the signal's own reason, also while the request is held.
 *
 * @throws TypeError where this is no session, or an option is not what it should be
 * @example
 * const api = createFetch(session, { baseUrl: 'https://api.example.com' })
 * const me = await (await api('/me')).json()
 */
export function createFetch(session: Session, options: FetchOptions = {}): SessionFetch {
  checkArguments(session, options)
  const { fetch: given, isUnauthorized } = options
  const baseUrl = options.baseUrl === undefined ? undefined : String(options.baseUrl)
  const transport = session.openTransport({ baseUrl: () => baseUrl, isUnauthorized })
  const over: Wrapped['over'] =
    (port, inner) => (input: Parameters<typeof fetch>[0], init?: SessionFetchInit) => {
      try {
        return send({ transport: port, baseUrl, inner: inner ?? given ?? globalThis.fetch }, input, init)
      } catch (error) {
        // Whatever is wrong with its arguments, fetch never throws.
        return Promise.reject(error)
      }
    }
  // `explain` goes the same way, over a port that sends nothing.
  return Object.assign(over(transport), { [attachedKey]: { session, baseUrl, over } })
}

function checkArguments(session: Session, { fetch: inner, isUnauthorized }: FetchOptions): void {
  if (typeof session?.openTransport !== 'function')
    expected('session', 'one of createSession', typeof session)
  for (const [name, value] of Object.entries({ fetch: inner, isUnauthorized }))
    if (value !== undefined && typeof value !== 'function') expected(name, 'a function', typeof value)
}
