import axios, { AxiosError, type AxiosInstance, type AxiosRequestConfig, getAdapter } from 'axios'
import { attachSession } from 'tokenflight/axios'
import {
  refusing,
  refusingAdapter,
  rejectionOf,
  type SessionUnderTest,
  unauthorized,
  useBench,
} from '../support/session-under-test.js'
import type { Script, ScriptedServer } from '../support/scripted-server.js'

const bench = useBench()

let subject: SessionUnderTest
let server: ScriptedServer

type Adapter = AxiosRequestConfig['adapter']

async function attached(adapter?: Adapter, script: Script = refusing(['access-1'])): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  server = await bench.server(script)
  return subject.instance({ baseURL: server.origin, ...(adapter && { adapter }) })
}

const adapters: [string, Adapter][] = [
  ['axios’s default list', axios.defaults.adapter],
  ['http by name', 'http'],
  ['fetch by name', 'fetch'],
  ['a list that begins with one that is not to be had', ['xhr', 'fetch']],
  ['a function', (config) => getAdapter('http', config)(config)],
  ['axios’s own, as a function', axios.getAdapter('fetch')],
]

describe.each(adapters)('with %s as its adapter', (_, adapter) => {
  test('three 401s at once make one grant and three answers (21)', async () => {
    const api = await attached(adapter)
    subject.gate.hold()
    const requests = Promise.all(['/1', '/2', '/3'].map((path) => api.post(path, { path })))
    await subject.holding(3)
    subject.gate.release()
    const answers = await requests
    expect(answers.map(({ status, data }) => [status, data])).toStrictEqual(
      Array(3).fill([200, { ok: true }]),
    )
    expect([server.count(), subject.grants]).toStrictEqual([6, 1])
    expect(server.authorizations.slice(3)).toStrictEqual(Array(3).fill('Bearer access-2'))
  })

  test('a failed grant gives the 401, its body and the cause (21)', async () => {
    const api = await attached(adapter)
    subject.failure = { status: 400, body: { error: 'invalid_request' } }
    const error = await rejectionOf(api.get('/me'))
    expect(error).toBeInstanceOf(AxiosError)
    expect(error).toMatchObject({
      code: 'ERR_BAD_REQUEST',
      response: { status: 401, data: unauthorized.body },
      cause: { code: 'ERR_REFRESH_CONFIGURATION' },
    })
    expect(server.count()).toBe(1)
  })

  test('an error that is none of the session’s comes as without it (21)', async () => {
    const api = await attached(adapter, ({ path }) => (path === '/cut' ? 'destroy' : { status: 503 }))
    expect(await rejectionOf(api.get('/busy'))).toMatchObject({ response: { status: 503 } })
    const cut = await rejectionOf(api.get('/cut'))
    expect(cut).toBeInstanceOf(AxiosError)
    expect([cut.response, server.count(), subject.grants]).toStrictEqual([undefined, 2, 0])
  })
})

test('an adapter given with one request is used for its replay too (21)', async () => {
  const api = await attached()
  const own = refusingAdapter('access-1')
  await api.get('/me', { adapter: own })
  expect(own.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
  expect(server.count()).toBe(0)
})

test('an adapter that is put on the instance after attaching is used (21)', async () => {
  const api = await attached()
  const own = refusingAdapter('access-1')
  api.defaults.adapter = own
  await api.get('/me')
  expect(own.sent).toHaveLength(2)
})

test('an adapter that an interceptor before the session’s sets is used (21)', async () => {
  const api = await attached()
  const own = refusingAdapter('access-1')
  api.interceptors.request.use((config) => Object.assign(config, { adapter: own }))
  await api.get('/me')
  expect(own.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
})

test('an adapter that an interceptor after the session’s sets goes without it, as documented (16)', async () => {
  subject = await bench.signedIn()
  const own = refusingAdapter('access-1')
  const api = axios.create({ baseURL: 'https://api.example.com' })
  api.interceptors.request.use((config) => Object.assign(config, { adapter: own }))
  attachSession(api, subject.session)
  await api.get('/me')
  expect(own.authorizations).toStrictEqual([undefined])
})

test('an adapter that answers with a 401 instead of rejecting is replayed as well (21)', async () => {
  const statuses = [401, 200]
  const api = await attached(async (config) => {
    const status = statuses.shift()!
    return { status, data: {}, headers: {}, statusText: '', config }
  })
  expect((await api.get('/me')).status).toBe(200)
  expect(subject.grants).toBe(1)
})

test('the answer of an adapter that rejects with an object that is no Error is the error’s response (21)', async () => {
  const api = await attached(async (config) => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw { config, response: { status: 401, data: 'refused', headers: {}, statusText: '', config } }
  })
  subject.failure = new Error('offline')
  const error = await rejectionOf(api.get('/me'))
  expect(axios.isAxiosError(error)).toBe(true)
  expect(error.response).toMatchObject({ status: 401, data: 'refused' })
})

test('an unknown adapter fails as without a session (21)', async () => {
  const api = await attached('pigeon' as 'http')
  await expect(api.get('/me')).rejects.toThrow('pigeon')
})

test('the instance that is axios itself can be attached and detached (21)', async () => {
  subject = await bench.signedIn({ allowedOrigins: ['https://api.example.com'] })
  const adapter = refusingAdapter('access-1')
  const detach = attachSession(axios, subject.session)
  try {
    await axios('https://api.example.com/me', { adapter })
    await axios.get('https://elsewhere.example/', { adapter })
  } finally {
    detach()
  }
  await axios.get('https://api.example.com/me', { adapter })
  expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2', undefined, undefined])
})

test('three instances with adapters of their own share one grant (21)', async () => {
  const api = await attached('http')
  const others = (['fetch', refusingAdapter('access-1')] as const).map((adapter) => {
    return subject.instance({ baseURL: server.origin, adapter })
  })
  subject.gate.hold()
  const requests = Promise.all([api, ...others].map((instance) => instance.get('/me')))
  await subject.holding(3)
  subject.gate.release()
  const answers = await requests
  expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 200])
  expect(subject.grants).toBe(1)
})
