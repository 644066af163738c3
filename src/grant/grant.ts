import type { TokenSet } from '../tokens.js'
import { answerIn, judge, type JudgeContext, type ReceivedAnswer, type Verdict } from './answer.js'
import type { Acquire, RefreshContext, RefreshFunction, RefreshTokenGrant } from './grant-options.js'
import { endpointFinder, type Endpoints, type FindEndpoints } from './endpoints.js'
import { membersOf } from './redact.js'
import { readAnswer, sendTokenRequest } from './token-request.js'

/** One call for new tokens. It never rejects and never throws: what happened is in the verdict. */
export type Grant = (
  current: TokenSet | undefined,
  context: RefreshContext,
  endpoints?: Endpoints,
) => Promise<Verdict>

/** What a grant needs of the session's options. */
export interface GrantSettings extends Pick<JudgeContext, 'isSessionOver' | 'refreshTokenLifetimeMs'> {
  /** The clock, in epoch milliseconds. */
  readonly now: () => number
  readonly accessTokenIn: 'header' | 'cookie'
  readonly authScheme?: string | undefined
}

/** What one grant is judged by. */
interface GrantTerms
  extends GrantSettings,
    Pick<JudgeContext, 'clientSecret' | 'parseResponse' | 'previous'> {
  /** Absent where nobody knows it: a sign-in dialog may be open for minutes. The receipt counts then. */
  readonly sentAt?: number
}

/**
 * The grant that the option `refresh` describes: the built-in one (RFC 6749 §6), or the app's own function.
 * The caller has seen to it that there is a refresh token, where one is sent in the body.
 */
export function createGrant(
  refresh: RefreshTokenGrant | RefreshFunction,
  settings: GrantSettings,
  find = endpointFinder(refresh as RefreshTokenGrant),
): Grant {
  return (current, context, endpoints) => {
    const ask = async (): Promise<ReceivedAnswer> => {
      if (typeof refresh === 'function') return answerOf(await refresh(current, context))
      const refreshToken = refresh.refreshTokenIn === 'cookie' ? undefined : current?.refreshToken
      const members = { grant_type: 'refresh_token', refresh_token: refreshToken } as const
      return sendTokenRequest(refresh, endpoints ?? (await find(context.signal)), members, context.signal)
    }
    return reachVerdict(ask, { ...settings, ...refresh, previous: current, sentAt: settings.now() })
  }
}

/** What a grant needs before it is sent, or why it cannot be had; never rejects. */
export type Preparation = (current: TokenSet | undefined, signal: AbortSignal) => Promise<Endpoints | Verdict>

/** What is done before the grant that `refresh` describes. A failure is definite, since nothing was sent. */
export function createPreparation(
  refresh: RefreshTokenGrant,
  settings: GrantSettings,
  find: FindEndpoints,
): Preparation {
  return (previous, signal) =>
    find(signal).catch((error) =>
      reachVerdict(() => Promise.reject(error), { ...settings, ...refresh, previous }),
    )
}

/** The option `acquire` as a grant that needs no tokens (behaviour 30); it never rejects and never throws. */
export function createAcquire(
  acquire: Acquire,
  settings: GrantSettings,
): (context: RefreshContext) => Promise<Verdict> {
  return (context) => reachVerdict(async () => answerOf(await acquire(context)), settings)
}

/** Asks and judges what comes of it. Never rejects, whatever `ask` rejects or resolves with. */
export function reachVerdict(ask: () => Promise<ReceivedAnswer>, terms: GrantTerms): Promise<Verdict> {
  const judgeNow = (answer: ReceivedAnswer): Verdict => {
    const receivedAt = terms.now()
    const accessTokenExpected = terms.accessTokenIn === 'header'
    return judge(answer, { sentAt: receivedAt, ...terms, accessTokenExpected, receivedAt })
  }
  // At last: an answer or an error whose own members throw.
  return ask()
    .catch(answerIn)
    .then(judgeNow)
    .catch(() => judgeNow(answerIn(undefined)))
}

/** `() => fetch(…)` is a refresh function too, and its 401 must not count as new tokens. */
function answerOf(result: unknown): ReceivedAnswer | Promise<ReceivedAnswer> {
  return typeof membersOf(result)['text'] === 'function' ? readAnswer(result as Response) : { body: result }
}
