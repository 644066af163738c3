import axios, {
  type AxiosError,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios'
import { attachSession } from 'tokenflight/axios'
import {
  refusing,
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

async function attached(adapter: ScriptedAdapter): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  return subject.instance({ baseURL, adapter })
}

/** Neither the header nor the adapter on it is the session’s. */
function expectClean(config: InternalAxiosRequestConfig | undefined, adapter: unknown): void {
  expect(config?.adapter).toBe(adapter)
  expect(config?.headers.has('Authorization')).toBe(false)
  expect(config?.beforeRedirect).toBeUndefined()
  expect(JSON.stringify(config)).not.toContain('access-')
}

describe('the config of what comes back', () => {
  test('is the app’s own with a first answer (17)', async () => {
    const adapter = scriptedAdapter()
    expectClean((await (await attached(adapter)).get('/me')).config, adapter)
  })

  test('is the app’s own with a replayed answer (17)', async () => {
    const adapter = refusingAdapter('access-1')
    const { config } = await (await attached(adapter)).get('/me')
    expectClean(config, adapter)
    expect(adapter.sent).toHaveLength(2)
  })

  test('is the app’s own with an error, of the API or of the network (17)', async () => {
    const adapter = scriptedAdapter(({ url }) => {
      if (url === '/gone') throw new axios.AxiosError('Network Error', 'ERR_NETWORK')
      return { status: 500 }
    })
    const api = await attached(adapter)
    expectClean((await rejectionOf(api.get('/me'))).config, adapter)
    const config = await capture(api, '/gone')
    expectClean(config, adapter)
  })

  test('is the app’s own with the second 401 (17)', async () => {
    const adapter = refusingAdapter('access-1', 'access-2')
    const error = await rejectionOf((await attached(adapter)).get('/me'))
    expectClean(error.config, adapter)
    expectClean(error.response?.config, adapter)
  })

  test('is the app’s own with an error of the session’s (17)', async () => {
    const adapter = refusingAdapter('access-1')
    const api = await attached(adapter)
    subject.failure = { status: 400, body: { error: 'invalid_request' } }
    const error = await rejectionOf(api.get('/me'))
    expect(error).toMatchObject({ isAxiosError: true, response: { status: 401 } })
    expectClean(error.config, adapter)
  })

  test('is the app’s own where the request was aborted while it was held (17)', async () => {
    const adapter = refusingAdapter('access-1')
    const api = await attached(adapter)
    const controller = new AbortController()
    subject.gate.hold()
    const error = rejectionOf(api.get('/me', { signal: controller.signal }))
    await subject.holding(1)
    controller.abort()
    expectClean((await error).config, adapter)
    subject.gate.release()
  })

  test('is the app’s own where the request was aborted before it began (17)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    const error = await rejectionOf(api.get('/me', { signal: AbortSignal.abort() }))
    expect(error.code).toBe('ERR_CANCELED')
    expectClean(error.config, adapter)
  })

  test('is the app’s own where its adapter throws instead of rejecting (5, 17)', async () => {
    const throwing = (config: InternalAxiosRequestConfig): never => {
      throw new axios.AxiosError('Network Error', 'ERR_NETWORK', config)
    }
    subject = await bench.signedIn()
    const api = subject.instance({ baseURL, adapter: throwing })
    const error = await rejectionOf(api.get('/me'))
    expect(error.code).toBe('ERR_NETWORK')
    expectClean(error.config, throwing)
  })

  test.each([200, 500])(
    'is the app’s own where its adapter shows a copy of it with a %i (17)',
    async (status) => {
      const script = scriptedAdapter(() => ({ status }))
      const copied = ({ config, ...rest }: AxiosResponse): AxiosResponse => ({
        ...rest,
        config: { ...config },
      })
      const adapter = (config: InternalAxiosRequestConfig): Promise<AxiosResponse> =>
        script(config).then(copied, (error: AxiosError) => {
          throw Object.assign(error, {
            config: { ...config },
            response: copied(error.response as AxiosResponse),
          })
        })
      const api = await attached(adapter as ScriptedAdapter)
      const outcome = await api.get('/me').catch((error: AxiosError) => error)
      expectClean(outcome.config, adapter)
      if ('response' in outcome) expectClean(outcome.response?.config, adapter)
      expect(script.authorizations).toEqual(['Bearer access-1'])
    },
  )

  test('is another one’s where its adapter shows another, and that is left as it is (17)', async () => {
    const other = { url: '/other', headers: new axios.AxiosHeaders({ 'x-other': '1' }) }
    const script = scriptedAdapter()
    const adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => ({
      ...(await script(config)),
      config: other,
    })
    const { config } = await (await attached(adapter as ScriptedAdapter)).get('/me')
    expect(config.headers.toJSON()).toEqual({ 'x-other': '1' })
  })

  test('keeps a named adapter as a name (17)', async () => {
    const server = await bench.server(refusing(['access-1']))
    subject = await bench.signedIn()
    const api = subject.instance({ baseURL: server.origin, adapter: 'http' })
    const { config } = await api.get('/me')
    expect(config.adapter).toBe('http')
    const own = subject.instance({ baseURL: server.origin })
    expect((await own.get('/me')).config.adapter).toEqual(axios.defaults.adapter)
  })

  test('has neither header while the app’s own adapter settles, where that has another name (17)', async () => {
    subject = await bench.signedIn({ headerName: 'X-Access-Token' })
    const api = subject.instance({ baseURL, adapter: scriptedAdapter() })
    expect((await api.get('/me')).config.headers.has('X-Access-Token')).toBe(false)
  })

  test('holds the same headers, with the same spelling, as without a session (17)', async () => {
    const adapter = refusingAdapter('access-1')
    const api = await attached(adapter)
    const send = { headers: { 'x-ODD': '1', Accept: 'text/html' }, data: { a: 1 }, method: 'post', url: '/' }
    const { config } = await api.request(send)
    const bare = await axios.create({ baseURL, adapter }).request(send)
    expect(config.headers.toJSON()).toEqual(bare.config.headers.toJSON())
  })
})

describe('what comes back with a 401', () => {
  /** As axios's own adapters do it. */
  function refuseInTheAdapter(config: InternalAxiosRequestConfig): Promise<never> {
    const response = { status: 401, data: '', headers: {}, statusText: '', config, request: {} }
    return Promise.reject(new axios.AxiosError('Refused', 'ERR_BAD_REQUEST', config, {}, response))
  }

  test('an error names the line that sent the request, and not the adapter’s own (17)', async () => {
    subject = await bench.signedIn()
    const api = subject.instance({ baseURL, adapter: refuseInTheAdapter })
    async function theCaller(): Promise<unknown> {
      return await api.get('/me')
    }
    const { stack } = await rejectionOf(theCaller())
    expect(stack).toMatch(/^AxiosError: Refused\n/)
    expect(stack).toContain('theCaller')
    expect(stack).not.toContain('refuseInTheAdapter')
  })

  test('an answer that validateStatus let through has nothing that axios would not give it (16, 17)', async () => {
    const api = await attached(scriptedAdapter(() => ({ status: 401 })))
    await subject.session.logout()
    const answer = await axios.create({ ...api.defaults, validateStatus: null } as object).get('/me')
    const attachedAnswer = await api.get('/me', { validateStatus: null })
    expect(Object.keys(attachedAnswer)).toEqual(Object.keys(answer))
  })

  test('an answer that validateStatus let through rejects as axios’s error where no token is to be had (16)', async () => {
    const api = await attached(refusingAdapter('access-1'))
    subject.failure = { status: 400, body: { error: 'invalid_grant' } }
    const error = await rejectionOf(api.get('/me', { validateStatus: null }))
    expect(error).toMatchObject({ isAxiosError: true, code: 'ERR_BAD_REQUEST', response: { status: 401 } })
  })
})

test('an instance without an adapter, and a request without one, get the first that the platform has (16, 21)', async () => {
  const server = await bench.server(refusing(['access-1']))
  subject = await bench.signedIn()
  const api = subject.instance({ baseURL: server.origin })
  delete api.defaults.adapter
  const { request } = await api.get('/me', { adapter: null as never })
  expect(request).toHaveProperty('protocol', 'http:')
  expect(server.authorizations).toEqual(['Bearer access-1', 'Bearer access-2'])
})

describe('sending it again', () => {
  test('an error’s config is a new request, attached afresh (17)', async () => {
    const adapter = scriptedAdapter(({ authorization }, index) => ({
      status: index === 1 ? 503 : authorization === 'Bearer access-2' ? 200 : 401,
    }))
    const api = await attached(adapter)
    const { config } = await rejectionOf(api.post('/pay', { amount: 1 }))
    const answer = await api.request(config!)
    expect(answer.status).toBe(200)
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-2'])
    expect(adapter.sent.map(({ data, url }) => [url, data])).toStrictEqual(
      Array(3).fill(['/pay', '{"amount":1}']),
    )
  })

  test('an answer’s config is one too, with the token of that moment (17)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    const { config } = await api.get('/me')
    await subject.session.refresh()
    await api.request(config)
    await api(config)
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2', 'Bearer access-2'])
    expect(subject.problems).toStrictEqual([])
  })

  test('a second 401’s config may be renewed for again (17)', async () => {
    const adapter = refusingAdapter('access-1', 'access-2')
    const api = await attached(adapter)
    const { config } = await rejectionOf(api.get('/me'))
    await api.request(config!)
    expect(adapter.authorizations).toStrictEqual([
      'Bearer access-1',
      'Bearer access-2',
      'Bearer access-2',
      'Bearer access-3',
    ])
  })

  test('on an instance without a session it is a plain request (17)', async () => {
    const adapter = refusingAdapter('access-1')
    const { config } = await (await attached(adapter)).get('/me')
    await axios.create().request(config)
    expect(adapter.authorizations.at(-1)).toBeUndefined()
    expect(subject.session.getSnapshot()).toMatchObject({ status: 'active', held: 0 })
  })

  test('the base URL is not doubled on the wire (17)', async () => {
    const server = await bench.server(refusing(['access-1']))
    subject = await bench.signedIn()
    const api = subject.instance({ baseURL: `${server.origin}/v1` })
    const { config } = await api.get('/me', { params: { a: 1 } })
    await api.request(config)
    expect(server.requests.map(({ path, query }) => `${path}?${query.toString()}`)).toStrictEqual(
      Array(3).fill('/v1/me?a=1'),
    )
  })

  test('a config that an interceptor kept before the answer came is a new request as well (17)', async () => {
    const adapter = refusingAdapter('access-1')
    subject = await bench.signedIn()
    const api = axios.create({ baseURL, adapter })
    let kept: InternalAxiosRequestConfig | undefined
    api.interceptors.request.use((config) => ((kept ??= config), config))
    attachSession(api, subject.session)
    await api.get('/me')
    await api.request(kept!)
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2', 'Bearer access-2'])
    expect(subject.grants).toBe(1)
  })
})

/** The config of a request whose adapter threw an error that names none. */
async function capture(api: AxiosInstance, url: string): Promise<InternalAxiosRequestConfig | undefined> {
  const configs: InternalAxiosRequestConfig[] = []
  const transformRequest = function (this: InternalAxiosRequestConfig, data: unknown): unknown {
    configs.push(this)
    return data
  }
  await rejectionOf(api.get(url, { transformRequest }))
  return configs[0]
}
