import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios'
import { attachSession } from 'tokenflight/axios'
import { refusing, refusingAdapter, type SessionUnderTest, useBench } from '../support/session-under-test.js'
import type { ScriptedRequest, ScriptedServer } from '../support/scripted-server.js'

const bench = useBench()

let subject: SessionUnderTest
let server: ScriptedServer

/** An instance of an API that refuses access-1 and takes all others. */
async function attached(defaults: CreateAxiosDefaults = {}, path = ''): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  server = await bench.server(refusing(['access-1']))
  return subject.instance({ baseURL: server.origin + path, ...defaults })
}

/** All of a request that the server saw, but our header. */
function withoutToken({ method, path, query, headers, bytes }: ScriptedRequest) {
  const { authorization, ...others } = headers
  return {
    method,
    path,
    query: query.toString(),
    headers: others,
    bytes,
    hasToken: authorization !== undefined,
  }
}

/** The two requests that reached the server, which should be one request twice. */
function expectTheSameTwice(): ScriptedRequest {
  expect(server.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
  const [first, second] = server.requests
  expect(withoutToken(second!)).toEqual(withoutToken(first!))
  return second!
}

describe('the replay', () => {
  test.each(['get', 'delete', 'head', 'options', 'post', 'put', 'patch', 'query'])(
    'of %s is that request again: method, address, headers, body (16)',
    async (method) => {
      const api = await attached({ headers: { 'X-App': '1' } }, '/v1')
      const hasBody = ['post', 'put', 'patch', 'query'].includes(method)
      await api.request({
        method,
        url: '/things?a=1',
        params: { b: [2, 3], c: 'é&=' },
        headers: { 'X-Request': 'once' },
        ...(hasBody && { data: { name: 'Ada', list: [1, 2] } }),
      })
      const replay = expectTheSameTwice()
      expect([replay.method, replay.path]).toStrictEqual([method.toUpperCase(), '/v1/things'])
      expect(replay.query.getAll('b[]')).toStrictEqual(['2', '3'])
      expect(replay.headers).toMatchObject({ 'x-app': '1', 'x-request': 'once' })
      if (hasBody) expect(JSON.parse(replay.text)).toEqual({ name: 'Ada', list: [1, 2] })
    },
  )

  test('does not double the base URL, and takes it from the moment of the request (16)', async () => {
    const api = await attached({}, '/v1')
    subject.gate.hold()
    const answer = api.get('things')
    await subject.holding(1)
    api.defaults.baseURL = `${server.origin}/v2`
    subject.gate.release()
    await answer
    expect(expectTheSameTwice().path).toBe('/v1/things')
  })

  test('runs no request interceptor and no transformRequest a second time (16)', async () => {
    let transforms = 0
    const seen: string[] = []
    const api = await attached({
      transformRequest: [
        (data: object) => JSON.stringify({ ...data, transform: ++transforms }),
        ...(axios.defaults.transformRequest as []),
      ],
    })
    api.interceptors.request.use((config) => {
      seen.push('after')
      config.headers.set('X-Count', String(seen.length))
      return config
    })
    await api.post('/things', { a: 1 })
    expect(JSON.parse(expectTheSameTwice().text)).toEqual({ a: 1, transform: 1 })
    expect([seen, transforms]).toStrictEqual([['after'], 1])
  })

  test('carries what async interceptors on either side of the session’s set, once (16)', async () => {
    const calls: string[] = []
    server = await bench.server(refusing(['access-1']))
    subject = await bench.signedIn()
    const api = axios.create({ baseURL: server.origin })
    const use = (name: string): void =>
      void api.interceptors.request.use(async (config) => {
        calls.push(name)
        await Promise.resolve()
        config.headers.set(`X-${name}`, 'yes')
        return config
      })
    use('Before')
    attachSession(api, subject.session)
    use('After')
    await api.get('/me')
    expect(calls.sort()).toStrictEqual(['After', 'Before'])
    expect(expectTheSameTwice().headers).toMatchObject({ 'x-before': 'yes', 'x-after': 'yes' })
  })

  test('is not sent for a body that changed meanwhile: the bytes are the first ones (16)', async () => {
    const api = await attached()
    const data = { amount: 1 }
    subject.gate.hold()
    const answer = api.post('/pay', data)
    await subject.holding(1)
    data.amount = 1_000_000
    subject.gate.release()
    await answer
    expect(expectTheSameTwice().text).toBe('{"amount":1}')
  })

  test('keeps the caller’s User-Agent and Cookie, without doubling them (16)', async () => {
    const api = await attached()
    await api.get('/me', { headers: { 'User-Agent': 'own/1', Cookie: 'a=1; b=2' } })
    expect(expectTheSameTwice().headers).toMatchObject({ 'user-agent': 'own/1', cookie: 'a=1; b=2' })
  })
})

describe('the app’s response interceptors', () => {
  test('see one answer, the final one (16)', async () => {
    const api = await attached()
    const statuses: unknown[] = []
    const onError = jest.fn(async (error: unknown) => Promise.reject(error as Error))
    api.interceptors.response.use((response) => (statuses.push(response.status), response), onError)
    await api.get('/me')
    expect(statuses).toStrictEqual([200])
    expect(onError).not.toHaveBeenCalled()
  })

  test('see the second 401, once, where the new token is refused as well (16)', async () => {
    const api = await attached()
    server.script = refusing(['access-1', 'access-2'])
    const onError = jest.fn(async (error: unknown) => Promise.reject(error as Error))
    api.interceptors.response.use(undefined, onError)
    await expect(api.get('/me')).rejects.toMatchObject({ response: { status: 401 } })
    expect(onError).toHaveBeenCalledTimes(1)
    expect([server.count(), subject.grants]).toStrictEqual([2, 1])
  })

  test('and transformResponse see only the answer of the replay (16)', async () => {
    const bodies: string[] = []
    const transformResponse = (text: string): string => (bodies.push(text), text)
    await (await attached({ transformResponse })).get('/me')
    expect(bodies).toStrictEqual(['{"ok":true}'])
  })
})

test.each([null, () => true, (status: number) => status < 500])(
  'a validateStatus that lets 401 through changes nothing: %p (16)',
  async (validateStatus) => {
    const { status } = await (await attached({ validateStatus })).get('/me')
    expect(status).toBe(200)
    expectTheSameTwice()
  },
)

describe('the config that the caller passed', () => {
  test('may be frozen, all the way down (16)', async () => {
    const api = await attached()
    const headers = Object.freeze({ 'X-Trace': '7' })
    const config = Object.freeze({ method: 'post', url: '/me', headers, data: Object.freeze({ a: 1 }) })
    await api.request(config)
    expect(expectTheSameTwice().headers).toMatchObject({ 'x-trace': '7' })
  })

  test('is not modified (16)', async () => {
    const api = await attached()
    const config = { headers: { 'X-Trace': '7' }, params: { a: 1 } }
    await api.get('/me', config)
    expect(config).toStrictEqual({ headers: { 'X-Trace': '7' }, params: { a: 1 } })
  })

  test('may be used twice at once: two requests, each replayed (16)', async () => {
    const api = await attached()
    const config = Object.freeze({ url: '/me', headers: axios.AxiosHeaders.from({ 'X-Trace': '7' }) })
    const answers = await Promise.all([api.request(config), api.request(config)])
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200])
    expect(server.count()).toBe(4)
    expect(server.authorizations.sort()).toStrictEqual([
      'Bearer access-1',
      'Bearer access-1',
      'Bearer access-2',
      'Bearer access-2',
    ])
    expect(subject.grants).toBe(1)
    expect(config.headers.toJSON()).toEqual({ 'X-Trace': '7' })
  })

  test('may be one object for requests of two instances and two sessions at once (16)', async () => {
    const adapters = [refusingAdapter('access-1'), refusingAdapter('other-1')]
    const sessions = [await bench.signedIn(), await bench.session().login({ access_token: 'other-1' })]
    const config = Object.freeze({ url: 'https://api.example.com/me' })
    const apis = sessions.map(({ session }, index) => {
      const api = axios.create({ adapter: adapters[index]!, baseURL: 'https://api.example.com' })
      attachSession(api, session)
      return api
    })
    await Promise.all(apis.map((api) => api.request(config)))
    expect(adapters.map(({ authorizations }) => authorizations)).toStrictEqual([
      ['Bearer access-1', 'Bearer access-2'],
      ['Bearer other-1', 'Bearer access-2'],
    ])
  })
})
