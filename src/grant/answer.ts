import {
  getSessionError,
  LoginRequiredError,
  RefreshConfigurationError,
  RefreshUnavailableError,
  type OAuthErrorAnswer,
  type RefreshUnavailableDetail,
  type RefreshUnavailableReason,
} from '../errors.js'
import { readHeader } from '../http/headers.js'
import { parseRetryAfter } from '../http/retry-after.js'
import { isOtherUser, readTokens, wrongType, type TokenContext, type TokenSet } from '../tokens.js'
import type { TokenEndpointAnswer, TokenEndpointOptions } from './grant-options.js'
import { membersOf, plainCause, redactor, type Redact } from './redact.js'
import { readBody } from './token-request.js'

/** What a grant came to; behaviours 23 to 26. */
export type Verdict =
  | { readonly type: 'granted'; readonly tokens: TokenSet }
  /** The session is over. */
  | { readonly type: 'refused'; readonly error: LoginRequiredError }
  /** Nothing is lost; later may help. `error.ambiguous`: the refresh token may be used up all the same. */
  | { readonly type: 'unavailable'; readonly error: RefreshUnavailableError }
  /** Nothing is lost, and waiting does not help: the set-up is wrong. */
  | { readonly type: 'misconfigured'; readonly error: RefreshConfigurationError }

/** An answer as it came, before anyone has said what it means. */
export interface ReceivedAnswer {
  /** 0 for a redirect, as browsers show it; NaN where none came; absent where the app's own function resolved. */
  readonly status?: number
  readonly body?: unknown
  readonly headers?: unknown
  /** What the request or the app's own function failed with, where the answer was found in that. */
  readonly thrown?: unknown
}

/** What answers are judged by. */
export interface JudgeContext
  extends TokenContext,
    Pick<TokenEndpointOptions, 'clientSecret' | 'parseResponse'> {
  /** The app's own rule; the session guards it against its throwing. */
  readonly isSessionOver?: ((answer: TokenEndpointAnswer) => boolean) | undefined
}

type Failure = Exclude<Verdict, { readonly type: 'granted' }>

const typeOf = {
  ERR_LOGIN_REQUIRED: 'refused',
  ERR_REFRESH_UNAVAILABLE: 'unavailable',
  ERR_REFRESH_CONFIGURATION: 'misconfigured',
} as const

/** What goes into the verdict's error, whichever it becomes. */
type Detail = RefreshUnavailableDetail & { readonly oauth?: OAuthErrorAnswer | undefined }

type Meaning = (detail: Detail) => Failure['error']

const refused: Meaning = (detail) => new LoginRequiredError('refused', detail)
const unavailable =
  (reason: RefreshUnavailableReason, ambiguous = true): Meaning =>
  (detail) =>
    new RefreshUnavailableError(reason, { ...detail, ambiguous })
const misconfigured =
  (advice: string): Meaning =>
  (detail) =>
    new RefreshConfigurationError(advice, detail)

/** What codes of OAuth's (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6) and HTTP statuses mean. */
const meanings: readonly (readonly [RegExp, Meaning])[] = [
  [/^(invalid_grant|(interaction|login|consent)_required|401)$/, refused],
  [/^(temporarily_unavailable|slow_down|408|425|429|503)$/, unavailable('server', false)],
  [/^(server_error|[5-9]..)$/, unavailable('server')],
  [/^NaN$/, unavailable('network')],
  [
    /_(client|grant_type)$/,
    misconfigured(
      'Check `clientId`, `clientSecret`, `clientAuthentication`, and that the client may use this grant type.',
    ),
  ],
  [/^invalid_(scope|target)$/, misconfigured('Check `scope` and `resource`.')],
  [/^invalid_request$/, misconfigured('Check `encoding` and `body`.')],
  [/^(0|3..)$/, misconfigured('It redirects: set `tokenEndpoint` to where it leads.')],
]
const otherwise = misconfigured(
  'Check `tokenEndpoint`; if it ends sessions this way, say so in `isSessionOver`.',
)

const unusable = (mistake: string): Meaning =>
  mistake.startsWith(wrongType) ? misconfigured(`${mistake}.`) : unavailable('malformed')

const meaningOf = (sign: string | number): Meaning | undefined =>
  meanings.find(([pattern]) => pattern.test(`${sign}`))?.[1]

/**
 * Says what an answer means: first `isSessionOver`, then a known OAuth code, then the status. An error of ours
 * that was thrown counts as it is.
 */
export function judge(answer: ReceivedAnswer, context: JudgeContext): Verdict {
  const { previous, clientSecret, receivedAt } = context
  const redact = redactor([previous?.accessToken, previous?.refreshToken, previous?.idToken, clientSecret])
  const own = getSessionError(answer.thrown) as Failure['error'] | undefined
  if (!own || !(own.code in typeOf))
    return judgeAnswer(answer, context, () => detailOf(answer, receivedAt, redact))
  // The app may have given it a cause that holds the request.
  if (own.cause) Reflect.set(own, 'cause', plainCause(own.cause, redact))
  return failed(own)
}

function judgeAnswer(answer: ReceivedAnswer, context: JudgeContext, detailOfIt: () => Detail): Verdict {
  const { body, status = 200 } = answer
  if (status >= 0 && context.isSessionOver?.({ status, body }) === true) return failed(refused(detailOfIt()))
  const { error } = membersOf(body)
  // Judged as it came, not as it is told: there a token of one letter is taken out of every word.
  const known = typeof error === 'string' ? meaningOf(error) : undefined
  if (error || !/^2..$/.test(`${status}`))
    return failed((known ?? meaningOf(status) ?? otherwise)(detailOfIt()))
  const tokens = tokensIn(answer, context)
  if (typeof tokens === 'string') return failed(unusable(tokens)({ ...detailOfIt(), hint: tokens }))
  if (!isOtherUser(context.previous, tokens)) return { type: 'granted', tokens }
  // What it gave is nobody's to use, and the old refresh token is spent.
  return failed(
    refused({ cause: new Error('The new tokens are another user’s (OpenID Connect Core §12.2)') }),
  )
}

function detailOf({ status, body, headers, thrown }: ReceivedAnswer, now: number, redact: Redact): Detail {
  const { error, error_description, error_uri } = membersOf(body)
  const code = redact(error)
  return {
    // What a function resolved with has no status, only one that it is judged by.
    status: status || undefined,
    oauth: code
      ? { error: code, errorDescription: redact(error_description), errorUri: redact(error_uri) }
      : undefined,
    retryAfterMs: parseRetryAfter(readHeader(headers, 'retry-after'), now),
    cause: plainCause(thrown, redact),
  }
}

/**
 * The answer in what a request or the app's own function failed with: an error with a status or a known OAuth code
 * is one, any other is the network's.
 *
 * @throws what the error's own members throw
 */
export function answerIn(thrown: unknown): ReceivedAnswer {
  const { response, status: outer, body, data } = membersOf(thrown)
  const { status: inner, headers, data: parsed } = membersOf(response)
  // 0 is how XMLHttpRequest calls a network failure.
  const status = [outer, inner].find((one): one is number => typeof one === 'number' && one > 0) ?? NaN
  // OAuth libraries throw the members of the answer as those of the error itself.
  return { status, body: readBody(parsed ?? body ?? data ?? thrown), headers, thrown }
}

/** The tokens in an answer with a good status, or one sentence that says why there are none. */
function tokensIn(received: ReceivedAnswer, context: JudgeContext): TokenSet | string {
  const { parseResponse, accessTokenExpected } = context
  if ('thrown' in received) return ''
  try {
    const answer = parseResponse ? parseResponse(received.body) : received.body
    // Where the tokens are cookies, any answer will do, but a page of HTML is not the endpoint's.
    const isEnough = !accessTokenExpected && !(typeof answer === 'string' && /^\s*</.test(answer))
    return readTokens(isEnough ? membersOf(answer) : answer, context)
  } catch {
    // No cause: its message may quote the body, and the new tokens with it.
    return '`parseResponse` threw.'
  }
}

function failed(error: Failure['error']): Verdict {
  return { type: typeOf[error.code], error } as Verdict
}
