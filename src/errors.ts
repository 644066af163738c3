/** The `code` of every error of this package; stable, and what the guards test. */
export type SessionErrorCode =
  | 'ERR_LOGIN_REQUIRED'
  | 'ERR_REFRESH_UNAVAILABLE'
  | 'ERR_REFRESH_CONFIGURATION'
  | 'ERR_SESSION_CHANGED'
  | 'ERR_STEP_UP_REQUIRED'
  | 'ERR_BODY_NOT_REPLAYABLE'

/** What an authorization server says when it refuses (RFC 6749 §5.2). Never holds a token. */
export interface OAuthErrorAnswer {
  readonly error: string
  readonly errorDescription?: string | undefined
  readonly errorUri?: string | undefined
}

/**
 * The base of every error that tokenflight makes. On axios it is the `cause` of the `AxiosError` that the
 * caller gets; with fetch it is what the promise rejects with. Neither it nor its causes hold a token.
 */
export abstract class SessionError extends Error {
  abstract readonly code: SessionErrorCode

  /** @param facts become members of the error; an absent `cause` does not */
  protected constructor(message: string, { cause, ...facts }: Readonly<Record<string, unknown>> = {}) {
    super(message, cause === undefined ? undefined : { cause })
    Object.assign(this, facts)
  }
}

/** What the server said, and what went wrong beneath. */
export interface SessionErrorDetail {
  readonly status?: number | undefined
  readonly oauth?: OAuthErrorAnswer | undefined
  readonly cause?: unknown
}

/** Why a new login is needed. */
export type LoginRequiredReason = 'refused' | 'refresh_token_expired' | 'no_refresh_token' | 'no_session'

/** Every reason in words. */
export const loginRequiredBecause: Record<LoginRequiredReason, string> = {
  refused: 'The server refused to renew the session',
  refresh_token_expired: 'The refresh token has expired',
  no_refresh_token: 'There is no refresh token to renew with',
  no_session: 'Nobody is signed in',
}

/**
 * The session is over, or there is none: only a new login helps. Send the user to sign in and call
 * `session.login(tokens)` with what comes of it.
 */
export class LoginRequiredError extends SessionError {
  override readonly name = 'LoginRequiredError'
  readonly code = 'ERR_LOGIN_REQUIRED'
  /** Why: what the server said, or what was missing. */
  declare readonly reason: LoginRequiredReason
  /** The server's own words, where it had any (RFC 6749 §5.2). */
  declare readonly oauth?: OAuthErrorAnswer | undefined

  constructor(reason: LoginRequiredReason, detail: Pick<SessionErrorDetail, 'oauth' | 'cause'> = {}) {
    const { oauth, cause } = detail
    super(`${loginRequiredBecause[reason]}${inWords(detail)}. Sign in again and call session.login().`, {
      reason,
      oauth,
      cause,
    })
  }
}

/** What kept a renewal from being done. */
export type RefreshUnavailableReason =
  | 'network'
  | 'timeout'
  | 'server'
  | 'malformed'
  | 'lock'
  | 'store'
  | 'vault'

/** Facts that a {@link RefreshUnavailableError} carries. */
export interface RefreshUnavailableDetail {
  /** True where the server may have used up the refresh token although no answer was understood. */
  readonly ambiguous?: boolean
  readonly status?: number | undefined
  /** How long the server asked to be left alone, in milliseconds (RFC 9110 §10.2.3). */
  readonly retryAfterMs?: number | undefined
  /** A further sentence for the message. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

const unavailableBecause: Record<RefreshUnavailableReason, string> = {
  network: 'no answer came, see `cause`',
  timeout: 'it took longer than refreshTimeoutMs',
  server: 'the token endpoint cannot answer now',
  malformed: 'what came is no token response',
  lock: 'another tab or session held the lock too long',
  store: 'the token store could not be read',
  vault: 'the vault withheld the refresh token',
}

/**
 * The token could not be renewed just now. The session and its tokens are kept: nobody needs to log in. Try
 * the request again later, by hand or with a button; `session.refresh()` skips the cool-down.
 */
export class RefreshUnavailableError extends SessionError {
  override readonly name = 'RefreshUnavailableError'
  readonly code = 'ERR_REFRESH_UNAVAILABLE'
  declare readonly reason: RefreshUnavailableReason
  /** True where the server may have used up the refresh token although no answer was understood. */
  declare readonly ambiguous: boolean
  declare readonly status?: number | undefined
  /** How long the server asked to be left alone, in milliseconds (RFC 9110 §10.2.3). */
  declare readonly retryAfterMs?: number | undefined

  constructor(reason: RefreshUnavailableReason, detail: RefreshUnavailableDetail = {}) {
    const { ambiguous = false, status, retryAfterMs, hint, cause } = detail
    super(
      `The token was not renewed: ${unavailableBecause[reason]}${inWords(detail)}. ` +
        `The session is kept; try again later.${hint ? ` ${hint}` : ''}`,
      { reason, ambiguous, status, retryAfterMs, cause },
    )
  }
}

/**
 * The token endpoint does not accept how it is called, or the call cannot even be written: a mistake in the
 * set-up, which neither waiting nor a login will mend. The message says what to set. The session and its
 * tokens are kept.
 */
export class RefreshConfigurationError extends SessionError {
  override readonly name = 'RefreshConfigurationError'
  readonly code = 'ERR_REFRESH_CONFIGURATION'
  declare readonly status?: number | undefined
  /** The server's own words, where it had any (RFC 6749 §5.2). */
  declare readonly oauth?: OAuthErrorAnswer | undefined

  constructor(advice: string, detail: SessionErrorDetail = {}) {
    const { status, oauth, cause } = detail
    super(`The token request is not set up right${inWords(detail)}. ${advice}`, {
      status,
      oauth,
      cause,
    })
  }
}

/**
 * The session that this request was made in is no longer the current one: a login, a logout or another tab
 * came between. The request was not sent as the next user. Make it anew if it is still wanted.
 */
export class SessionChangedError extends SessionError {
  override readonly name = 'SessionChangedError'
  readonly code = 'ERR_SESSION_CHANGED'

  constructor(what = 'The session changed while this request waited') {
    super(`${what}; it was not sent. Make it anew if it is still wanted.`)
  }
}

/**
 * The token is alive but not good enough: the API wants a wider scope (RFC 6750 §3.1) or a fresher or
 * stronger sign-in (RFC 9470). Sign the user in again with what `challenge` asks for.
 */
export class StepUpRequiredError extends SessionError {
  override readonly name = 'StepUpRequiredError'
  readonly code = 'ERR_STEP_UP_REQUIRED'
  /** What the API asked for, as it stood in WWW-Authenticate. */
  declare readonly challenge: {
    readonly scheme: string
    readonly parameters: Readonly<Record<string, string>>
  }

  constructor(challenge: StepUpRequiredError['challenge']) {
    super(
      `The API asks for more than this token gives (${challenge.parameters['error']}). ` +
        'Sign in again with the scope, acr_values or max_age of its challenge.',
      { challenge },
    )
  }
}

/**
 * The API refused the token, but the body could be read only once and is gone. The session is renewed for
 * the next request; send this one again with a new body.
 */
export class BodyNotReplayableError extends SessionError {
  override readonly name = 'BodyNotReplayableError'
  readonly code = 'ERR_BODY_NOT_REPLAYABLE'

  constructor() {
    super(
      'The API refused the token and the body can be read only once. Send the request again with a new body.',
    )
  }
}

/** What the server said, in brackets; nothing where it said nothing. */
function inWords({ status, oauth }: SessionErrorDetail): string {
  const words = [status && `HTTP ${status}`, oauth?.error, oauth?.errorDescription].filter(Boolean)
  return words[0] ? ` (${words.join(', ')})` : ''
}

/** The longest chain of causes that is followed; a chain may be a circle. */
const maxCauses = 16

/** Every error that tokenflight makes; its `code` says which it is, and a compiler then knows its members. */
export type AnySessionError =
  | LoginRequiredError
  | RefreshUnavailableError
  | RefreshConfigurationError
  | SessionChangedError
  | StepUpRequiredError
  | BodyNotReplayableError

/**
 * The tokenflight error in what a request rejected with: the error itself or one of its causes; also in a fetch
 * `Response` that resolved. It is found by its `code`, so that one made by another copy of the package is found as
 * well.
 *
 * @example
 * const failure = getSessionError(error)
 * if (failure?.code === 'ERR_REFRESH_UNAVAILABLE') retryIn(failure.retryAfterMs ?? 5_000)
 */
export function getSessionError(error: unknown): AnySessionError | undefined {
  let candidate = error as Partial<SessionError> | null | undefined
  for (let depth = 0; candidate && depth < maxCauses; depth++) {
    // An AxiosError without a response carries our code too; ours is its cause.
    if (ourCode.test(String(candidate.code)) && !('isAxiosError' in candidate))
      return candidate as AnySessionError
    candidate = candidate.cause as typeof candidate
  }
  return undefined
}

const ourCode = /^ERR_(LOGIN|REFRESH|SESSION|STEP_UP|BODY_NOT)_/

function guardFor(code: SessionErrorCode): (error: unknown) => boolean {
  return (error) => getSessionError(error)?.code === code
}

/** True where a request failed because the user has to log in again, see {@link LoginRequiredError}. */
export const isLoginRequired = /* @__PURE__ */ guardFor('ERR_LOGIN_REQUIRED')

/** True where the token could not be renewed just now and trying later helps, see {@link RefreshUnavailableError}. */
export const isRefreshUnavailable = /* @__PURE__ */ guardFor('ERR_REFRESH_UNAVAILABLE')

/** True where the set-up of the grant is wrong, see {@link RefreshConfigurationError}. */
export const isRefreshConfiguration = /* @__PURE__ */ guardFor('ERR_REFRESH_CONFIGURATION')

/** True where the request belonged to a session that is gone, see {@link SessionChangedError}. */
export const isSessionChanged = /* @__PURE__ */ guardFor('ERR_SESSION_CHANGED')

/** True where the API wants a better token, see {@link StepUpRequiredError}. */
export const isStepUpRequired = /* @__PURE__ */ guardFor('ERR_STEP_UP_REQUIRED')

/** True where a body could be read only once, see {@link BodyNotReplayableError}. */
export const isBodyNotReplayable = /* @__PURE__ */ guardFor('ERR_BODY_NOT_REPLAYABLE')
