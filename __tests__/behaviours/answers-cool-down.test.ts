import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { elapsed, pass, turn, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf, watch } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

afterEach(() => jest.restoreAllMocks())

/** A session whose first grant has just failed, so that a cool-down has begun. */
async function cooling(login: object = {}, options: BenchOptions = {}): Promise<Bench> {
  const one = bench(options)
  await one.session.login(tokens(1, login))
  one.endpoint.always({ status: 500 })
  await one.session.refresh().catch(() => {})
  expect(one.endpoint.asked).toHaveLength(1)
  return one
}

describe('a cool-down', () => {
  /** The times between grants while someone asks all the time. */
  async function pausesWith(random: number): Promise<number[]> {
    jest.spyOn(Math, 'random').mockReturnValue(random)
    const { session, endpoint } = bench({ refreshTimeoutMs: 600_000 })
    await session.login(tokens(1, { expires_in: 0 }))
    endpoint.always({ status: 500 })
    let isOver = false
    const asker = (async () => {
      while (!isOver) await session.getAccessToken().catch(() => {})
    })()
    await pass(200_000)
    isOver = true
    session.dispose()
    await asker
    const times = endpoint.asked.map(({ at }) => at)
    return times.slice(1).map((at, index) => at - times[index]!)
  }

  it('begins at 1 s and doubles to 30 s while the outage lasts (25)', async () => {
    const pauses = await pausesWith(0.999_999_999)
    const doubling = [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000)
    expect(pauses.slice(0, 8).map((ms) => Math.ceil(ms / 1000) * 1000)).toEqual(doubling)
    for (const [n, ms] of doubling.entries()) expect(pauses[n]).toBeLessThanOrEqual(ms)
  })

  it('is shorter by chance, never longer, so that clients do not come back together (25)', async () => {
    const low = await pausesWith(0)
    const high = await pausesWith(0.999)
    for (const [n, ms] of [1, 2, 4, 8, 16, 30].entries()) {
      expect(low[n]).toBeGreaterThan(0)
      expect(low[n]).toBeLessThan(high[n]!)
      expect(high[n]).toBeLessThanOrEqual(ms * 1000)
    }
  })

  it('keeps an outage to a trickle: 3,000 requests in five minutes cause a dozen or so grants (25)', async () => {
    const { session, http, endpoint, api } = bench()
    await session.login(tokens(1, { expires_in: 0 }))
    endpoint.always({ status: 502 })
    const answers: Promise<unknown>[] = []
    for (let tick = 0; tick < 300; tick++) {
      for (let n = 0; n < 10; n++) answers.push(http.get('/me').catch(() => {}))
      await pass(1_000)
    }
    await pass(31_000)
    await Promise.all(answers)
    expect(endpoint.asked.length).toBeGreaterThan(8)
    expect(endpoint.asked.length).toBeLessThan(30)
    expect(api.requests).toHaveLength(0)
  })

  it('starts again at 1 s after a success (25)', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.999_999)
    const { session, endpoint } = await cooling({ expires_in: 0 })
    for (let n = 0; n < 4; n++) {
      const failing = session.getAccessToken().catch(() => {})
      await pass(30_000)
      await failing
    }
    endpoint.always({ body: tokens(2, { expires_in: 0 }) })
    const token = session.getAccessToken()
    await pass(30_000)
    expect(await token).toBe('access-2')
    endpoint.always({ status: 500 })
    await session.refresh().catch(() => {})
    const count = endpoint.asked.length
    const next = session.getAccessToken().catch(() => {})
    await pass(1_000)
    expect(endpoint.asked).toHaveLength(count + 1)
    await next
  })
})

describe('during a cool-down', () => {
  it('requests with a live token go out at once and nothing is asked (25)', async () => {
    const { session, http, api, endpoint } = await cooling()
    for (let n = 0; n < 20; n++) expect((await http.get('/me')).data.token).toBe('access-1')
    expect(await session.getAccessToken()).toBe('access-1')
    expect([elapsed(), api.requests.length, endpoint.asked.length]).toEqual([0, 20, 1])
  })

  it('a token that is due to be renewed ahead waits for its end, without holding anybody (25, 32)', async () => {
    const { http, endpoint } = await cooling({ expires_in: 30 })
    await pass(25_000)
    endpoint.always({ status: 500 })
    await http.get('/a')
    await turn()
    const count = endpoint.asked.length
    for (let n = 0; n < 10; n++) await http.get('/b')
    await turn()
    expect(endpoint.asked).toHaveLength(count)
  })

  it('requests with a dead token wait for its end, then one grant serves all (25)', async () => {
    const { http, api, endpoint, session } = await cooling({ expires_in: 0 })
    endpoint.always({ body: tokens(2) })
    const answers = [1, 2, 3].map((n) => http.get(`/${n}`))
    await turn()
    expect([session.getSnapshot().held, endpoint.asked.length]).toEqual([3, 1])
    await pass(1_000)
    for (const { data } of await Promise.all(answers)) expect(data.token).toBe('access-2')
    expect([api.requests.length, endpoint.asked.length]).toEqual([3, 2])
  })

  it('a request whose live token is refused waits as well, and is replayed (25)', async () => {
    const { http, api, endpoint } = await cooling()
    endpoint.always({ body: tokens(2) })
    api.dead.add('access-1')
    const answer = watch(http.get('/me'))
    await turn()
    expect(answer.settled).toBe(false)
    await pass(1_000)
    expect((await answer.promise).data.token).toBe('access-2')
    expect(endpoint.asked).toHaveLength(2)
  })

  it('who cannot be served before the deadline is told at once (25)', async () => {
    const { http, api, endpoint } = await cooling({ expires_in: 0 }, { refreshTimeoutMs: 400 })
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'server', ambiguous: true })
    expect([elapsed(), endpoint.asked.length, api.requests.length]).toEqual([0, 1, 0])
  })

  it('nor is begun what could only be cut short before the deadline: that is told at once too (25)', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.999_999)
    const { http, endpoint } = await cooling({ expires_in: 0 }, { refreshTimeoutMs: 1_200 })
    expect(await sessionErrorOf(http.get('/me'))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect([elapsed(), endpoint.asked.length]).toEqual([0, 1])
  })

  it('a refused request waits for its end, and others try the same token meanwhile (7, 25)', async () => {
    const { session, http, api, endpoint } = await cooling()
    endpoint.always({ body: tokens(2) })
    api.answer = (request) =>
      request.path === '/picky' && request.authorization === 'Bearer access-1'
        ? { status: 401 }
        : api.judge(request)
    const picky = http.get('/picky')
    await turn()
    expect(session.getSnapshot()).toMatchObject({ status: 'refreshing', held: 1 })
    expect((await http.get('/me')).data.token).toBe('access-1')
    expect([elapsed(), endpoint.asked.length]).toEqual([0, 1])
    await pass(1_000)
    expect((await picky).data.token).toBe('access-2')
  })

  it('refreshWhen does not send a token that is past its end (25, 32)', async () => {
    const { http, api, endpoint } = await cooling({ expires_in: 0 }, { refreshWhen: () => true })
    endpoint.always({ body: tokens(2, { expires_in: 0 }) })
    const answer = http.get('/me')
    await turn()
    expect(api.requests).toEqual([])
    await pass(1_000)
    expect((await answer).data.token).toBe('access-2')
  })

  it('refresh() does not wait (25)', async () => {
    const { session, endpoint } = await cooling()
    endpoint.always({ body: tokens(2) })
    await session.refresh()
    expect([elapsed(), await session.getAccessToken()]).toEqual([0, 'access-2'])
  })

  it('refresh() also ends the wait of those who wait already (25)', async () => {
    const { session, http, endpoint } = await cooling({ expires_in: 0 })
    endpoint.always({ body: tokens(2) })
    const answer = http.get('/me')
    await turn()
    await session.refresh()
    expect((await answer).data.token).toBe('access-2')
    expect([elapsed(), endpoint.asked.length]).toEqual([0, 2])
  })

  it('a clock that is set back by an hour does not make it an hour long (25)', async () => {
    let skewMs = 0
    const { http, api, endpoint } = await cooling({}, { now: () => Date.now() + skewMs })
    endpoint.always({ body: tokens(2) })
    api.dead.add('access-1')
    skewMs = -3_600_000
    const answer = watch(http.get('/me'))
    await turn()
    expect([answer.settled, endpoint.asked.length]).toEqual([false, 1])
    await pass(1_000)
    expect((await answer.promise).data.token).toBe('access-2')
    expect(endpoint.asked).toHaveLength(2)
  })

  it('a token that is alive again by a clock that was set back is used (25)', async () => {
    let skewMs = 0
    const { http, endpoint } = await cooling({ expires_in: 60 }, { now: () => Date.now() + skewMs })
    await pass(60_000)
    skewMs = -60_000
    expect((await http.get('/me')).data.token).toBe('access-1')
    expect(endpoint.asked).toHaveLength(1)
  })

  it('a login ends it: the new session renews at once (25)', async () => {
    const { session, http, api, endpoint } = await cooling()
    await session.login(tokens(5))
    endpoint.always({ body: tokens(6) })
    api.dead.add('access-5')
    expect((await http.get('/me')).data.token).toBe('access-6')
    expect([elapsed(), endpoint.asked.length]).toEqual([0, 2])
  })
})
