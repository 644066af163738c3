import axios, { type AxiosInstance } from 'axios'
import { attachSession, createSession, getSessionError, type TokenResponse } from 'tokenflight/axios'
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

function attach(adapter: ScriptedAdapter): AxiosInstance {
  return subject.instance({ baseURL, adapter })
}

describe('skipSession', () => {
  test('sends a request without a token, and gives its 401 as it came (3)', async () => {
    subject = await bench.signedIn()
    const adapter = scriptedAdapter(() => ({ status: 401 }))
    const error = await rejectionOf(attach(adapter).get('/public', { skipSession: true }))
    expect(adapter.authorizations).toStrictEqual([undefined])
    expect(error.response?.status).toBe(401)
    expect(error.cause).toBeUndefined()
    expect(subject.grants).toBe(0)
  })

  test('leaves a request alone while others are held (3)', async () => {
    subject = await bench.signedIn()
    const adapter = refusingAdapter('access-1')
    const api = attach(adapter)
    subject.gate.hold()
    const waits = api.get('/me')
    await subject.holding(1)
    await api.get('/public', { skipSession: true })
    expect(adapter.sent.map(({ url }) => url)).toStrictEqual(['/me', '/public'])
    subject.gate.release()
    await waits
  })

  test('leaves a default Authorization header where it is (3)', async () => {
    subject = await bench.signedIn()
    const adapter = scriptedAdapter()
    const api = attach(adapter)
    api.defaults.headers.common['Authorization'] = 'Basic b3du'
    await api.get('/public', { skipSession: true })
    expect(adapter.authorizations).toStrictEqual(['Basic b3du'])
    expect(subject.problems).toStrictEqual([])
  })

  test('may be a default of the instance, or be set by an interceptor that ran before (3)', async () => {
    subject = await bench.signedIn()
    const adapter = scriptedAdapter()
    const api = attach(adapter)
    const id = api.interceptors.request.use((config) => ({ ...config, skipSession: true }))
    await api.get('/1')
    api.interceptors.request.eject(id)
    api.defaults.skipSession = true
    await api.get('/2')
    await api.get('/3', { skipSession: false })
    expect(adapter.authorizations).toStrictEqual([undefined, undefined, 'Bearer access-1'])
  })

  test('may be set by an interceptor that runs after the session’s (3)', async () => {
    subject = await bench.signedIn()
    const adapter = scriptedAdapter()
    const api = axios.create({ baseURL, adapter })
    api.interceptors.request.use((config) => Object.assign(config, { skipSession: true }))
    attachSession(api, subject.session)
    await api.get('/public')
    expect(adapter.authorizations).toStrictEqual([undefined])
  })

  test('tells no listener anything (3)', async () => {
    subject = await bench.signedIn()
    const before = subject.events.length
    await attach(scriptedAdapter()).get('/public', { skipSession: true })
    expect(subject.events).toHaveLength(before)
  })
})

describe('without a session', () => {
  test('requests go out bare (3)', async () => {
    subject = bench.session()
    const adapter = scriptedAdapter()
    await attach(adapter).get('/me')
    expect(adapter.sent[0]!.headers).not.toHaveProperty('authorization')
    expect(subject.grants).toBe(0)
  })

  test('a 401 comes back as it came, with the reason as its cause, and nobody is sent to log in (3)', async () => {
    subject = bench.session()
    const adapter = scriptedAdapter(() => ({ status: 401, data: { hello: 'stranger' } }))
    const error = await rejectionOf(attach(adapter).get('/me'))
    expect(error).toMatchObject({
      isAxiosError: true,
      code: 'ERR_BAD_REQUEST',
      response: { status: 401, data: { hello: 'stranger' } },
      cause: { code: 'ERR_LOGIN_REQUIRED', reason: 'no_session' },
    })
    expect([adapter.sent.length, subject.grants, subject.loginRequired.length]).toStrictEqual([1, 0, 0])
  })

  test('a 401 that validateStatus lets through stays an answer (3)', async () => {
    subject = bench.session()
    const adapter = scriptedAdapter(() => ({ status: 401 }))
    const { status } = await attach(adapter).get('/me', { validateStatus: null })
    expect([status, adapter.sent.length]).toStrictEqual([401, 1])
  })

  test('the same holds after a logout (3)', async () => {
    subject = await bench.signedIn()
    const adapter = scriptedAdapter(() => ({ status: 401 }))
    const api = attach(adapter)
    await subject.session.logout()
    const error = await rejectionOf(api.get('/me'))
    expect(getSessionError(error)).toMatchObject({ reason: 'no_session' })
    expect(adapter.authorizations).toStrictEqual([undefined])
    expect(subject.loginRequired).toStrictEqual([])
  })

  test('ten 401s at once are ten answers and no grant (3)', async () => {
    subject = bench.session()
    const adapter = scriptedAdapter(() => ({ status: 401 }))
    const api = attach(adapter)
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => api.get('/me')))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    expect([adapter.sent.length, subject.grants, subject.loginRequired.length]).toStrictEqual([10, 0, 0])
  })
})

describe('no header ever carries nothing', () => {
  test.each([{ access_token: '' }, { access_token: null }, { access_token: 'two\nlines' }])(
    'login refuses %j, and requests stay bare (3)',
    async (answer) => {
      subject = bench.session()
      const adapter = scriptedAdapter()
      const api = attach(adapter)
      await expect(subject.session.login(answer as TokenResponse)).rejects.toThrow(TypeError)
      await api.get('/me')
      expect(adapter.sent[0]!.headers).not.toHaveProperty('authorization')
    },
  )

  test('a session that has a refresh token only waits for its first access token (3)', async () => {
    subject = bench.session()
    await subject.session.login({ refreshToken: 'refresh-1' })
    const adapter = scriptedAdapter()
    await attach(adapter).get('/me')
    expect(adapter.authorizations).toStrictEqual(['Bearer access-2'])
  })

  test('a request made before the store was read waits for it (3)', async () => {
    const record = { format: 1, sessionId: 'x', version: 1, tokens: { accessToken: 'kept' }, issuedAt: 0 }
    let answer: (record: unknown) => void = () => {}
    const get = (): Promise<unknown> => new Promise((resolve) => (answer = resolve))
    subject = bench.session({ store: { get, set: () => {}, clear: () => {} } })
    const adapter = scriptedAdapter()
    const waits = attach(adapter).get('/me')
    await subject.holding(1)
    expect(adapter.sent).toHaveLength(0)
    answer(record)
    await waits
    expect(adapter.authorizations).toStrictEqual(['Bearer kept'])
  })
})

describe('where a session may exist unseen', () => {
  test('a bare 401 asks acquire once, and the request is answered (3)', async () => {
    const acquire = jest.fn(async () => ({ access_token: 'fresh', expires_in: 3600 }))
    const session = createSession({ acquire })
    const adapter = scriptedAdapter(({ authorization }) => ({ status: authorization ? 200 : 401 }))
    const api = axios.create({ baseURL, adapter })
    attachSession(api, session)
    await Promise.all([api.get('/1'), api.get('/2')])
    expect(adapter.authorizations).toStrictEqual([undefined, undefined, 'Bearer fresh', 'Bearer fresh'])
    expect(acquire).toHaveBeenCalledTimes(1)
    session.dispose()
  })

  test('with both tokens in cookies one renewal is tried, and requests carry no header of ours (3)', async () => {
    const auth = await bench.server(() => ({ body: {} }))
    const tokenEndpoint = `${auth.origin}/token`
    const session = createSession({
      refresh: { tokenEndpoint, refreshTokenIn: 'cookie' },
      accessTokenIn: 'cookie',
    })
    const adapter = scriptedAdapter((_, index) => ({ status: index === 1 ? 401 : 200 }))
    const api = axios.create({ baseURL, adapter })
    attachSession(api, session)
    await api.get('/me')
    expect([adapter.sent.length, auth.count('/token')]).toStrictEqual([2, 1])
    expect(adapter.authorizations).toStrictEqual([undefined, undefined])
    session.dispose()
  })

  test('where the cookie is refused too, the 401 comes back and nobody is sent to log in (3)', async () => {
    const auth = await bench.server(() => ({ status: 400, body: { error: 'invalid_grant' } }))
    const onLoginRequired = jest.fn()
    const refresh = { tokenEndpoint: `${auth.origin}/token`, refreshTokenIn: 'cookie' } as const
    const session = createSession({ refresh, accessTokenIn: 'cookie', onLoginRequired })
    const adapter = scriptedAdapter(() => ({ status: 401, data: 'who are you' }))
    const api = axios.create({ baseURL, adapter })
    attachSession(api, session)
    const error = await rejectionOf(api.get('/me'))
    expect(error).toMatchObject({
      response: { status: 401, data: 'who are you' },
      cause: { reason: 'no_session' },
    })
    expect([adapter.sent.length, auth.count()]).toStrictEqual([1, 1])
    expect(onLoginRequired).not.toHaveBeenCalled()
    session.dispose()
  })
})
