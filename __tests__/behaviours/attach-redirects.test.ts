import type { AxiosAdapter, AxiosInstance, CreateAxiosDefaults } from 'axios'
import type { CommonOptions } from 'tokenflight/axios'
import {
  refusing,
  rejectionOf,
  scriptedAdapter,
  type SessionUnderTest,
  unauthorized,
  useBench,
} from '../support/session-under-test.js'
import type { Script, ScriptedServer } from '../support/scripted-server.js'

const bench = useBench()
afterEach(() => void Reflect.deleteProperty(globalThis, 'document'))

let subject: SessionUnderTest
let api: ScriptedServer
let other: ScriptedServer

/** Two origins on loopback; the API sends everything below /away to the other one, and /moved to /here. */
async function start(answer?: Script, elsewhere?: Script): Promise<void> {
  other = await bench.server(elsewhere)
  const { origin } = other
  api = await bench.server((request) => {
    if (request.path === '/moved') return { status: 307, headers: { location: '/here' } }
    if (request.path.startsWith('/away'))
      return { status: 307, headers: { location: `${origin}${request.path}` } }
    return answer ? answer(request) : { body: { ok: true } }
  })
}

async function attached(
  options: CommonOptions = {},
  defaults: CreateAxiosDefaults = {},
): Promise<AxiosInstance> {
  subject = await bench.signedIn(options)
  return subject.instance({ baseURL: api.origin, ...defaults })
}

describe('the header', () => {
  test('follows a redirect within the origin (5)', async () => {
    await start()
    await (await attached()).get('/moved')
    expect(api.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-1'])
  })

  test('follows no redirect to another origin (5)', async () => {
    await start()
    await (await attached()).get('/away')
    expect(api.authorizations).toStrictEqual(['Bearer access-1'])
    expect(other.authorizations).toStrictEqual([undefined])
  })

  test('follows none where it has another name, and other headers do (5)', async () => {
    await start()
    const client = await attached({ headerName: 'X-Access-Token', authScheme: '' })
    await client.post('/away', { a: 1 }, { headers: { 'X-Trace': '7' } })
    expect(api.requests[0]!.headers['x-access-token']).toBe('access-1')
    expect(other.requests[0]!.headers).not.toHaveProperty('x-access-token')
    expect(other.requests[0]!.headers).toMatchObject({ 'x-trace': '7' })
    expect([other.requests[0]!.method, other.requests[0]!.text]).toStrictEqual(['POST', '{"a":1}'])
  })

  const spelledOtherwise: [where: string, defaults: CreateAxiosDefaults][] = [
    ['a default of the instance', { headers: { 'x-access-token': 'old' } }],
    ['a header that was given as undefined', { headers: { 'x-access-token': undefined } }],
  ]
  test.each(spelledOtherwise)(
    'follows none where %s spells it otherwise (2, 5)',
    async (_where, defaults) => {
      await start()
      const client = await attached({ headerName: 'X-Access-Token' }, defaults)
      await client.get('/away')
      expect(api.requests[0]!.headers['x-access-token']).toBe('Bearer access-1')
      expect(other.requests[0]!.headers).not.toHaveProperty('x-access-token')
    },
  )

  test('follows a redirect within the origin where it has another name (5)', async () => {
    await start()
    await (await attached({ headerName: 'X-Access-Token' })).get('/moved')
    expect(api.requests.map(({ headers }) => headers['x-access-token'])).toStrictEqual(
      Array(2).fill('Bearer access-1'),
    )
  })

  test('follows none to another allowed origin either (5)', async () => {
    await start()
    await (await attached({ allowedOrigins: [other.origin] })).get('/away')
    expect(other.authorizations).toStrictEqual([undefined])
  })

  test('follows none with the replay (5)', async () => {
    await start()
    let isDead = true
    const { script } = api
    api.script = (request) => (isDead ? ((isDead = false), unauthorized) : script(request))
    await (await attached({ headerName: 'X-Access-Token' })).get('/away')
    expect(subject.grants).toBe(1)
    expect(api.requests[1]!.headers['x-access-token']).toBe('Bearer access-2')
    expect(other.requests[0]!.headers).not.toHaveProperty('x-access-token')
  })

  test('is off before the app’s own beforeRedirect looks, which runs as before (5)', async () => {
    await start()
    const seen: unknown[] = []
    const beforeRedirect = (options: Record<string, unknown>): void => {
      const { 'X-Access-Token': token, 'X-Trace': trace } = options['headers'] as Record<string, unknown>
      seen.push([token, trace])
    }
    const client = await attached({ headerName: 'X-Access-Token' }, { beforeRedirect })
    const { config } = await client.get('/away', { headers: { 'X-Trace': '7' } })
    expect(seen).toStrictEqual([[undefined, '7']])
    expect(config.beforeRedirect).toBe(beforeRedirect)
  })

  test('stays on the first request where maxRedirects is 0, and the redirect is the answer (5)', async () => {
    await start()
    const validateStatus = (status: number): boolean => status === 307
    const { status } = await (await attached()).get('/away', { maxRedirects: 0, validateStatus })
    expect([status, other.count()]).toStrictEqual([307, 0])
  })
})

test('a 401 after a redirect from another origin renews nothing and is the caller’s (5)', async () => {
  await start(undefined, () => unauthorized)
  const error = await rejectionOf((await attached()).get('/away'))
  expect(error).toMatchObject({ response: { status: 401, data: unauthorized.body } })
  expect([api.count(), other.count(), subject.grants]).toStrictEqual([1, 1, 0])
})

test('axios’s fetch adapter tells no final address: such a 401 costs one grant and is then the caller’s (5)', async () => {
  await start(undefined, () => unauthorized)
  const error = await rejectionOf((await attached({}, { adapter: 'fetch' })).get('/away'))
  expect(error).toMatchObject({ response: { status: 401, data: unauthorized.body } })
  expect([api.count(), other.count(), subject.grants]).toStrictEqual([2, 2, 1])
  expect(other.authorizations).toStrictEqual([undefined, undefined])
})

describe.each(['http', 'fetch'] as const)('a 401 after a redirect (%s adapter)', (adapter) => {
  test('from the same origin renews, and the replay is redirected again (5)', async () => {
    await start(refusing(['access-1']))
    const { data } = await (await attached({}, { adapter })).get('/moved')
    expect(data).toEqual({ ok: true })
    expect(api.requests.map(({ path }) => path)).toStrictEqual(['/moved', '/here', '/moved', '/here'])
    expect(subject.grants).toBe(1)
  })
})

test('a 401 before any redirect is of the origin that was asked, and renews (5)', async () => {
  await start(refusing(['access-1']))
  await (await attached()).get('/me')
  expect(api.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
})

test('in a page whose base URL is relative, a 401 of another origin renews nothing either (5)', async () => {
  Object.defineProperty(globalThis, 'document', {
    value: { baseURI: 'https://app.example.com/' },
    configurable: true,
  })
  subject = await bench.signedIn()
  const answersFrom = (responseURL: string): AxiosInstance => {
    const adapter = scriptedAdapter(({ authorization }) => ({
      status: authorization === 'Bearer access-1' ? 401 : 200,
    }))
    // As XMLHttpRequest tells it: always absolute.
    const told: AxiosAdapter = async (config) =>
      Object.assign(await adapter({ ...config, validateStatus: null }), { request: { responseURL } })
    return subject.instance({ baseURL: '/api', adapter: told })
  }
  expect((await answersFrom('https://elsewhere.example.net/login').get('/me')).status).toBe(401)
  expect(subject.grants).toBe(0)
  expect((await answersFrom('https://app.example.com/api/me').get('/me')).status).toBe(200)
  expect(subject.grants).toBe(1)
})
