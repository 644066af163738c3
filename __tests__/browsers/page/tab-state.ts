/** What a page is told in its address. */
export interface TabConfig {
  /** The name that the servers see in `X-Tab`. */
  readonly tab: string
  readonly sessions: readonly SessionConfig[]
  /** False: the page has no `navigator.locks`, as in an old browser or on plain http. Default true. */
  readonly hasLocks?: boolean
}

/** One session of a page. */
export interface SessionConfig {
  readonly name: string
  readonly store: 'memory' | 'localStorage' | 'sessionStorage' | 'indexedDB'
  readonly key?: string
  /** Where the refresh token is. Default 'body'. */
  readonly refreshTokenIn?: 'body' | 'cookie'
  /** Where the access token is. Default 'header'. */
  readonly accessTokenIn?: 'header' | 'cookie'
  readonly refreshTimeoutMs?: number
  readonly renewInBackground?: boolean
  /** True: the refresh token is kept apart, behind a prompt that `answerPrompts` answers. Default false. */
  readonly hasVault?: boolean
}

/** What became of one request. */
export interface Outcome {
  readonly path: string
  readonly status?: number
  /** Whose token the API found. */
  readonly who?: string
  /** The code of our error, else the name of whatever it was. */
  readonly error?: string
  /** RefreshUnavailableError and LoginRequiredError say why. */
  readonly reason?: string
}

/** One session as its page sees it. */
export interface SessionView {
  readonly status: string
  readonly held: number
  readonly generation: number
  /** The reasons of the calls of onLoginRequired. */
  readonly loginsRequired: readonly string[]
  /** How often each event came. */
  readonly events: Readonly<Record<string, number>>
}

/** All that a page knows of itself. */
export interface TabState {
  readonly tab: string
  readonly sessions: Readonly<Record<string, SessionView>>
  readonly outcomes: readonly Outcome[]
  /** Requests, logins and logouts that have not settled. */
  readonly pending: number
  /** Errors that nobody caught, and 'problem' events. */
  readonly problems: readonly string[]
  readonly hasLocks: boolean
  /** True when the page came back from the back/forward cache. */
  readonly wasRestored: boolean
}

/** The functions that a page offers to its test, as `window.tab`. Each begins something and waits for nothing. */
export interface TabControls {
  state(): TabState
  /** Sends so many requests by axios and by fetch, in turns, each to a path of its own. */
  send(session: string, user: string, count: number): void
  /** Asks the server for a login and begins a session with it. */
  login(session: string, user: string): void
  logout(session: string): void
  /** How the user of this tab answers prompts from now on. Before, every prompt is granted. */
  answerPrompts(isGranted: boolean): void
  /** Keeps the page's thread busy, so that nothing in the tab can run. */
  block(ms: number): void
}
