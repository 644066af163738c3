import { inProcessLock } from '../lock/in-process.js'
import { noLock, webLocks, withFallback } from '../lock/web-locks.js'
import { openTransport, type Transport, type TransportOptions } from './transport.js'
import { resolveOptions, type SessionOptions, type Settings } from '../options.js'
import { Admission } from './admission.js'
import { BackgroundRenewal } from './background.js'
import { Core, type SessionSnapshot } from './core.js'
import { disposed } from './state.js'
import { listenToPage } from './page.js'
import { memoryStore } from '../store/memory.js'
import { newSessionId } from '../store/record.js'
import { Persistence } from './persistence.js'
import { readTokens, type TokenResponse, type TokenSet } from '../tokens.js'
import type { RefreshLock } from '../lock/refresh-lock.js'
import { Renewal } from './renewal.js'
import { Revocation } from './revocation.js'
import { SessionChangedError } from '../errors.js'
import type { TokenStore } from '../store/token-store.js'
import type { SessionEvent } from './events.js'
import { stepUpBy } from './step-up.js'
import { askToken, renew, tokensOf } from './token-requests.js'
import type { Terms } from './terms.js'
import { insideKey } from './inside.js'

/** One login and everything that keeps it alive. Made by {@link createSession}. */
export interface Session {
  /**
   * Begins a session with the token endpoint's own answer (RFC 6749 §5.1), or with nothing where both tokens
   * are cookies. A `TokenSet` may hold a `refreshToken` alone: the first request then waits for a renewal. Requests
   * that wait for an older session reject. Resolves when the store has it.
   *
   * @throws TypeError (as a rejection) where this is no token response; the session before it goes on
   */
  login(tokens?: TokenResponse | TokenSet): Promise<void>
  /**
   * Ends the session here, synchronously, whatever else fails. Resolves when the store is cleared.
   *
   * `revoke`: then tells the server too (RFC 7009), within `refreshTimeoutMs`: the refresh token, else the access
   * token, and a refresh token that a grant still brings. It takes `refresh.revocationEndpoint`, or an issuer that
   * names one. A failure is a 'problem' event. Default false.
   */
  logout(options?: { readonly revoke?: boolean | undefined }): Promise<void>
  /** Ends everything for good: what is held rejects, a grant on its way is cut short, no listener and no timer is left. */
  dispose(): void
  /**
   * A token that can be used now, renewed first where that is due; undefined where nobody is signed in.
   *
   * @throws RefreshUnavailableError, RefreshConfigurationError, SessionChangedError, or the signal's reason
   */
  getAccessToken(options?: { readonly signal?: AbortSignal | undefined }): Promise<string | undefined>
  /**
   * Renews now, whatever the token's expiry says; joins a renewal that is on its way. Skips the cool-down.
   *
   * @throws LoginRequiredError, RefreshUnavailableError, RefreshConfigurationError, SessionChangedError, or the
   * signal's reason
   */
  refresh(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** What the session holds at this moment, undefined where nobody is signed in. Renews nothing. */
  getTokens(): Promise<TokenSet | undefined>
  /** Calls `listener` at every change of the snapshot. Returns the way to stop. Fits useSyncExternalStore. */
  subscribe(listener: () => void): () => void
  /** The same object until something changes. Never holds a token. */
  getSnapshot(): SessionSnapshot
  /** What a server renders with: nothing is known yet. */
  getServerSnapshot(): SessionSnapshot
  /** Tells everything that happens, as it happens. Returns the way to stop. */
  on(listener: (event: SessionEvent) => void): () => void
  /** The port that every adapter is built on: see {@link Transport}. */
  openTransport(options: TransportOptions): Transport
}

/**
 * Creates a session. It reads its store at once and sends nothing.
 *
 * @throws TypeError "Expected `minValidityMs` to be a finite number >= 0, got …" for options that cannot be
 * @example
 * const session = createSession({
 *   refresh: { tokenEndpoint: 'https://auth.example.com/oauth/token', clientId: 'my-spa' },
 *   onLoginRequired: () => location.assign('/login'),
 * })
 */
export function createSession(options: SessionOptions): Session {
  const settings = resolveOptions(options)
  const { store = memoryStore(), renewInBackground } = settings
  const core = new Core(settings)
  const persistence = new Persistence(core, store)
  const { lock, name } = lockFor(settings, store)
  const revocation = new Revocation(core, store)
  const renewal = new Renewal(core, persistence, lock, name, revocation)
  const terms = termsOf(core, renewal)
  // Nothing is known yet, as on a server.
  const serverSnapshot = core.getSnapshot()
  const background = renewInBackground ? new BackgroundRenewal(core, renewal) : undefined
  const stopListening = wakeWithPage(persistence, renewal, background)
  persistence.open((error) => renewal.endedElsewhere(error))
  return {
    login: (tokens) => login(core, persistence, tokens),
    logout: ({ revoke } = {}) => logout(core, persistence, revoke ? revocation : undefined),
    dispose() {
      stopListening()
      revocation.close()
      dispose(core, persistence)
    },
    getAccessToken: ({ signal } = {}) => askToken(terms, signal),
    refresh: ({ signal } = {}) => renew(terms, signal),
    getTokens: () => tokensOf(terms),
    subscribe: core.subscribe,
    getSnapshot: core.getSnapshot,
    getServerSnapshot: () => serverSnapshot,
    on: (listener) => core.events.on(listener),
    openTransport: (port) => openTransport({ ...terms, isUnauthorized: port.isUnauthorized }, port),
    // A function: printing a session shows nothing of it.
    [insideKey as symbol]: () => terms,
  }
}

function wakeWithPage(
  persistence: Persistence,
  renewal: Renewal,
  background: BackgroundRenewal | undefined,
): () => void {
  const online = (): void => {
    renewal.skipCoolDown()
    background?.look()
  }
  // A frozen or hidden page may have missed what the others told.
  const shown = (): void => {
    if (persistence.isShared) void persistence.readAgain()
    background?.look()
  }
  return listenToPage({ online, pageshow: shown, visibilitychange: shown })
}

function termsOf(core: Core, renewal: Renewal): Terms {
  const { onStepUp } = core.settings
  const terms = { core, renewal, admission: new Admission(core, renewal) }
  return { ...terms, stepUp: onStepUp && stepUpBy(onStepUp, terms) }
}

async function login(core: Core, persistence: Persistence, given: unknown): Promise<void> {
  const { settings } = core
  const now = settings.now()
  const hasRefreshOnly = typeof (given as TokenSet | undefined)?.refreshToken === 'string'
  const tokens = readTokens(given ?? {}, {
    sentAt: now,
    receivedAt: now,
    accessTokenExpected: settings.accessTokenIn === 'header' && !hasRefreshOnly,
    authScheme: settings.authScheme,
    refreshTokenLifetimeMs: settings.refreshTokenLifetimeMs,
  })
  if (typeof tokens === 'string') throw new TypeError(tokens)
  if (core.state.status === 'disposed') throw new TypeError('This session was disposed of: create a new one')
  const generation = core.state.generation + 1
  const record = { sessionId: newSessionId(), version: 1, tokens, issuedAt: now }
  return persistence.begin(record, { type: 'login', generation })
}

async function logout(
  core: Core,
  persistence: Persistence,
  revocation: Revocation | undefined,
): Promise<void> {
  const leave = (): Promise<void> =>
    persistence.leave({ type: 'logout', generation: core.state.generation + 1 })
  return revocation ? revocation.logout(leave) : leave()
}

function dispose(core: Core, persistence: Persistence): void {
  const error = new SessionChangedError('The session was disposed of while this request waited')
  core.change(disposed(core.state), undefined, error)
  persistence.close()
  core.forgetListeners()
}

/** A session that shares its store, or its refresh token by cookie, takes turns with the others. */
function lockFor(
  settings: Settings,
  { name, lock: storeLock }: TokenStore,
): { readonly lock: RefreshLock; readonly name: string } {
  const { refresh } = settings
  // One cookie is all tabs' refresh token, whatever their stores.
  const isCookie = typeof refresh === 'object' && refresh.refreshTokenIn === 'cookie'
  const shared = isCookie ? String(refresh.tokenEndpoint ?? refresh.issuer) : name
  const locks = webLocks()
  const own = storeLock ?? inProcessLock
  const best = locks ? withFallback(locks, own) : own
  return {
    name: `tokenflight:${shared ?? ''}`,
    lock: settings.lock ?? (shared === undefined ? noLock : best),
  }
}
