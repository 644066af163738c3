import { Readable } from 'node:stream'
import axios, { type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios'
import { explain } from 'tokenflight/devtools'
import { createFetch } from 'tokenflight/fetch'
import { deferred } from '../support/deferred.js'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

/** What becomes of a request, as it can be seen from outside. */
interface Verdict {
  readonly goesOut: 'with the token' | 'without it' | 'not now'
  readonly isHeld: boolean
  readonly renews: boolean
}

/** What a sentence promises. */
function promised(sentence: string): Verdict {
  const isHeld = sentence.includes('would be held')
  const isRefused = /would be rejected|would not be sent/.test(sentence)
  const goesOut =
    isHeld || isRefused ? 'not now' : / at once with /.test(sentence) ? 'with the token' : 'without it'
  return { goesOut, isHeld, renews: /held for a renewal|renew it behind/.test(sentence) }
}

/** What `send` does in fact. */
async function seen({ session, endpoint }: Bench, sent: readonly unknown[], send: () => Promise<unknown>) {
  const before = { sent: sent.length, held: session.getSnapshot().held, asked: endpoint.asked.length }
  void send().catch(() => {})
  await turn()
  const authorization = sent.slice(before.sent).map(String)
  const isToken = authorization[0]?.startsWith('Bearer access-')
  const verdict: Verdict = {
    goesOut: authorization.length === 0 ? 'not now' : isToken ? 'with the token' : 'without it',
    isHeld: session.getSnapshot().held > before.held,
    renews: endpoint.asked.length > before.asked,
  }
  return verdict
}

interface Case {
  readonly title: string
  readonly options?: BenchOptions
  arrange(bench: Bench): Promise<unknown>
  readonly request?: AxiosRequestConfig
  readonly says: string
}

const hour = { expires_in: 3600 }
const signIn = ({ session }: Bench): Promise<void> => session.login(tokens(1, hour))
const signInAnd =
  (leftMs: number) =>
  async (made: Bench): Promise<void> => {
    await signIn(made)
    await pass(3_600_000 - leftMs)
  }
const failed = (body: object, status: number) => async (made: Bench) => {
  await signIn(made)
  made.endpoint.always({ status, body })
  await made.session.refresh().catch(() => {})
  made.endpoint.always('never')
}

const cases: readonly Case[] = [
  {
    title: 'nobody is signed in',
    arrange: turn,
    says: 'GET https://api.example.com/me would go out without a token: nobody is signed in.',
  },
  {
    title: 'a good token',
    arrange: signInAnd(600_000),
    says: 'GET https://api.example.com/me would go out at once with the token: the token has 10 min 0 s left.',
  },
  {
    title: 'a token in the ahead window',
    arrange: signInAnd(40_000),
    says: 'GET https://api.example.com/me would go out at once with the token, and renew it behind: the token has 40 s left, and below 1 min 0 s it is renewed ahead.',
  },
  {
    title: 'a token in the ahead window, and a vault that nothing opens ahead',
    options: { vault: { get: () => 'refresh-1', set: () => {}, clear: () => {} } },
    arrange: signInAnd(40_000),
    says: 'GET https://api.example.com/me would go out at once with the token: the token has 40 s left.',
  },
  {
    title: 'a token in the min-validity window',
    arrange: signInAnd(4_000),
    says: 'GET https://api.example.com/me would be held for a renewal: the token has 4.0 s left, and below 10 s it is not used.',
  },
  {
    title: 'a token whose ahead window begins now',
    arrange: signInAnd(60_000),
    says: 'GET https://api.example.com/me would go out at once with the token, and renew it behind: the token has 1 min 0 s left, and below 1 min 0 s it is renewed ahead.',
  },
  {
    title: 'a token whose min-validity window begins now',
    arrange: signInAnd(10_000),
    says: 'GET https://api.example.com/me would be held for a renewal: the token has 10 s left, and below 10 s it is not used.',
  },
  {
    title: 'a token that ends now',
    arrange: signInAnd(0),
    says: 'GET https://api.example.com/me would be held for a renewal: the token ended 0 ms ago.',
  },
  {
    title: 'a token past its end',
    arrange: signInAnd(-3_000),
    says: 'GET https://api.example.com/me would be held for a renewal: the token ended 3.0 s ago.',
  },
  {
    title: 'a token of unknown end',
    arrange: ({ session }) => session.login(tokens(1, { expires_in: undefined })),
    says: 'GET https://api.example.com/me would go out at once with the token: the token has no known end.',
  },
  {
    title: 'a token that cannot be renewed',
    arrange: ({ session }) => session.login({ access_token: 'access-1', expires_in: 5 }),
    says: 'GET https://api.example.com/me would go out at once with the token: the token has 5.0 s left and cannot be renewed.',
  },
  {
    title: 'a body that can be read only once, in the ahead window',
    arrange: signInAnd(40_000),
    request: { method: 'post', url: '/upload', data: Readable.from(['a']) },
    says: 'POST https://api.example.com/upload would be held for a renewal: the token nears its end, and its body can be read only once.',
  },
  {
    title: 'a body that can be read only once, where a cookie may hold a session that nobody has seen',
    options: { grant: { refreshTokenIn: 'cookie' } },
    arrange: turn,
    request: { method: 'post', url: '/upload', data: Readable.from(['a']) },
    says: 'POST https://api.example.com/upload would be held for a renewal: there is no token yet, and its body can be read only once.',
  },
  {
    title: 'a rule of the app’s own during a cool-down',
    options: { refreshWhen: () => true },
    arrange: failed({}, 500),
    says: 'GET https://api.example.com/me would go out at once with the token: the token has 1 h 0 min left.',
  },
  {
    title: 'an ordinary signal',
    arrange: signIn,
    request: { url: '/me', signal: new AbortController().signal },
    says: 'GET https://api.example.com/me would go out at once with the token: the token has 1 h 0 min left.',
  },
  {
    title: 'a header that the session has made, caught and handed in again',
    arrange: signIn,
    request: { url: '/me', headers: { Authorization: 'Bearer access-1' } },
    says: 'GET https://api.example.com/me would go out at once with the token: the token has 1 h 0 min left.',
  },
  {
    title: 'a rule of the app’s own',
    options: { refreshWhen: () => true },
    arrange: signIn,
    says: 'GET https://api.example.com/me would be held for a renewal: refreshWhen asked for it.',
  },
  {
    title: 'a renewal on its way, after a 401',
    arrange: async (made) => {
      await signIn(made)
      made.api.dead.add('access-1')
      void made.http.get('/refused').catch(() => {})
      await made.endpoint.reached(1)
    },
    says: 'GET https://api.example.com/me would be held for the renewal that is on its way: a 401 refused the token.',
  },
  {
    title: 'a renewal on its way, behind the traffic',
    arrange: async (made) => {
      await signInAnd(40_000)(made)
      await made.http.get('/first')
    },
    says: 'GET https://api.example.com/me would go out at once with the token, which is being renewed behind it: the token has 40 s left, and below 1 min 0 s it is renewed ahead.',
  },
  {
    title: 'a store that is still being read',
    options: { store: { get: () => new Promise(() => {}), set: () => {}, clear: () => {} } },
    arrange: turn,
    says: 'GET https://api.example.com/me would be held until the store has been read.',
  },
  {
    title: 'a cool-down with life left in the token',
    arrange: failed({}, 500),
    says: 'GET https://api.example.com/me would go out at once with the token: the token has 1 h 0 min left.',
  },
  {
    title: 'a session that has ended',
    arrange: failed({ error: 'invalid_grant' }, 400),
    says: 'GET https://api.example.com/me would go out without a token: nobody is signed in (The server refused to renew the session (HTTP 400, invalid_grant). Sign in again and call session.login().)',
  },
  {
    title: 'a set-up that the token endpoint refuses, and a token past its end',
    arrange: async (made) => {
      await signInAnd(500)(made)
      made.endpoint.always({ status: 401, body: { error: 'invalid_client' } })
      await made.session.refresh().catch(() => {})
    },
    says: 'GET https://api.example.com/me would be rejected at once. The token request is not set up right (HTTP 401, invalid_client). Check `clientId`, `clientSecret`, `clientAuthentication`, and that the client may use this grant type.',
  },
  {
    title: 'another origin',
    arrange: signIn,
    request: { url: 'https://elsewhere.example/me?secret=1' },
    says: 'GET https://elsewhere.example/me would go out without the token: https://elsewhere.example is not an allowed origin, and requests here belong to https://api.example.com. List it in allowedOrigins if it may have the token.',
  },
  {
    title: 'an origin that is allowed but not safe',
    options: { allowedOrigins: ['http://plain.example'] },
    arrange: signIn,
    request: { url: 'http://plain.example/me' },
    says: 'GET http://plain.example/me would go out without the token. The token was withheld from http://plain.example: it is not https. Set allowInsecure to send it all the same.',
  },
  {
    title: 'skipSession',
    arrange: signInAnd(-3_000),
    request: { url: '/health', skipSession: true },
    says: 'GET /health would be left alone by the session: it says skipSession.',
  },
  {
    title: 'a header of the caller’s own',
    arrange: signInAnd(-3_000),
    request: { url: '/me', headers: { authorization: 'Basic YTpi' } },
    says: 'GET /me would be left alone by the session: it brings a header of its own where the token would be.',
  },
]

describe('explain and the real way agree', () => {
  it.each(cases)('on axios: $title', async ({ options, arrange, request = { url: '/me' }, says }) => {
    const made = bench(options)
    made.endpoint.always('never')
    await arrange(made)
    const before = [made.session.getSnapshot(), made.events.length, made.api.requests.length]
    const sentence = await explain(made.http, made.session, request)
    await turn()
    expect(sentence).toBe(says)
    // It has sent nothing, told nothing and changed nothing.
    expect([made.session.getSnapshot(), made.events.length, made.api.requests.length]).toEqual(before)
    const sent = seenBy(made)
    expect(await seen(made, sent, () => made.http.request(request))).toEqual(promised(sentence))
    settle(made)
  })

  it.each(cases)('on fetch: $title', async ({ options, arrange, request = { url: '/me' }, says }) => {
    const made = bench(options)
    made.endpoint.always('never')
    await arrange(made)
    const { url = '', data, headers, ...rest } = request
    const init = {
      ...rest,
      ...(headers && { headers: headers as Record<string, string> }),
      ...(data && { body: Readable.toWeb(data as Readable) as BodyInit, duplex: 'half' as const }),
    }
    const sent: (string | null)[] = []
    const inner: typeof fetch = async (_input, given) => {
      sent.push(new Headers(given?.headers).get('authorization'))
      return new Response()
    }
    const wrapped = createFetch(made.session, { baseUrl: 'https://api.example.com', fetch: inner })
    const sentence = await explain(wrapped, made.session, url, init)
    expect(sent).toEqual([])
    expect(sentence).toBe(says)
    expect(await seen(made, sent, () => wrapped(url, init))).toEqual(promised(sentence))
    settle(made)
  })
})

/** The headers that reach the API from now on. */
function seenBy({ api }: Bench): unknown[] {
  const sent: unknown[] = []
  const { answer } = api
  api.answer = (request) => {
    sent.push(request.authorization)
    return answer(request)
  }
  return sent
}

function settle(made: Bench): void {
  made.session.dispose()
  made.takeProblems()
}

it('an instance that nothing is attached to is told from one that belongs to another session', async () => {
  const [one, other] = [bench(), bench()]
  expect(await explain(axios.create(), one.session, { url: '/me' })).toBe(
    'GET /me would go out as though there were no session: none is attached here.',
  )
  expect(await explain(other.http, one.session, { url: '/me' })).toBe(
    'GET /me would not be cared for by this session: another one is attached here.',
  )
})

it('a wrapped function is told from a bare fetch and from one that belongs to another session', async () => {
  const [one, other] = [bench(), bench()]
  expect(await explain(fetch as never, one.session, '/me')).toBe(
    'GET /me would go out as though there were no session: none is attached here.',
  )
  expect(await explain(createFetch(other.session), one.session, new URL('https://api.example.com/me'))).toBe(
    'GET https://api.example.com/me would not be cared for by this session: another one is attached here.',
  )
})

it('a request without an address is told as one to the root', async () => {
  const { http, session } = bench()
  expect(await explain(http, session, { skipSession: true })).toBe(
    'GET / would be left alone by the session: it says skipSession.',
  )
})

it('axios’s own `auth` is said to be why the session leaves a request alone', async () => {
  const { http, session } = bench()
  const auth = { username: 'me', password: 'secret' }
  expect(await explain(http, session, { url: '/me', auth })).toBe(
    "GET /me would be left alone by the session: it has axios's own `auth`.",
  )
})

it('a Request with a header of its own is left alone, without any init', async () => {
  const { session } = bench()
  const wrapped = createFetch(session)
  const request = new Request('https://api.example.com/me', {
    method: 'DELETE',
    headers: { authorization: 'Basic YTpi' },
  })
  expect(await explain(wrapped, session, request)).toBe(
    'DELETE https://api.example.com/me would be left alone by the session: it brings a header of its own where the token would be.',
  )
})

describe('no sentence shows a secret of the address', () => {
  it.each([
    ['https://me:secret@other.example/a@b?code=1', 'https://other.example/a@b'],
    ['HTTPS://me:secret@other.example/', 'HTTPS://other.example/'],
    [
      'https://other.example/to/https://you@there.example#token',
      'https://other.example/to/https://you@there.example',
    ],
    ['https://other.example/?one\ntwo', 'https://other.example/'],
  ])('%j', async (url, shown) => {
    const made = bench()
    await signIn(made)
    const [address] = (await explain(made.http, made.session, { url })).split(' would ')
    expect(address).toBe(`GET ${shown}`)
  })
})

describe('an address that may not have the token', () => {
  const list = 'List it in allowedOrigins if it may have the token.'
  const foreign =
    'GET https://elsewhere.example/me would go out without the token: https://elsewhere.example is not an allowed origin'

  it.each([
    [
      'the origin of the base, not its path',
      'https://api.example.com/v1',
      `, and requests here belong to https://api.example.com. ${list}`,
    ],
    ['a base without an origin as it is', '/v1', `, and requests here belong to /v1. ${list}`],
    ['no base where there is none', undefined, `. ${list}`],
  ])('is told with %s', async (_what, baseUrl, rest) => {
    const made = bench()
    await signIn(made)
    const wrapped = createFetch(made.session, { baseUrl })
    expect(await explain(wrapped, made.session, 'https://elsewhere.example/me')).toBe(foreign + rest)
  })

  it('is told to have no origin where it has none', async () => {
    const made = bench()
    await signIn(made)
    expect(await explain(createFetch(made.session), made.session, 'data:,hello')).toBe(
      'GET data:,hello would go out without the token: its address has no origin.',
    )
  })

  it('is the page’s own where the app’s rule refuses that', async () => {
    const location = { href: 'https://app.example.com/start' }
    Object.assign(globalThis, { location })
    try {
      const made = bench({ allowedOrigins: () => false })
      await signIn(made)
      made.http.defaults.baseURL = ''
      expect(await explain(made.http, made.session, { url: '/me' })).toBe(
        `GET /me would go out without the token: https://app.example.com is not an allowed origin. ${list}`,
      )
      made.http.defaults.baseURL = '/api'
      expect(await explain(made.http, made.session, { url: '/me' })).toBe(
        `GET /api/me would go out without the token: https://app.example.com is not an allowed origin, and requests here belong to https://app.example.com. ${list}`,
      )
    } finally {
      Reflect.deleteProperty(globalThis, 'location')
    }
  })
})

it('where the access token is a cookie, that is what it goes out with', async () => {
  const made = bench({ accessTokenIn: 'cookie', grant: { refreshTokenIn: 'cookie' } })
  await made.session.login({ expires_in: 3600 })
  expect(await explain(made.http, made.session, { url: '/me' })).toBe(
    'GET https://api.example.com/me would go out at once with its cookie: the token has 1 h 0 min left.',
  )
  await made.session.login()
  expect(await explain(made.http, made.session, { url: '/me' })).toBe(
    'GET https://api.example.com/me would go out at once with its cookie: the token has no known end.',
  )
})

it('where a login brought no access token, it is not known yet', async () => {
  const made = bench()
  await made.session.login({ refreshToken: 'refresh-1' })
  expect(await explain(made.http, made.session, { url: '/me' })).toBe(
    'GET https://api.example.com/me would be held for a renewal: the token is not known yet.',
  )
})

describe('what would not be sent at all', () => {
  it('is told with why axios or fetch would refuse it', async () => {
    const made = bench()
    await signIn(made)
    const url = '/me'
    const refuse = (thrown: unknown) => () => {
      throw thrown
    }
    expect(await explain(made.http, made.session, { url, transformRequest: refuse(new Error('No')) })).toBe(
      'GET /me would not be sent at all: No.',
    )
    const plainly = 'GET /me would not be sent at all: it was refused.'
    for (const thrown of ['no', undefined])
      expect(await explain(made.http, made.session, { url, transformRequest: refuse(thrown) })).toBe(plainly)
  })

  it('is told of fetch with its own error', async () => {
    const made = bench()
    await signIn(made)
    const wrapped = createFetch(made.session, { baseUrl: 'https://api.example.com' })
    const sentence = await explain(wrapped, made.session, '/me', { headers: [['not a name', 'x']] })
    expect(sentence).toMatch(/^GET \/me would not be sent at all: .*not a name/)
  })

  it('is told of fetch where it is aborted already', async () => {
    const made = bench()
    await signIn(made)
    const wrapped = createFetch(made.session, { baseUrl: 'https://api.example.com' })
    expect(await explain(wrapped, made.session, '/me', { signal: AbortSignal.abort() })).toBe(
      'GET https://api.example.com/me would not be sent: it is aborted already.',
    )
  })
})

it('a request that carries the signal of a renewal is told to be part of it', async () => {
  const asked = deferred<AbortSignal>()
  const refresh = (_current: unknown, { signal }: { signal: AbortSignal }) => {
    asked.resolve(signal)
    return new Promise<never>(() => {})
  }
  const made = bench({ refresh })
  await signIn(made)
  void made.session.refresh().catch(() => {})
  const signal = await asked.promise
  expect(await explain(made.http, made.session, { url: '/token', signal })).toBe(
    'GET https://api.example.com/token would go out without the token: it carries the signal of a renewal, and so is part of one.',
  )
  settle(made)
})

it('a request that is aborted already is told not to be sent', async () => {
  const made = bench()
  await signIn(made)
  const sentence = await explain(made.http, made.session, { url: '/me', signal: AbortSignal.abort() })
  expect(sentence).toBe('GET /me would not be sent at all: canceled.')
})

it('the app’s own interceptors are not run and its defaults count', async () => {
  const made = bench()
  await signIn(made)
  const seenByInterceptor = jest.fn((config: InternalAxiosRequestConfig) => config)
  made.http.interceptors.request.use(seenByInterceptor)
  made.http.defaults.headers.common['Authorization'] = 'Basic b2xk'
  expect(await explain(made.http, made.session, { url: '/me' })).toContain('at once with the token')
  expect(seenByInterceptor).not.toHaveBeenCalled()
  expect(made.takeProblems()).toEqual([])
})

it('what is no session is refused', async () => {
  const { http } = bench()
  await expect(explain(http, {} as never, { url: '/me' })).rejects.toThrow(
    new TypeError('Expected `session` to be one of createSession, got object'),
  )
})
