/** Behaviour 12: what a 401 leads to, by generation and token version. */
import axios, { type AxiosError } from 'axios'
import { attachSession } from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, rejectionOf, ScriptedApi, settled } from '../support/scripted-api.js'
import { scriptedServer, type ScriptedAnswer } from '../support/scripted-server.js'
import { stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open, listen } = watchSessions()

/** Each grant brings `made-1`, `made-2` and so on. */
async function signedIn(api: ScriptedApi) {
  let count = 0
  const refresh = jest.fn(async () => tokens(`made-${++count}`))
  const onLoginRequired = jest.fn()
  const session = open({ refresh, onLoginRequired })
  const instance = api.create()
  attachSession(instance, session)
  await session.login(tokens('old'))
  return { instance, session, refresh, onLoginRequired }
}

/** Answers to /slow wait for the test; whether a token is accepted is decided when the request comes. */
function slowApi(accepts: (authorization: string | undefined) => boolean) {
  const slow = deferred()
  const api = new ScriptedApi(async ({ url, authorization, index }) => {
    const isAccepted = accepts(authorization)
    if (url === '/slow' && index === 1) await slow.promise
    return { status: isAccepted ? 200 : 401, body: { index } }
  })
  return { api, answerSlow: () => slow.resolve() }
}

it('a 401 that comes after the token was renewed is replayed with the new one, without a grant (12)', async () => {
  const { api, answerSlow } = slowApi((authorization) => authorization === 'Bearer made-1')
  const { instance, refresh } = await signedIn(api)
  const late = instance.get('/slow')
  await instance.get('/quick')
  answerSlow()
  expect((await late).status).toBe(200)
  expect(refresh).toHaveBeenCalledTimes(1)
  expect(api.sent.map(({ url, authorization }) => `${url} ${authorization}`)).toEqual([
    '/slow Bearer old',
    '/quick Bearer old',
    '/quick Bearer made-1',
    '/slow Bearer made-1',
  ])
})

it('on the wire: of two 401s on one token the late one makes no grant (12)', async () => {
  const slow = deferred()
  const server = await scriptedServer(async ({ path, authorization }): Promise<ScriptedAnswer> => {
    if (path === '/token') return { body: tokens('new') }
    if (authorization === 'Bearer new') return { body: { path } }
    if (path === '/slow') await slow.promise
    return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }
  })
  const session = open({ refresh: { tokenEndpoint: `${server.origin}/token`, clientId: 'spa' } })
  const instance = axios.create({ baseURL: server.origin })
  attachSession(instance, session)
  await session.login(tokens('old'))
  const late = instance.get('/slow')
  await server.arrived(1)
  await instance.get('/quick')
  slow.resolve()
  expect((await late).data).toEqual({ path: '/slow' })
  expect(server.requests.map(({ path }) => path)).toEqual(['/slow', '/quick', '/token', '/quick', '/slow'])
  await server.close()
})

it('a 401 that is several renewals late is replayed with the newest token, without a grant (12)', async () => {
  const { api, answerSlow } = slowApi((authorization) => authorization === 'Bearer made-3')
  const { instance, session, refresh } = await signedIn(api)
  const late = instance.get('/slow')
  for (let count = 0; count < 3; count++) await session.refresh()
  answerSlow()
  expect((await late).status).toBe(200)
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer made-3'])
  expect(refresh).toHaveBeenCalledTimes(3)
})

it('a late 401 whose successor has expired meanwhile waits for the next token (12)', async () => {
  const { api, answerSlow } = slowApi((authorization) => authorization === 'Bearer made-2')
  const { instance, session, refresh } = await signedIn(api)
  const late = instance.get('/slow')
  await session.refresh()
  expect(await session.getAccessToken()).toBe('made-1')
  jest.setSystemTime(Date.now() + 3_600_000)
  answerSlow()
  expect((await late).status).toBe(200)
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer made-2'])
  expect(refresh).toHaveBeenCalledTimes(2)
})

it('401s on the same token share one grant, and each is replayed once (12)', async () => {
  const api = apiThatAccepts('made-1')
  const { instance, refresh } = await signedIn(api)
  await Promise.all(['/a', '/b', '/c'].map((url) => instance.get(url)))
  expect(refresh).toHaveBeenCalledTimes(1)
  expect(api.sent.map(({ url }) => url)).toEqual(['/a', '/b', '/c', '/a', '/b', '/c'])
})

it('a 401 that is waited for during a renewal joins it, though others have been sent since (12)', async () => {
  const { api, answerSlow } = slowApi((authorization) => authorization === 'Bearer made-1')
  const granted = deferred<ReturnType<typeof tokens>>()
  const refresh = jest.fn(() => granted.promise)
  const session = open({ refresh })
  const instance = api.create()
  attachSession(instance, session)
  await session.login(tokens('old'))
  const both = Promise.all([instance.get('/slow'), instance.get('/quick')])
  await settled()
  answerSlow()
  await settled()
  expect(session.getSnapshot().held).toBe(2)
  granted.resolve(tokens('made-1'))
  await both
  expect(refresh).toHaveBeenCalledTimes(1)
})

describe("another generation's 401 goes to the caller: no grant, no replay", () => {
  it.each([
    ['after the next login', (session: ReturnType<typeof open>) => session.login(tokens('next'))],
    ['after a logout', (session: ReturnType<typeof open>) => session.logout()],
    [
      'after a logout and a login of the same user',
      (session: ReturnType<typeof open>) => session.logout().then(() => session.login(tokens('next'))),
    ],
  ])('%s (12)', async (_, change) => {
    const { api, answerSlow } = slowApi((authorization) => authorization === 'Bearer next')
    const { instance, session, refresh, onLoginRequired } = await signedIn(api)
    const late = rejectionOf<AxiosError>(instance.get('/slow'))
    await settled()
    await change(session)
    answerSlow()
    const error = await late
    expect(axios.isAxiosError(error)).toBe(true)
    expect(error.response?.status).toBe(401)
    expect(api.sent).toHaveLength(1)
    expect(refresh).not.toHaveBeenCalled()
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})

describe('a second 401 goes to the caller as it came', () => {
  it('as axios rejects with it, after one grant and one replay (12)', async () => {
    const api = new ScriptedApi(({ index }) => ({
      status: 401,
      headers: { 'x-answer': `${index}` },
      body: { index },
    }))
    const { instance, session, refresh, onLoginRequired } = await signedIn(api)
    const error = await rejectionOf<AxiosError>(instance.get('/me'))
    expect(error.message).toBe('Request failed with status code 401')
    expect(error.cause).toBeUndefined()
    expect(error.response).toMatchObject({ status: 401, data: { index: 2 }, headers: { 'x-answer': '2' } })
    expect(api.sent).toHaveLength(2)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(onLoginRequired).not.toHaveBeenCalled()
    expect(session.getSnapshot().status).toBe('active')
  })

  it('as a response where validateStatus lets it through (12)', async () => {
    const api = new ScriptedApi(({ index }) => ({ status: 401, body: { index } }))
    const { instance, refresh } = await signedIn(api)
    const response = await instance.get('/me', { validateStatus: () => true })
    expect(response).toMatchObject({ status: 401, data: { index: 2 } })
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  it('even where the token was renewed once more while the replay was on its way (12)', async () => {
    const replayed = deferred()
    const api = new ScriptedApi(async ({ index }) => {
      if (index === 2) await replayed.promise
      return { status: 401 }
    })
    const { instance, session } = await signedIn(api)
    const request = rejectionOf<AxiosError>(instance.get('/me'))
    await settled()
    await session.refresh()
    replayed.resolve()
    expect((await request).response?.status).toBe(401)
    expect(api.sent).toHaveLength(2)
  })
})

it('events tell the way of a request: sent, unauthorized, held, replayed, settled (12)', async () => {
  const { instance, session } = await signedIn(apiThatAccepts('made-1'))
  const events = listen(session)
  await instance.get('/me')
  const about = { id: expect.any(Number), method: 'GET', path: '/me' }
  expect(events.filter((event) => 'path' in event)).toEqual([
    { type: 'sent', ...about },
    { type: 'unauthorized', ...about },
    { type: 'held', ...about },
    { type: 'replayed', ...about },
    { type: 'settled', status: 200, ...about },
  ])
})
