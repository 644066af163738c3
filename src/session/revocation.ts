import { plainCause, redactor } from '../grant/redact.js'
import type { Core } from './core.js'
import { credentialOf } from './state.js'
import type { FindEndpoints } from '../grant/endpoints.js'
import type { Grant } from '../grant/grant.js'
import { readRecord } from '../store/record.js'
import { sendRevocation, type RevocationMembers } from '../grant/token-request.js'
import { startTimer, within } from './timer.js'
import type { TokenSet } from '../tokens.js'
import type { TokenStore } from '../store/token-store.js'
import type { Verdict } from '../grant/answer.js'

/** A grant that was sent, and who it was sent for. */
interface Sent {
  readonly generation: number
  readonly controller: AbortController
  readonly verdict: Promise<Verdict>
}

/** Revokes at a logout what the server has given (RFC 7009): what there is, and what is still on its way. */
export class Revocation {
  readonly #core: Core
  readonly #store: TokenStore
  readonly #find: FindEndpoints
  /** The last one; there is one on the wire at most. */
  #sent: Sent | undefined
  readonly #closing = new AbortController()

  constructor(core: Core, store: TokenStore, find: FindEndpoints) {
    this.#core = core
    this.#store = store
    this.#find = find
  }

  /** The same grant, but a logout that revokes does not cut it short: its answer may hold a new refresh token. */
  over(grant: Grant): Grant {
    const { refresh } = this.#core.settings
    if (typeof refresh !== 'object' || !(refresh.issuer ?? refresh.revocationEndpoint)) return grant
    return (current, { signal, reason }) => {
      const controller = new AbortController()
      const verdict = grant(current, { signal: controller.signal, reason })
      const sent = { generation: this.#core.state.generation, controller, verdict }
      this.#sent = sent
      signal.addEventListener('abort', () => this.#sent === sent && controller.abort())
      return verdict
    }
  }

  /** Signs out here at once by `leave`, and then tells the server. Rejects only where `leave` does. */
  async logout(leave: () => Promise<void>): Promise<void> {
    const { state, settings } = this.#core
    const sent = this.#sent?.generation === state.generation ? this.#sent : undefined
    const held = this.#held()
    // From now on only the limit cuts it short.
    this.#sent = undefined
    const left = leave()
    const limit = new AbortController()
    const end = (): void => (limit.abort(), sent?.controller.abort())
    const timer = startTimer(settings.refreshTimeoutMs, end)
    timer.hold(true)
    this.#closing.signal.addEventListener('abort', end)
    const told = new Set<string>()
    const late = sent?.verdict.then((verdict) => (verdict.type === 'granted' ? verdict.tokens : undefined))
    await Promise.all([left, ...[held, late].map((tokens) => this.#revoke(tokens, told, limit.signal))])
    timer.clear()
    this.#closing.signal.removeEventListener('abort', end)
  }

  /** Ends every revocation. */
  close(): void {
    this.#closing.abort()
  }

  /** Before the first look into the store too: what lies there is to be revoked all the same. */
  async #held(): Promise<TokenSet | undefined> {
    const { state } = this.#core
    // A cookie may be there unseen.
    const unseen = this.#isCookie ? {} : undefined
    return (
      credentialOf(state)?.tokens ?? (state.status === 'loading' ? await this.#stored() : undefined) ?? unseen
    )
  }

  async #stored(): Promise<TokenSet | undefined> {
    return readRecord(await this.#store.get())?.tokens
  }

  get #isCookie(): boolean {
    const { refresh } = this.#core.settings
    return typeof refresh === 'object' && refresh.refreshTokenIn === 'cookie'
  }

  /** `told`: what has been revoked already. A cookie is sent by itself, and each grant may have set it anew. */
  async #revoke(
    found: Promise<TokenSet | undefined> | undefined,
    told: Set<string>,
    limit: AbortSignal,
  ): Promise<void> {
    const inTime = <T>(call: PromiseLike<T>): Promise<T> =>
      within(this.#core.settings.refreshTimeoutMs, limit, call)
    // A store that fails is reported by whoever else reads it.
    const tokens = found && (await inTime(found).catch(() => undefined))
    const members = tokens && this.#membersFor(tokens)
    if (!members || told.has(members.token ?? '')) return
    if (members.token) told.add(members.token)
    await inTime(this.#send(members, limit)).catch((cause: unknown) => this.#failed(tokens, cause))
  }

  #membersFor({ refreshToken, accessToken }: TokenSet): RevocationMembers | undefined {
    if (this.#isCookie) return {}
    if (refreshToken) return { token: refreshToken, token_type_hint: 'refresh_token' }
    return accessToken ? { token: accessToken, token_type_hint: 'access_token' } : undefined
  }

  async #send(members: RevocationMembers, limit: AbortSignal): Promise<void> {
    const { refresh } = this.#core.settings
    if (typeof refresh !== 'object')
      throw new Error('Only the built-in grant, an object as `refresh`, can revoke')
    const { status } = await sendRevocation(refresh, this.#find, members, limit)
    if (!/^2/.test(`${status}`)) throw new Error(`The revocation endpoint said HTTP ${status}`)
  }

  #failed({ accessToken, refreshToken, idToken }: TokenSet, error: unknown): void {
    const { state, settings, events } = this.#core
    const { refresh } = settings
    const secret = typeof refresh === 'object' ? refresh.clientSecret : undefined
    const cause = plainCause(error, redactor([accessToken, refreshToken, idToken, secret]))
    if (state.status !== 'disposed')
      events.problem('The tokens were not revoked, and may still be good', cause)
  }
}
