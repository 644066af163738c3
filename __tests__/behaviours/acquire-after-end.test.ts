/** Behaviour 30: after a session's end `acquire` is asked before a login is required. */
import axios from 'axios'
import {
  attachSession,
  isLoginRequired,
  isSessionChanged,
  LoginRequiredError,
  memoryStore,
  type Acquire,
  type CommonOptions,
  type RefreshLock,
  type TokenResponse,
} from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, rejectionOf, settled } from '../support/scripted-api.js'
import { stopClock, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open, listen } = watchSessions()

function idToken(sub: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub })}.x`
}

function of(subject: string | undefined, accessToken: string): TokenResponse {
  return { accessToken, refreshToken: `${accessToken}-refresh`, expiresIn: 3600, subject }
}

/** Signed in as ada; the server has ended her session; `acquire` waits for the test. */
async function ended(options: CommonOptions = {}, subject: string | null = 'ada') {
  const acquired = deferred<TokenResponse>()
  const acquire = jest.fn<ReturnType<Acquire>, Parameters<Acquire>>(() => acquired.promise)
  const onLoginRequired = jest.fn()
  const fetch = jest.fn(async () => Response.json({ error: 'invalid_grant' }, { status: 400 }))
  const refresh = { tokenEndpoint: 'https://auth.test/token', fetch }
  const store = memoryStore()
  const api = apiThatAccepts('again')
  const instance = api.create()
  const session = open({ store, refreshTimeoutMs: 5_000, onLoginRequired, ...options, refresh, acquire })
  attachSession(instance, session)
  await session.login(of(subject ?? undefined, 'old'))
  return { api, instance, session, store, acquire, acquired, onLoginRequired, fetch }
}

describe('where the same subject signs in again', () => {
  it('held requests go on with the new token, in order, and no login is required (30)', async () => {
    const { api, instance, session, acquire, acquired, onLoginRequired, fetch } = await ended()
    const events = listen(session)
    const refused = Promise.all(['/a', '/b'].map((url) => instance.get(url)))
    await settled()
    const later = instance.get('/later')
    await settled()
    expect(acquire.mock.calls.map(([{ reason }]) => reason)).toEqual(['ended'])
    expect(session.getSnapshot().held).toBe(3)
    acquired.resolve(of('ada', 'again'))
    await Promise.all([refused, later])
    expect(api.sent.slice(2).map(({ url, authorization }) => `${url} ${authorization}`)).toEqual([
      '/a Bearer again',
      '/b Bearer again',
      '/later Bearer again',
    ])
    expect(fetch).toHaveBeenCalledTimes(1)
    expect(onLoginRequired).not.toHaveBeenCalled()
    expect(events.map(({ type }) => type)).not.toContain('loginRequired')
    expect(session.getSnapshot()).toMatchObject({ status: 'active', subject: 'ada', lastError: undefined })
  })

  it('the sub of an id_token says who it is (30)', async () => {
    const { instance, acquired } = await ended()
    acquired.resolve({ access_token: 'again', id_token: idToken('ada') })
    expect((await instance.get('/me')).status).toBe(200)
  })

  it('the new tokens are stored as another session (30)', async () => {
    const { instance, store, acquired } = await ended()
    const before = store.get() as { sessionId: string }
    acquired.resolve(of('ada', 'again'))
    await instance.get('/me')
    const after = store.get() as { sessionId: string }
    expect(after).toMatchObject({ tokens: { accessToken: 'again', refreshToken: 'again-refresh' } })
    expect(after.sessionId).not.toBe(before.sessionId)
  })
})

describe.each([
  ['another subject', 'ada', 'bob'],
  ['a subject that is not told', 'ada', undefined],
  ['a subject where the old one was not known', null, 'ada'],
])('where %s signs in', (_, old, next) => {
  it('held requests reject and are never sent, and the new session is good (30)', async () => {
    const { api, instance, session, store, acquired, onLoginRequired } = await ended({}, old)
    const events = listen(session)
    const refused = rejectionOf(instance.get('/refused'))
    await settled()
    const later = rejectionOf(instance.get('/later'))
    const { generation } = session.getSnapshot()
    acquired.resolve(of(next, 'again'))
    for (const error of [await refused, await later]) {
      expect(isSessionChanged(error) && axios.isCancel(error)).toBe(true)
    }
    expect(api.sent.map(({ url }) => url)).toEqual(['/refused'])
    expect(session.getSnapshot()).toMatchObject({ status: 'active', subject: next })
    expect(session.getSnapshot().generation).toBeGreaterThan(generation)
    // Whoever keeps what belongs to one user hears that there is another.
    expect(events).toContainEqual({ type: 'login', generation: session.getSnapshot().generation })
    expect((await instance.get('/new')).status).toBe(200)
    expect(store.get()).toMatchObject({ tokens: { accessToken: 'again' } })
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})

it('two sessions whose subject nobody knows are not the same user (30)', async () => {
  const { instance, acquire, acquired } = await ended({}, null)
  acquired.resolve({ access_token: 'again' })
  expect(isSessionChanged(await rejectionOf(instance.get('/me')))).toBe(true)
  expect(acquire).toHaveBeenCalledTimes(1)
})

describe('where nobody signs in', () => {
  it.each([
    ['it refuses', new LoginRequiredError('refused')],
    ['it fails', new Error('the dialog was closed')],
  ])('%s: a login is required, once, and the session is over (30)', async (_, failure) => {
    const { api, instance, session, store, acquired, onLoginRequired } = await ended()
    const events = listen(session)
    const requests = ['/a', '/b'].map((url) => rejectionOf(instance.get(url)))
    await settled()
    acquired.reject(failure)
    for (const error of await Promise.all(requests)) expect(isLoginRequired(error)).toBe(true)
    await settled()
    expect(onLoginRequired).toHaveBeenCalledTimes(1)
    expect(onLoginRequired.mock.calls[0]?.[0]).toMatchObject({ reason: 'refused' })
    expect(events.filter(({ type }) => type === 'loginRequired')).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({ status: 'signedOut', held: 0 })
    expect(store.get()).toBeUndefined()
    expect(api.sent).toHaveLength(2)
    expect(await session.getAccessToken()).toBeUndefined()
  })

  it('it brings junk: a login is required (30)', async () => {
    const { instance, acquired, onLoginRequired } = await ended()
    acquired.resolve({ access_token: '' })
    expect(isLoginRequired(await rejectionOf(instance.get('/me')))).toBe(true)
    expect(onLoginRequired).toHaveBeenCalledTimes(1)
  })
})

it('it is outside the deadline: the dialog may stay open for an hour (30)', async () => {
  const { instance, session, acquired } = await ended()
  const request = instance.get('/me')
  await settled()
  await jest.advanceTimersByTimeAsync(3_600_000)
  expect(session.getSnapshot().held).toBe(1)
  acquired.resolve(of('ada', 'again'))
  expect((await request).status).toBe(200)
})

it('it is outside the lock: others may have it while the dialog is open (30)', async () => {
  let holders = 0
  const lock: RefreshLock = {
    async request(_name, _options, callback) {
      holders++
      try {
        return await callback()
      } finally {
        holders--
      }
    },
  }
  const { instance, acquire, acquired } = await ended({ lock })
  const request = instance.get('/me')
  await settled()
  expect(acquire).toHaveBeenCalledTimes(1)
  expect(holders).toBe(0)
  acquired.resolve(of('ada', 'again'))
  await request
})

it('dispose aborts its signal, and what is held rejects (30)', async () => {
  const { instance, session, acquire, onLoginRequired } = await ended()
  const request = rejectionOf(instance.get('/me'))
  await settled()
  session.dispose()
  expect(acquire.mock.calls[0]?.[0].signal.aborted).toBe(true)
  expect(isSessionChanged(await request)).toBe(true)
  expect(onLoginRequired).not.toHaveBeenCalled()
})

it('a logout while it is on its way ends it, and requires no login (30)', async () => {
  const { instance, session, acquire, acquired, onLoginRequired } = await ended()
  const request = rejectionOf(instance.get('/me'))
  await settled()
  await session.logout()
  expect(acquire.mock.calls[0]?.[0].signal.aborted).toBe(true)
  expect(isSessionChanged(await request)).toBe(true)
  acquired.resolve(of('ada', 'again'))
  await settled()
  expect(session.getSnapshot().status).toBe('signedOut')
  expect(onLoginRequired).not.toHaveBeenCalled()
})

it('a login while it is on its way ends it, and is followed by no news of the session before (28, 30)', async () => {
  const { instance, session, acquire, acquired } = await ended()
  const request = rejectionOf(instance.get('/me'))
  await settled()
  const events = listen(session)
  await session.login(of('bob', 'again'))
  expect(acquire.mock.calls[0]?.[0].signal.aborted).toBe(true)
  acquired.reject(new Error('the dialog was closed'))
  await request
  await settled()
  expect(events.map(({ type }) => type)).toEqual(['login', 'settled'])
})
