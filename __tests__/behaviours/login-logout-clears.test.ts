/** Behaviour 29: a logout clears local state even when all else fails. */
import { attachSession, memoryStore, type SessionEvent, type TokenStore } from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf, ScriptedApi, settled } from '../support/scripted-api.js'
import { stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

const leaks = failOnLeaks()
stopClock()
const { open, listen } = watchSessions()

const never = () => new Promise<never>(() => {})

async function signedIn(store: TokenStore) {
  const api = new ScriptedApi(() => ({}))
  const instance = api.create()
  const refresh = jest.fn(async () => tokens('new'))
  const session = open({ refresh, store, refreshTimeoutMs: 5_000 })
  const events = listen(session)
  attachSession(instance, session)
  await session.login(tokens('old'))
  return { api, instance, session, events, refresh }
}

const problems = (events: readonly SessionEvent[]) => events.filter(({ type }) => type === 'problem')

it('a logout clears memory and store, and its promise resolves when the store is clear (29)', async () => {
  const cleared = deferred()
  const inner = memoryStore()
  const store = { ...inner, clear: () => cleared.promise.then(() => inner.clear()) }
  const { session, events } = await signedIn(store)
  const done = jest.fn()
  const logout = session.logout().then(done)
  await settled()
  expect(done).not.toHaveBeenCalled()
  expect(session.getSnapshot()).toMatchObject({
    status: 'signedOut',
    expiresAt: undefined,
    subject: undefined,
  })
  expect(await session.getTokens()).toBeUndefined()
  cleared.resolve()
  await logout
  expect(inner.get()).toBeUndefined()
  expect(problems(events)).toEqual([])
})

describe.each([
  [
    'throws',
    () => {
      throw new Error('disk full')
    },
  ],
  ['rejects', () => Promise.reject(new Error('disk full'))],
  ['hangs', never],
] as const)('a store whose clear() %s', (_, clear) => {
  it('keeps nobody signed in: memory is cleared at once, requests go out bare (29)', async () => {
    const { api, instance, session } = await signedIn({ ...memoryStore(), clear })
    const logout = session.logout()
    expect(session.getSnapshot().status).toBe('signedOut')
    await instance.get('/public')
    expect(api.authorizations).toEqual([undefined])
    expect(await session.getAccessToken()).toBeUndefined()
    expect(await session.getTokens()).toBeUndefined()
    await jest.advanceTimersByTimeAsync(5_000)
    await logout
  })

  it('is reported once, by the deadline, and logout() resolves (29)', async () => {
    const { session, events } = await signedIn({ ...memoryStore(), clear })
    const logout = session.logout()
    await jest.advanceTimersByTimeAsync(5_000)
    await logout
    expect(problems(events)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('could not be cleared') }),
    ])
  })

  it('does not bring the old session back when the store is read again (29)', async () => {
    const notices: (() => void)[] = []
    const store: TokenStore = {
      ...memoryStore(),
      clear,
      name: 'shared',
      subscribe: (listener) => (notices.push(listener), () => {}),
    }
    const { session } = await signedIn(store)
    const logout = session.logout()
    await jest.advanceTimersByTimeAsync(5_000)
    await logout
    for (const notice of notices) notice()
    await settled()
    expect(session.getSnapshot().status).toBe('signedOut')
  })

  it('does not stand in the way of the next login (29)', async () => {
    const { session } = await signedIn({ ...memoryStore(), clear })
    void session.logout()
    const login = session.login(tokens('next'))
    expect(await session.getAccessToken()).toBe('next')
    await jest.advanceTimersByTimeAsync(10_000)
    await login
    expect(await session.getAccessToken()).toBe('next')
  })
})

it('listeners and subscribers that throw do not keep anyone signed in (29)', async () => {
  const inner = memoryStore()
  const session = open({ refresh: async () => tokens('new'), store: inner })
  await session.login(tokens('old'))
  const fail = () => {
    throw new Error('a bug of the app')
  }
  session.subscribe(fail)
  session.on(({ type }) => type === 'logout' && fail())
  const events = listen(session)
  await session.logout()
  expect(session.getSnapshot().status).toBe('signedOut')
  expect(await session.getTokens()).toBeUndefined()
  expect(inner.get()).toBeUndefined()
  expect(problems(events).length).toBeGreaterThan(0)
})

it('a logout before the store has told its first record is not undone by it (29)', async () => {
  const inner = memoryStore()
  const first = open({ refresh: async () => tokens('new'), store: inner })
  await first.login(tokens('old'))
  const read = deferred()
  const session = open({
    refresh: async () => tokens('new'),
    store: { ...inner, get: () => read.promise.then(() => inner.get()) },
  })
  const logout = session.logout()
  expect(session.getSnapshot().status).toBe('signedOut')
  read.resolve()
  await logout
  expect(session.getSnapshot().status).toBe('signedOut')
  expect(await session.getAccessToken()).toBeUndefined()
  expect(inner.get()).toBeUndefined()
})

it('a logout while a grant writes its tokens leaves the store empty in the end (29)', async () => {
  const inner = memoryStore()
  const written = deferred()
  let isSlow = false
  const store: TokenStore = {
    ...inner,
    set: (record) => (isSlow ? written.promise.then(() => inner.set(record)) : inner.set(record)),
  }
  const { session } = await signedIn(store)
  isSlow = true
  const renewed = rejectionOf(session.refresh())
  await settled()
  const logout = session.logout()
  await renewed
  written.resolve()
  await logout
  expect(inner.get()).toBeUndefined()
  expect(session.getSnapshot().status).toBe('signedOut')
  expect(await session.getAccessToken()).toBeUndefined()
})

it('a logout where nobody is signed in clears the store all the same, and resolves (29)', async () => {
  const clear = jest.fn()
  const session = open({ refresh: async () => tokens('new'), store: { ...memoryStore(), clear } })
  await session.logout()
  expect(session.getSnapshot().status).toBe('signedOut')
  expect(clear).toHaveBeenCalledTimes(1)
})

it('what the store could not do goes to the console where nobody listens (29)', async () => {
  const session = open({
    refresh: async () => tokens('new'),
    store: { ...memoryStore(), clear: () => Promise.reject(new Error('disk full')) },
  })
  await session.login(tokens('old'))
  leaks.expectConsoleError('could not be cleared')
  await session.logout()
})
