import { useBench, type BenchOptions } from '../support/bench.js'
import { pass, start, useFakeClock } from '../support/fake-clock.js'
import { rejectionsOf, sessionErrorOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'
import { getSessionError } from 'tokenflight/axios'

const { bench } = useBench()
useFakeClock()

const hour = 3_600_000

const ways: [string, object, BenchOptions][] = [
  ['refresh_expires_in (Keycloak)', { refresh_expires_in: 7200 }, {}],
  ['refresh_expires_in as a string', { refresh_expires_in: '7200' }, {}],
  ['refresh_token_expires_in (GitHub)', { refresh_token_expires_in: 7200 }, {}],
  ['refreshTokenExpiresAt', { refreshTokenExpiresAt: start + 2 * hour }, {}],
  ['refreshTokenLifetimeMs', {}, { refreshTokenLifetimeMs: 2 * hour }],
]

describe.each(ways)('a refresh token whose end is known by %s', (_, more, options) => {
  it('is not sent once it is past: the session ends without a grant, once (24)', async () => {
    const { session, http, api, endpoint, stored, onLoginRequired } = bench(options)
    await session.login(tokens(1, more))
    expect((await session.getTokens())?.refreshTokenExpiresAt).toBe(start + 2 * hour)
    await pass(2 * hour)
    const errors = await rejectionsOf([http.get('/a'), http.get('/b'), http.get('/c')])
    const reasons = errors.map((error) => (getSessionError(error) as unknown as { reason: string }).reason)
    expect(reasons).toEqual(Array(3).fill('refresh_token_expired'))
    expect(onLoginRequired).toHaveBeenCalledTimes(1)
    expect(onLoginRequired).toHaveBeenCalledWith(expect.objectContaining({ reason: 'refresh_token_expired' }))
    expect([endpoint.asked.length, api.requests.length, stored()]).toEqual([0, 0, undefined])
  })

  it('is sent a moment before its end (24)', async () => {
    const { session, http, endpoint } = bench(options)
    await session.login(tokens(1, more))
    await pass(2 * hour - 1)
    expect((await http.get('/a')).data.token).toBe('access-2')
    expect(endpoint.sent).toEqual(['refresh-1'])
  })
})

it('refreshTokenLifetimeMs counts anew for each new refresh token, and not for one that was kept (24)', async () => {
  const { session, endpoint } = bench({ refreshTokenLifetimeMs: 2 * hour })
  await session.login(tokens(1))
  await pass(hour)
  await session.refresh()
  expect((await session.getTokens())?.refreshTokenExpiresAt).toBe(start + 3 * hour)
  endpoint.always({ body: { access_token: 'access-3', expires_in: 3600 } })
  await pass(hour)
  await session.refresh()
  expect((await session.getTokens())?.refreshTokenExpiresAt).toBe(start + 3 * hour)
})

it('refresh_expires_in of 0 means that it does not end (24)', async () => {
  const { session, http, endpoint } = bench()
  await session.login(tokens(1, { refresh_expires_in: 0 }))
  await pass(1000 * hour)
  expect((await http.get('/a')).data.token).toBe('access-2')
  expect(endpoint.asked).toHaveLength(1)
})

it('an access token that outlives its refresh token is used to its end, and its 401 ends the session (24, 31)', async () => {
  const { session, http, api, endpoint, onLoginRequired } = bench()
  await session.login(tokens(1, { refresh_expires_in: 60 }))
  await pass(hour - 5_000)
  expect((await http.get('/a')).data.token).toBe('access-1')
  expect(onLoginRequired).not.toHaveBeenCalled()
  api.dead.add('access-1')
  expect(await sessionErrorOf(http.get('/b'))).toMatchObject({ reason: 'refresh_token_expired' })
  expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([0, 1])
})

describe('without a refresh token', () => {
  it('there are no windows: each request is sent, past the expiry too, and a 401 decides (31)', async () => {
    const { session, http, api, endpoint, stored, onLoginRequired } = bench()
    await session.login({ access_token: 'access-1', expires_in: 60 })
    for (const ms of [0, 55_000, 5_000, hour]) {
      await pass(ms)
      expect((await http.get('/me')).data.token).toBe('access-1')
    }
    api.dead.add('access-1')
    const errors = await rejectionsOf([http.get('/a'), http.get('/b')])
    expect(errors.map(({ response }) => response?.status)).toEqual([401, 401])
    expect(getSessionError(errors[0])).toMatchObject({ reason: 'no_refresh_token' })
    expect(onLoginRequired).toHaveBeenCalledTimes(1)
    expect([endpoint.asked.length, stored()]).toEqual([0, undefined])
  })

  it('refresh() says so and ends nothing: the token may still be good (24)', async () => {
    const { session, http, onLoginRequired } = bench()
    await session.login({ access_token: 'access-1' })
    await expect(session.refresh()).rejects.toMatchObject({ reason: 'no_refresh_token' })
    expect((await http.get('/me')).data.token).toBe('access-1')
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})
