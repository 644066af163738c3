import type {
  Acquire,
  OnStepUp,
  RefreshFunction,
  RefreshTokenGrant,
  TokenEndpointAnswer,
} from './grant/grant-options.js'
import type { LoginRequiredError } from './errors.js'
import type { RefreshLock } from './lock/refresh-lock.js'
import type { TokenStore } from './store/token-store.js'
import type { RefreshTokenVault } from './store/vault.js'
import type { TokenSet } from './tokens.js'
import { isEndpoint, originOf } from './http/origin.js'

/** How often a 401 on a token that had not expired may start a grant; behaviour 15. */
export interface RefreshBudget {
  /** Default 10. */
  readonly grants?: number | undefined
  /** Default 30 000. */
  readonly windowMs?: number | undefined
}

/** How a session comes by tokens. At least one of the two is needed. */
export interface TokenSources {
  /** How to renew: the built-in refresh_token grant (RFC 6749 §6), or a function of the app's own. */
  readonly refresh?: RefreshTokenGrant | RefreshFunction | undefined
  /**
   * Obtains tokens where there is no way to renew: the first ones, and after a session's end before a login is
   * required. With no `refresh` beside it, it also renews. Not bounded by `refreshTimeoutMs`.
   */
  readonly acquire?: Acquire | undefined
}

/** What `createSession` takes. */
export type SessionOptions = CommonOptions &
  // Each in full: an intersection would multiply the kinds of grant, and a compiler's message with them.
  (
    | { readonly refresh: RefreshTokenGrant | RefreshFunction; readonly acquire?: Acquire | undefined }
    | { readonly refresh?: RefreshTokenGrant | RefreshFunction | undefined; readonly acquire: Acquire }
  )

/** The options that have nothing to do with where tokens come from. */
export interface CommonOptions {
  /** Where the session is kept: `storageStore(localStorage)`, for one. Default: `memoryStore()`, gone with the page. */
  readonly store?: TokenStore | undefined
  /** Keeps the refresh token apart; `store` then holds all but that. Default: none. */
  readonly vault?: RefreshTokenVault | undefined
  /** Who may renew a shared session. Default: `navigator.locks`, else the store's own lock, else one within this process. */
  readonly lock?: RefreshLock | undefined
  /**
   * Where the token may go besides the origin of the instance's own `baseURL`: whole origins (of an address its path
   * is not looked at), without wildcards. A function is the whole rule. Default: nowhere else.
   */
  readonly allowedOrigins?: readonly (string | URL)[] | ((url: URL) => boolean) | undefined
  /** Allows http for the API and the token endpoint beyond loopback. Default false. */
  readonly allowInsecure?: boolean | undefined
  /** The word before the token. Default 'Bearer' (RFC 6750 §2.1); '' sends the bare token. */
  readonly authScheme?: string | undefined
  /** The header that carries it. Default 'Authorization'. */
  readonly headerName?: string | undefined
  /** 'cookie': the access token is a cookie, no header is set. Default 'header'. */
  readonly accessTokenIn?: 'header' | 'cookie' | undefined
  /** A token with less time left is not used; requests wait for a new one. Default 10 000, at most 10 % of its life. */
  readonly minValidityMs?: number | undefined
  /** A token with less time left is renewed behind the traffic. Default 60 000, at most 20 % of its life. */
  readonly refreshAheadMs?: number | undefined
  /** One deadline over lock, grant, retries and store. Default 30 000. */
  readonly refreshTimeoutMs?: number | undefined
  /** How long the server forgives a spent refresh token: a lost answer is then asked for once more. Default 0. */
  readonly rotationGraceMs?: number | undefined
  /** How long each refresh token lives, where the server does not say it. Default: unknown. */
  readonly refreshTokenLifetimeMs?: number | undefined
  /** Keeps an API that refuses good tokens from causing a grant per request. Default 10 grants in 30 000 ms. */
  readonly refreshBudget?: RefreshBudget | undefined
  /**
   * Renews by a timer too, where no traffic does: in time, in visible pages only, one tab for all that share the
   * session, and never with a `vault`. Default false.
   */
  readonly renewInBackground?: boolean | undefined
  /** The app's own rule, on top of the windows. True: a new token before this request. `now` is epoch ms. */
  readonly refreshWhen?: ((tokens: TokenSet, now: number) => boolean) | undefined
  /** A home-made server's own way to say that the session is over: a 403, a 422, a code in the body. */
  readonly isSessionOver?: ((answer: TokenEndpointAnswer) => boolean) | undefined
  /** Called once when the session is over and the user has to sign in again. */
  readonly onLoginRequired?: ((error: LoginRequiredError) => void) | undefined
  /**
   * Called where the API asks for a wider scope (RFC 6750 §3.1) or a fresher or stronger sign-in (RFC 9470). May
   * resolve with better tokens of the same user; the requests that asked are then sent once more with them.
   * Otherwise they are their callers', with a `StepUpRequiredError` as the cause.
   */
  readonly onStepUp?: OnStepUp | undefined
  /** The clock, in epoch milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** Options with every default filled in. */
export interface Settings extends CommonOptions, TokenSources {
  readonly authScheme: string
  readonly headerName: string
  readonly accessTokenIn: 'header' | 'cookie'
  readonly minValidityMs: number
  readonly refreshAheadMs: number
  readonly refreshTimeoutMs: number
  readonly rotationGraceMs: number
  readonly refreshBudget: RefreshBudget
  readonly now: () => number
}

/** The longest delay that a timer can have; a longer one would end at once. */
const longestTimerMs = 2 ** 31 - 1

const defaults = {
  authScheme: 'Bearer',
  headerName: 'Authorization',
  accessTokenIn: 'header',
  minValidityMs: 10_000,
  refreshAheadMs: 60_000,
  refreshTimeoutMs: 30_000,
  rotationGraceMs: 0,
  refreshBudget: {},
} as const

/** What an option has to be, in words and as a test. */
type Rule = readonly [what: string, isFit: (value: unknown) => boolean]

const memberOf = (value: unknown, name: string): unknown => (Object(value) as Record<string, unknown>)[name]
const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const isAmount = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0
const isWord = (value: unknown): boolean => typeof value === 'string' && /^[!#$%&'*+.^_`|~\w-]*$/.test(value)

const oneOf = (...values: unknown[]): Rule => [
  `one of ${values.join(', ')}`,
  (value) => values.includes(value),
]
/** For an object of the app's own that has to have these methods. */
export const withMethods = (...names: string[]): Rule => [
  `an object with ${names.join(', ')}`,
  (value) => names.every((name) => isFunction(memberOf(value, name))),
]
const aFunction: Rule = ['a function', isFunction]
const aBoolean: Rule = ['true or false', (value) => typeof value === 'boolean']
const anAmount: Rule = ['a finite number >= 0', isAmount]
// To `URL` a * is a host like others, and one that no address has. What has no origin makes 'undefined' here.
const anOrigin: Rule = [
  'a list of http(s) origins without *',
  (value) => /:[^*]+$/.test(originOf(value as string) as string),
]

/** The rules of everything that may be absent, and of what has a default. */
const rules: Readonly<Record<string, Rule>> = {
  minValidityMs: anAmount,
  refreshAheadMs: anAmount,
  rotationGraceMs: anAmount,
  refreshTokenLifetimeMs: anAmount,
  refreshTimeoutMs: [
    `a number from 1 to ${longestTimerMs}`,
    (value) => isAmount(value) && (value as number) >= 1 && (value as number) <= longestTimerMs,
  ],
  refreshBudget: ['an object', isObject],
  'refreshBudget.grants': anAmount,
  'refreshBudget.windowMs': anAmount,
  acquire: aFunction,
  refreshWhen: aFunction,
  isSessionOver: aFunction,
  onLoginRequired: aFunction,
  onStepUp: aFunction,
  now: aFunction,
  store: withMethods('get', 'set', 'clear'),
  vault: withMethods('get', 'set', 'clear'),
  renewInBackground: aBoolean,
  allowInsecure: aBoolean,
  lock: withMethods('request'),
  allowedOrigins: ['an array or a function', (value) => isFunction(value) || Array.isArray(value)],
  headerName: ['a header name', (value) => value !== '' && isWord(value)],
  authScheme: ['a word or empty', isWord],
  accessTokenIn: oneOf('header', 'cookie'),
  'vault.has': aFunction,
  'refresh.clientAssertion': aFunction,
  'refresh.fetch': aFunction,
  'refresh.parseResponse': aFunction,
  'refresh.encoding': oneOf('form', 'json'),
  'refresh.refreshTokenIn': oneOf('body', 'cookie'),
  'refresh.clientAuthentication': oneOf('none', 'client_secret_basic', 'client_secret_post'),
}

/** Checks the options and fills in the defaults. @throws TypeError "Expected `minValidityMs` to be …, got …" */
export function resolveOptions(options: SessionOptions): Settings {
  const given = Object.entries(Object(options) as SessionOptions).filter(([, value]) => value !== undefined)
  const settings = { ...defaults, now: () => Date.now(), ...Object.fromEntries(given) } as Settings
  const { allowedOrigins } = settings
  checkSources(settings)
  for (const [path, rule] of Object.entries(rules)) {
    const value = path.split('.').reduce<unknown>(memberOf, settings)
    if (value !== undefined) check(path, value, rule)
  }
  if (Array.isArray(allowedOrigins))
    for (const origin of allowedOrigins) check('allowedOrigins', String(origin), anOrigin)
  return settings
}

function checkSources({ refresh, acquire, allowInsecure }: Settings): void {
  if (isFunction(refresh) || (refresh === undefined && acquire)) return
  // Not its value: the text in the place of a grant may well be a token.
  if (!isObject(refresh))
    expected('refresh', 'a grant with `tokenEndpoint` or a function (or `acquire` to be one)', typeof refresh)
  checkAddresses(refresh as RefreshTokenGrant, 'refresh.', allowInsecure)
}

/**
 * Behaviour 4, for `refresh` and `clientCredentials`. Of what is no address no value is shown: it may be a secret.
 *
 * @param prefix of the option's name in a message
 * @throws TypeError
 */
export function checkAddresses(
  { issuer, tokenEndpoint, revocationEndpoint, clientSecret, clientAssertion }: Partial<RefreshTokenGrant>,
  prefix: string,
  allowInsecure: boolean | undefined,
): void {
  const must = (name: string, what: string, value: unknown, isFit: boolean): void => {
    if (!isFit) expected(prefix + name, what, originOf(value as string) ?? typeof value)
  }
  const https = 'an https address without user name (http on loopback or with `allowInsecure`)'
  const isFit = (value: unknown): boolean => isEndpoint(value, allowInsecure)
  if (issuer !== undefined) {
    // As text: a URL object would add the slash that tells two issuers apart (RFC 8414 §3.3).
    const isIssuer = typeof issuer === 'string' && /^https?:[^?#]*$/i.test(issuer) && isFit(issuer)
    must('issuer', `${https}, without query or fragment, as text`, issuer, isIssuer)
    must('tokenEndpoint', 'absent beside `issuer`', tokenEndpoint, tokenEndpoint === undefined)
  }
  for (const [name, value = issuer] of Object.entries({
    tokenEndpoint,
    revocationEndpoint: revocationEndpoint ?? tokenEndpoint,
  }))
    must(name, `${https}, relative only on a page`, value, isFit(value))
  // RFC 6749 §2.3: one way to authenticate, not two.
  if (clientAssertion && clientSecret !== undefined)
    expected(`${prefix}clientSecret`, 'absent beside `clientAssertion`', typeof clientSecret)
}

/** @throws TypeError where `value` breaks the rule; `name` is what the app calls it. */
export function check(name: string, value: unknown, [what, isFit]: Rule): void {
  if (!isFit(value)) expected(name, what, shown(value))
}

/** Text without what may be a password in a URL; of an object the kind alone, since its members may be secrets. */
function shown(value: unknown): string {
  if (value === undefined || Object(value) === value) return typeof value
  const text = typeof value === 'string' ? `"${value.replace(/^.*@/s, '…@')}"` : `${value as number}`
  return `${text} (${typeof value})`
}

/** @throws TypeError "Expected `name` to be what, got …" */
export function expected(name: string, what: string, got: string): never {
  throw new TypeError(`Expected \`${name}\` to be ${what}, got ${got}`)
}
