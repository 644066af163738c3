import { isThenable } from '../store/thenable.js'
import type { LoginRequiredError, SessionError, SessionErrorCode } from '../errors.js'
import type { RefreshReason } from '../grant/grant-options.js'
import type { StepUpRequest } from '../http/step-up.js'
import type { TokenSet } from '../tokens.js'

/** Which request an event is about. The path has no query: that may hold secrets. */
export interface RequestFacts {
  /** Counts the requests of this session, from 1, in the order the app made them. */
  readonly id: number
  readonly method: string
  readonly path: string
}

/** What an event tells of a request. */
export function factsOf(
  id: number,
  { method, url }: { readonly method: string; readonly url: string },
): RequestFacts {
  const path = /^(?:[a-z][a-z\d+.-]*:)?(?:\/\/[^/?#]*)?([^?#]*)/i.exec(url)?.[1] || '/'
  return { id, method: method.toUpperCase(), path }
}

/** What happens in a session, as it happens. No event holds a token. */
export type SessionEvent =
  | { readonly type: 'login'; readonly generation: number }
  | { readonly type: 'logout'; readonly generation: number }
  /** Another tab or session renewed or logged in, and this one took it over from the store. */
  | { readonly type: 'adopted'; readonly generation: number; readonly version: number }
  | { readonly type: 'grant'; readonly reason: RefreshReason }
  | { readonly type: 'granted'; readonly version: number; readonly expiresAt: number | undefined }
  | { readonly type: 'grantFailed'; readonly error: SessionError }
  | { readonly type: 'loginRequired'; readonly error: LoginRequiredError }
  /** The API asks for a better token (RFC 9470, RFC 6750 §3.1). */
  | ({ readonly type: 'stepUp' } & StepUpRequest & RequestFacts)
  | ({ readonly type: 'held' | 'sent' | 'unauthorized' | 'replayed' } & RequestFacts)
  /** `status` is absent where no HTTP answer came; `reason` says what kept the caller from a good one, if that is known. */
  | ({
      readonly type: 'settled'
      readonly status: number | undefined
      readonly reason?: 'aborted' | SessionErrorCode | undefined
    } & RequestFacts)
  /** Something the app should know and mend; without a listener it goes to `console.error`. */
  | { readonly type: 'problem'; readonly message: string; readonly cause?: unknown }

/** Calls every listener; one that throws or rejects breaks nothing and is reported once. */
export class Events {
  readonly #listeners = new Set<(event: SessionEvent) => void>()
  readonly #told = new Set<string>()
  readonly #plain: (cause: unknown, held?: TokenSet) => unknown

  /** @param plain what may be shown of what the app's own pieces throw; `held`: tokens that have just ended */
  constructor(plain: (cause: unknown, held?: TokenSet) => unknown) {
    this.#plain = plain
  }

  /** False where nobody listens: then no event needs to be made. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0
  }

  on(listener: (event: SessionEvent) => void): () => void {
    const own = (event: SessionEvent): void => listener(event)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  emit(event: SessionEvent): void {
    for (const listener of [...this.#listeners]) {
      // One before it may have stopped it.
      if (this.#listeners.has(listener))
        this.guard('A listener of session.on', () => listener(event), event.type === 'problem')
    }
  }

  /** Runs what the app gave; a throw or a rejection is reported, never passed on. */
  guard<T>(whose: string, run: () => T, onConsole = false, held?: TokenSet): T | undefined {
    const report = (thrown: unknown): void => {
      const cause = this.#plain(thrown, held)
      // A listener that fails on a problem must not be told of its own failure, and so on for ever.
      if (onConsole) console.error(`tokenflight: ${whose} threw`, cause)
      else this.problem(`${whose} threw`, cause)
    }
    try {
      const result = run()
      // An async function is a hook too; its rejection must not go unhandled.
      if (isThenable(result)) result.then(undefined, report)
      return result
    } catch (cause) {
      report(cause)
      return undefined
    }
  }

  /** Reports a problem to the listeners, else to the console. */
  problem(message: string, cause?: unknown): void {
    if (this.hasListeners) this.emit({ type: 'problem', message, ...(cause ? { cause } : {}) })
    else console.error(...[`tokenflight: ${message}`, cause].filter(Boolean))
  }

  /** Reports it the first time only: what would come with every request. */
  problemOnce(message: string): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    this.problem(message)
  }

  clear(): void {
    this.#listeners.clear()
  }
}
