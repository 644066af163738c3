import { activated, credentialOf, flightsOf, signedOut, type Credential, type SessionState } from './state.js'
import { authorizationValue } from '../http/authorization.js'
import { Events } from './events.js'
import { SessionChangedError, type SessionError } from '../errors.js'
import type { Settings } from '../options.js'
import type { StoredRecord } from '../store/record.js'
import type { TokenSet } from '../tokens.js'
import { Waiters } from './waiters.js'

/** What a view may know of a session: never a token. The same object until something changes. */
export interface SessionSnapshot {
  readonly status: 'loading' | 'signedOut' | 'active' | 'refreshing'
  /** Counts logins, logouts and ends in this process. */
  readonly generation: number
  /** When the access token ends, in epoch milliseconds, where that is known. */
  readonly expiresAt: number | undefined
  readonly subject: string | undefined
  /** How many requests wait for the session. */
  readonly held: number
  /** Why the last renewal failed or the session ended; undefined once tokens came again. */
  readonly lastError: SessionError | undefined
}

/** What a server renders with, and a browser hydrates with: nothing is known yet. */
export const serverSnapshot: SessionSnapshot = Object.freeze({
  status: 'loading',
  generation: 0,
  expiresAt: undefined,
  subject: undefined,
  held: 0,
  lastError: undefined,
})

/** The one owner of a session's state: everything else asks it, and changes it by `transition` only. */
export class Core {
  readonly settings: Settings
  readonly events = new Events()
  readonly #waiters = new Waiters()
  readonly #subscribers = new Set<() => void>()
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

  /** The only way to another state. A flight that the new state does not hold is left. */
  transition(next: SessionState): void {
    const previous = this.#state
    this.#state = next
    const known = flightsOf(next)
    for (const flight of flightsOf(previous)) if (!known.includes(flight)) flight.leave()
    this.#changed()
  }

  /** Makes the credential of a token set; with the header as it will be sent. */
  credential(
    tokens: TokenSet,
    facts: Pick<Credential, 'generation' | 'version' | 'sessionId' | 'issuedAt' | 'isUnused'>,
  ): Credential {
    const authorization = this.authorization(tokens.accessToken)
    return { ...facts, tokens, authorization, isRenewable: isRenewable(this.settings, tokens) }
  }

  /** What a {@link Stamp} says of the header. */
  authorization(token: string | undefined): string | undefined {
    const { accessTokenIn, authScheme } = this.settings
    if (accessTokenIn === 'cookie') return undefined
    return token ? authorizationValue(authScheme, token) : ''
  }

  /** Another login, of this app or of another tab: who waited for the old one is told, synchronously. */
  begin(record: Pick<StoredRecord, 'sessionId' | 'version' | 'tokens' | 'issuedAt'>): Credential {
    const generation = this.#state.generation + 1
    const credential = this.credential(record.tokens, { ...record, generation, isUnused: false })
    this.transition(activated(credential))
    this.refuse(new SessionChangedError())
    return credential
  }

  /** A logout, of this app or of another tab. */
  leave(): void {
    this.transition(signedOut(this.#state))
    this.refuse(new SessionChangedError())
  }

  /** The same session, renewed by someone else. */
  renewedElsewhere({ tokens, version, issuedAt, sessionId }: StoredRecord): void {
    const { generation } = this.#state
    this.transition(
      activated(this.credential(tokens, { generation, version, sessionId, issuedAt, isUnused: false })),
    )
    this.release('admit')
  }

  wait(waiter: Parameters<Waiters['add']>[0]): void {
    this.#waiters.add(waiter)
    if (this.#state.status === 'refreshing') this.#state.flight.hold()
    this.#changed()
  }

  /** A caller has gone. */
  unwait(waiter: Parameters<Waiters['delete']>[0]): void {
    if (this.#waiters.delete(waiter)) this.#changed()
  }

  /** Lets all go on, in the order in which the app asked. */
  release(how: 'go' | 'admit'): void {
    for (const waiter of this.#waiters.take()) waiter.resume(how)
    this.#changed()
  }

  /** Tells all (or those of one owner) why there is no token. */
  refuse(error: SessionError, isUsable = false, owner?: object): void {
    for (const waiter of this.#waiters.take(owner)) waiter.refuse(error, isUsable)
    this.#changed()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener()
    this.#subscribers.add(own)
    return () => void this.#subscribers.delete(own)
  }

  readonly getSnapshot = (): SessionSnapshot => (this.#snapshot ??= this.#look())

  /** No one is told any more. */
  forgetListeners(): void {
    this.#subscribers.clear()
    this.events.clear()
  }

  #look(): SessionSnapshot {
    const { status, generation, lastError } = this.#state
    const tokens = credentialOf(this.#state)?.tokens
    return Object.freeze({
      status: status === 'disposed' ? 'signedOut' : status,
      generation,
      expiresAt: tokens?.expiresAt,
      subject: tokens?.subject,
      held: this.#waiters.size,
      lastError,
    })
  }

  #changed(): void {
    this.#snapshot = undefined
    for (const subscriber of [...this.#subscribers]) this.events.guard('A subscriber', subscriber)
  }
}

/** With no `refresh` beside it, `acquire` renews too. */
function isRenewable({ refresh }: Settings, tokens: TokenSet): boolean {
  if (!refresh || typeof refresh === 'function') return true
  return refresh.refreshTokenIn === 'cookie' || tokens.refreshToken !== undefined
}
