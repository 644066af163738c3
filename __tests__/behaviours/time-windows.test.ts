import { Readable } from 'node:stream'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

/** What one request does with a token of `lifetimeMs` that has `leftMs` left. */
async function requestWith(
  lifetimeMs: number,
  leftMs: number,
  options?: BenchOptions,
): Promise<{ window: 'good' | 'ahead' | 'held' }> {
  const { session, http, endpoint } = bench(options)
  await session.login(tokens(1, { expires_in: lifetimeMs / 1000 }))
  await pass(lifetimeMs - leftMs)
  const { token } = (await http.get('/me')).data
  await turn()
  const window = token === 'access-2' ? 'held' : endpoint.asked.length > 0 ? 'ahead' : 'good'
  session.dispose()
  return { window }
}

const hour = 3_600_000

describe('a token of an hour', () => {
  it.each([
    [hour, 'good'],
    [60_001, 'good'],
    [60_000, 'ahead'],
    [10_001, 'ahead'],
    [10_000, 'held'],
    [1, 'held'],
    [0, 'held'],
  ])('with %i ms left is %s: by default a minute ahead, ten seconds to hold (32)', async (leftMs, window) => {
    expect(await requestWith(hour, leftMs)).toEqual({ window })
  })

  it.each([
    [120_001, 'good'],
    [120_000, 'ahead'],
    [30_001, 'ahead'],
    [30_000, 'held'],
  ])('with %i ms left is %s under windows of the app’s own (32)', async (leftMs, window) => {
    expect(await requestWith(hour, leftMs, { refreshAheadMs: 120_000, minValidityMs: 30_000 })).toEqual({
      window,
    })
  })

  it.each([
    [1, 'good'],
    [0, 'held'],
  ])('with %i ms left is %s where both windows are 0 (32)', async (leftMs, window) => {
    expect(await requestWith(hour, leftMs, { refreshAheadMs: 0, minValidityMs: 0 })).toEqual({ window })
  })
})

describe('a token of a minute', () => {
  it.each([
    [60_000, 'good'],
    [12_001, 'good'],
    [12_000, 'ahead'],
    [6_001, 'ahead'],
    [6_000, 'held'],
  ])(
    'with %i ms left is %s: the windows take no more than 20 %% and 10 %% of its life (32)',
    async (leftMs, window) => {
      expect(await requestWith(60_000, leftMs)).toEqual({ window })
    },
  )

  it('is renewed once in its life and not at every request (32)', async () => {
    const { session, http, endpoint } = bench()
    endpoint.answer = ({ index }) => ({ body: tokens(index + 1, { expires_in: 60 }) })
    await session.login(tokens(1, { expires_in: 60 }))
    for (let second = 0; second < 600; second++) {
      await http.get('/tick')
      await pass(1_000)
    }
    expect(endpoint.asked.length).toBeGreaterThan(8)
    expect(endpoint.asked.length).toBeLessThanOrEqual(13)
  })
})

describe('inside refreshAheadMs', () => {
  it('requests go out at once with the old token while one grant runs behind them (32)', async () => {
    const { session, http, api, endpoint } = bench()
    await session.login(tokens(1))
    await pass(hour - 50_000)
    const answer = deferred()
    endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
    for (let n = 0; n < 5; n++) expect((await http.get('/me')).data.token).toBe('access-1')
    expect(session.getSnapshot()).toMatchObject({ status: 'refreshing', held: 0 })
    expect(await session.getAccessToken()).toBe('access-1')
    expect([api.requests.length, endpoint.asked.length]).toEqual([5, 1])
    answer.resolve()
    await turn()
    expect(session.getSnapshot()).toMatchObject({ status: 'active', held: 0 })
    expect((await http.get('/me')).data.token).toBe('access-2')
    expect(endpoint.asked).toHaveLength(1)
  })

  it('nobody hears of a grant that fails behind the traffic, except lastError and the events (32)', async () => {
    const { session, http, endpoint, told } = bench()
    await session.login(tokens(1))
    await pass(hour - 50_000)
    endpoint.always({ status: 500 })
    expect((await http.get('/me')).data.token).toBe('access-1')
    await turn()
    expect(told('grantFailed')).toBe(1)
    expect(session.getSnapshot()).toMatchObject({ status: 'active', lastError: { reason: 'server' } })
  })

  it('a token that comes too close to its end while the grant runs holds the next request (7, 32)', async () => {
    const { session, http, endpoint } = bench()
    await session.login(tokens(1))
    await pass(hour - 20_000)
    const answer = deferred()
    endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
    await http.get('/a')
    await pass(12_000)
    const late = http.get('/b')
    await turn()
    expect(session.getSnapshot().held).toBe(1)
    answer.resolve()
    expect((await late).data.token).toBe('access-2')
    expect(endpoint.asked).toHaveLength(1)
  })
})

it('inside minValidityMs ten requests are held, one grant answers them all (32)', async () => {
  const { session, http, api, endpoint } = bench()
  await session.login(tokens(1))
  await pass(hour - 5_000)
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => http.get(`/${n}`)))
  expect(answers.map(({ data }) => data.token)).toEqual(Array(10).fill('access-2'))
  expect([api.requests.length, endpoint.asked.length]).toEqual([10, 1])
})

describe('a token that a grant brought in good time and that nobody used', () => {
  /** The last request of a burst renews behind itself; then nobody asks for two hours. */
  async function idle(): Promise<Bench> {
    const one = bench()
    await one.session.login(tokens(1))
    await pass(hour - 30_000)
    await one.http.get('/last')
    await turn()
    expect(await one.session.getTokens()).toMatchObject({ accessToken: 'access-2' })
    await pass(2 * hour)
    one.api.dead.add('access-2')
    return one
  }

  it('is not sent once it has expired: a body that can be read only once is not lost to it (7, 18)', async () => {
    const { http, api } = await idle()
    expect((await http.post('/upload', Readable.from(['x']))).status).toBe(200)
    expect(api.authorizations).toEqual(['Bearer access-1', 'Bearer access-3'])
  })

  it('costs no needless 401, and is not given to whoever asks for a token (7, 32)', async () => {
    const { session, http, api, endpoint } = await idle()
    expect(await session.getAccessToken()).toBe('access-3')
    expect((await http.get('/me')).data.token).toBe('access-3')
    expect([api.requests.length, endpoint.asked.length]).toEqual([2, 2])
  })
})
