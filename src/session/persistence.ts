import { activated, credentialOf, foundNothing, signedOut, type Credential } from './state.js'
import { readRecord, type StoredRecord } from '../store/record.js'
import type { Core } from './core.js'
import { isThenable } from '../store/thenable.js'
import { within } from './timer.js'
import { plainCause, redactor } from '../grant/redact.js'
import type { SessionEvent } from './events.js'
import type { TokenSet } from '../tokens.js'
import type { TokenStore } from '../store/token-store.js'

/**
 * The session's only way to its store. Calls take turns, so that a slow write never overtakes a later one;
 * a call that fails or does not answer is reported and loses nothing but its copy.
 */
export class Persistence {
  readonly #core: Core
  readonly #store: TokenStore
  #turn: Promise<unknown> = Promise.resolve()
  /** What the store is known to hold: what was last read or written. Gone from there, someone has signed out. */
  #known: Omit<StoredRecord, 'format'> | undefined
  /** The session that was left last: found in the store again, its clearing has failed, and it stays left. */
  #leftId: string | undefined
  /** Counts logins and logouts of this app: what was read across one of them is of the past. */
  #ownChanges = 0
  #unsubscribe: (() => void) | undefined
  /** Ends every wait for the store. */
  readonly #closing = new AbortController()

  constructor(core: Core, store: TokenStore) {
    this.#core = core
    this.#store = store
  }

  /** Others may change it: then each grant reads it again. */
  get isShared(): boolean {
    return this.#store.name !== undefined
  }

  /** Looks into the store for the first time. A store that answers at once is known at once. */
  open(): void {
    const { events, settings } = this.#core
    const unreadable = (cause: unknown): void => {
      this.#problem('could not be read; nobody is signed in', cause)
      this.#loaded(undefined)
    }
    try {
      const found = this.#store.get()
      if (!isThenable(found)) this.#loaded(found)
      else
        this.#turn = within(settings.refreshTimeoutMs, this.#closing.signal, found).then(
          (value) => this.#loaded(value),
          unreadable,
        )
    } catch (cause) {
      unreadable(cause)
    }
    this.#unsubscribe = events.guard('store.subscribe', () =>
      this.#store.subscribe?.(() => void this.readAgain()),
    )
  }

  close(): void {
    this.#closing.abort()
    this.#core.events.guard('store.unsubscribe', () => this.#unsubscribe?.())
  }

  /** Reads the store and adopts what is newer. False where it could not be read. */
  async readAgain(limitMs?: number): Promise<boolean> {
    const changes = this.#ownChanges
    const read = async (): Promise<void> => {
      const found = await this.#store.get()
      // A login or logout of our own came between: what was read is of the past.
      if (this.#ownChanges === changes) this.#adopt(readRecord(found))
    }
    return this.#inTurn('could not be read', read, limitMs)
  }

  /** Another login: its write has its turn before anyone is told, and so before what listeners begin. */
  async begin(record: Omit<StoredRecord, 'format'>, event?: SessionEvent): Promise<void> {
    const credential = this.#core.next(record)
    this.#ownChanges++
    const written = this.write(credential, () => this.#core.state.generation === credential.generation)
    this.#core.change(activated(credential), event)
    return written
  }

  /** A logout: nobody is signed in, whatever becomes of the store. */
  async leave(event: SessionEvent): Promise<void> {
    const { sessionId } = credentialOf(this.#core.state) ?? {}
    this.#ownChanges++
    const cleared = this.clear(sessionId, () => !credentialOf(this.#core.state))
    this.#core.change(signedOut(this.#core.state), event)
    return cleared
  }

  /** Where it fails, the session goes on in memory. `isWanted` is asked when its turn has come. */
  async write(credential: Credential, isWanted: () => boolean, limitMs?: number): Promise<void> {
    const { sessionId, version, tokens, issuedAt } = credential
    const before = this.#known
    // From now on what is read back is nobody else's news.
    this.#known = credential
    const record: StoredRecord = { format: 1, sessionId, version, tokens, issuedAt }
    const set = (): unknown => isWanted() && this.#store.set(record)
    const isWritten = await this.#inTurn('could not be written; the session goes on in memory', set, limitMs)
    if (!isWritten && this.#known === credential) this.#known = before
  }

  /** `sessionId` is not adopted again, whatever becomes of the store. */
  async clear(sessionId: string | undefined, isWanted: () => boolean, limitMs?: number): Promise<void> {
    const clear = (): unknown => isWanted() && this.#store.clear()
    const held = this.#held
    this.#leftId = sessionId ?? this.#leftId
    this.#known = undefined
    await this.#inTurn('could not be cleared; its tokens may still be there', clear, limitMs, held)
  }

  /**
   * Never rejects: false where the call failed or was given up, which is reported. The next call waits for this
   * one itself and not for its caller's patience: given up before its turn, it is not made at all.
   */
  #inTurn(
    failure: string,
    call: () => unknown,
    limitMs = this.#limitMs,
    held = this.#held,
  ): Promise<boolean> {
    let isGivenUp = false
    const { signal } = this.#closing
    const before = this.#turn
    const made = before.then(() => isGivenUp || call())
    this.#turn = before.then(() => within(this.#limitMs, signal, made)).then(nothing, nothing)
    return within(limitMs, signal, made).then(
      () => true,
      (cause: unknown) => {
        isGivenUp = true
        this.#problem(failure, cause, held)
        return false
      },
    )
  }

  /** The tokens that the store may hold. */
  get #held(): TokenSet | undefined {
    return (this.#known ?? credentialOf(this.#core.state))?.tokens
  }

  get #limitMs(): number {
    return this.#core.settings.refreshTimeoutMs
  }

  #loaded(found: unknown): void {
    const core = this.#core
    const record = readRecord(found)
    if (core.state.status !== 'loading') {
      // A login or logout did not wait for this look: what was there before it stays left.
      this.#leftId ??= record?.sessionId
      return
    }
    if (!record && found != null) this.#problem('holds something that is not a session; it counts as empty')
    this.#known = record
    const next = record ? activated(this.#sameLogin(record)) : foundNothing(core.state)
    core.conclude(next, (waiter) => waiter.resume('admit'))
  }

  #sameLogin(record: StoredRecord): Credential {
    return this.#core.credential(record.tokens, { ...record, generation: this.#core.state.generation })
  }

  /** Behaviour 34: only what differs from what was last read or written is someone else's doing. */
  #adopt(record: StoredRecord | undefined): void {
    const core = this.#core
    const known = this.#known
    const current = credentialOf(core.state)
    if (!record) {
      if (current && current.sessionId === known?.sessionId) this.#leaveElsewhere(current)
      return
    }
    const isNoNews = [known, current].some(
      (held) => held?.sessionId === record.sessionId && record.version <= held.version,
    )
    if (isNoNews || record.sessionId === this.#leftId || core.state.status === 'disposed') return
    this.#known = record
    const isRenewed = current?.sessionId === record.sessionId
    const credential = isRenewed ? this.#sameLogin(record) : core.next(record)
    const { generation, version } = credential
    const event = { type: 'adopted', generation, version } as const
    // The same session: who waits goes on with what the other has stored.
    if (isRenewed) core.conclude(activated(credential), (waiter) => waiter.resume('admit'), event)
    else core.change(activated(credential), event)
  }

  #leaveElsewhere({ sessionId }: Credential): void {
    this.#known = undefined
    this.#leftId = sessionId
    this.#core.change(signedOut(this.#core.state))
  }

  /** Told a moment later where the store is opened: nobody listens before `createSession` has returned. */
  #problem(message: string, cause?: unknown, held = this.#held): void {
    const { events, state } = this.#core
    // A store may quote in its error what it holds.
    const { accessToken, refreshToken, idToken } = held ?? {}
    const safe =
      cause === undefined ? undefined : plainCause(cause, redactor([accessToken, refreshToken, idToken]))
    const tell = (): void => events.problem(`The token store ${message}`, safe)
    if (state.status === 'disposed') return
    if (state.status === 'loading') void Promise.resolve().then(tell)
    else tell()
  }
}

function nothing(): void {}
