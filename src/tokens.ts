import { isHeaderSafe } from './http/authorization.js'
import { readJwtClaims } from './http/jwt.js'

/** What a session keeps: the tokens, and when they end by this machine's clock. */
export interface TokenSet {
  /** Absent where the access token is a cookie, or where only a refresh token is known yet. */
  readonly accessToken?: string | undefined
  readonly tokenType?: string | undefined
  /** Absent where there is none, or where it is a cookie. */
  readonly refreshToken?: string | undefined
  /** When the access token ends, in epoch milliseconds; absent: unknown, a 401 tells. */
  readonly expiresAt?: number | undefined
  /** When the refresh token ends, in epoch milliseconds; absent: unknown, the server tells. */
  readonly refreshTokenExpiresAt?: number | undefined
  readonly scope?: string | undefined
  readonly idToken?: string | undefined
  /** Who this is: the `sub` of the id_token, or what was given. */
  readonly subject?: string | undefined
}

/** The answer of a token endpoint, in OAuth's own spelling (RFC 6749 §5.1). Durations in it are seconds. */
export interface OAuthTokenResponse {
  readonly access_token?: string | null | undefined
  readonly token_type?: string | null | undefined
  readonly refresh_token?: string | null | undefined
  /** Seconds until the access token ends. Some servers send a string. */
  readonly expires_in?: number | string | null | undefined
  /** Seconds until the refresh token ends (Keycloak); 0: it does not end. */
  readonly refresh_expires_in?: number | string | null | undefined
  /** Seconds until the refresh token ends (GitHub, Google, Okta). */
  readonly refresh_token_expires_in?: number | string | null | undefined
  readonly scope?: string | null | undefined
  readonly id_token?: string | null | undefined
}

/** The same in camelCase, as home-made servers spell it: a token set, where what there is none of may be null. */
export type CamelCaseTokenResponse = { readonly [Name in keyof TokenSet]: TokenSet[Name] | null } & {
  /** Seconds until the access token ends: the one duration in camelCase that is OAuth's, and stays in seconds. */
  readonly expiresIn?: number | string | null | undefined
}

/** What `login`, a refresh function and `acquire` take: the token endpoint's own answer, as it is. */
export type TokenResponse = OAuthTokenResponse | CamelCaseTokenResponse

/** What is needed to turn an answer into a token set. */
export interface TokenContext {
  /** When the grant was sent, by our clock: what `expires_in` counts from (behaviour 31). */
  readonly sentAt: number
  /** When the answer came: what a JWT's `exp - iat` counts from. */
  readonly receivedAt: number
  /** False where the access token is a cookie. */
  readonly accessTokenExpected: boolean
  /** The word that the token is sent with. */
  readonly authScheme?: string | undefined
  /** What each new refresh token lives, where only the app knows it. */
  readonly refreshTokenLifetimeMs?: number | undefined
  /** What is kept where the answer is silent (RFC 6749 §6: no new refresh token means keep the old one). */
  readonly previous?: TokenSet | undefined
}

/** The last moment that a Date can hold: an absurd `expires_in` ends there. */
const endOfTime = 8.64e15

/**
 * Reads a token response or a token set; behaviour 23.
 *
 * @returns the token set, or one sentence "Expected …, got …" without a token in it
 */
export function readTokens(answer: unknown, context: TokenContext): TokenSet | string {
  if (typeof answer !== 'object' || answer === null) return `Expected a token response, got ${kindOf(answer)}`
  const members = rawMembersOf(answer as RawAnswer)
  const { accessToken, refreshToken, tokenType: type } = members
  if (!isHeaderSafe(accessToken) && (context.accessTokenExpected || accessToken != null)) {
    return `Expected \`access_token\` or \`accessToken\` to be a non-empty string of visible ASCII, got ${kindOf(accessToken)}`
  }
  if (refreshToken != null && typeof refreshToken !== 'string') {
    return `Expected \`refresh_token\` to be a string, got ${kindOf(refreshToken)}`
  }
  if (accessToken != null && isBound(type) && /^bearer$/i.test(String(context.authScheme)))
    return `${wrongType} to be Bearer, or \`authScheme\` to be set, got ${type}`
  return assemble(members, context)
}

/** How the sentence about a type begins that must not be used as a bearer token. */
export const wrongType = 'Expected `token_type`'

/** Types that mean something else than a bearer token for sure (RFC 6749 §7.1); home-made words pass. */
function isBound(type: unknown): type is string {
  return typeof type === 'string' && /^(dpop|pop|mac|n_a)$/i.test(type)
}

type RawAnswer = Readonly<Record<string, unknown>>

/** What an answer holds, as it came: nothing of it has been checked. */
type Members = Readonly<Record<'expiresIn' | 'refreshTokenExpiresIn' | keyof TokenSet, unknown>>

/** By one name each: an answer has the members of OAuth and of servers, or those in camelCase. */
function rawMembersOf(raw: RawAnswer): Members {
  return {
    accessToken: raw['access_token'] ?? raw['accessToken'],
    tokenType: raw['token_type'] ?? raw['tokenType'],
    refreshToken: raw['refresh_token'] ?? raw['refreshToken'],
    expiresIn: raw['expires_in'] ?? raw['expiresIn'],
    // By this name only: what servers call `expires_at` is seconds, or a date.
    expiresAt: raw['expiresAt'],
    refreshTokenExpiresIn:
      raw['refresh_expires_in'] ??
      raw['refreshExpiresIn'] ??
      raw['refresh_token_expires_in'] ??
      raw['refreshTokenExpiresIn'],
    refreshTokenExpiresAt: raw['refreshTokenExpiresAt'],
    scope: raw['scope'],
    idToken: raw['id_token'] ?? raw['idToken'],
    subject: raw['subject'],
  }
}

function assemble(members: Members, context: TokenContext): TokenSet {
  const { previous = {} } = context
  const accessToken = text(members.accessToken)
  const refreshToken = text(members.refreshToken)
  const idToken = text(members.idToken)
  return {
    accessToken,
    tokenType: text(members.tokenType) ?? previous.tokenType,
    refreshToken: refreshToken ?? previous.refreshToken,
    expiresAt: expiryOf(members, accessToken, context),
    refreshTokenExpiresAt: refreshExpiryOf(members, refreshToken, context),
    scope: text(members.scope) ?? previous.scope,
    idToken: idToken ?? previous.idToken,
    subject: text(members.subject) ?? previous.subject ?? text(readJwtClaims(idToken)?.['sub']),
  }
}

/**
 * True where renewed tokens say that they are someone else's: another `subject`, or an id_token with another `sub`
 * or `iss` than the one before had (OpenID Connect Core §12.2). What cannot be read says nothing.
 */
export function isOtherUser(before: TokenSet | undefined, after: TokenSet): boolean {
  if (!before) return false
  const [old, now] = [before, after].map(({ idToken }) => readJwtClaims(idToken))
  const isOther = old && now && (old['sub'] !== now['sub'] || old['iss'] !== now['iss'])
  return isOther || (before.subject !== undefined && before.subject !== after.subject)
}

/** Behaviour 31: what the server said, else what the JWT says of its own length, else unknown. */
function expiryOf(
  { expiresIn, expiresAt }: Members,
  accessToken: string | undefined,
  { sentAt, receivedAt }: TokenContext,
): number | undefined {
  const told = after(sentAt, expiresIn) ?? moment(expiresAt)
  if (told !== undefined) return told
  const { exp, iat } = readJwtClaims(accessToken) ?? {}
  if (typeof exp !== 'number') return undefined
  if (typeof iat === 'number') return after(receivedAt, exp - iat)
  return exp * 1000 > receivedAt ? moment(exp * 1000) : undefined
}

function refreshExpiryOf(
  { refreshTokenExpiresIn, refreshTokenExpiresAt }: Members,
  refreshToken: string | undefined,
  { sentAt, refreshTokenLifetimeMs, previous }: TokenContext,
): number | undefined {
  const seconds = number(refreshTokenExpiresIn)
  const told = moment(refreshTokenExpiresAt) ?? after(sentAt, seconds || undefined)
  if (told !== undefined) return told
  if (!refreshToken) return previous?.refreshTokenExpiresAt
  return refreshTokenLifetimeMs === undefined ? undefined : sentAt + refreshTokenLifetimeMs
}

function after(start: number, value: unknown): number | undefined {
  const seconds = number(value)
  return seconds === undefined ? undefined : Math.min(start + Math.max(seconds, 0) * 1000, endOfTime)
}

/** JSON has no Infinity: a store would lose it. */
function moment(value: unknown): number | undefined {
  const time = number(value)
  return time === undefined ? undefined : Math.min(Math.max(time, 0), endOfTime)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined
}

function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value.trim() ? Number(value) : value
  return typeof parsed === 'number' && !Number.isNaN(parsed) ? parsed : undefined
}

/** What kind of value this is, for a message that must not show it: even a number may be a token. */
function kindOf(value: unknown): string {
  if (value === '') return 'an empty string'
  return value === null ? 'null' : typeof value
}
