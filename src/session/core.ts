import { activated, credentialOf, flightsOf, signedOut, type Credential, type SessionState } from './state.js'
import { authorizationValue } from '../http/authorization.js'
import { Events } from './events.js'
import { SessionChangedError, type SessionError } from '../errors.js'
import type { Settings } from '../options.js'
import type { StoredRecord } from '../store/record.js'
import type { TokenSet } from '../tokens.js'

/** What a view may know of a session: never a token. The same object until something changes. */
export interface SessionSnapshot {
  readonly status: 'loading' | 'signedOut' | 'active' | 'refreshing'
  /** Counts logins, logouts and ends in this process. */
  readonly generation: number
  /** When the access token ends, in epoch milliseconds, where that is known. */
  readonly expiresAt: number | undefined
  readonly subject: string | undefined
  /** How many wait for the session. */
  readonly held: number
  /** Why the last renewal failed or the session ended; undefined once tokens came again. */
  readonly lastError: SessionError | undefined
}

/** Someone who waits for the session. */
export interface Waiter {
  /** Its place: the order in which the app asked. */
  readonly sequence: number
  /** What it belongs to, so that a detached instance can call off its own. */
  readonly owner: object
  /**
   * Goes on, synchronously. 'go': with what there is now, a token fresh from a grant is not weighed again.
   * 'admit': the token comes from elsewhere and is weighed as for a new request.
   */
  resume(how: 'go' | 'admit'): void
  /** Is told why there is no token. `isUsable`: the old one is still good for whoever has not been refused. */
  refuse(error: SessionError, isUsable: boolean): void
}

/** The one owner of a session's state: everything else asks it, and changes it by `transition` only. */
export class Core {
  readonly settings: Settings
  readonly events = new Events()
  readonly #waiters = new Set<Waiter>()
  readonly #subscribers = new Set<() => void>()
  /** Digests of every header that was made: dead tokens are not kept. */
  readonly #made = new Set<number>()
  #state: SessionState = { status: 'loading', generation: 0 }
  #snapshot: SessionSnapshot | undefined
  #sequence = 0

  constructor(settings: Settings) {
    this.settings = settings
  }

  get state(): SessionState {
    return this.#state
  }

  /** The place of the next one who asks. */
  nextSequence(): number {
    return ++this.#sequence
  }

  /** The only way to another state. A flight that the new state does not know is left. */
  transition(next: SessionState): void {
    const known = flightsOf(next)
    const left = flightsOf(this.#state).filter((flight) => !known.includes(flight))
    this.#state = next
    for (const flight of left) flight.leave()
    this.#changed()
  }

  /** Makes the credential of a token set, with the header as it will be sent. */
  credential(
    tokens: TokenSet,
    facts: Pick<Credential, 'generation' | 'version' | 'sessionId' | 'issuedAt' | 'isUnused'>,
  ): Credential {
    const { refresh } = this.settings
    // With no `refresh` beside it, `acquire` renews too.
    const isRenewable =
      typeof refresh !== 'object' || refresh.refreshTokenIn === 'cookie' || tokens.refreshToken !== undefined
    return { ...facts, tokens, authorization: this.authorization(tokens.accessToken), isRenewable }
  }

  /** What a {@link Stamp} says of the header. */
  authorization(token: string | undefined): string | undefined {
    const { accessTokenIn, authScheme } = this.settings
    if (accessTokenIn === 'cookie') return undefined
    if (!token) return ''
    const value = authorizationValue(authScheme, token)
    this.#made.add(digest(value))
    return value
  }

  /** Whether this session made that header, however long ago. */
  hasMade(value: string): boolean {
    return this.#made.has(digest(value))
  }

  /** Another login, of this app or of another tab: who waited for the old one is told, synchronously. */
  begin({ sessionId, version, tokens, issuedAt }: Omit<StoredRecord, 'format'>): Credential {
    const generation = this.#state.generation + 1
    const credential = this.credential(tokens, { generation, sessionId, version, issuedAt, isUnused: false })
    this.transition(activated(credential))
    this.refuse(new SessionChangedError())
    return credential
  }

  /** A logout, of this app or of another tab. */
  leave(): void {
    this.transition(signedOut(this.#state))
    this.refuse(new SessionChangedError())
  }

  wait(waiter: Waiter): void {
    this.#waiters.add(waiter)
    if (this.#state.status === 'refreshing') this.#state.flight.hold()
    this.#changed()
  }

  /** Its caller has gone. */
  unwait(waiter: Waiter): void {
    if (this.#waiters.delete(waiter)) this.#changed()
  }

  /** Lets all go on, in the order in which the app asked. */
  release(how: 'go' | 'admit'): void {
    for (const waiter of this.#take()) waiter.resume(how)
  }

  /** Tells all, or those of one owner, why there is no token. */
  refuse(error: SessionError, isUsable = false, owner?: object): void {
    for (const waiter of this.#take(owner)) waiter.refuse(error, isUsable)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener()
    this.#subscribers.add(own)
    return () => void this.#subscribers.delete(own)
  }

  readonly getSnapshot = (): SessionSnapshot =>
    (this.#snapshot ??= snapshotOf(this.#state, this.#waiters.size))

  /** No one is told any more. */
  forgetListeners(): void {
    this.#subscribers.clear()
    this.events.clear()
  }

  /** Takes them out first: whoever has to wait again joins anew. 401s come in any order, so they are sorted. */
  #take(owner?: object): Waiter[] {
    const taken = [...this.#waiters].filter((waiter) => !owner || waiter.owner === owner)
    for (const waiter of taken) this.#waiters.delete(waiter)
    this.#changed()
    return taken.sort((one, other) => one.sequence - other.sequence)
  }

  #changed(): void {
    this.#snapshot = undefined
    for (const subscriber of [...this.#subscribers]) this.events.guard('A subscriber', subscriber)
  }
}

/** How a state looks from outside. */
export function snapshotOf(state: SessionState, held: number): SessionSnapshot {
  const { status, generation, lastError } = state
  const { expiresAt, subject } = credentialOf(state)?.tokens ?? {}
  return Object.freeze({
    status: status === 'disposed' ? 'signedOut' : status,
    generation,
    expiresAt,
    subject,
    held,
    lastError,
  })
}

/** Tells strings apart that nobody chose to be alike; it guards nothing. */
function digest(text: string): number {
  let sum = 0
  for (let index = 0; index < text.length; index++) sum = (sum * 31 + text.charCodeAt(index)) | 0
  return sum
}
