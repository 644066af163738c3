import { covers, joined } from '../http/step-up-union.js'
import type { StepUpRequest } from '../http/step-up.js'
import { credentialOf, type Stamp } from './state.js'
import { isOtherUser, readTokens, type TokenSet } from '../tokens.js'
import { momentOf } from './token-requests.js'
import type { OnStepUp } from '../grant/grant-options.js'
import { plainCause, redactor } from '../grant/redact.js'
import { startTimer } from './timer.js'
import { StepUpRequiredError } from '../errors.js'
import type { Terms } from './terms.js'
import type { Waiter } from './core.js'

/** How long the first one waits for others: what a page asks for at once is one sign-in. */
const gatherMs = 50

/** Obtains better tokens where the API asks for them. One call of `onStepUp` at a time, for all that wait then. */
export class StepUps {
  readonly #terms: Terms
  readonly #onStepUp: OnStepUp
  readonly #wanted = new Map<Waiter, StepUpRequest>()
  /** What the last call brought, and the token version that came with it. */
  #better: (Pick<Stamp, 'generation' | 'version'> & { readonly request: StepUpRequest }) | undefined
  #isAsking = false

  constructor(terms: Terms, onStepUp: OnStepUp) {
    this.#terms = terms
    this.#onStepUp = onStepUp
  }

  /** `waiter` waits apart. It is resumed with a better token, or refused with a StepUpRequiredError. */
  ask(waiter: Waiter, { generation, version }: Stamp, wanted: StepUpRequest): void {
    const better = this.#better
    // A good enough token came while this request was on its way: the late challenge.
    if (generation === better?.generation && version < better.version && covers(better.request, wanted)) {
      for (const one of this.#terms.core.release((each) => each === waiter)) one.resume('admit')
      return
    }
    this.#wanted.set(waiter, wanted)
    if (!this.#isAsking) void this.#askForAll()
  }

  async #askForAll(): Promise<void> {
    const { core } = this.#terms
    this.#isAsking = true
    await new Promise<void>((resolve) => startTimer(gatherMs, resolve).hold(true))
    for (;;) {
      // Some have gone, each with its own answer: aborted, timed out, or of a session that is no more.
      for (const waiter of this.#wanted.keys()) if (!core.has(waiter)) this.#wanted.delete(waiter)
      const [first, ...others] = this.#wanted.values()
      if (!first) break
      await this.#askFor(others.reduce(joined, first))
    }
    this.#isAsking = false
  }

  /** Whoever comes while the app is being asked joins, where that is enough for it; else it is in the next call. */
  async #askFor(request: StepUpRequest): Promise<void> {
    const { core } = this.#terms
    const { generation } = core.state
    const isBetter = await this.#obtain(request)
    const served = core.release((waiter) => {
      const wanted = this.#wanted.get(waiter)
      return wanted !== undefined && waiter.generation === generation && covers(request, wanted)
    })
    for (const waiter of served) {
      const { challenge } = this.#wanted.get(waiter) as StepUpRequest
      if (isBetter) waiter.resume('admit')
      else waiter.refuse(new StepUpRequiredError(challenge), false)
    }
  }

  /** True where the app brought better tokens, and they are the session's now. A login or logout ends it at once. */
  async #obtain(request: StepUpRequest): Promise<boolean> {
    const { core } = this.#terms
    const { generation } = core.state
    const tokens = credentialOf(core.state)?.tokens
    const controller = new AbortController()
    const { signal } = controller
    core.ownSignals.add(signal)
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    const stop = core.subscribe(() => void (core.state.generation === generation || controller.abort()))
    try {
      const answer = await Promise.race([this.#onStepUp(request, { signal }), ended])
      return answer !== undefined && (await this.#land(answer, request, signal))
    } catch (error) {
      // A login or logout meanwhile: what the app did is past, and nothing is wrong with it.
      if (signal.aborted) return false
      const secrets = [tokens?.accessToken, tokens?.refreshToken, tokens?.idToken]
      core.events.problem('`onStepUp` brought no better token', plainCause(error, redactor(secrets)))
      return false
    } finally {
      stop()
    }
  }

  /** They come in as a grant's tokens do, and never beside a grant that may be spending the refresh token. */
  async #land(answer: unknown, request: StepUpRequest, signal: AbortSignal): Promise<boolean> {
    const { core, renewal } = this.#terms
    const receivedAt = core.settings.now()
    for (;;) {
      while (core.state.status === 'refreshing')
        await momentOf(this.#terms)
          .wait()
          .catch(() => {})
      if (signal.aborted) return false
      const tokens = this.#read(answer, request, receivedAt)
      const moment = momentOf(this.#terms)
      renewal.bring(tokens)
      await moment.wait()
      const credential = credentialOf(core.state)
      if (signal.aborted || !credential) return false
      // Else another tab's newer tokens came between: what the user did is not lost by that.
      if (credential.tokens.accessToken === tokens.accessToken) {
        const granted = { challenge: request.challenge, scope: credential.tokens.scope }
        this.#better = { ...credential, request: joined(request, granted) }
        return true
      }
    }
  }

  /** Read anew for each try: a refresh token that it does not replace may have been renewed meanwhile. */
  #read(answer: unknown, { scope }: StepUpRequest, receivedAt: number): TokenSet {
    const { state, settings, vault } = this.#terms.core
    const current = credentialOf(state)?.tokens
    const tokens = readTokens(answer, {
      sentAt: receivedAt,
      receivedAt,
      accessTokenExpected: settings.accessTokenIn === 'header',
      authScheme: settings.authScheme,
      refreshTokenLifetimeMs: settings.refreshTokenLifetimeMs,
      // RFC 6749 §5.1: an answer without a scope gives what was asked for. What the vault has not taken is kept too.
      previous: { refreshToken: vault?.untaken, ...current, scope },
    })
    if (typeof tokens === 'string') throw new TypeError(tokens)
    if (isOtherUser(current, tokens)) throw new Error('The tokens are another user’s')
    return tokens
  }
}
