import axios, { type AxiosError, type AxiosInstance } from 'axios'
import { setupCache } from 'axios-cache-interceptor'
import MockAdapter from 'axios-mock-adapter'
import axiosRetry from 'axios-retry'
import { attachSession, getSessionError, isLoginRequired } from 'tokenflight/axios'
import {
  refusing,
  rejectionOf,
  type SessionUnderTest,
  unauthorized,
  useBench,
} from '../support/session-under-test.js'
import type { Script, ScriptedServer } from '../support/scripted-server.js'

const bench = useBench()

let subject: SessionUnderTest
let server: ScriptedServer

/** Both orders in which an app may set things up. */
const orders = [
  ['before', 'the session'],
  ['after', 'the session'],
] as const

async function instance(
  order: 'before' | 'after',
  plug: (api: AxiosInstance) => unknown,
  script: Script = refusing(['access-1']),
): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  server = await bench.server(script)
  const api = axios.create({ baseURL: server.origin })
  if (order === 'before') plug(api)
  attachSession(api, subject.session)
  if (order === 'after') plug(api)
  return api
}

/** Holds the grants until so many requests wait. */
async function together<T>(count: number, requests: Promise<T>[]): Promise<T[]> {
  await subject.holding(count)
  subject.gate.release()
  return Promise.all(requests)
}

function caches(api: AxiosInstance): unknown {
  return setupCache(api, { cacheTakeover: false })
}

/** Every answer has its own number. */
function countingScript(): Script {
  let count = 0
  return refusing(['access-1'], () => ({ body: { count: ++count } }))
}

describe.each(orders)('axios-retry, set up %s %s', (order) => {
  const retries = (api: AxiosInstance): unknown => axiosRetry(api, { retries: 3, retryDelay: () => 0 })

  test('a 401 is renewed for and replayed, and costs no retry (21)', async () => {
    const onRetry = jest.fn()
    const api = await instance(order, (plugged) => axiosRetry(plugged, { retries: 3, onRetry }))
    expect((await api.get('/me')).status).toBe(200)
    expect([server.count(), subject.grants, onRetry.mock.calls.length]).toStrictEqual([2, 1, 0])
  })

  test('a 503 is retried by it, each time attached afresh, whatever the token meanwhile (21)', async () => {
    const api = await instance(order, retries, (request) => {
      if (request.index === 1) return { status: 503 }
      return refusing(['access-1'])(request)
    })
    expect((await api.put('/me', { a: 1 })).status).toBe(200)
    expect(server.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-2'])
    expect(server.requests.map(({ text }) => text)).toStrictEqual(Array(3).fill('{"a":1}'))
    expect(subject.problems).toStrictEqual([])
  })

  test.each<[string, () => Promise<void>]>([
    ['a logout', () => subject.session.logout()],
    ['another login', () => subject.session.login({ access_token: 'another' })],
  ])('a request that was held at %s is not sent again, by nobody and for nobody (21)', async (_, change) => {
    const api = await instance(order, retries)
    subject.gate.hold()
    const outcome = api.get('/me').catch((error: unknown) => error)
    await subject.holding(1)
    await change()
    const { code, cause } = (await outcome) as AxiosError
    expect(server.authorizations).toStrictEqual(['Bearer access-1'])
    expect([code, getSessionError(cause)?.code]).toStrictEqual(['ERR_CANCELED', 'ERR_SESSION_CHANGED'])
  })

  test('a 401 that no login mends is not retried (21)', async () => {
    const api = await instance(order, retries)
    subject.failure = { status: 401 }
    expect(isLoginRequired(await rejectionOf(api.get('/me')))).toBe(true)
    expect([server.count(), subject.grants, subject.loginRequired.length]).toStrictEqual([1, 1, 1])
  })

  test('five requests at once that fail, are renewed for and fail again make one grant (21)', async () => {
    const seen = new Map<string, number>()
    const api = await instance(order, retries, (request) => {
      const answer = refusing(['access-1'])(request)
      if (answer === unauthorized) return answer
      const times = (seen.get(request.path) ?? 0) + 1
      seen.set(request.path, times)
      return times === 1 ? { status: 503 } : { body: {} }
    })
    subject.gate.hold()
    const answers = await together(
      5,
      Array.from({ length: 5 }, (_, index) => api.get(`/${index}`)),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect([server.count(), subject.grants]).toStrictEqual([15, 1])
  })
})

describe.each(orders)('axios-cache-interceptor, set up %s %s', (order) => {
  test('a replayed answer is cached, and the cache answers the next request (21)', async () => {
    const api = await instance(order, caches, countingScript())
    const [first, second] = [await api.get('/me'), await api.get('/me')]
    expect([first.data, second.data]).toStrictEqual([{ count: 1 }, { count: 1 }])
    expect(server.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
    expect(subject.grants).toBe(1)
  })

  test('requests at once for one thing are one request, one grant and one replay (21)', async () => {
    const api = await instance(order, caches, countingScript())
    subject.gate.hold()
    const answers = await together(1, [api.get('/me'), api.get('/me'), api.get('/me')])
    expect(answers.map(({ data }) => data as unknown)).toStrictEqual(Array(3).fill({ count: 1 }))
    expect([server.count(), subject.grants]).toStrictEqual([2, 1])
  })

  test('a 401 is not cached: the next request is sent (21)', async () => {
    const api = await instance(order, caches, countingScript())
    subject.failure = { status: 400, body: { error: 'invalid_request' } }
    await rejectionOf(api.get('/me'))
    subject.failure = undefined
    await subject.session.refresh()
    expect((await api.get('/me')).data).toEqual({ count: 1 })
  })
})

describe.each(orders)('axios-mock-adapter, set up %s %s', (order) => {
  test('answers in the place of the wire, with the token it was sent with (21)', async () => {
    const seen: unknown[] = []
    const api = await instance(order, (plugged) => {
      new MockAdapter(plugged).onPost('/me').reply(({ headers, data, url }) => {
        seen.push([headers?.['Authorization'], data, url])
        return headers?.['Authorization'] === 'Bearer access-1' ? [401, 'dead'] : [200, { ok: true }]
      })
    })
    expect((await api.post('/me', { a: 1 })).data).toEqual({ ok: true })
    expect(seen).toStrictEqual([
      ['Bearer access-1', '{"a":1}', '/me'],
      ['Bearer access-2', '{"a":1}', '/me'],
    ])
    expect([server.count(), subject.grants]).toStrictEqual([0, 1])
  })

  test('keeps a history that can be sent again (21)', async () => {
    let mock: MockAdapter | undefined
    const api = await instance(order, (plugged) => {
      mock = new MockAdapter(plugged).onGet('/me').reply(200)
    })
    await api.get('/me')
    await subject.session.refresh()
    await api.request(mock!.history['get'][0]!)
    expect(mock!.history['get']).toHaveLength(2)
    expect(subject.problems).toStrictEqual([])
  })

  test('its network errors, time-outs and 404s come as they are (21)', async () => {
    const api = await instance(order, (plugged) => {
      new MockAdapter(plugged).onGet('/cut').networkError().onGet('/slow').timeout()
    })
    expect(await rejectionOf(api.get('/cut'))).toMatchObject({ message: 'Network Error' })
    expect(await rejectionOf(api.get('/slow'))).toMatchObject({ code: 'ECONNABORTED' })
    expect(await rejectionOf(api.get('/none'))).toMatchObject({ response: { status: 404 } })
    expect(subject.grants).toBe(0)
  })

  test('passThrough goes to the wire, and is replayed there (21)', async () => {
    const api = await instance(order, (plugged) => {
      new MockAdapter(plugged).onAny().passThrough()
    })
    expect((await api.get('/me')).data).toEqual({ ok: true })
    expect(server.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
  })
})

test('a cache that is set up before the session answers without a token, and waits for no renewal (21)', async () => {
  const api = await instance('before', caches, countingScript())
  await api.get('/me')
  subject.now += 7_200_000
  subject.gate.hold()
  expect((await api.get('/me')).data).toEqual({ count: 1 })
  expect([server.count(), subject.grants, subject.held]).toStrictEqual([2, 1, 0])
})

test('all three plugins and the session go together (21)', async () => {
  const api = await instance('after', (plugged) => {
    // In the other order the two wait for each other, without a session too: a retry asks the cache for itself.
    setupCache(plugged)
    axiosRetry(plugged, { retries: 2, retryDelay: () => 0 })
    const replies = [503, 200]
    new MockAdapter(plugged).onGet('/me').reply(({ headers }) => {
      if (headers?.['Authorization'] === 'Bearer access-1') return [401]
      return [replies.shift() ?? 500, { ok: true }]
    })
  })
  const answers = [await api.get('/me'), await api.get('/me')]
  expect(answers.map(({ status, data }) => [status, data])).toStrictEqual(Array(2).fill([200, { ok: true }]))
  expect(subject.grants).toBe(1)
})
