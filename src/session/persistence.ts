import { activated, credentialOf, foundNothing, overtaken, signedOut, type Credential } from './state.js'
import { LoginRequiredError, type LoginRequiredReason } from '../errors.js'
import { graveOf, readRecord, type StoredRecord } from '../store/record.js'
import type { Core } from './core.js'
import { newsOf } from './news.js'
import { plain } from './redaction.js'
import { isThenable } from '../store/thenable.js'
import { within } from './timer.js'
import type { SessionEvent } from './events.js'
import type { TokenSet } from '../tokens.js'
import type { TokenStore } from '../store/token-store.js'
import type { Vault } from '../store/vault.js'

const storeCould = 'token store could not be '
const inMemory = 'the session goes on in memory'
const mayRemain = 'its tokens may still be there'

/**
 * The session's only way to its store. Calls take turns, so that a slow write never overtakes a later one;
 * a call that fails or does not answer is reported and loses nothing but its copy.
 */
export class Persistence {
  readonly #core: Core
  readonly #store: TokenStore
  #turn: Promise<unknown> = Promise.resolve()
  /** What the store is known to hold: what was last read or written. Gone from there, someone has signed out. */
  #known: Credential | undefined
  /** The session that was left last: found in the store again, its clearing has failed, and it stays left. */
  #leftId: string | undefined
  /** Counts logins and logouts of this app: what was read across one of them is of the past. */
  #ownChanges = 0
  #unsubscribe: (() => void) | undefined
  #onEnded: ((error: LoginRequiredError) => void) | undefined
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

  /**
   * Looks into the store for the first time. A store that answers at once is known at once. `onEnded`: another tab
   * was told that this very session is over.
   */
  open(onEnded: (error: LoginRequiredError) => void): void {
    this.#onEnded = onEnded
    const { events, settings } = this.#core
    const unreadable = (cause: unknown): void => {
      this.#problem(`${storeCould}read; nobody is signed in`, cause)
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
      const found = await (this.#store.getLatest ? this.#store.getLatest() : this.#store.get())
      // A login or logout of our own came between: what was read is of the past.
      if (this.#ownChanges === changes) this.#adopt(readRecord(found))
    }
    return this.#inTurn(`${storeCould}read`, read, limitMs)
  }

  /** Another login: its write has its turn before anyone is told, and so before what listeners begin. */
  async begin(record: Omit<StoredRecord, 'format'>, event?: SessionEvent): Promise<void> {
    const credential = this.#core.next(record)
    this.#ownChanges++
    this.#leftId = credentialOf(this.#core.state)?.sessionId ?? this.#leftId
    const written = this.write(credential, () => this.#core.state.generation === credential.generation)
    this.#core.change(activated(credential), event)
    return written
  }

  /** A logout: nobody is signed in, whatever becomes of the store. */
  async leave(event: SessionEvent): Promise<void> {
    this.#ownChanges++
    const cleared = this.clear(credentialOf(this.#core.state), () => !credentialOf(this.#core.state))
    this.#core.change(signedOut(this.#core.state), event)
    return cleared
  }

  /** Where it fails, the session goes on in memory. `isWanted` is asked when its turn has come. */
  async write(credential: Credential, isWanted: () => boolean, limitMs?: number): Promise<void> {
    const { sessionId, version, tokens, issuedAt, isVaulted } = credential
    const before = this.#known
    // From now on what is read back is nobody else's news.
    this.#known = credential
    const record = { format: 1, sessionId, version, tokens, issuedAt } as const
    // What the vault has not taken is not to be had from it: what it holds then is someone else's, or spent.
    const isInVault = (): boolean | undefined => isVaulted && this.#core.vault?.untaken === undefined
    const set = (): unknown => isWanted() && this.#store.set({ ...record, isVaulted: isInVault() })
    // Both have their turns now: what comes later must not overtake them.
    const kept = this.#inVault((vault) => vault.keep(Boolean(isVaulted)), isWanted, limitMs)
    const written = this.#inTurn(`${storeCould}written; ${inMemory}`, set, limitMs)
    await kept
    if (!(await written) && this.#known === credential) this.#known = before
  }

  /**
   * What is `left` is not adopted again, whatever becomes of the store. `ended`: why it is over, for the other tabs;
   * a logout leaves nothing.
   */
  async clear(
    left: Credential | undefined,
    isWanted: () => boolean,
    limitMs?: number,
    ended?: LoginRequiredReason,
  ): Promise<void> {
    const store = this.#store
    const grave = ended && left && this.isShared && graveOf(left, ended)
    const bury = async (): Promise<unknown> => (grave ? store.set(grave) : store.clear())
    // Where nothing can be told, what counts more is that the dead tokens go.
    const empty = (): unknown => bury().catch((cause) => (grave ? store.clear() : Promise.reject(cause)))
    const held = this.#held
    this.#leftId = left?.sessionId ?? this.#leftId
    this.#known = undefined
    const emptied = this.#inVault((vault) => vault.clear(), isWanted, limitMs)
    await this.#inTurn(`${storeCould}cleared; ${mayRemain}`, () => isWanted() && empty(), limitMs, held)
    await emptied
  }

  async #inVault(
    call: (vault: Vault) => Promise<void>,
    isWanted: () => boolean,
    limitMs?: number,
  ): Promise<void> {
    const { vault } = this.#core
    if (!vault) return
    const held = { refreshToken: vault.untaken }
    await this.#inTurn(`vault failed; ${inMemory}`, () => isWanted() && call(vault), limitMs, held)
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
    const turn = before.then(() => within(this.#limitMs, signal, made))
    // Nobody waits after the end, but what was to be cleared still is, and in its turn.
    this.#turn = turn.catch(() => signal.aborted && made).catch(nothing)
    return within(limitMs, signal, made).then(
      () => true,
      (cause: unknown) => {
        isGivenUp = !signal.aborted
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
    if (!record && found != null)
      this.#problem('token store holds something that is not a session; it counts as empty')
    // Not the record itself: a store may change in place what it has handed out.
    this.#known = record && !record.ended ? this.#sameLogin(record) : undefined
    const next = this.#known ? activated(this.#known) : foundNothing(core.state)
    core.conclude(next, (waiter) => waiter.resume('admit'))
  }

  #sameLogin(record: StoredRecord): Credential {
    return this.#core.credential(record.tokens, { ...record, generation: this.#core.state.generation })
  }

  #adopt(found: StoredRecord | undefined): void {
    const core = this.#core
    const current = credentialOf(core.state)
    const news = newsOf(found, { current, known: this.#known, leftId: this.#leftId })
    if (news.type === 'none' || core.state.status === 'disposed') return
    if (news.type === 'over') return this.#endElsewhere(news.current, news.record?.ended)
    const { record } = news
    // Where nobody was seen before, another tab was quicker to have the first tokens: who waits for them has them.
    const isFirst = !current && core.state.status === 'refreshing'
    const isRenewed = news.type === 'renewed' || isFirst
    const credential = (this.#known = isRenewed ? this.#sameLogin(record) : core.next(record))
    const { generation, version } = credential
    const event = { type: 'adopted', generation, version } as const
    // The same session: who waits goes on with what the other has stored.
    if (isRenewed) core.conclude(overtaken(core.state, credential), (waiter) => waiter.resume('admit'), event)
    else core.change(activated(credential), event)
  }

  /** Another tab has signed out, or was told why the session is over. */
  #endElsewhere({ sessionId }: Credential, reason?: LoginRequiredReason): void {
    const core = this.#core
    this.#known = undefined
    this.#leftId = sessionId
    core.vault?.setAside({})
    if (reason) this.#onEnded?.(new LoginRequiredError(reason))
    else core.change(signedOut(core.state))
  }

  /** Told a moment later where the store is opened: nobody listens before `createSession` has returned. */
  #problem(message: string, cause?: unknown, held = this.#held): void {
    const { events, state } = this.#core
    // A store may quote in its error what it holds.
    const safe = plain(this.#core, cause, held)
    const tell = (): void => events.problem(`The ${message}`, safe)
    if (state.status === 'disposed') return
    if (state.status === 'loading') void Promise.resolve().then(tell)
    else tell()
  }
}

function nothing(): void {}
