import type { BenchOptions, Bench } from '../support/bench.js'
import { useBench } from '../support/bench.js'
import { pass, start, useFakeClock } from '../support/fake-clock.js'
import { tokens, type GrantReply } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

/** Signed by nobody: it is only read. */
function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.signature`
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** Renews once, with an answer that takes `tookMs`, and gives the session. */
async function renewed(answer: GrantReply, tookMs: number, options?: BenchOptions): Promise<Bench> {
  const one = bench(options)
  await one.session.login(tokens(1))
  one.endpoint.answer = () => new Promise((resolve) => setTimeout(() => resolve(answer), tookMs))
  const done = one.session.refresh()
  await pass(tookMs)
  await done
  return one
}

describe('expires_in', () => {
  it('counts from when the grant was sent, however long the answer took (31)', async () => {
    const { session, stored } = await renewed({ body: tokens(2, { expires_in: 600 }) }, 7_000)
    expect(session.getSnapshot().expiresAt).toBe(start + 600_000)
    expect(stored()).toMatchObject({ issuedAt: start, tokens: { expiresAt: start + 600_000 } })
  })

  it('counts from the attempt that was answered, not from the first one (31)', async () => {
    const { session, endpoint } = bench()
    await session.login(tokens(1))
    const busy = { status: 503, headers: { 'retry-after': '5' } }
    endpoint.inTurn(busy, { body: tokens(2, { expires_in: 600 }) })
    const done = session.refresh()
    await pass(5_000)
    await done
    expect(session.getSnapshot().expiresAt).toBe(start + 605_000)
  })

  it('at a login counts from the login (31)', async () => {
    const { session } = bench()
    await pass(5_000)
    await session.login({ accessToken: 'a', expiresIn: 60 })
    expect(session.getSnapshot().expiresAt).toBe(start + 65_000)
  })

  it('goes before what a JWT says of itself (31)', async () => {
    const access_token = jwt({ iat: seconds(start), exp: seconds(start) + 60 })
    const { session } = await renewed({ body: { ...tokens(2, { expires_in: 600 }), access_token } }, 0)
    expect(session.getSnapshot().expiresAt).toBe(start + 600_000)
  })

  it('counts by the clock that the app gave (31)', async () => {
    const { session } = bench({ now: () => 1_000_000 })
    await session.login(tokens(1, { expires_in: 60 }))
    expect(session.getSnapshot().expiresAt).toBe(1_060_000)
  })
})

describe('a JWT without expires_in', () => {
  const answer = (claims: object): GrantReply => ({
    body: { ...tokens(2, { expires_in: undefined }), access_token: jwt(claims) },
  })

  it.each([-86_400, -3_600, 0, 3_600, 86_400])(
    'lives for exp - iat from receipt, though the server’s clock is %i s off (31)',
    async (offSeconds) => {
      const iat = seconds(start) + offSeconds
      const { session } = await renewed(answer({ iat, exp: iat + 300 }), 4_000)
      expect(session.getSnapshot().expiresAt).toBe(start + 4_000 + 300_000)
    },
  )

  it('and without iat ends at its exp, if that lies ahead at receipt (31)', async () => {
    const { session } = await renewed(answer({ exp: seconds(start) + 300 }), 4_000)
    expect(session.getSnapshot().expiresAt).toBe(start + 300_000)
  })

  it.each([0, 1, 3_600])('whose exp alone lies %i s back has an unknown end (31)', async (ago) => {
    const { session, http, endpoint } = await renewed(answer({ exp: seconds(start) - ago }), 0)
    expect(session.getSnapshot().expiresAt).toBeUndefined()
    await http.get('/a')
    await http.get('/b')
    expect(endpoint.asked).toHaveLength(1)
  })

  it.each<[string, object]>([
    ['no exp', { iat: seconds(start), sub: 'ann' }],
    ['an exp that is a string', { iat: seconds(start), exp: String(seconds(start) + 60) }],
  ])('with %s has an unknown end (31)', async (_, claims) => {
    const { session } = await renewed(answer(claims), 0)
    expect(session.getSnapshot().expiresAt).toBeUndefined()
  })

  it('given to login is read as well (31)', async () => {
    const { session } = bench()
    const iat = seconds(start) + 86_400
    await session.login({ accessToken: jwt({ iat, exp: iat + 120 }), refreshToken: 'refresh-1' })
    expect(session.getSnapshot().expiresAt).toBe(start + 120_000)
  })

  it('is only read, never trusted: whatever it claims, it goes out and the API decides (31)', async () => {
    const { session, http, api } = bench()
    const token = jwt({ sub: 'admin', iat: 0, exp: 1e10, iss: 'nobody' })
    await session.login({ access_token: token, refresh_token: 'refresh-1' })
    expect(session.getSnapshot()).toMatchObject({ status: 'active', subject: undefined })
    expect((await http.get('/me')).data.token).toBe(token)
    expect(api.requests).toHaveLength(1)
  })
})

describe('an opaque token without expires_in', () => {
  it.each(['opaque', 'a.b.c', 'e30.e30.', 'x.eyJleHAiOg.y', '....'])(
    '%s has an unknown end: it is used until a 401 (31)',
    async (access_token) => {
      const { session, http, api, endpoint } = bench()
      await session.login({ access_token, refresh_token: 'refresh-1' })
      expect(session.getSnapshot().expiresAt).toBeUndefined()
      await pass(365 * 86_400_000)
      expect((await http.get('/a')).data.token).toBe(access_token)
      expect(endpoint.asked).toHaveLength(0)
      api.dead.add(access_token)
      expect((await http.get('/b')).data.token).toBe('access-2')
    },
  )
})

it('with no way to renew there are no windows: the request is sent and its 401 decides (31)', async () => {
  const { session, http, api, endpoint } = bench()
  await session.login({ access_token: 'access-1', expires_in: 10 })
  await pass(20_000)
  expect(await session.getAccessToken()).toBe('access-1')
  expect((await http.get('/me')).data.token).toBe('access-1')
  expect([api.requests.length, endpoint.asked.length]).toEqual([1, 0])
})

it('a stored session keeps its expiry through a restart, by the same clock (31, 33)', async () => {
  const first = bench()
  await first.session.login(tokens(1, { expires_in: 600 }))
  await pass(100_000)
  const second = bench({ store: first.store })
  expect(second.session.getSnapshot()).toMatchObject({ status: 'active', expiresAt: start + 600_000 })
  await pass(495_000)
  expect((await second.http.get('/me')).data.token).toBe('access-2')
})
