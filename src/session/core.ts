import { credentialOf, flightsOf, type Credential, type SessionState } from './state.js'
import { authorizationValue } from '../http/authorization.js'
import { Events, type SessionEvent } from './events.js'
import { SessionChangedError, type SessionError } from '../errors.js'
import type { Settings } from '../options.js'
import { plain } from './redaction.js'
import type { StoredRecord } from '../store/record.js'
import type { TokenSet } from '../tokens.js'
import { Vault } from '../store/vault.js'

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
  /** Who it waits as: it is never sent as someone else. */
  readonly generation: number
  /** True while it waits for a better token: what a flight brings is not meant for it, an end is. */
  readonly isApart: boolean
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
  readonly events = new Events((cause, held) => plain(this, cause, held))
  readonly vault: Vault | undefined
  /** The signals of what the session itself sends or has the app send: requests that carry one are left alone. */
  readonly ownSignals = new WeakSet<object>()
  readonly #waiters = new Set<Waiter>()
  readonly #subscribers = new Set<() => void>()
  /** Digests of every header that was made: dead tokens are not kept. */
  readonly #made = new Set<number>()
  #state: SessionState = { status: 'loading', generation: 0 }
  #snapshot = snapshotOf(this.#state, 0)
  #isStale = false
  #sequence = 0

  constructor(settings: Settings) {
    this.settings = settings
    this.vault = settings.vault && new Vault(settings.vault)
  }

  get state(): SessionState {
    return this.#state
  }

  /** Whether a request with this signal is part of a renewal, an acquisition, a step-up or a revocation. */
  isOwn(signal: { readonly signal?: object | undefined } | undefined): boolean {
    return signal !== undefined && this.ownSignals.has(signal.signal ?? signal)
  }

  /** The place of the next one who asks. */
  nextSequence(): number {
    return ++this.#sequence
  }

  /** The only way to another state, and from a disposed one there is none. A flight that is not known any more is left. */
  transition(next: SessionState): void {
    if (next === this.#state || this.#state.status === 'disposed') return
    const known = flightsOf(next)
    const left = flightsOf(this.#state).filter((flight) => !known.includes(flight))
    this.#state = next
    for (const flight of left) flight.leave()
    next.late?.hold(false)
    this.#changed()
  }

  /**
   * A transition that ends a wait. Who waits is taken out before anyone is told of it: what the app's listeners
   * begin meanwhile waits for what comes next, not for what was.
   */
  conclude(next: SessionState, tell: (waiter: Waiter) => void, event?: SessionEvent): void {
    const isOver = next.generation !== this.#state.generation
    const waiting = this.#take((waiter) => isOver || !waiter.isApart)
    this.transition(next)
    if (event) this.events.emit(event)
    for (const waiter of waiting) tell(waiter)
  }

  /** Makes the credential of a token set, with the header as it will be sent. */
  credential(
    tokens: TokenSet,
    facts: Pick<Credential, 'generation' | 'version' | 'sessionId' | 'issuedAt' | 'isVaulted'>,
  ): Credential {
    const { refresh } = this.settings
    const hasToken = tokens.refreshToken !== undefined
    const isVaulted = this.vault && (hasToken || facts.isVaulted)
    return {
      ...facts,
      isVaulted,
      // The app gets this very object: what it does to it must not change what is sent.
      tokens: Object.freeze(this.vault?.setAside(tokens) ?? { ...tokens }),
      authorization: this.authorization(tokens.accessToken),
      // With no `refresh` beside it, `acquire` renews too.
      isRenewable:
        typeof refresh !== 'object' || refresh.refreshTokenIn === 'cookie' || isVaulted || hasToken,
      arrival: undefined,
    }
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

  /** The credential of another login: a generation of its own. */
  next(record: Omit<StoredRecord, 'format'>): Credential {
    return this.credential(record.tokens, { ...record, generation: this.#state.generation + 1 })
  }

  /** Another login, a logout or an end: who waited for the old session is told why, synchronously. */
  change(next: SessionState, event?: SessionEvent, error: SessionError = new SessionChangedError()): void {
    this.conclude(next, (waiter) => waiter.refuse(error, false), event)
  }

  wait(waiter: Waiter): void {
    const { status, generation, lastError } = this.#state
    const isSame = generation === waiter.generation
    const isAwaited = status === 'loading' || status === 'refreshing' || waiter.isApart
    // What it was to wait for has failed already, or a listener has logged out or in meanwhile.
    if (!isSame || !isAwaited) return waiter.refuse((isSame && lastError) || new SessionChangedError(), false)
    this.#waiters.add(waiter)
    if (this.#state.status === 'refreshing') this.#state.flight.hold(true)
    this.#changed()
  }

  has(waiter: Waiter): boolean {
    return this.#waiters.has(waiter)
  }

  /** Its caller has gone. */
  unwait(waiter: Waiter): void {
    if (this.#waiters.delete(waiter)) this.#left()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener()
    this.getSnapshot()
    this.#subscribers.add(own)
    return () => void this.#subscribers.delete(own)
  }

  readonly getSnapshot = (): SessionSnapshot => {
    const now = this.#isStale ? snapshotOf(this.#state, this.#waiters.size) : this.#snapshot
    this.#isStale = false
    if (!isSame(now, this.#snapshot)) this.#snapshot = now
    return this.#snapshot
  }

  /** No one is told any more. */
  forgetListeners(): void {
    this.#subscribers.clear()
    this.events.clear()
  }

  /** Takes some out, in their order: whoever calls this tells each of them how it goes on. */
  release(isMeant: (waiter: Waiter) => boolean): Waiter[] {
    const released = this.#take(isMeant)
    this.#left()
    return released
  }

  /** Some have gone. A flight that nobody waits for keeps no process. */
  #left(): void {
    if (!this.#waiters.size && this.#state.status === 'refreshing') this.#state.flight.hold(false)
    this.#changed()
  }

  /** Takes them out first: whoever has to wait again joins anew. 401s come in any order, so they are sorted. */
  #take(isMeant: (waiter: Waiter) => boolean): Waiter[] {
    const taken = [...this.#waiters].filter(isMeant)
    for (const waiter of taken) this.#waiters.delete(waiter)
    return taken.sort((one, other) => one.sequence - other.sequence)
  }

  #changed(): void {
    this.#isStale = true
    const before = this.#snapshot
    if (!this.#subscribers.size || this.getSnapshot() === before) return
    for (const subscriber of [...this.#subscribers])
      if (this.#subscribers.has(subscriber)) this.events.guard('A subscriber', subscriber)
  }
}

/** How a state looks from outside. */
function snapshotOf(state: SessionState, held: number): SessionSnapshot {
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

function isSame(one: SessionSnapshot, other: SessionSnapshot): boolean {
  return Object.entries(one).every(([name, value]) => other[name as keyof SessionSnapshot] === value)
}

/** Tells strings apart that nobody chose to be alike; it guards nothing. */
function digest(text: string): number {
  let sum = 0
  for (let index = 0; index < text.length; index++) sum = (sum * 31 + text.charCodeAt(index)) | 0
  return sum
}
