import { Readable } from 'node:stream'
import axios, { type AxiosInstance } from 'axios'
import { attachSession, isBodyNotReplayable } from 'tokenflight/axios'
import {
  abortListeners,
  refusing,
  rejectionOf,
  scriptedAdapter,
  type SessionUnderTest,
  unauthorized,
  useBench,
} from '../support/session-under-test.js'
import type { Script, ScriptedServer } from '../support/scripted-server.js'

// The oldest version that the package takes; the package itself and these tests then use it too.
jest.mock<typeof axios>('axios', () => jest.requireActual('axios-1.7'))

const bench = useBench()

let subject: SessionUnderTest
let server: ScriptedServer

async function attached(script: Script = refusing(['access-1'])): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  server = await bench.server(script)
  const api = axios.create({ baseURL: `${server.origin}/v1` })
  attachSession(api, subject.session)
  return api
}

test('this is axios 1.7.0 (21)', () => {
  expect(axios.VERSION).toBe('1.7.0')
})

test.each(['http', 'fetch'])(
  '%s: three 401s at once make one grant and three answers (21)',
  async (adapter) => {
    const api = await attached()
    subject.gate.hold()
    const requests = ['/1', '/2', '/3'].map((path) => api.post(path, { path }, { adapter, params: { a: 1 } }))
    await subject.holding(3)
    subject.gate.release()
    const answers = await Promise.all(requests)
    expect(answers.map(({ data }) => data as unknown)).toStrictEqual(Array(3).fill({ ok: true }))
    expect([server.count(), subject.grants]).toStrictEqual([6, 1])
    for (const { path, text, query } of server.requests) {
      expect([`/v1${(JSON.parse(text) as { path: string }).path}`, query.get('a')]).toStrictEqual([path, '1'])
    }
  },
)

test('the replay is the same request but for our header (16)', async () => {
  const api = await attached()
  let interceptors = 0
  api.interceptors.request.use((config) => (interceptors++, config))
  await api.put('/me', { a: 'ä' }, { headers: { 'X-Trace': '7' } })
  const [first, second] = server.requests
  expect(second!.bytes).toEqual(first!.bytes)
  expect({ ...second!.headers, authorization: '' }).toEqual({ ...first!.headers, authorization: '' })
  expect(server.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
  expect(interceptors).toBe(1)
})

test('what comes back is clean and can be sent again (17)', async () => {
  const api = await attached()
  const { config } = await api.get('/me')
  expect(config.headers.has('Authorization')).toBe(false)
  expect(config.adapter).toEqual(api.defaults.adapter)
  await api.request(config)
  expect(server.requests.map(({ path }) => path)).toStrictEqual(['/v1/me', '/v1/me', '/v1/me'])
  expect(server.authorizations.at(-1)).toBe('Bearer access-2')
})

test('a failed grant gives the 401, its body and the cause, as an AxiosError (21)', async () => {
  const api = await attached()
  subject.failure = { status: 400, body: { error: 'invalid_request' } }
  expect(await rejectionOf(api.get('/me'))).toMatchObject({
    isAxiosError: true,
    response: { status: 401, data: unauthorized.body },
    cause: { code: 'ERR_REFRESH_CONFIGURATION' },
  })
})

test.each(['Authorization', 'X-Access-Token'])(
  '%s follows a redirect within the origin and none to another one (5)',
  async (headerName) => {
    const other = await bench.server()
    server = await bench.server(({ path }) => {
      if (path === '/here') return { body: {} }
      return { status: 302, headers: { location: path === '/away' ? other.origin : '/here' } }
    })
    subject = await bench.signedIn({ headerName })
    const api = axios.create({ baseURL: server.origin })
    attachSession(api, subject.session)
    await api.get('/away')
    await api.get('/moved')
    const name = headerName.toLowerCase()
    expect(other.requests[0]!.headers).not.toHaveProperty(name)
    expect(server.requests.map(({ headers }) => headers[name])).toStrictEqual(
      Array(3).fill('Bearer access-1'),
    )
  },
)

test('the token stays with the origin of the base URL, and a caller’s own header wins (1, 2)', async () => {
  const other = await bench.server()
  const api = await attached()
  await api.get(`${other.origin}/me`)
  await api.get(`//${new URL(other.origin).host}/me`).catch(() => undefined)
  await api.get('/own', { headers: { Authorization: 'Basic b3du' } })
  expect(other.authorizations.filter(Boolean)).toStrictEqual([])
  expect(server.authorizations).toStrictEqual(['Basic b3du'])
})

test('a stream is not replayed: the 401 and the reason come back (18)', async () => {
  const api = await attached()
  const error = await rejectionOf(api.post('/up', Readable.from(['one shot'])))
  expect(isBodyNotReplayable(error)).toBe(true)
  await api.get('/next')
  expect(server.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
})

test('one aborted while it is held is a CanceledError and never replayed (20)', async () => {
  const api = await attached()
  const controller = new AbortController()
  subject.gate.hold()
  const error = rejectionOf(api.get('/me', { signal: controller.signal }))
  await subject.holding(1)
  controller.abort()
  expect(axios.isCancel(await error)).toBe(true)
  expect(abortListeners(controller.signal)).toBe(0)
  subject.gate.release()
  await api.get('/next')
  expect(server.requests.map(({ path }) => path)).toStrictEqual(['/v1/me', '/v1/next'])
})

test('without a session requests go out bare, with skipSession too (3)', async () => {
  const api = await attached()
  await api.get('/public', { skipSession: true })
  await subject.session.logout()
  await api.get('/me')
  expect(server.authorizations).toStrictEqual([undefined, undefined])
})

test('a base URL of slashes only makes an address of another host, which gets no token (1)', async () => {
  const value = { baseURI: 'https://app.example.com/' }
  Object.defineProperty(globalThis, 'document', { value, configurable: true })
  try {
    subject = await bench.signedIn()
    const adapter = scriptedAdapter()
    const api = axios.create({ adapter })
    attachSession(api, subject.session)
    await api.get('/me')
    // This version sends it to `//evil.example/me`.
    await api.get('evil.example/me', { baseURL: '///' })
    const tokens = adapter.sent.map(({ authorization }) => authorization)
    expect(tokens).toStrictEqual(['Bearer access-1', undefined])
  } finally {
    Reflect.deleteProperty(globalThis, 'document')
  }
})

test('a base URL that ends with several slashes is told as the address that reaches the server (1, 16)', async () => {
  const api = await attached(() => ({ status: 200 }))
  await api.get('me', { baseURL: `${server.origin}/v1///` })
  const told = subject.events.flatMap((event) => (event.type === 'sent' ? [event.path] : []))
  expect(told).toStrictEqual(server.requests.map(({ path }) => path))
  expect(told[0]).toBe('/v1//me')
})
