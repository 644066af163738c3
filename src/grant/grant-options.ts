import type { StepUpRequest } from '../http/step-up.js'
import type { TokenResponse, TokenSet } from '../tokens.js'

/**
 * Why a token is being obtained: it is too close to its end ('expired'), close enough to renew behind the
 * traffic ('ahead'), a 401 refused it ('unauthorized'), the app's own rule asked for it ('refreshWhen'),
 * `session.refresh()` did ('requested'), there is none yet ('first') or the session has just ended ('ended').
 */
export type RefreshReason =
  | 'expired'
  | 'ahead'
  | 'unauthorized'
  | 'refreshWhen'
  | 'requested'
  | 'first'
  | 'ended'

/** What a refresh function and `acquire` are told. */
export interface RefreshContext {
  /**
   * Aborts when the result is no longer wanted. Pass it on to every request: requests of an attached instance
   * that carry it are left alone, so that they do not wait for the very renewal that they are part of.
   */
  readonly signal: AbortSignal
  readonly reason: RefreshReason
}

/**
 * The app's own way to renew: it resolves with the token endpoint's answer, or with nothing where the tokens
 * are cookies. An error that it throws is judged by its `status` or `response.status` as a token endpoint's
 * answer would be; throwing a {@link LoginRequiredError} ends the session.
 */
export type RefreshFunction = (
  current: TokenSet | undefined,
  context: RefreshContext,
) => Promise<TokenResponse | TokenSet | void>

/** Obtains tokens where there is no way to renew: a service's client credentials, a sign-in dialog over the page. */
export type Acquire = (context: RefreshContext) => Promise<TokenResponse | TokenSet>

/**
 * Obtains better tokens for the same user where the API asks for them: a sign-in with the `scope`, `acrValues` and
 * `maxAge` of the request. With nothing, the requests that asked are their callers'. What it answers without a
 * refresh token keeps the one that there is.
 */
export type OnStepUp = (
  request: StepUpRequest,
  context: Pick<RefreshContext, 'signal'>,
) => Promise<TokenResponse | TokenSet | void>

/** How a client shows who it is at the token endpoint (RFC 6749 §2.3.1). */
export type ClientAuthentication = 'none' | 'client_secret_basic' | 'client_secret_post'

/**
 * Makes the JWT by which a client shows who it is (private_key_jwt, RFC 7523 §2.2). What it throws is a mistake in
 * the set-up, unless it has a `status` that says "later" (408, 425, 429, 5xx).
 *
 * @param context `audience`: the issuer where `issuer` is set, else the token endpoint
 */
export type ClientAssertion = (context: { readonly audience: string }) => Promise<string> | string

/** Where a token endpoint is: said by hand, or found by the issuer's metadata. */
export type TokenEndpointAddress =
  | {
      /** Where tokens are renewed; https, or http on loopback. */
      readonly tokenEndpoint: string | URL
      readonly issuer?: undefined
    }
  | {
      /**
       * The authorization server's own name, exactly as its metadata has it: the endpoints are found by RFC 8414 or
       * OpenID Connect Discovery, once for each session. https, or http on loopback.
       */
      readonly issuer: string
      readonly tokenEndpoint?: undefined
    }

/** How a token endpoint is called. */
export interface TokenEndpointOptions {
  readonly clientId?: string | undefined
  /** For services only: a secret in a browser is none. */
  readonly clientSecret?: string | undefined
  /** In the place of a secret: makes a client assertion, a new one for every attempt. */
  readonly clientAssertion?: ClientAssertion | undefined
  /** Default: 'client_secret_basic' with a `clientSecret`, else 'none' (`client_id` in the body). */
  readonly clientAuthentication?: ClientAuthentication | undefined
  /** How the body is written. Default 'form' (RFC 6749 §6); 'json' is for home-made servers. */
  readonly encoding?: 'form' | 'json' | undefined
  /** Asked for again or narrowed (RFC 6749 §6). Default: what the first grant gave. */
  readonly scope?: string | undefined
  /** Resource indicators (RFC 8707). */
  readonly resource?: string | readonly string[] | undefined
  /** Further members of the body. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  /** Further headers; a function is called for each attempt (a CSRF token that changes). */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>) | undefined
  /** As for `fetch`. Default: 'include' where the refresh token is a cookie, else 'same-origin'. */
  readonly credentials?: RequestCredentials | undefined
  /** What sends the grant. Default: the global `fetch`, looked up at each call. It passes through no interceptor. */
  readonly fetch?: typeof fetch | undefined
  /**
   * Turns an answer with other or nested names into a token response. It gets the parsed JSON, or the text
   * where it is none.
   */
  readonly parseResponse?: ((body: unknown) => TokenResponse) | undefined
}

/** The built-in refresh_token grant (RFC 6749 §6). */
export type RefreshTokenGrant = TokenEndpointAddress & RefreshTokenGrantOptions

/** What the refresh_token grant takes besides the address of its endpoint. */
export interface RefreshTokenGrantOptions extends TokenEndpointOptions {
  /** Where tokens are revoked at a logout (RFC 7009). Default: what the metadata of `issuer` says. */
  readonly revocationEndpoint?: string | URL | undefined
  /** The whole body for a server that wants another one, for example `(refreshToken) => ({ refreshToken })`. */
  readonly body?: ((refreshToken: string) => Readonly<Record<string, unknown>>) | undefined
  /** 'cookie': an HttpOnly cookie carries the refresh token, none is sent in the body. Default 'body'. */
  readonly refreshTokenIn?: 'body' | 'cookie' | undefined
}

/** A token endpoint's answer, as `isSessionOver` sees it. */
export interface TokenEndpointAnswer {
  readonly status: number
  /** The parsed JSON, or the text where it is none. */
  readonly body: unknown
}
