import axios, { isAxiosError } from 'axios'
import { getSessionError, isLoginRequired, LoginRequiredError, type SessionOptions } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { rejectionOf, rejectionsOf } from '../support/outcome.js'
import { tokens, type GrantReply } from '../support/token-endpoint-double.js'

const { bench } = useBench()

const oauth = (error: string, status = 400): GrantReply => ({ status, body: { error } })
const says: SessionOptions['isSessionOver'] = ({ status, body }) =>
  status === 403 || status === 422 || (body as { code?: string } | undefined)?.code === 'SESSION_OVER'

const ends: [string, GrantReply, BenchOptions?][] = [
  ['invalid_grant', oauth('invalid_grant')],
  ['invalid_grant with HTTP 500', oauth('invalid_grant', 500)],
  ['interaction_required', oauth('interaction_required')],
  ['login_required', oauth('login_required')],
  ['consent_required', oauth('consent_required')],
  ['a bare 401', { status: 401 }],
  ['a 401 with a page of HTML', { status: 401, body: '<h1>Unauthorized</h1>' }],
  ['a 403 that isSessionOver knows', { status: 403 }, { isSessionOver: says }],
  ['a 422 that isSessionOver knows', { status: 422, body: {} }, { isSessionOver: says }],
  [
    'a code in a 200 that isSessionOver knows',
    { body: { ...tokens(2), code: 'SESSION_OVER' } },
    { isSessionOver: says },
  ],
]

/** Five requests with a 401 each, and two that begin while the grant is on its way. */
async function storm(
  { http, api, endpoint, session }: Bench,
  answer: GrantReply,
): Promise<Promise<unknown>[]> {
  const gate = deferred()
  endpoint.answer = async () => (await gate.promise, answer)
  api.dead.add('access-1')
  const refused = [1, 2, 3, 4, 5].map((n) => http.get(`/${n}`))
  await endpoint.reached(1)
  await turn()
  const unsent = [6, 7].map((n) => http.get(`/${n}`))
  await turn()
  expect(session.getSnapshot().held).toBe(7)
  gate.resolve()
  return [...refused, ...unsent]
}

describe.each(ends)('%s', (_, answer, options) => {
  it('ends the session once: every held request rejects, the store is empty, the app is told once (24, 27)', async () => {
    const one = bench(options)
    const { session, api, endpoint, stored, onLoginRequired, told } = one
    await session.login(tokens(1))
    const { generation } = session.getSnapshot()
    const errors = await rejectionsOf(await storm(one, answer))

    expect(errors).toHaveLength(7)
    for (const error of errors) {
      expect(isAxiosError(error)).toBe(true)
      expect(error.cause).toBeInstanceOf(LoginRequiredError)
      expect(isLoginRequired(error)).toBe(true)
    }
    // Who has received a 401 keeps it; who was never sent has our code.
    expect(errors.map(({ response }) => response?.status)).toEqual([
      ...Array<number>(5).fill(401),
      undefined,
      undefined,
    ])
    expect(errors.slice(5).map(({ code }) => code)).toEqual(['ERR_LOGIN_REQUIRED', 'ERR_LOGIN_REQUIRED'])
    expect(errors.every(({ config }) => config?.headers.get('Authorization') == null)).toBe(true)
    expect(api.requests).toHaveLength(5)
    expect(endpoint.asked).toHaveLength(1)

    expect(onLoginRequired).toHaveBeenCalledTimes(1)
    expect(onLoginRequired.mock.calls[0]).toEqual([errors[0]?.cause])
    expect(told('loginRequired')).toBe(1)
    expect(stored()).toBeUndefined()
    expect(await session.getTokens()).toBeUndefined()
    expect(await session.getAccessToken()).toBeUndefined()
    expect(session.getSnapshot()).toMatchObject({
      status: 'signedOut',
      generation: generation + 1,
      held: 0,
      expiresAt: undefined,
      lastError: { code: 'ERR_LOGIN_REQUIRED', reason: 'refused' },
    })
  })
})

it('after the end requests go out bare, their 401 is no_session, and nobody is told again until a login (27)', async () => {
  const one = bench()
  const { session, http, api, endpoint, onLoginRequired } = one
  await session.login(tokens(1))
  await rejectionsOf(await storm(one, { status: 401 }))

  for (let times = 0; times < 3; times++) {
    const error = await rejectionOf(http.get('/after'))
    expect(error.response?.status).toBe(401)
    expect(getSessionError(error)).toMatchObject({ reason: 'no_session' })
  }
  expect(api.authorizations.slice(5)).toEqual([undefined, undefined, undefined])
  await expect(session.refresh()).rejects.toMatchObject({ code: 'ERR_LOGIN_REQUIRED', reason: 'no_session' })
  expect(onLoginRequired).toHaveBeenCalledTimes(1)
  expect(endpoint.asked).toHaveLength(1)

  await session.login(tokens(7))
  expect(session.getSnapshot()).toMatchObject({ status: 'active', lastError: undefined })
  expect((await http.get('/again')).data.token).toBe('access-7')
  api.dead.add('access-7')
  endpoint.always({ status: 401 })
  expect(isLoginRequired(await rejectionOf(http.get('/over')))).toBe(true)
  expect(onLoginRequired).toHaveBeenCalledTimes(2)
})

it('a 401 that arrives after the end goes to its caller as it came and ends nothing twice (27)', async () => {
  const { session, http, api, endpoint, onLoginRequired, told } = bench()
  await session.login(tokens(1))
  const gate = deferred()
  api.answer = async ({ path }) => {
    if (path === '/slow') await gate.promise
    return { status: 401, body: { path } }
  }
  endpoint.always({ status: 401 })
  const slow = http.get('/slow')
  await rejectionOf(http.get('/quick'))
  gate.resolve()
  const error = await rejectionOf(slow)
  expect(error.response).toMatchObject({ status: 401, data: { path: '/slow' } })
  expect([endpoint.asked.length, onLoginRequired.mock.calls.length, told('loginRequired')]).toEqual([1, 1, 1])
})

it('all instances of a session hear of its end, and the app once (27)', async () => {
  const one = bench()
  const { session, http, api, endpoint, onLoginRequired } = one
  const { attachSession } = await import('tokenflight/axios')
  const other = axios.create({ baseURL: 'https://api.example.com', adapter: api.adapter })
  attachSession(other, session)
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.always(oauth('invalid_grant'))
  const errors = await rejectionsOf([http.get('/a'), other.get('/b'), http.get('/c')])
  expect(errors.every(isLoginRequired)).toBe(true)
  expect(new Set(errors.map(({ cause }) => cause)).size).toBe(1)
  expect(onLoginRequired).toHaveBeenCalledTimes(1)
})
