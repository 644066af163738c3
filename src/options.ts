import type {
  Acquire,
  RefreshFunction,
  RefreshTokenGrant,
  TokenEndpointAnswer,
} from './grant/grant-options.js'
import type { LoginRequiredError } from './errors.js'
import type { RefreshLock } from './lock/refresh-lock.js'
import type { TokenStore } from './store/token-store.js'
import type { TokenSet } from './tokens.js'
import { isTrustworthy, originOf, pageBase } from './http/origin.js'

/** How often a 401 on a token that had not expired may start a grant; behaviour 15. */
export interface RefreshBudget {
  /** Default 10. */
  readonly grants: number
  /** Default 30 000. */
  readonly windowMs: number
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
  TokenSources &
  ({ readonly refresh: RefreshTokenGrant | RefreshFunction } | { readonly acquire: Acquire })

/** The options that have nothing to do with where tokens come from. */
export interface CommonOptions {
  /** Where the session is kept. Default: `memoryStore()`, gone with the page. */
  readonly store?: TokenStore | undefined
  /** Who may renew a shared session. Default: `navigator.locks`, else a lock within this process. */
  readonly lock?: RefreshLock | undefined
  /**
   * Where the token may go besides the origin of the instance's own `baseURL`. A function is the whole rule.
   * Default: nowhere else.
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
  /** What each refresh token lives, where the server does not say it. Default: unknown. */
  readonly refreshTokenLifetimeMs?: number | undefined
  /** Keeps an API that refuses good tokens from causing a grant per request. Default 10 grants in 30 000 ms. */
  readonly refreshBudget?: RefreshBudget | undefined
  /** The app's own rule, on top of the windows. True: a new token before this request. `now` is epoch ms. */
  readonly refreshWhen?: ((tokens: TokenSet, now: number) => boolean) | undefined
  /** A home-made server's own way to say that the session is over: a 403, a 422, a code in the body. */
  readonly isSessionOver?: ((answer: TokenEndpointAnswer) => boolean) | undefined
  /** Called once when the session is over and the user has to sign in again. */
  readonly onLoginRequired?: ((error: LoginRequiredError) => void) | undefined
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
  refreshBudget: { grants: 10, windowMs: 30_000 },
} as const

/** Checks the options and fills in the defaults. @throws TypeError "Expected `minValidityMs` to be …, got …" */
export function resolveOptions(options: SessionOptions): Settings {
  if (!isObject(options)) expected('options', 'an object', options)
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as SessionOptions
  const settings = { ...defaults, now: () => Date.now(), ...given } as Settings
  checkWays(settings)
  checkDurations(settings)
  checkFunctions(settings)
  checkHeader(settings)
  return settings
}

function checkWays(settings: Settings): void {
  const { refresh, acquire, allowInsecure } = settings
  if (!refresh && !acquire) expected('refresh', 'a grant or a function (or `acquire` to be one)', refresh)
  if (refresh === undefined || typeof refresh === 'function') return
  if (!isObject(refresh)) expected('refresh', 'a grant or a function', refresh)
  checkEndpoint('refresh.tokenEndpoint', refresh.tokenEndpoint, allowInsecure)
  oneOf('refresh.encoding', refresh.encoding, ['form', 'json'])
  oneOf('refresh.refreshTokenIn', refresh.refreshTokenIn, ['body', 'cookie'])
  oneOf('refresh.clientAuthentication', refresh.clientAuthentication, [
    'none',
    'client_secret_basic',
    'client_secret_post',
  ])
}

/** Behaviour 4. @throws TypeError where the address cannot be used or is not safe */
function checkEndpoint(name: string, endpoint: unknown, allowInsecure: boolean | undefined): void {
  const isAddress = typeof endpoint === 'string' || endpoint instanceof URL
  const origin = isAddress ? originOf(endpoint, pageBase()) : undefined
  if (!origin) expected(name, 'an http(s) address (absolute, where there is no page)', endpoint)
  if (!allowInsecure && !isTrustworthy(origin))
    expected(name, 'https (or loopback, or set `allowInsecure`)', endpoint)
}

function checkDurations(settings: Settings): void {
  const { refreshBudget: budget, refreshTimeoutMs } = settings
  for (const name of [
    'minValidityMs',
    'refreshAheadMs',
    'rotationGraceMs',
    'refreshTokenLifetimeMs',
  ] as const) {
    if (settings[name] !== undefined) isAtLeast(0, name, settings[name])
  }
  isAtLeast(1, 'refreshTimeoutMs', refreshTimeoutMs)
  if (refreshTimeoutMs > longestTimerMs)
    expected('refreshTimeoutMs', `at most ${longestTimerMs}`, refreshTimeoutMs)
  if (!isObject(budget)) expected('refreshBudget', 'an object', budget)
  isAtLeast(0, 'refreshBudget.grants', budget.grants)
  isAtLeast(0, 'refreshBudget.windowMs', budget.windowMs)
}

function checkFunctions(settings: Settings): void {
  const { store, lock, allowedOrigins } = settings
  for (const name of ['acquire', 'refreshWhen', 'isSessionOver', 'onLoginRequired', 'now'] as const) {
    if (settings[name] !== undefined && typeof settings[name] !== 'function')
      expected(name, 'a function', settings[name])
  }
  const isStore =
    !store || [store.get, store.set, store.clear].every((method) => typeof method === 'function')
  if (!isStore) expected('store', 'an object with get, set and clear', store)
  if (lock !== undefined && typeof lock?.request !== 'function')
    expected('lock', 'an object with request', lock)
  if (allowedOrigins === undefined || typeof allowedOrigins === 'function') return
  if (!Array.isArray(allowedOrigins)) expected('allowedOrigins', 'an array or a function', allowedOrigins)
  for (const origin of allowedOrigins as readonly (string | URL)[]) {
    if (!originOf(origin)) expected('allowedOrigins', 'a list of http(s) origins', origin)
  }
}

function checkHeader({ headerName, authScheme, accessTokenIn }: Settings): void {
  const token = /^[!#$%&'*+.^_`|~\w-]+$/
  if (typeof headerName !== 'string' || !token.test(headerName))
    expected('headerName', 'a header name', headerName)
  if (authScheme !== '' && !(typeof authScheme === 'string' && token.test(authScheme))) {
    expected('authScheme', 'a word or empty', authScheme)
  }
  oneOf('accessTokenIn', accessTokenIn, ['header', 'cookie'])
}

function isAtLeast(least: number, name: string, value: unknown): void {
  if (!Number.isFinite(value) || (value as number) < least)
    expected(name, `a finite number >= ${least}`, value)
}

function oneOf(name: string, value: unknown, values: readonly string[]): void {
  if (value !== undefined && !values.includes(value as string))
    expected(name, `one of ${values.join(', ')}`, value)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** @throws TypeError "Expected `name` to be what, got value (type)" */
export function expected(name: string, what: string, value: unknown): never {
  const shown =
    typeof value === 'string' ? `"${value}"` : Array.isArray(value) ? `[${value.join()}]` : String(value)
  throw new TypeError(
    `Expected \`${name}\` to be ${what}, got ${shown}${value == null ? '' : ` (${typeof value})`}`,
  )
}
