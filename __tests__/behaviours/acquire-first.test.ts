/** Behaviour 30: `acquire` obtains the first tokens. */
import axios, { type AxiosError } from 'axios'
import {
  attachSession,
  isSessionChanged,
  isLoginRequired,
  isRefreshUnavailable,
  LoginRequiredError,
  memoryStore,
  type Acquire,
  type CommonOptions,
  type RefreshFunction,
  type TokenSources,
} from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, rejectionOf, settled } from '../support/scripted-api.js'
import { stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open, listen } = watchSessions()

/** Nobody is signed in; `acquire` waits for the test. */
function nobody(options: CommonOptions & Pick<TokenSources, 'refresh'> = {}) {
  const acquired = deferred<ReturnType<typeof tokens>>()
  const acquire = jest.fn<ReturnType<Acquire>, Parameters<Acquire>>(() => acquired.promise)
  const onLoginRequired = jest.fn()
  const api = apiThatAccepts('first', 'second')
  const instance = api.create()
  const session = open({ refreshTimeoutMs: 5_000, onLoginRequired, ...options, acquire })
  attachSession(instance, session)
  return { api, instance, session, acquire, acquired, onLoginRequired }
}

it('a 401 acquires the first tokens, and the request is replayed with them (30)', async () => {
  const { api, instance, session, acquire, acquired } = nobody()
  const events = listen(session)
  acquired.resolve(tokens('first'))
  expect((await instance.get('/me')).status).toBe(200)
  expect(api.authorizations).toEqual([undefined, 'Bearer first'])
  expect(acquire.mock.calls.map(([{ reason }]) => reason)).toEqual(['first'])
  expect(session.getSnapshot().status).toBe('active')
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['grant', 'granted']))
})

it('it is one flight: three 401s and whoever asks meanwhile wait for the same call (30)', async () => {
  const { api, instance, session, acquire, acquired } = nobody()
  const refused = Promise.all(['/a', '/b', '/c'].map((url) => instance.get(url)))
  await settled()
  const later = instance.get('/later')
  const token = session.getAccessToken()
  const renewed = session.refresh()
  await settled()
  expect(session.getSnapshot().held).toBe(6)
  expect(api.sent).toHaveLength(3)
  acquired.resolve(tokens('first'))
  await Promise.all([refused, later, renewed])
  expect(await token).toBe('first')
  expect(acquire).toHaveBeenCalledTimes(1)
  expect(api.sent.slice(3).map(({ url }) => url)).toEqual(['/a', '/b', '/c', '/later'])
})

it('getAccessToken acquires without waiting for a 401 (30)', async () => {
  const { session, acquire, acquired } = nobody()
  acquired.resolve(tokens('first'))
  expect(await session.getAccessToken()).toBe('first')
  expect(await session.getAccessToken()).toBe('first')
  expect(acquire).toHaveBeenCalledTimes(1)
})

it('it is outside the deadline: a dialog may stay open for an hour (30)', async () => {
  const { instance, session, acquired } = nobody()
  const request = instance.get('/me')
  await settled()
  await jest.advanceTimersByTimeAsync(3_600_000)
  expect(session.getSnapshot().held).toBe(1)
  acquired.resolve(tokens('first'))
  expect((await request).status).toBe(200)
})

it('it is outside the lock (30)', async () => {
  const lock = { request: jest.fn(() => new Promise<never>(() => {})) }
  const { instance, acquired } = nobody({ lock, store: { ...memoryStore(), name: 'shared' } })
  acquired.resolve(tokens('first'))
  expect((await instance.get('/me')).status).toBe(200)
  expect(lock.request).not.toHaveBeenCalled()
})

it('what it brought is stored, and renewed by `refresh` where there is one (30)', async () => {
  const store = memoryStore()
  const refresh = jest.fn<ReturnType<RefreshFunction>, Parameters<RefreshFunction>>(async () =>
    tokens('second'),
  )
  const { api, instance, acquire, acquired } = nobody({ store, refresh })
  acquired.resolve(tokens('first'))
  await instance.get('/me')
  expect(store.get()).toMatchObject({
    version: 1,
    tokens: { accessToken: 'first', refreshToken: 'first-refresh' },
  })
  jest.setSystemTime(Date.now() + 3_600_000)
  await instance.get('/me')
  expect(refresh.mock.calls.map(([current]) => current?.refreshToken)).toEqual(['first-refresh'])
  expect(acquire).toHaveBeenCalledTimes(1)
  expect(api.authorizations).toEqual([undefined, 'Bearer first', 'Bearer second'])
})

it('dispose aborts its signal, and what is held rejects (30)', async () => {
  const { instance, session, acquire } = nobody()
  const request = rejectionOf(instance.get('/me'))
  await settled()
  const signal = acquire.mock.calls[0]?.[0].signal
  expect(signal?.aborted).toBe(false)
  session.dispose()
  expect(signal?.aborted).toBe(true)
  const error = await request
  expect(isSessionChanged(error) && axios.isCancel(error)).toBe(true)
})

it('an aborted caller leaves alone, and the call goes on (30)', async () => {
  const { api, instance, session, acquire, acquired } = nobody()
  const controller = new AbortController()
  const leaving = rejectionOf(instance.get('/leaving', { signal: controller.signal }))
  await settled()
  controller.abort()
  expect(axios.isCancel(await leaving)).toBe(true)
  expect(acquire.mock.calls[0]?.[0].signal.aborted).toBe(false)
  acquired.resolve(tokens('first'))
  await settled()
  expect(await session.getAccessToken()).toBe('first')
  expect(api.sent).toHaveLength(1)
})

it('a login while it is on its way ends it: its signal aborts, its result is discarded (30)', async () => {
  const { instance, session, acquire, acquired } = nobody()
  const request = rejectionOf(instance.get('/me'))
  await settled()
  await session.login(tokens('second'))
  expect(acquire.mock.calls[0]?.[0].signal.aborted).toBe(true)
  expect(isSessionChanged(await request)).toBe(true)
  acquired.resolve(tokens('first'))
  await settled()
  expect(await session.getAccessToken()).toBe('second')
})

it('its own calls of the attached instance go out bare where they carry its signal (30)', async () => {
  const api = apiThatAccepts('first')
  const instance = api.create()
  const session = open({
    acquire: async ({ signal }) => {
      await instance.post('/sign-in', {}, { signal, validateStatus: null })
      return tokens('first')
    },
  })
  attachSession(instance, session)
  await instance.get('/me')
  expect(api.sent.map(({ url, authorization }) => [url, authorization])).toEqual([
    ['/me', undefined],
    ['/sign-in', undefined],
    ['/me', 'Bearer first'],
  ])
})

describe('where it fails', () => {
  const failures: readonly (readonly [string, () => unknown])[] = [
    ['rejects', () => Promise.reject(new Error('offline'))],
    [
      'throws',
      () => {
        throw new Error('a bug')
      },
    ],
    ['resolves with junk', () => Promise.resolve({ access_token: 5 })],
    ['resolves with nothing', () => Promise.resolve()],
  ]

  it.each(failures)(
    'it %s: the 401 comes back with the cause, and the next request tries again (30)',
    async (_, fail) => {
      const { instance, session, acquire, acquired, onLoginRequired } = nobody()
      acquire.mockImplementationOnce(fail as Acquire)
      const error = await rejectionOf<AxiosError>(instance.get('/me'))
      expect(error.response?.status).toBe(401)
      expect(isRefreshUnavailable(error)).toBe(true)
      expect(session.getSnapshot()).toMatchObject({ status: 'signedOut', held: 0 })
      acquired.resolve(tokens('first'))
      const again = instance.get('/me')
      await jest.advanceTimersByTimeAsync(30_000)
      expect((await again).status).toBe(200)
      expect(acquire).toHaveBeenCalledTimes(2)
      expect(onLoginRequired).not.toHaveBeenCalled()
    },
  )

  it('beside a cookie that is none, the next request tries again as well (3, 25, 30)', async () => {
    const fetch = async (): Promise<Response> => Response.json({ error: 'invalid_grant' }, { status: 400 })
    const refresh = { tokenEndpoint: 'https://auth.test/token', refreshTokenIn: 'cookie', fetch } as const
    const { instance, acquire, acquired, onLoginRequired } = nobody({ refresh })
    acquire.mockRejectedValueOnce(new Error('offline'))
    const error = await rejectionOf<AxiosError>(instance.get('/me'))
    expect(error.response?.status).toBe(401)
    expect(isRefreshUnavailable(error)).toBe(true)
    acquired.resolve(tokens('first'))
    const again = instance.get('/me')
    await jest.advanceTimersByTimeAsync(30_000)
    expect((await again).status).toBe(200)
    expect(onLoginRequired).not.toHaveBeenCalled()
  })

  it('by LoginRequiredError: nobody is signed in, the 401 comes back as it came, no hook is called (30)', async () => {
    const { api, instance, acquire, onLoginRequired } = nobody()
    acquire.mockRejectedValue(new LoginRequiredError('refused'))
    const error = await rejectionOf<AxiosError>(instance.get('/me'))
    expect(error.message).toBe('Request failed with status code 401')
    expect(isLoginRequired(error)).toBe(true)
    expect(error.cause).toMatchObject({ reason: 'no_session' })
    expect(api.sent).toHaveLength(1)
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})
