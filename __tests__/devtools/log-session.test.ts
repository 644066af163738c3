import { Readable } from 'node:stream'
import { CanceledError } from 'axios'
import { logSession } from 'tokenflight/devtools'
import type { ApiReply } from '../support/api-double.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'

const { bench } = useBench()
useFakeClock()

/** A bench whose story is written down, without the time of day: that is the machine's own zone. */
function logged(made: Bench) {
  const lines: string[] = []
  const stop = logSession(made.session, (line) => void lines.push(line))
  const told = () => lines.map((line) => line.replace(/^\d\d:\d\d:\d\d/, '').trim())
  return { lines, stop, told }
}

it('a storm is told as lines: the first that is held, the grant, and how each request ended', async () => {
  const made = bench()
  const { session, http, api, endpoint } = made
  const { told, stop } = logged(made)
  await session.login(tokens(1))
  api.dead.add('access-1')
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { body: tokens(2, { expires_in: 20 }) })
  const requests = [http.get('/me'), http.post('/orders', { a: 1 })]
  await endpoint.reached(1)
  await pass(212)
  answer.resolve()
  await Promise.all(requests)
  expect(told()).toEqual([
    '.000  login          generation 1',
    '.000  request 1      GET /me is held, the first of those that wait',
    '.000  grant          a 401 refused the token',
    '.212  granted        new tokens after 212 ms, good for 20 s; 2 requests go on',
    '.212  request 1      GET /me was refused, held 212 ms for a renewal, then sent again and answered 200.',
    '.212  request 2      POST /orders was refused, held 212 ms for a renewal, then sent again and answered 200.',
  ])
  stop()
})

it('each line begins with the time of day by the session’s own clock', async () => {
  const made = bench()
  const { lines, stop } = logged(made)
  await pass(1_234)
  await made.session.login(tokens(1))
  const at = new Date()
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0'))
  expect(lines).toEqual([`${clock.join(':')}.234  login          generation 1`])
  stop()
})

it('when it stops, what is still under way is told with the time so far', async () => {
  const made = bench()
  const { told, stop } = logged(made)
  await made.session.login(tokens(1))
  made.endpoint.always('never')
  made.api.dead.add('access-1')
  const request = made.http.get('/me')
  await made.endpoint.reached(1)
  await pass(3_000)
  stop()
  expect(told().at(-1)).toBe(
    '.000  request 1      GET /me was refused and is held for a renewal, 3.0 s so far.',
  )
  await made.session.logout()
  await expect(request).rejects.toThrow()
  expect(told()).toHaveLength(4)
})

it('a session that ends is told with what to do, and each that waited with why it was rejected', async () => {
  const made = bench()
  const { told, stop } = logged(made)
  await made.session.login(tokens(1))
  made.endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  made.api.dead.add('access-1')
  await made.http.get('/me').catch(() => {})
  const why =
    'The server refused to renew the session (HTTP 400, invalid_grant). Sign in again and call session.login().'
  expect(told().slice(3)).toEqual([
    `.000  grant failed   ${why}`,
    `.000  session over   ${why}`,
    '.000  request 1      GET /me was refused, held 0 ms for a renewal, then rejected: the user has to sign in again.',
  ])
  stop()
})

it.each([
  ['aborted while it is held', 'GET /me was refused, held 40 ms for a renewal, then aborted by its caller.'],
  [
    'out of time while it is held',
    'GET /me was refused, held 40 ms for a renewal, then given up: its time ran out.',
  ],
  [
    'left by a logout',
    'GET /me was refused, held 40 ms for a renewal, then rejected: the session had changed while it waited.',
  ],
])('a request that is %s says so', async (what, story) => {
  const made = bench()
  const { told, stop } = logged(made)
  await made.session.login(tokens(1))
  made.endpoint.always('never')
  made.api.dead.add('access-1')
  const caller = new AbortController()
  const timeout = what.startsWith('out') ? { timeout: 40 } : {}
  const request = made.http.get('/me', { signal: caller.signal, ...timeout }).catch(() => {})
  await made.endpoint.reached(1)
  await pass(40)
  if (what.startsWith('aborted')) caller.abort()
  if (what.startsWith('left')) await made.session.logout()
  await request
  expect(
    told()
      .filter((line) => line.includes('request 1'))
      .at(-1),
  ).toBe(`.040  request 1      ${story}`)
  await made.session.logout()
  stop()
})

it('a request that met a 401 of a token renewed meanwhile was not held', async () => {
  const made = bench()
  const { session, http, api } = made
  const { told, stop } = logged(made)
  await session.login(tokens(1))
  const late = deferred()
  const { answer } = api
  api.answer = async (request) => {
    if (request.index === 1) await late.promise
    return request.index === 1 ? { status: 401 } : answer(request)
  }
  const slow = http.get('/slow')
  await turn()
  await session.refresh()
  late.resolve()
  await slow
  expect(told().at(-1)).toBe(
    '.000  request 1      GET /slow was refused with a token that had been renewed meanwhile, sent again and answered 200.',
  )
  stop()
})

it('a request that began while the store was read says so', async () => {
  const { promise: read, resolve } = deferred()
  const made = bench({ store: { get: () => read, set: () => {}, clear: () => {} } })
  const { told, stop } = logged(made)
  made.api.answer = () => ({ status: 200 })
  const request = made.http.get('/me')
  await pass(5)
  resolve()
  await request
  expect(told()).toEqual([
    '.000  request 1      GET /me is held, the first of those that wait',
    '.005  request 1      GET /me was held 5 ms while the store was read, then sent and answered 200.',
  ])
  stop()
})

it('what is on the wire when it stops is told as such, for the first time or again', async () => {
  const made = bench()
  const { told, stop } = logged(made)
  await made.session.login(tokens(1))
  made.api.dead.add('access-1')
  const late = deferred()
  const { answer } = made.api
  made.api.answer = async (request) => {
    if (request.path === '/slow' || request.authorization === 'Bearer access-2') await late.promise
    return answer(request)
  }
  const requests = [made.http.get('/me'), made.http.get('/slow').catch(() => {})]
  await made.endpoint.reached(1)
  await pass(3_000)
  stop()
  expect(told().slice(-2)).toEqual([
    '.000  request 1      GET /me was refused, held 0 ms for a renewal and is on the wire again, 3.0 s so far.',
    '.000  request 2      GET /slow is on the wire, 3.0 s so far.',
  ])
  late.resolve()
  await Promise.all(requests)
})

it('how many go on with the new token: those that wait for it, and none that is on the wire', async () => {
  const made = bench({ refreshWhen: ({ accessToken }) => accessToken === 'access-1' })
  const { told, stop } = logged(made)
  const late = deferred()
  made.api.answer = async () => (await late.promise, { status: 200 })
  await made.session.login(tokens(2))
  const slow = made.http.get('/slow')
  await turn()
  const answer = deferred()
  made.endpoint.answer = async () => (await answer.promise, { body: tokens(3, { expires_in: undefined }) })
  await made.session.login(tokens(1))
  const held = made.http.get('/held')
  await made.endpoint.reached(1)
  answer.resolve()
  await turn()
  late.resolve()
  await Promise.all([slow, held])
  expect(told().slice(-3)).toEqual([
    '.000  granted        new tokens after 0 ms, with no known end; 1 request goes on',
    '.000  request 1      GET /slow was sent and answered 200 after 0 ms.',
    '.000  request 2      GET /held was held 0 ms for a renewal, then sent and answered 200.',
  ])
  stop()
})

describe('how a request ended', () => {
  /** The last line about the first request. */
  async function lastLine(made: Bench, act: () => Promise<unknown>): Promise<string | undefined> {
    const { told, stop } = logged(made)
    await act().catch(() => {})
    stop()
    const [line] = told()
      .filter((one) => one.includes(' request 1 '))
      .slice(-1)
    return line?.slice('.000  request 1      GET /me '.length)
  }
  const endless = { get: () => new Promise<never>(() => {}), set: () => {}, clear: () => {} }

  it('one that never left says that it was never sent', async () => {
    const { promise: read, resolve } = deferred()
    const made = bench({ store: { get: () => read, set: () => {}, clear: () => {} } })
    const line = await lastLine(made, async () => {
      const request = made.http.get('/me').catch(() => {})
      await turn()
      const left = made.session.logout()
      resolve()
      await Promise.all([request, left])
    })
    expect(line).toBe(
      'was held 0 ms while the store was read, then rejected: the session had changed while it waited, never sent.',
    )
  })

  it('one that never left and ran out of time says so', async () => {
    const made = bench({ store: endless })
    const line = await lastLine(made, async () => {
      const request = made.http.get('/me', { timeout: 40 }).catch(() => {})
      await pass(40)
      await request
    })
    expect(line).toBe('was held 40 ms while the store was read, then given up: its time ran out.')
  })

  it('one that was aborted before it left was never sent', async () => {
    const caller = new AbortController()
    const made = bench({ store: endless })
    const line = await lastLine(made, async () => {
      const request = made.http.get('/me', { signal: caller.signal })
      await turn()
      caller.abort()
      await request
    })
    expect(line).toBe('was held 0 ms while the store was read, then aborted by its caller, never sent.')
  })

  it('one that is rejected at once was never sent', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    made.endpoint.always({ status: 401, body: { error: 'invalid_client' } })
    await pass(3_599_500)
    await made.session.refresh().catch(() => {})
    const { told, stop } = logged(made)
    await made.http.get('/me').catch(() => {})
    expect(told()).toEqual([
      '.500  request 2      GET /me rejected: the token endpoint is not called as it wants to be, never sent.',
    ])
    stop()
  })

  it('one that got no answer at its second way does not say that its time ran out', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    made.api.answer = ({ index }) => {
      if (index === 1) return { status: 401 }
      throw new Error('down')
    }
    const line = await lastLine(made, () => made.http.get('/me'))
    expect(line).toBe('was refused, held 0 ms for a renewal, then sent again and got no answer.')
  })

  it('one that is refused again says so, and with another status it is an answer', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    made.api.answer = () => ({ status: 401 })
    expect(await lastLine(made, () => made.http.get('/me'))).toBe(
      'was refused, held 0 ms for a renewal, then sent again and refused again with 401.',
    )
    const other = bench()
    await other.session.login(tokens(1))
    other.api.answer = ({ index }) => ({ status: index === 1 ? 401 : 404 })
    expect(await lastLine(other, () => other.http.get('/me'))).toBe(
      'was refused, held 0 ms for a renewal, then sent again and answered 404.',
    )
  })

  it('one that asked for a better token where none can be had tells the status as well', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
    made.api.answer = () => ({ status: 403, headers })
    const { told, stop } = logged(made)
    await made.http.get('/me').catch(() => {})
    expect(told()).toEqual([
      '.000  step-up        GET /me: the API asks for a better token',
      '.000  request 1      GET /me was sent and answered: the API asks for a better token (403).',
    ])
    stop()
  })

  it('one whose body could be read only once, and one whose refusal is the caller’s, were refused and no more', async () => {
    const made = bench({ refreshBudget: { grants: 1, windowMs: 1_000 } })
    await made.session.login(tokens(1))
    made.api.answer = () => ({ status: 401 })
    const { told, stop } = logged(made)
    await made.http.post('/once', Readable.from(['a'])).catch(() => {})
    await turn()
    await made.http.get('/me').catch(() => {})
    expect(told().filter((line) => line.includes(' request '))).toEqual([
      '.000  request 1      POST /once was refused and not sent again, since its body can be read only once.',
      '.000  request 2      GET /me was refused and answered 401 after 0 ms.',
    ])
    stop()
  })
})

describe('a log that begins when requests are under way', () => {
  /** One that is on the wire before anything is written down. */
  async function underWay(config: object = {}, options: BenchOptions = {}) {
    const made = bench(options)
    await made.session.login(tokens(1))
    const answer = deferred<ApiReply>()
    const { answer: usual } = made.api
    made.api.answer = (request) => (request.index === 1 ? answer.promise : usual(request))
    const request = made.http.get('/me', config).catch(() => {})
    await turn()
    await pass(40)
    return { made, answer, request, ...logged(made) }
  }

  it('tells no length of what it has not seen from its beginning', async () => {
    const { answer, request, told, stop } = await underWay()
    answer.resolve({ status: 200 })
    await request
    expect(told()).toEqual(['.040  request 1      GET /me answered 200.'])
    stop()
  })

  it('does not say of one that it was never sent', async () => {
    const caller = new AbortController()
    const { answer, request, told, stop } = await underWay({ signal: caller.signal })
    caller.abort()
    answer.reject(new CanceledError())
    await request
    expect(told()).toEqual(['.040  request 1      GET /me aborted by its caller.'])
    stop()
  })

  it('tells that one got no answer', async () => {
    const { answer, request, told, stop } = await underWay()
    answer.reject(new Error('down'))
    await request
    expect(told()).toEqual(['.040  request 1      GET /me got no answer.'])
    stop()
  })

  it('tells of one that its token was refused, and that it has been sent', async () => {
    const { made, answer, request, told, stop } = await underWay()
    made.endpoint.always('never')
    answer.resolve({ status: 401 })
    await made.endpoint.reached(1)
    await pass(20)
    await made.session.logout()
    await request
    expect(told().at(-1)).toBe(
      '.060  request 1      GET /me was refused, held 20 ms for a renewal, then rejected: the session had changed while it waited.',
    )
    stop()
  })

  it('tells of one that it was asked for a better token, and that it has been sent', async () => {
    const caller = new AbortController()
    const { answer, request, told, stop } = await underWay(
      { signal: caller.signal },
      { onStepUp: () => new Promise<never>(() => {}) },
    )
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' }
    answer.resolve({ status: 403, headers })
    await turn()
    await pass(60)
    caller.abort()
    await request
    expect(told().slice(2)).toEqual([
      '.100  request 1      GET /me was sent, asked for a better token, held 60 ms for the app to bring one, then aborted by its caller.',
    ])
    stop()
  })
})

it('each of two requests is told with its own story, in the order in which they end', async () => {
  const made = bench()
  await made.session.login(tokens(1))
  const late = deferred()
  made.api.answer = async ({ path }) => {
    if (path === '/slow') await late.promise
    return { status: 200 }
  }
  const { told, stop } = logged(made)
  const slow = made.http.get('/slow')
  await made.http.get('/quick')
  await pass(30)
  late.resolve()
  await slow
  expect(told()).toEqual([
    '.000  request 2      GET /quick was sent and answered 200 after 0 ms.',
    '.030  request 1      GET /slow was sent and answered 200 after 30 ms.',
  ])
  stop()
})

it('a session that nobody is signed in to has nothing to tell, whenever the log begins', async () => {
  const made = bench()
  const { lines, stop } = logged(made)
  await turn()
  const later = logged(made)
  await made.session.refresh().catch(() => {})
  await turn()
  expect([...lines, ...later.lines]).toEqual([])
  stop()
  later.stop()
})

it('a sign-out elsewhere is told by a log that began when somebody was signed in', async () => {
  const place = sharedPlace()
  const made = bench({ store: place.open({ hears: true }) })
  const other = bench({ store: place.open({ hears: true }) })
  await made.session.login(tokens(1))
  await turn()
  const { told, stop } = logged(made)
  await other.session.logout()
  await turn()
  expect(told()).toEqual(['.000  signed out     in another tab or session'])
  stop()
})

it('a log that has been stopped tells nothing more, be it of what has just happened', async () => {
  const made = bench()
  await made.session.login(tokens(1))
  const { lines, stop } = logged(made)
  made.session.dispose()
  stop()
  await turn()
  expect(lines).toEqual([])
})

it('what is no session cannot be logged', () => {
  expect(() => logSession(undefined as never)).toThrow(
    new TypeError('Expected `session` to be one of createSession, got undefined'),
  )
})

it('by default the lines go to the console, and a problem is one of them', async () => {
  const spy = jest.spyOn(console, 'log').mockImplementation(() => {})
  const made = bench({ listens: false })
  const stop = logSession(made.session)
  made.http.defaults.headers.common['Authorization'] = 'Basic b2xk'
  await made.session.login(tokens(1))
  await made.http.get('/me')
  const lines = spy.mock.calls.map(([line]) => String(line).slice(14))
  stop()
  spy.mockRestore()
  expect(lines).toEqual([
    'login          generation 1',
    'problem        The session replaces the default Authorization header: remove it from axios.defaults or axios.create().',
    'request 1      GET /me was sent and answered 200 after 0 ms.',
  ])
})

it('no line holds a token', async () => {
  const made = bench()
  const { lines, stop } = logged(made)
  await made.session.login(tokens(1))
  made.api.dead.add('access-1')
  await made.http.get('/me?access_token=access-1')
  made.endpoint.always({
    status: 400,
    body: { error: 'invalid_grant', error_description: 'refresh-2 is dead' },
  })
  await made.session.refresh().catch(() => {})
  stop()
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.join('\n')).not.toMatch(/access-\d|refresh-\d/)
})
