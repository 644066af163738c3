import { useBench } from '../support/bench.js'
import { elapsed, pass, start, turn, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf, watch } from '../support/outcome.js'
import { tokens, type GrantReply, type TokenEndpointDouble } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

const definite: [string, GrantReply][] = [
  ...[408, 425, 429, 503].map((status): [string, GrantReply] => [`HTTP ${status}`, { status }]),
  ['temporarily_unavailable', { status: 400, body: { error: 'temporarily_unavailable' } }],
  ['slow_down', { status: 400, body: { error: 'slow_down' } }],
]

const gaps = ({ asked }: TokenEndpointDouble): number[] =>
  asked.slice(1).map(({ at }, index) => at - asked[index]!.at)

it.each(definite)(
  '%s is tried again, and the caller notices only that it took longer (25)',
  async (_, answer) => {
    const { session, http, api, endpoint, onLoginRequired, told } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.inTurn(answer, answer, { body: tokens(2) })
    const response = http.get('/me')
    await pass(10_000)
    expect((await response).data.token).toBe('access-2')
    expect(endpoint.sent).toEqual(['refresh-1', 'refresh-1', 'refresh-1'])
    expect([told('granted'), told('grantFailed'), onLoginRequired.mock.calls.length]).toEqual([1, 0, 0])
  },
)

describe('Retry-After', () => {
  it.each([
    ['seconds', () => '7'],
    ['an HTTP-date', () => new Date(start + 7_000).toUTCString()],
  ])('in %s is kept to: nothing is asked before, and soon after it is (25)', async (_, value) => {
    const { session, http, api, endpoint } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.inTurn({ status: 503, headers: { 'retry-after': value() } }, { body: tokens(2) })
    const response = http.get('/me')
    await pass(6_999)
    expect(endpoint.asked).toHaveLength(1)
    await pass(1)
    expect((await response).data.token).toBe('access-2')
    expect(elapsed()).toBe(7_000)
  })

  it('beyond the deadline: the caller is told at once, with the time that the server asked for (25)', async () => {
    const { session, http, api, endpoint, stored } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.always({ status: 429, headers: { 'retry-after': '3600' } })
    expect(await sessionErrorOf(http.get('/me'))).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      reason: 'server',
      ambiguous: false,
      status: 429,
      retryAfterMs: 3_600_000,
    })
    expect([elapsed(), endpoint.asked.length]).toEqual([0, 1])
    expect(stored()?.tokens.refreshToken).toBe('refresh-1')
  })

  it('is capped: half a minute later it is tried again, whatever was asked for (25)', async () => {
    const { session, http, api, endpoint } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.inTurn({ status: 503, headers: { 'retry-after': '86400' } }, { body: tokens(2) })
    await sessionErrorOf(http.get('/me'))
    await pass(30_000)
    expect((await http.get('/me')).data.token).toBe('access-2')
  })
})

describe('the pauses between attempts', () => {
  async function failThroughout(random: number, refreshTimeoutMs = 30_000): Promise<TokenEndpointDouble> {
    jest.spyOn(Math, 'random').mockReturnValue(random)
    const { session, http, api, endpoint } = bench({ refreshTimeoutMs })
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.always({ status: 503 })
    const error = sessionErrorOf(http.get('/me'))
    await pass(refreshTimeoutMs)
    expect(await error).toMatchObject({ reason: 'server', ambiguous: false, status: 503 })
    return endpoint
  }
  afterEach(() => jest.restoreAllMocks())

  it('grow, so that a server in trouble is asked a handful of times within a deadline (25)', async () => {
    const endpoint = await failThroughout(0.5)
    const pauses = gaps(endpoint)
    expect(pauses.length).toBeGreaterThanOrEqual(3)
    expect(pauses.length).toBeLessThanOrEqual(8)
    for (let n = 1; n < pauses.length; n++) expect(pauses[n]).toBeGreaterThan(pauses[n - 1]!)
  })

  it('differ by chance, so that clients do not come back together (25)', async () => {
    const [short] = gaps(await failThroughout(0))
    const [long] = gaps(await failThroughout(0.999))
    expect(short).toBeGreaterThan(0)
    expect(long).toBeGreaterThan(short!)
  })

  it.each([3_000, 10_000, 30_000, 120_000])(
    'leave the last attempt its time: with a deadline of %i ms none begins near its end (25)',
    async (refreshTimeoutMs) => {
      const { asked } = await failThroughout(0.3, refreshTimeoutMs)
      const leftMs = start + refreshTimeoutMs - asked.at(-1)!.at
      expect(leftMs).toBeGreaterThanOrEqual(Math.min(refreshTimeoutMs / 4, 5_000))
    },
  )
})

it('who is told of a definite failure is told before the deadline, and the tokens are kept (25)', async () => {
  const { session, http, api, endpoint, stored, onLoginRequired } = bench()
  await session.login(tokens(1))
  const before = stored()
  api.dead.add('access-1')
  endpoint.always({ status: 503 })
  const errors = watch(Promise.all(['/a', '/b'].map((path) => sessionErrorOf(http.get(path)))))
  await pass(30_000)
  expect(errors.settled).toBe(true)
  for (const error of await errors.promise)
    expect(error).toMatchObject({ reason: 'server', ambiguous: false })
  expect(stored()).toEqual(before)
  expect(session.getSnapshot()).toMatchObject({ status: 'active', held: 0 })
  expect(onLoginRequired).not.toHaveBeenCalled()
})

it('while it pauses, a token that was not refused is still used (25)', async () => {
  const { session, http, api, endpoint } = bench()
  await session.login(tokens(1, { expires_in: 100 }))
  await pass(85_000)
  endpoint.always({ status: 503, headers: { 'retry-after': '4' } })
  expect((await http.get('/a')).data.token).toBe('access-1')
  await turn()
  expect(session.getSnapshot().status).toBe('refreshing')
  expect((await http.get('/b')).data.token).toBe('access-1')
  expect(api.authorizations).toEqual(['Bearer access-1', 'Bearer access-1'])
})
