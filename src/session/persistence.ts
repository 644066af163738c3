import { activated, credentialOf, foundNothing, type Credential } from './state.js'
import { readRecord, type StoredRecord } from '../store/record.js'
import type { Core } from './core.js'
import { isThenable, within } from './timer.js'
import { plainCause, redactor } from '../grant/redact.js'
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
    const { generation } = this.#core.state
    return this.#inTurn('could not be read', limitMs, async () => {
      const found = await this.#store.get()
      // A login or logout of our own came between: what was read is of the past.
      if (this.#core.state.generation === generation) this.#adopt(readRecord(found))
    })
  }

  /** Where it fails, the session goes on in memory. */
  async write(credential: Credential, limitMs?: number): Promise<void> {
    const { sessionId, version, tokens, issuedAt } = credential
    const before = this.#known
    // From now on what is read back is nobody else's news.
    this.#known = credential
    const set = (): unknown => this.#store.set({ format: 1, sessionId, version, tokens, issuedAt })
    const isWritten = await this.#inTurn('could not be written; the session goes on in memory', limitMs, set)
    if (!isWritten && this.#known === credential) this.#known = before
  }

  /** `sessionId` is not adopted again, whatever becomes of the store. */
  async clear(sessionId: string | undefined, limitMs?: number): Promise<void> {
    this.#leftId = sessionId ?? this.#leftId
    this.#known = undefined
    await this.#inTurn('could not be cleared; its tokens may still be there', limitMs, () =>
      this.#store.clear(),
    )
  }

  /** Never rejects: false where the call failed, which is reported. */
  #inTurn(
    failure: string,
    limitMs = this.#core.settings.refreshTimeoutMs,
    call: () => unknown,
  ): Promise<boolean> {
    const report = (cause: unknown): boolean => (this.#problem(failure, cause), false)
    const done = within(limitMs, this.#closing.signal, this.#turn.then(call)).then(() => true, report)
    this.#turn = done
    return done
  }

  #loaded(found: unknown): void {
    const core = this.#core
    if (core.state.status !== 'loading') return
    const record = readRecord(found)
    if (!record && found != null) this.#problem('holds something that is not a session; it counts as empty')
    this.#known = record
    const { generation } = core.state
    core.transition(
      record
        ? activated(core.credential(record.tokens, { ...record, generation, isUnused: false }))
        : foundNothing(core.state),
    )
    core.release('admit')
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
    if (current?.sessionId === record.sessionId) this.#renewElsewhere(record)
    else core.begin(record)
    core.events.emit({ type: 'adopted', generation: core.state.generation, version: record.version })
  }

  #leaveElsewhere({ sessionId }: Credential): void {
    this.#known = undefined
    this.#leftId = sessionId
    this.#core.leave()
  }

  /** The same session: who waits goes on with what the other has stored. */
  #renewElsewhere(record: StoredRecord): void {
    const core = this.#core
    const { generation } = core.state
    core.transition(activated(core.credential(record.tokens, { ...record, generation, isUnused: false })))
    core.release('admit')
  }

  /** Told a moment later where the store is opened: nobody listens before `createSession` has returned. */
  #problem(message: string, cause?: unknown): void {
    const { events, state } = this.#core
    // A store may quote in its error what it could not keep.
    const { accessToken, refreshToken, idToken } = (this.#known ?? credentialOf(state))?.tokens ?? {}
    const safe =
      cause === undefined ? undefined : plainCause(cause, redactor([accessToken, refreshToken, idToken]))
    const tell = (): void => events.problem(`The token store ${message}`, safe)
    if (state.status === 'disposed') return
    if (state.status === 'loading') void Promise.resolve().then(tell)
    else tell()
  }
}
