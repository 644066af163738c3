/** Behaviour 8: the grant goes past all that its waiters occupy. */
import { Agent } from 'node:http'
import axios, { type AxiosInstance } from 'axios'
import {
  attachSession,
  isLoginRequired,
  isRefreshUnavailable,
  type CommonOptions,
  type RefreshFunction,
} from 'tokenflight/axios'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf, ScriptedApi, settled } from '../support/scripted-api.js'
import { scriptedServer, type ScriptedAnswer, type ScriptedServer } from '../support/scripted-server.js'
import { tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open } = watchSessions()

let server: ScriptedServer
beforeEach(async () => {
  server = await scriptedServer(({ path, authorization }): ScriptedAnswer => {
    if (path === '/token') return { body: tokens('new') }
    return authorization === 'Bearer new' ? { body: { path } } : { status: 401 }
  })
})
afterEach(async () => {
  jest.useRealTimers()
  await server.close()
})

/** The token endpoint lives under the intercepted base URL. */
async function signedIn(
  instance: AxiosInstance,
  options: CommonOptions & { refresh?: RefreshFunction } = {},
) {
  const refresh = { tokenEndpoint: `${server.origin}/token`, clientId: 'spa' }
  const session = open({ refresh, ...options })
  attachSession(instance, session)
  await session.login(tokens('old'))
  return session
}

it('the grant passes no interceptor of the instance, though the endpoint is under its base URL (8)', async () => {
  const instance = axios.create({ baseURL: server.origin, headers: { 'x-app': '1' } })
  const seen: string[] = []
  instance.interceptors.request.use((config) => (seen.push(`request ${config.url}`), config))
  instance.interceptors.response.use((response) => (seen.push(`response ${response.config.url}`), response))
  await signedIn(instance)
  await instance.get('/me')
  expect(seen).toEqual(['request /me', 'response /me'])
  expect(server.requests.map(({ path }) => path)).toEqual(['/me', '/token', '/me'])
  expect(server.requests[1]?.headers).not.toHaveProperty('x-app')
})

it('the grant carries no bearer token (8)', async () => {
  const instance = axios.create({ baseURL: server.origin })
  await signedIn(instance)
  await instance.get('/me')
  expect(server.authorizations).toEqual(['Bearer old', undefined, 'Bearer new'])
})

it('a 401 to the grant itself starts nothing: the session is over (8)', async () => {
  server.script = () => ({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
  const onLoginRequired = jest.fn()
  const instance = axios.create({ baseURL: server.origin })
  await signedIn(instance, { onLoginRequired })
  const error = await rejectionOf(instance.get('/me'))
  expect(isLoginRequired(error)).toBe(true)
  expect(server.requests.map(({ path }) => path)).toEqual(['/me', '/token'])
  expect(onLoginRequired).toHaveBeenCalledTimes(1)
})

it('a grant is made though the only socket of the agent is taken by a request that waits for it (8)', async () => {
  const httpAgent = new Agent({ maxSockets: 1, keepAlive: true })
  const instance = axios.create({ baseURL: server.origin, httpAgent })
  await signedIn(instance)
  const script = server.script
  // What has the socket is answered only after the grant has arrived.
  server.script = async (request) => {
    if (request.index === 2) await server.arrived(3)
    return script(request)
  }
  const answers = await Promise.all(['/a', '/b', '/c'].map((path) => instance.get(path)))
  expect(answers.map(({ data }) => data.path)).toEqual(['/a', '/b', '/c'])
  expect(server.count('/token')).toBe(1)
  httpAgent.destroy()
})

it('a grant is made though a limiter of the app is full of requests that wait for it (8)', async () => {
  const instance = axios.create({ baseURL: server.origin })
  const slots: (() => void)[] = []
  let isTaken = false
  instance.interceptors.request.use(async (config) => {
    if (isTaken) await new Promise<void>((letOn) => slots.push(letOn))
    isTaken = true
    return config
  })
  instance.interceptors.response.use((response) => {
    isTaken = false
    slots.shift()?.()
    return response
  })
  await signedIn(instance)
  const answers = await Promise.all(['/a', '/b'].map((path) => instance.get(path)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(server.count('/token')).toBe(1)
})

describe('a refresh function that calls the attached instance', () => {
  it('goes out with no token and without waiting where it passes the signal on (8)', async () => {
    const instance = axios.create({ baseURL: server.origin })
    await signedIn(instance, {
      refresh: (current, { signal }) =>
        instance.post('/token', { renewal: current?.refreshToken }, { signal }).then(({ data }) => data),
    })
    const answers = await Promise.all([instance.get('/a'), instance.get('/b')])
    expect(answers.map(({ data }) => data.path)).toEqual(['/a', '/b'])
    const grants = server.requests.filter(({ path }) => path === '/token')
    expect(grants.map(({ authorization, text }) => [authorization, text])).toEqual([
      [undefined, '{"renewal":"old-refresh"}'],
    ])
  })

  it('does not wait either where a cancelToken stands beside the signal (8)', async () => {
    const instance = axios.create({ baseURL: server.origin })
    const { token: cancelToken } = axios.CancelToken.source()
    await signedIn(instance, {
      refreshTimeoutMs: 2_000,
      refresh: (_current, { signal }) =>
        instance.post('/token', {}, { signal, cancelToken }).then(({ data }) => data),
    })
    expect((await instance.get('/me')).status).toBe(200)
    expect(server.requests.map(({ path }) => path)).toEqual(['/me', '/token', '/me'])
  })

  it('its 401 is not renewed: it ends the session (8)', async () => {
    server.script = () => ({ status: 401 })
    const onLoginRequired = jest.fn()
    const instance = axios.create({ baseURL: server.origin })
    await signedIn(instance, {
      onLoginRequired,
      refresh: (_current, { signal }) => instance.post('/token', {}, { signal }).then(({ data }) => data),
    })
    expect(isLoginRequired(await rejectionOf(instance.get('/me')))).toBe(true)
    expect(server.requests.map(({ path }) => path)).toEqual(['/me', '/token'])
    expect(onLoginRequired).toHaveBeenCalledTimes(1)
  })

  it('waits for itself where it forgets the signal, and the message at the deadline says so (8)', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] })
    const api = new ScriptedApi(({ authorization }) => ({
      status: authorization === 'Bearer new' ? 200 : 401,
    }))
    const instance = api.create()
    let passesSignal = false
    const session = open({
      refreshTimeoutMs: 5_000,
      refresh: async (_current, { signal }) => {
        await instance.post('/token', {}, passesSignal ? { signal, validateStatus: null } : {})
        return tokens('new')
      },
    })
    attachSession(instance, session)
    await session.login(tokens('old'))
    const failed = rejectionOf<Error & { cause: Error }>(instance.get('/me'))
    await settled()
    expect(api.sent.map(({ url }) => url)).toEqual(['/me'])
    await jest.advanceTimersByTimeAsync(5_000)
    const error = await failed
    expect(isRefreshUnavailable(error)).toBe(true)
    expect(error.cause.message).toContain('context.signal')
    expect(session.getSnapshot()).toMatchObject({ status: 'active', held: 0 })
    // Mended, it works again.
    passesSignal = true
    await session.refresh()
    expect((await instance.get('/me')).status).toBe(200)
  })
})
