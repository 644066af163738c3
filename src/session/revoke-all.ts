import { plainCause, redactor } from '../grant/redact.js'
import { startTimer, within } from './timer.js'
import { revokeToken, type RevocationMembers } from '../grant/revocation.js'
import type { Core } from './core.js'
import type { Endpoints, FindEndpoints } from '../grant/endpoints.js'
import type { Grant } from '../grant/grant.js'
import { readRecord } from '../store/record.js'
import type { RefreshContext, RefreshTokenGrant } from '../grant/grant-options.js'
import type { TokenSet } from '../tokens.js'
import type { Verdict } from '../grant/answer.js'

/** A grant that was sent, and who it was sent for. */
interface SentGrant {
  readonly generation: number
  readonly controller: AbortController
  readonly verdict: Promise<Verdict>
}

/** What a logout leaves at the server. */
export interface Leftovers {
  readonly tokens: TokenSet | undefined
  /** What the store answers, where the logout came before the first look into it. */
  readonly stored: Promise<unknown> | undefined
  /** What is still on its way. */
  readonly sent: SentGrant | undefined
}

/** Revokes what was held, and what a grant still brings. */
export class RevokeAll {
  readonly #core: Core
  readonly #client: RefreshTokenGrant
  readonly #find: FindEndpoints
  /** The last one; there is one on the wire at most. */
  #sent: SentGrant | undefined
  readonly #closing = new AbortController()

  constructor(core: Core, client: RefreshTokenGrant, find: FindEndpoints) {
    this.#core = core
    this.#client = client
    this.#find = find
  }

  /** Sends a grant with a signal of its own, so that its answer can outlive the flight. */
  grant(
    grant: Grant,
    current: TokenSet | undefined,
    { signal, reason }: RefreshContext,
    endpoints?: Endpoints,
  ): Promise<Verdict> {
    const controller = new AbortController()
    // As the flight's own: the app may have wrapped the global fetch with this very session.
    this.#core.ownSignals.add(controller.signal)
    if (signal.aborted) controller.abort()
    const verdict = grant(current, { signal: controller.signal, reason }, endpoints)
    const sent = { generation: this.#core.state.generation, controller, verdict }
    this.#sent = sent
    signal.addEventListener('abort', () => this.#sent === sent && controller.abort())
    return verdict
  }

  /** What is on its way for this login. From now on the end of its flight is not the end of it. */
  takeSent(): SentGrant | undefined {
    const sent = this.#sent
    if (sent?.generation !== this.#core.state.generation) return undefined
    this.#sent = undefined
    return sent
  }

  /** Bounded by `refreshTimeoutMs`. Never rejects: a failure is a problem, which is told. */
  async revoke({ tokens, stored, sent }: Leftovers): Promise<void> {
    const limit = new AbortController()
    this.#core.ownSignals.add(limit.signal)
    const end = (): void => (limit.abort(), sent?.controller.abort())
    const timer = startTimer(this.#core.settings.refreshTimeoutMs, end)
    timer.hold(true)
    this.#closing.signal.addEventListener('abort', end)
    const told = new Set<string>()
    // A cookie may be there although nobody was seen to be signed in.
    const unseen = this.#isCookie ? {} : undefined
    const held = stored ? stored.then((record) => readRecord(record)?.tokens) : Promise.resolve(tokens)
    const late = sent?.verdict.then((verdict) => (verdict.type === 'granted' ? verdict.tokens : undefined))
    await Promise.all([
      this.#revoke(
        held.then((found) => found ?? unseen),
        told,
        limit.signal,
      ),
      late && this.#revoke(late, told, limit.signal),
    ])
    timer.clear()
    this.#closing.signal.removeEventListener('abort', end)
  }

  close(): void {
    this.#closing.abort()
  }

  get #isCookie(): boolean {
    return this.#client.refreshTokenIn === 'cookie'
  }

  /** `told`: no token is sent twice. A cookie is: each grant may have set it anew. */
  async #revoke(found: Promise<TokenSet | undefined>, told: Set<string>, limit: AbortSignal): Promise<void> {
    const inTime = <T>(call: Promise<T>): Promise<T> =>
      within(this.#core.settings.refreshTimeoutMs, limit, call)
    const tokens = await inTime(found).catch(() => undefined)
    const members = tokens && (this.#isCookie ? {} : membersOf(tokens))
    if (!members || (members.token && told.has(members.token))) return
    if (members.token) told.add(members.token)
    const asked = revokeToken(this.#client, this.#find, members, limit)
    await inTime(asked).catch((cause: unknown) => this.#failed(tokens, cause))
  }

  #failed({ accessToken, refreshToken, idToken }: TokenSet, error: unknown): void {
    const { state, events } = this.#core
    const redact = redactor([accessToken, refreshToken, idToken, this.#client.clientSecret])
    if (state.status !== 'disposed')
      events.problem('A token was not revoked, and may still be good', plainCause(error, redact))
  }
}

/** RFC 7009 §2.1: with the refresh token goes all that was granted with it; without one, the access token itself. */
function membersOf({ refreshToken, accessToken }: TokenSet): RevocationMembers | undefined {
  if (refreshToken) return { token: refreshToken, token_type_hint: 'refresh_token' }
  return accessToken ? { token: accessToken, token_type_hint: 'access_token' } : undefined
}
