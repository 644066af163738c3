import type { Core } from './core.js'
import { activated, credentialOf, foundNothing, type Credential } from './state.js'
import { readRecord, type StoredRecord } from '../store/record.js'
import { within } from './timer.js'
import type { TokenStore } from '../store/token-store.js'

/**
 * The session's only way to its store. Calls take turns, so that a slow write never overtakes a later one;
 * a call that fails or does not answer is reported and loses nothing but its copy.
 */
export class Persistence {
  readonly #core: Core
  readonly #store: TokenStore
  #turn: Promise<unknown> = Promise.resolve()
  /** The session that the store is known to hold: gone from there, someone else has signed out. */
  #storedId: string | undefined
  /** What was last handed to the store: read back, it is nobody else's news. */
  #written: Pick<StoredRecord, 'sessionId' | 'version'> | undefined
  /** The session that was left last: found in the store again, its clearing has failed, and it stays left. */
  #leftId: string | undefined
  #unsubscribe: () => void = () => {}

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
    try {
      const found = this.#store.get()
      if (!isThenable(found)) this.#loaded(found)
      else {
        const answer = within(settings.refreshTimeoutMs, 'The store', found)
        this.#turn = answer.then(
          (value) => this.#loaded(value),
          (cause: unknown) => this.#unreadable(cause),
        )
      }
    } catch (cause) {
      this.#unreadable(cause)
    }
    const subscribe = events.guard('store.subscribe', () =>
      this.#store.subscribe?.(() => void this.readAgain()),
    )
    this.#unsubscribe = subscribe ?? this.#unsubscribe
  }

  close(): void {
    this.#core.events.guard('store.unsubscribe', this.#unsubscribe)
  }

  /** Reads the store and adopts what is newer. False where it could not be read. */
  async readAgain(limitMs = this.#core.settings.refreshTimeoutMs): Promise<boolean> {
    const { generation } = this.#core.state
    try {
      const found = await this.#inTurn(limitMs, () => this.#store.get())
      // A login or logout of our own came between: what was read is of the past.
      if (this.#core.state.generation === generation) this.#adopt(readRecord(found))
      return true
    } catch (cause) {
      this.#problem('could not be read', cause)
      return false
    }
  }

  /** Never rejects: where it fails, the session goes on in memory. */
  async write(
    { sessionId, version, tokens, issuedAt }: Credential,
    limitMs = this.#core.settings.refreshTimeoutMs,
  ): Promise<void> {
    const record: StoredRecord = { format: 1, sessionId, version, tokens, issuedAt }
    this.#written = record
    try {
      await this.#inTurn(limitMs, () => this.#store.set(record))
      this.#storedId = sessionId
    } catch (cause) {
      this.#problem('could not be written; the session goes on in memory', cause)
    }
  }

  /** Never rejects. `sessionId` is not adopted again, whatever becomes of the store. */
  async clear(sessionId: string | undefined, limitMs = this.#core.settings.refreshTimeoutMs): Promise<void> {
    this.#leftId = sessionId ?? this.#leftId
    this.#storedId = undefined
    try {
      await this.#inTurn(limitMs, () => this.#store.clear())
    } catch (cause) {
      this.#problem('could not be cleared; its tokens may still be there', cause)
    }
  }

  #inTurn<T>(limitMs: number, call: () => T): Promise<Awaited<T>> {
    const done = within(limitMs, 'The store', this.#turn.then(call))
    this.#turn = done.catch(() => {})
    return done as Promise<Awaited<T>>
  }

  #loaded(found: unknown): void {
    const core = this.#core
    if (core.state.status !== 'loading') return
    const record = readRecord(found)
    if (!record && found != null) this.#problem('holds something that is not a session; it counts as empty')
    this.#storedId = record?.sessionId
    const { generation } = core.state
    const next = record
      ? activated(core.credential(record.tokens, { ...record, generation, isUnused: false }))
      : foundNothing(core.state)
    core.transition(next)
    core.release('admit')
  }

  #unreadable(cause: unknown): void {
    this.#problem('could not be read; nobody is signed in', cause)
    this.#loaded(undefined)
  }

  #adopt(record: StoredRecord | undefined): void {
    const core = this.#core
    const current = credentialOf(core.state)
    if (core.state.status === 'disposed' || (record && this.#isOldNews(record))) return
    if (!record) {
      if (current && current.sessionId === this.#storedId) this.#leftElsewhere(current.sessionId)
      return
    }
    this.#storedId = record.sessionId
    if (current?.sessionId !== record.sessionId) core.begin(record)
    else if (record.version > current.version) core.renewedElsewhere(record)
    else return
    const { generation } = core.state
    core.events.emit({ type: 'adopted', generation, version: record.version })
  }

  #isOldNews({ sessionId, version }: StoredRecord): boolean {
    const isOwn = sessionId === this.#written?.sessionId && version <= this.#written.version
    return isOwn || sessionId === this.#leftId
  }

  #leftElsewhere(sessionId: string): void {
    this.#storedId = undefined
    this.#leftId = sessionId
    this.#core.leave()
  }

  /** Told a moment later where the store is opened: nobody listens before `createSession` has returned. */
  #problem(message: string, cause?: unknown): void {
    const { events, state } = this.#core
    const tell = (): void => events.problem(`The token store ${message}`, cause)
    if (state.status === 'loading') void Promise.resolve().then(tell)
    else tell()
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
