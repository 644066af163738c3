import { AxiosError } from 'axios'
import { LoginRequiredError, RefreshUnavailableError, type RefreshFunction } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { elapsed, pass, turn, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf, watch } from '../support/outcome.js'
import { tokens, type GrantReply } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

const mistakes: [string, GrantReply, RegExp][] = [
  ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, /clientId.*clientSecret/],
  ['unauthorized_client', { status: 400, body: { error: 'unauthorized_client' } }, /grant type/],
  ['unsupported_grant_type', { status: 400, body: { error: 'unsupported_grant_type' } }, /grant type/],
  ['invalid_scope', { status: 400, body: { error: 'invalid_scope' } }, /scope/],
  ['invalid_request', { status: 400, body: { error: 'invalid_request' } }, /encoding.*body/],
  ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example.com/' } }, /tokenEndpoint/],
  ['a 304', { status: 304 }, /tokenEndpoint/],
  ['a bare 400', { status: 400 }, /isSessionOver/],
  ['a 403', { status: 403 }, /isSessionOver/],
  ['a 404', { status: 404, body: '<h1>Not found</h1>' }, /isSessionOver/],
  ['a 405', { status: 405 }, /isSessionOver/],
  ['a 422', { status: 422, body: { code: 7 } }, /isSessionOver/],
]

it.each(mistakes)(
  '%s from the token endpoint is a mistake in the set-up: the message says what to set, nobody is logged out (26)',
  async (_, answer, advice) => {
    const { session, http, api, endpoint, stored, onLoginRequired } = bench()
    await session.login(tokens(1))
    const before = stored()
    api.dead.add('access-1')
    endpoint.always(answer)
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', status: answer.status })
    expect(error.message).toMatch(advice)
    expect(stored()).toEqual(before)
    expect(session.getSnapshot()).toMatchObject({ status: 'active', lastError: error })
    expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([1, 0])
  },
)

it('a mistake in the set-up is told at once to all who ask during its cool-down, and is asked again after it (26)', async () => {
  const { session, http, endpoint } = bench()
  await session.login(tokens(1, { expires_in: 0 }))
  endpoint.always({ status: 400, body: { error: 'invalid_client' } })
  for (let n = 0; n < 5; n++) {
    expect(await sessionErrorOf(http.get('/me'))).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
  }
  expect([elapsed(), endpoint.asked.length]).toEqual([0, 1])
  endpoint.always({ body: tokens(2) })
  await pass(1_000)
  expect((await http.get('/me')).data.token).toBe('access-2')
})

it('a live token is used on through a mistake in the set-up (26)', async () => {
  const { session, http, endpoint } = bench()
  await session.login(tokens(1, { expires_in: 100 }))
  endpoint.always({ status: 404 })
  await pass(85_000)
  for (let n = 0; n < 3; n++) expect((await http.get('/me')).data.token).toBe('access-1')
  await turn()
  expect(session.getSnapshot().lastError).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
})

it('a runtime that cannot make Basic credentials is one too, and not an outage (26)', async () => {
  const { btoa } = globalThis
  const grant = {
    clientId: 'app',
    clientSecret: 'secret',
    clientAuthentication: 'client_secret_basic',
  } as const
  const { session, endpoint } = bench({ grant })
  await session.login(tokens(1))
  Reflect.deleteProperty(globalThis, 'btoa')
  const error = await session
    .refresh()
    .catch((reason: unknown) => reason)
    .finally(() => (globalThis.btoa = btoa))
  expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', cause: { name: 'ReferenceError' } })
  expect(endpoint.asked).toHaveLength(0)
})

describe('what a refresh function throws', () => {
  const answered = (status: number, data: unknown = {}, headers = {}): AxiosError => {
    const config = { headers: {} } as never
    const response = { status, statusText: '', data, headers, config }
    return new AxiosError(`Request failed with status code ${status}`, undefined, config, {}, response)
  }
  const withFields = (fields: object): Error => Object.assign(new Error('It failed'), fields)

  async function failing(...errors: readonly unknown[]): Promise<Bench & { refresh: jest.Mock }> {
    const refresh = jest.fn<ReturnType<RefreshFunction>, Parameters<RefreshFunction>>(async () => tokens(2))
    for (const error of errors) refresh.mockRejectedValueOnce(error)
    const one = bench({ refresh })
    await one.session.login(tokens(1))
    one.api.dead.add('access-1')
    return { ...one, refresh }
  }

  it.each<[string, () => unknown]>([
    ['an AxiosError with a 401', () => answered(401)],
    ['an AxiosError with invalid_grant', () => answered(400, { error: 'invalid_grant' })],
    ['an error with status 401', () => withFields({ status: 401 })],
    ['an error whose response has status 401', () => withFields({ response: { status: 401 } })],
    ['our LoginRequiredError', () => new LoginRequiredError('refused')],
    [
      'a LoginRequiredError of another copy',
      () => withFields({ code: 'ERR_LOGIN_REQUIRED', reason: 'refused' }),
    ],
    [
      'a frozen LoginRequiredError with a cause',
      () => Object.freeze(new LoginRequiredError('refused', { cause: new Error('x') })),
    ],
    [
      'a LoginRequiredError inside another error',
      () => new Error('x', { cause: new LoginRequiredError('refused') }),
    ],
  ])('%s ends the session (26)', async (_, make) => {
    const { http, refresh, stored, onLoginRequired } = await failing(make())
    expect(await sessionErrorOf(http.get('/me'))).toMatchObject({ code: 'ERR_LOGIN_REQUIRED' })
    expect([refresh.mock.calls.length, onLoginRequired.mock.calls.length]).toEqual([1, 1])
    expect(stored()).toBeUndefined()
  })

  it.each<[string, () => unknown]>([
    ['an AxiosError with a 503', () => answered(503)],
    ['an error with status 429', () => withFields({ status: 429 })],
    ['temporarily_unavailable', () => answered(400, { error: 'temporarily_unavailable' })],
    ['our own definite error', () => new RefreshUnavailableError('server', { ambiguous: false })],
  ])('%s is tried again within the deadline (25, 26)', async (_, make) => {
    const { http, refresh } = await failing(make(), make())
    const answer = http.get('/me')
    await pass(10_000)
    expect((await answer).data.token).toBe('access-2')
    expect(refresh).toHaveBeenCalledTimes(3)
  })

  it('Retry-After of its response is kept to (25, 26)', async () => {
    const { http, refresh } = await failing(answered(429, {}, { 'retry-after': '9' }))
    const answer = watch(http.get('/me'))
    await pass(8_999)
    expect([answer.settled, refresh.mock.calls.length]).toEqual([false, 1])
    await pass(1)
    expect((await answer.promise).data.token).toBe('access-2')
  })

  it.each<[string, () => unknown, string]>([
    ['a bug of its own', () => new TypeError('x is not a function'), 'network'],
    ['an AxiosError without a response', () => new AxiosError('Network Error', 'ERR_NETWORK'), 'network'],
    ['an error with status 500', () => withFields({ status: 500 }), 'server'],
    ['nothing at all', () => undefined, 'network'],
    ['a string', () => 'no', 'network'],
  ])('%s is ambiguous: not tried again at once, tokens kept (25, 26)', async (_, make, reason) => {
    const { http, refresh, stored, onLoginRequired } = await failing(make())
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason, ambiguous: true })
    expect(stored()?.tokens.refreshToken).toBe('refresh-1')
    expect([refresh.mock.calls.length, onLoginRequired.mock.calls.length]).toEqual([1, 0])
  })

  it.each([400, 403, 404, 418, 422])('status %i is a mistake in the set-up (26)', async (status) => {
    const { http, onLoginRequired } = await failing(withFields({ status }))
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', status })
    expect(error.message).toContain('isSessionOver')
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})
