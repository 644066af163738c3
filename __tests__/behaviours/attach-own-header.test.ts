import axios, { type AxiosInstance, type CreateAxiosDefaults, type InternalAxiosRequestConfig } from 'axios'
import { attachSession, type CommonOptions } from 'tokenflight/axios'
import {
  refusingAdapter,
  rejectionOf,
  scriptedAdapter,
  type ScriptedAdapter,
  type SessionUnderTest,
  useBench,
} from '../support/session-under-test.js'

const bench = useBench()
const baseURL = 'https://api.example.com'

let subject: SessionUnderTest

async function attached(
  adapter: ScriptedAdapter,
  defaults: CreateAxiosDefaults = {},
  options: CommonOptions = {},
): Promise<AxiosInstance> {
  subject = await bench.signedIn(options)
  return subject.instance({ baseURL, adapter, ...defaults })
}

describe('a request with credentials of its own', () => {
  test.each(['Authorization', 'authorization', 'AUTHORIZATION'])(
    'keeps its %s header, whatever the session holds (2)',
    async (name) => {
      const adapter = scriptedAdapter()
      await (await attached(adapter)).get('/me', { headers: { [name]: 'Basic b3du' } })
      expect(adapter.authorizations).toStrictEqual(['Basic b3du'])
      expect(subject.problems).toStrictEqual([])
    },
  )

  test('is not taken for the session’s, though it ends alike (2)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    await api.get('/me')
    await api.get('/me', { headers: { Authorization: 'Bearer my-own-access-1' } })
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer my-own-access-1'])
  })

  test('gets its 401 as it came: no grant, no replay, no cause (2)', async () => {
    const adapter = scriptedAdapter(() => ({ status: 401 }))
    const api = await attached(adapter)
    const error = await rejectionOf(api.get('/me', { headers: { Authorization: 'Basic b3du' } }))
    expect(error).toMatchObject({ isAxiosError: true, response: { status: 401 } })
    expect(error.cause).toBeUndefined()
    expect([adapter.sent.length, subject.grants]).toStrictEqual([1, 0])
  })

  test('is not held while the session renews (2)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    subject.gate.hold()
    subject.now += 7_200_000
    const waits = api.get('/me')
    await subject.granting(1)
    await api.get('/own', { headers: { Authorization: 'Basic b3du' } })
    expect(adapter.sent.map(({ url }) => url)).toStrictEqual(['/own'])
    subject.gate.release()
    await waits
    expect(adapter.authorizations).toStrictEqual(['Basic b3du', 'Bearer access-2'])
  })

  test('may be axios’s auth, and then there is no token (2)', async () => {
    const server = await bench.server(() => ({ status: 401 }))
    subject = await bench.signedIn()
    const api = subject.instance({ baseURL: server.origin })
    await rejectionOf(api.get('/me', { auth: { username: 'ada', password: 'pw' } }))
    expect(server.authorizations).toStrictEqual([`Basic ${Buffer.from('ada:pw').toString('base64')}`])
    expect(subject.grants).toBe(0)
  })

  test('may have had its header set by an interceptor of the app (2)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    api.interceptors.request.use((config) => {
      config.headers.set('Authorization', 'Bearer of-a-service')
      return config
    })
    await api.get('/me')
    expect(adapter.authorizations).toStrictEqual(['Bearer of-a-service'])
  })

  test('is known by the header that carries the token, where it has another name (2)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter, {}, { headerName: 'X-Access-Token', authScheme: '' })
    await api.get('/1', { headers: { 'x-access-token': 'own' } })
    await api.get('/2', { headers: { Authorization: 'Basic b3du' } })
    const sent = adapter.sent.map(({ headers }) => headers['x-access-token'])
    expect(sent).toStrictEqual(['own', 'access-1'])
    expect(adapter.authorizations).toStrictEqual([undefined, 'Basic b3du'])
  })
})

describe('a default header on the instance', () => {
  const stale = 'Bearer pasted-long-ago'

  test.each<[string, CreateAxiosDefaults]>([
    ['of axios.create', { headers: { Authorization: stale } }],
    ['written in small letters', { headers: { authorization: stale } }],
    ['for all methods', { headers: { common: { Authorization: stale } } }],
    ['for one method', { headers: { get: { Authorization: stale } } }],
  ])('%s is replaced by the session, and that is reported once (2)', async (_, defaults) => {
    const adapter = refusingAdapter('access-1')
    const api = await attached(adapter, defaults)
    await api.get('/me')
    await api.get('/me')
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2', 'Bearer access-2'])
    expect(subject.problems).toStrictEqual([expect.stringMatching(/default Authorization header/)])
  })

  test('that is set after attaching is replaced as well (2)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    api.defaults.headers.common['Authorization'] = stale
    await api.get('/me')
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1'])
    expect(subject.problems).toHaveLength(1)
  })

  test('is not sent bare either, once nobody is signed in (2)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter, { headers: { Authorization: stale } })
    await subject.session.logout()
    await api.get('/me')
    expect(adapter.authorizations).toStrictEqual([undefined])
  })

  test('never shows its token in the report (2)', async () => {
    const api = await attached(scriptedAdapter(), { headers: { Authorization: stale } })
    await api.get('/me')
    expect(subject.problems.join()).not.toContain('pasted-long-ago')
  })
})

describe('a header that the session set', () => {
  /** Sends one request and takes a copy of its config while the session’s header is on it. */
  async function captured(api: AxiosInstance): Promise<InternalAxiosRequestConfig> {
    let copy: InternalAxiosRequestConfig | undefined
    const own = scriptedAdapter(({ config }) => {
      copy = { ...config, headers: config.headers.concat() }
      return {}
    })
    await api.get('/captured', { adapter: own })
    return { ...copy!, adapter: api.defaults.adapter! }
  }

  test('is replaced by the current one where a config caught in flight is sent again (2)', async () => {
    const adapter = refusingAdapter('access-1')
    const api = await attached(adapter)
    const copy = await captured(api)
    expect(copy.headers.get('Authorization')).toBe('Bearer access-1')
    await api.request(copy)
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
    expect(subject.grants).toBe(1)
    expect(subject.problems).toStrictEqual([])
  })

  test('is never taken for the caller’s, however many tokens ago it was (2)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    const copy = await captured(api)
    for (let renewal = 0; renewal < 8; renewal++) {
      await subject.session.refresh()
      await api.get('/me')
    }
    await api.request(copy)
    expect(adapter.authorizations.at(-1)).toBe('Bearer access-9')
  })

  test('is not taken for the caller’s on another instance of the same session (2)', async () => {
    const adapter = scriptedAdapter()
    const copy = await captured(await attached(scriptedAdapter()))
    const other = subject.instance({ baseURL })
    await subject.session.refresh()
    await other.request({ ...copy, adapter })
    expect(adapter.authorizations).toStrictEqual(['Bearer access-2'])
  })

  test('is not taken for the caller’s after detaching and attaching again (2)', async () => {
    const adapter = scriptedAdapter()
    subject = await bench.signedIn()
    const api = axios.create({ baseURL, adapter })
    const detach = attachSession(api, subject.session)
    const copy = await captured(api)
    detach()
    attachSession(api, subject.session)
    await subject.session.refresh()
    await api.request(copy)
    expect(adapter.authorizations).toStrictEqual(['Bearer access-2'])
  })

  test('is not sent to another origin by way of a config caught in flight (2)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    const copy = await captured(api)
    await api.request({ ...copy, baseURL: 'https://evil.example' })
    expect(adapter.authorizations).toStrictEqual([undefined])
  })
})
