import {
  createSession,
  type KeyValueStorage,
  type OAuthTokenResponse,
  type Session,
  type SessionEvent,
  type SessionOptions,
} from 'tokenflight'

/** Opens sessions for one test. */
export interface WatchedSessions {
  open(options: SessionOptions): Session
  /** All events of a session from now on. Whoever listens gets its problems as well, instead of the console. */
  listen(session: Session): SessionEvent[]
}

/**
 * After each test: nothing is held by any session of it, and each is disposed of. To be called once, at the top
 * of the file.
 */
export function watchSessions(): WatchedSessions {
  let sessions: Session[] = []
  afterEach(() => {
    const held = sessions.map((session) => session.getSnapshot().held)
    for (const session of sessions) session.dispose()
    sessions = []
    expect(held).toEqual(held.map(() => 0))
  })
  return {
    open(options) {
      const session = createSession(options)
      sessions.push(session)
      return session
    },
    listen(session) {
      const events: SessionEvent[] = []
      session.on((event) => events.push(event))
      return events
    },
  }
}

/** Timers and the clock stand still from `startOfTime` until the test moves them; tasks and microtasks go on. */
export function stopClock(): void {
  beforeEach(() => {
    jest.useFakeTimers({
      now: startOfTime,
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'performance', 'hrtime'],
    })
  })
  afterEach(() => {
    jest.useRealTimers()
  })
}

/** Where a stopped clock stands. */
export const startOfTime = Date.UTC(2030, 0, 1)

/** Storage that several sessions can share, as tabs share localStorage. */
export function mapStorage(): KeyValueStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

/** A token response of one hour. */
export function tokens(accessToken: string, more: OAuthTokenResponse = {}): OAuthTokenResponse {
  return { access_token: accessToken, refresh_token: `${accessToken}-refresh`, expires_in: 3600, ...more }
}
