/** Behaviours 3, 6, 8 and 12 where both tokens are cookies that no script can see. */
import axios, { type AxiosError } from 'axios'
import { attachSession, isLoginRequired, type CommonOptions } from 'tokenflight/axios'
import { CookieJar } from '../../examples/cookie-jar.js'
import { startServers, type Servers } from '../../examples/servers/start-servers.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf } from '../support/scripted-api.js'
import { watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open } = watchSessions()

let servers: Servers
let jar: CookieJar
beforeEach(async () => {
  servers = await startServers({ dialect: 'cookies' })
  jar = new CookieJar()
})
afterEach(() => servers.close())

/** One page, with nothing in its memory. */
function page(options: CommonOptions = {}) {
  const { auth, api } = servers
  const onLoginRequired = jest.fn()
  const session = open({
    refresh: { tokenEndpoint: auth.tokenEndpoint, refreshTokenIn: 'cookie', fetch: jar.fetch },
    accessTokenIn: 'cookie',
    onLoginRequired,
    ...options,
  })
  const instance = axios.create({ baseURL: api.origin, adapter: 'fetch', env: { fetch: jar.fetch } })
  attachSession(instance, session)
  return { session, instance, onLoginRequired }
}

async function signIn(): Promise<{ expires_in: number }> {
  const body = new URLSearchParams({ username: 'ada' })
  const answer = await jar.fetch(`${servers.auth.origin}/login`, { method: 'POST', body })
  return answer.json()
}

it('no header is ever set: neither on requests, nor on replays, nor on the grant (8)', async () => {
  const { auth, api } = servers
  const { session, instance } = page()
  await session.login(await signIn())
  await instance.get('/before')
  auth.expireAll()
  expect((await instance.get('/after')).data).toMatchObject({ who: 'ada', path: '/after' })
  expect(api.requests.map(({ status }) => status)).toEqual([200, 401, 200])
  expect([...api.requests, ...auth.requests].map(({ authorization }) => authorization)).toEqual(
    Array(4).fill(undefined),
  )
  expect(auth.requests.map(({ body }) => body)).toEqual(['grant_type=refresh_token'])
})

it('a login with nothing at all is good where both tokens are cookies (28)', async () => {
  const { auth } = servers
  const { session, instance } = page()
  await signIn()
  await session.login()
  expect(session.getSnapshot().status).toBe('active')
  auth.expireAll()
  expect((await instance.get('/me')).data.who).toBe('ada')
  expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
})

it('three 401s at once make one grant (6)', async () => {
  const { auth, api } = servers
  const { session, instance } = page()
  await session.login(await signIn())
  auth.expireAll()
  api.hold()
  const answers = Promise.all(['/a', '/b', '/c'].map((path) => instance.get(path)))
  await api.arrived(3)
  api.release()
  expect((await answers).map(({ data }) => data.path)).toEqual(['/a', '/b', '/c'])
  expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
})

it('a late 401 is told apart though no header says which token it was: no second grant (12)', async () => {
  const { auth, api } = servers
  const { session, instance } = page()
  await session.login(await signIn())
  auth.expireAll()
  api.hold('/slow')
  const late = instance.get('/slow')
  await api.arrived(1)
  await instance.get('/quick')
  api.release()
  expect((await late).data).toMatchObject({ who: 'ada', path: '/slow' })
  expect(auth.counts.asked).toBe(1)
  expect(api.requests.map(({ path, status }) => `${path} ${status}`)).toEqual([
    '/slow 401',
    '/quick 401',
    '/quick 200',
    '/slow 200',
  ])
})

describe('after a reload, with nothing in memory', () => {
  it('a request is sent, and is simply answered where the access cookie is good (3)', async () => {
    await signIn()
    const { instance } = page()
    expect((await instance.get('/me')).data.who).toBe('ada')
    expect(servers.auth.counts.asked).toBe(0)
  })

  it('a 401 tries one renewal first, and the request is answered (3)', async () => {
    const { auth } = servers
    await signIn()
    auth.expireAll()
    const { session, instance, onLoginRequired } = page()
    expect((await instance.get('/me')).data.who).toBe('ada')
    expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    expect(session.getSnapshot().status).toBe('active')
    expect(onLoginRequired).not.toHaveBeenCalled()
  })

  it('where there is no cookie the 401 comes back as it came after one renewal, and no hook is called (3)', async () => {
    const { auth, api } = servers
    const { session, instance, onLoginRequired } = page()
    const error = await rejectionOf<AxiosError>(instance.get('/me'))
    expect(error.message).toBe('Request failed with status code 401')
    expect(isLoginRequired(error)).toBe(true)
    expect(error.cause).toMatchObject({ reason: 'no_session' })
    await rejectionOf(instance.get('/again'))
    expect(auth.counts.asked).toBe(1)
    expect(api.requests.map(({ path }) => path)).toEqual(['/me', '/again'])
    expect(session.getSnapshot().status).toBe('signedOut')
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})

it('the end of a cookie session requires a login, once (27)', async () => {
  const { auth } = servers
  const { session, instance, onLoginRequired } = page()
  await session.login(await signIn())
  auth.revoke()
  const errors = await Promise.all(['/a', '/b'].map((path) => rejectionOf(instance.get(path))))
  expect(errors.map(isLoginRequired)).toEqual([true, true])
  expect(onLoginRequired).toHaveBeenCalledTimes(1)
  expect(auth.counts.asked).toBe(1)
})
