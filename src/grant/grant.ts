import type { TokenSet } from '../tokens.js'
import { judgeAnswer, judgeError, type JudgeContext, type ReceivedAnswer, type Verdict } from './answer.js'
import type { Acquire, RefreshContext, RefreshFunction, RefreshTokenGrant } from './grant-options.js'
import { membersOf } from './redact.js'
import { sendRefreshTokenGrant } from './refresh-token-grant.js'
import { readAnswer } from './token-request.js'

/** One call for new tokens. It never rejects and never throws: what happened is in the verdict. */
export type Grant = (current: TokenSet | undefined, context: RefreshContext) => Promise<Verdict>

/** What a grant needs of the session's options. */
export interface GrantSettings extends Pick<JudgeContext, 'isSessionOver' | 'refreshTokenLifetimeMs'> {
  /** The clock, in epoch milliseconds. */
  readonly now: () => number
  readonly accessTokenIn: 'header' | 'cookie'
}

/** What one grant is judged by. */
interface GrantTerms extends GrantSettings, Pick<JudgeContext, 'parseResponse' | 'previous' | 'secrets'> {
  /** Absent where nobody knows it: a sign-in dialog may be open for minutes. The receipt counts then. */
  readonly sentAt?: number
}

/** The grant that the option `refresh` describes: the built-in one, or the app's own function. */
export function createGrant(refresh: RefreshTokenGrant | RefreshFunction, settings: GrantSettings): Grant {
  return (current, context) => {
    const { clientSecret, parseResponse } = refresh as Partial<RefreshTokenGrant>
    const secrets = [current?.accessToken, current?.refreshToken, current?.idToken, clientSecret]
    const terms = { ...settings, previous: current, secrets, parseResponse, sentAt: settings.now() }
    const ask = async () =>
      typeof refresh === 'function'
        ? answerOf(await refresh(current, context))
        : sendRefreshTokenGrant(refresh, current, context.signal)
    return reachVerdict(ask, terms)
  }
}

/** The option `acquire` as a grant that needs no tokens (behaviour 30); it never rejects and never throws. */
export function createAcquire(
  acquire: Acquire,
  settings: GrantSettings,
): (context: RefreshContext) => Promise<Verdict> {
  return (context) => reachVerdict(async () => answerOf(await acquire(context)), { ...settings, secrets: [] })
}

/** Asks and judges what comes of it. Never rejects, whatever `ask` throws or resolves with. */
export async function reachVerdict(ask: () => Promise<ReceivedAnswer>, terms: GrantTerms): Promise<Verdict> {
  const judgeContext = (): JudgeContext => {
    const receivedAt = terms.now()
    return { sentAt: receivedAt, ...terms, accessTokenExpected: terms.accessTokenIn === 'header', receivedAt }
  }
  try {
    const answer = await ask()
    return judgeAnswer(answer, judgeContext())
  } catch (error) {
    const body = await unreadBodyIn(error)
    return judgeError(error, judgeContext(), body)
  }
}

/** `() => fetch(…)` is a refresh function too, and its 401 must not count as new tokens. */
function answerOf(result: unknown): ReceivedAnswer | Promise<ReceivedAnswer> {
  const isResponse = typeof membersOf(result)['text'] === 'function'
  return isResponse ? readAnswer(result as Response) : { status: 200, body: result }
}

/** The body behind an error that carries a `Response` that nobody has read, as ky's does. Never rejects. */
async function unreadBodyIn(error: unknown): Promise<unknown> {
  try {
    const answer = await readAnswer((error as { readonly response: Response }).response)
    return answer.body
  } catch {
    return undefined
  }
}
