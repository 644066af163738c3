import { Exchange } from './exchange.js'
import type { Terms } from './terms.js'
import { OriginRule } from './origin-rule.js'
import { SessionChangedError, type SessionError } from '../errors.js'

/** An HTTP answer, as the rules for a 401 look at it. */
export interface TransportAnswer {
  readonly status: number
  /** A `Headers` object, or a plain one. */
  readonly headers: unknown
  /** Where it came from, after redirects; absent where the transport cannot tell. */
  readonly url?: string | undefined
  /** Reads the body; it is read only if this is called. */
  json(): Promise<unknown>
}

/** An app's own sign for "the token was refused"; behaviour 14. It takes the place of `status === 401`. */
export type IsUnauthorized = (answer: TransportAnswer) => boolean | Promise<boolean>

/** What can be aborted: an `AbortSignal`, or anything that tells it the same way. */
export interface Abortable {
  readonly aborted: boolean
  /** The signal in it, where it stands for more than that one: it may be the one that a renewal was given. */
  readonly signal?: Abortable | undefined
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * One request, as a transport hands it to the session. `T` is what its caller gets in the end. An outcome is
 * what `dispatch` fulfilled or rejected with.
 */
export interface TransportRequest<T> {
  readonly method: string
  /** Absolute, as it will be sent; or relative where no base is known, and then it gets no token. */
  readonly url: string
  /** True where the body can be read only once: it is never sent twice. */
  readonly isOneShot: boolean
  readonly signal?: Abortable | undefined
  /** How long it may be held, in milliseconds. */
  readonly timeoutMs?: number | undefined
  /**
   * Puts it on the wire; called again, synchronously, for the replay. `authorization` is the header's value; ''
   * sends no such header; undefined leaves the headers as they are.
   */
  dispatch(authorization: string | undefined): Promise<T>
  /**
   * Called first of all when a dispatch has settled: takes off what `dispatch` put on. Returns the status, or
   * undefined where this is no HTTP answer.
   */
  settled(outcome: unknown): number | undefined
  answerOf(outcome: unknown): TransportAnswer
  /** Frees what an unread answer occupies. Called just before the replay, not earlier. */
  discard?(outcome: unknown): void
  /** Leaves the reason with an answer that the caller gets as it came, where there is a place for it. */
  annotate?(outcome: unknown, error: SessionError): void
  /** What the caller is rejected with; `outcome` is the 401 that it waited with. Default: the error. */
  rejection?(error: SessionError, outcome: unknown): unknown
  /** What the caller is rejected with where its `signal` aborted while it was held. */
  aborted(): unknown
  /** What the caller is rejected with where `timeoutMs` ended while it was held. */
  timedOut?(): unknown
}

/** How a dispatch ended: what its caller would have got without a session. */
export interface Outcome {
  readonly value: unknown
  readonly isError: boolean
  readonly status: number | undefined
}

/** What a transport tells about itself. */
export interface TransportOptions {
  /** Where relative addresses lead, asked for each request: its origin may have the token. */
  readonly baseUrl: () => string | undefined
  readonly isUnauthorized?: IsUnauthorized | undefined
}

/** One attached instance or wrapped function. */
export interface Transport {
  /** The name of the header to set. */
  readonly headerName: string
  /** Sends a request with the session's token, or bare where it goes elsewhere or is part of a renewal. */
  send<T>(request: TransportRequest<T>): Promise<T>
  /** True for a header value that the session made: found on a request, it is nobody's own. */
  hasMade(value: string): boolean
  /** Reports something that the app should mend, once. */
  report(problem: string): void
  /** Rejects what is held; from now on every request is sent bare. */
  close(): void
}

/** Opens a transport. */
export function openTransport(terms: Terms, { baseUrl }: TransportOptions): Transport {
  const { core } = terms
  const rule = new OriginRule(core.settings, core.events)
  return {
    headerName: core.settings.headerName,
    send(request) {
      const { signal, url } = request
      const isLeftAlone = terms.closed || core.isOwn(signal) || !rule.allows(url, baseUrl())
      return isLeftAlone ? request.dispatch(undefined) : new Exchange(terms, request).begin()
    },
    hasMade: (value) => core.hasMade(value),
    report: (problem) => core.events.problemOnce(problem),
    close() {
      terms.closed = new SessionChangedError('The session was detached while this request waited')
      // They find it closed, as do those that are being told just now how they go on.
      for (const waiter of core.release(({ owner }) => owner === terms)) waiter.resume('go')
    },
  }
}
