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
import { readTokens, type TokenContext, type TokenSet } from '../tokens.js'
import type { TokenEndpointAnswer, TokenEndpointOptions } from './grant-options.js'
import { membersOf, plainCause, redact, type Secrets } from './redact.js'
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

/** An answer as it came, before anyone has said what it means. What a function resolved with counts as a 200. */
export interface ReceivedAnswer extends TokenEndpointAnswer {
  readonly headers?: unknown
  /** True where a redirect was followed although we asked for none. */
  readonly redirected?: boolean | undefined
  /** What the app's own function threw, where the answer was found in that. */
  readonly thrown?: unknown
}

/** What answers are judged by. */
export interface JudgeContext extends TokenContext {
  /** What must not appear in the verdict's error. */
  readonly secrets: Secrets
  readonly isSessionOver?: ((answer: TokenEndpointAnswer) => boolean) | undefined
  readonly parseResponse?: TokenEndpointOptions['parseResponse']
}

type Failure = Exclude<Verdict, { readonly type: 'granted' }>

/** What goes into the verdict's error, whichever it becomes. */
interface Detail {
  readonly status: number | undefined
  readonly oauth: OAuthErrorAnswer | undefined
  readonly retryAfterMs: number | undefined
  readonly cause: Error | undefined
}

const verdictOf = {
  ERR_LOGIN_REQUIRED: 'refused',
  ERR_REFRESH_UNAVAILABLE: 'unavailable',
  ERR_REFRESH_CONFIGURATION: 'misconfigured',
} as const

// A sign is a code of OAuth's (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6) or "HTTP" and the status.
const over = /^(invalid_grant|(interaction|login|consent)_required|HTTP 401)$/
const undone = /^(temporarily_unavailable|slow_down|HTTP (408|425|429|503))$/
const unclear = /^(server_error|HTTP [5-9]..)$/
// Status 0: a browser shows nothing else of a redirect that it did not follow.
const redirect = 'HTTP 0'
const adviceFor: readonly (readonly [RegExp, string])[] = [
  [/^invalid_client$/, 'Check `clientId`, `clientSecret` and `clientAuthentication`.'],
  [/^un(authorized_client|supported_grant_type)$/, 'Allow this client the grant type.'],
  [/^invalid_(scope|target)$/, 'Check `scope` and `resource`.'],
  [/^invalid_request$/, 'Check `encoding` and `body`.'],
  [/^HTTP (0|3..)$/, 'It redirects: set `tokenEndpoint` to where it leads.'],
]
const otherAdvice = 'Check `tokenEndpoint`; if it ends sessions this way, say so in `isSessionOver`.'

/** Says what an answer means: first `isSessionOver`, then a known OAuth code, then the status. */
export function judgeAnswer(answer: ReceivedAnswer, context: JudgeContext): Verdict {
  const { status, body, redirected, thrown } = answer
  const { error: code } = membersOf(body)
  const detail = detailOf(answer, context)
  if (isSessionOver(answer, context)) return failed(new LoginRequiredError('refused', detail))
  if (!code && !redirected && status >= 200 && status < 300) {
    return thrown ? unavailable('malformed', true, detail) : judgeTokens(body, context, detail)
  }
  // What another address says after a redirect is not the endpoint's word.
  const signs = redirected ? [redirect] : [code, `HTTP ${status}`]
  const verdict = signs.map((sign) => judgeSign(sign, detail)).find(Boolean)
  return verdict ?? failed(new RefreshConfigurationError(otherAdvice, detail))
}

/**
 * Says what it means that a request or the app's own function failed: an error of ours counts as it is, one
 * with a status or a known OAuth code as an answer, any other as the network's. Never throws.
 *
 * @param body of the answer in the error, where it had to be read first
 */
export function judgeError(error: unknown, context: JudgeContext, body?: unknown): Verdict {
  try {
    return judgeOwn(error, context) ?? judgeForeign(error, context, body)
  } catch {
    // An error whose own members throw.
    return unavailable('network', true)
  }
}

function judgeOwn(error: unknown, { secrets }: JudgeContext): Verdict | undefined {
  const own = getSessionError(error)
  if (!own || !(own.code in verdictOf)) return undefined
  // The app may have given it a cause that holds the request.
  if (own.cause !== undefined) Reflect.set(own, 'cause', plainCause(own.cause, secrets))
  return failed(own as Failure['error'])
}

function judgeForeign(error: unknown, context: JudgeContext, read: unknown): Verdict {
  const { response, status: own, body, data } = membersOf(error)
  const { status: outer, headers, data: parsed } = membersOf(response)
  // OAuth libraries throw the members of the answer as those of the error itself.
  const found = read ?? parsed ?? body ?? data ?? error
  // Below 100 it is no HTTP status: 0 is how XMLHttpRequest calls a network failure.
  const status = [own, outer].find((one): one is number => typeof one === 'number' && one >= 100) ?? 0
  const answer = { status, body: typeof found === 'string' ? readBody(found) : found, headers, thrown: error }
  if (status) return judgeAnswer(answer, context)
  const detail = detailOf(answer, context)
  return judgeSign(membersOf(answer.body)['error'], detail) ?? unavailable('network', true, detail)
}

function isSessionOver({ status, body }: ReceivedAnswer, context: JudgeContext): boolean {
  try {
    return context.isSessionOver?.({ status, body }) === true
  } catch {
    return false
  }
}

function judgeSign(sign: unknown, detail: Detail): Verdict | undefined {
  if (typeof sign !== 'string') return undefined
  if (over.test(sign)) return failed(new LoginRequiredError('refused', detail))
  if (undone.test(sign)) return unavailable('server', false, detail)
  if (unclear.test(sign)) return unavailable('server', true, detail)
  const [, advice] = adviceFor.find(([pattern]) => pattern.test(sign)) ?? []
  return advice ? failed(new RefreshConfigurationError(advice, detail)) : undefined
}

function judgeTokens(body: unknown, context: JudgeContext, detail: Detail): Verdict {
  try {
    const { parseResponse, accessTokenExpected } = context
    const answer = parseResponse ? parseResponse(body) : body
    // Where the tokens are cookies, no body and any JSON will do, but a page of HTML is not the endpoint's.
    const isEnough = !accessTokenExpected && typeof answer !== 'string'
    const tokens = readTokens(isEnough ? membersOf(answer) : answer, context)
    if (typeof tokens !== 'string') return { type: 'granted', tokens }
    return unavailable('malformed', true, { ...detail, hint: tokens })
  } catch {
    // No cause: its message may quote the body, and the new tokens with it.
    return unavailable('malformed', true, { ...detail, hint: '`parseResponse` threw.' })
  }
}

function detailOf({ status, body, headers, thrown }: ReceivedAnswer, context: JudgeContext): Detail {
  const { secrets, receivedAt } = context
  const { error, error_description, error_uri } = membersOf(body)
  const [code, errorDescription, errorUri] = [error, error_description, error_uri].map((text) =>
    redact(text, secrets),
  )
  return {
    // What a function resolved with has no status, only one that it is judged by.
    status: headers || thrown ? status || undefined : undefined,
    oauth: code ? { error: code, errorDescription, errorUri } : undefined,
    retryAfterMs: parseRetryAfter(readHeader(headers, 'retry-after'), receivedAt),
    cause: plainCause(thrown, secrets),
  }
}

function unavailable(
  reason: RefreshUnavailableReason,
  ambiguous: boolean,
  detail?: RefreshUnavailableDetail,
): Verdict {
  return failed(new RefreshUnavailableError(reason, { ...detail, ambiguous }))
}

function failed(error: Failure['error']): Verdict {
  return { type: verdictOf[error.code], error } as Verdict
}
