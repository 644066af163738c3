/** The server rotated, and nobody heard of it: oidc-provider forgives no second use, so that this costs one login. */
import { isRefreshUnavailable } from 'tokenflight'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { rejectionsOf, sessionErrorOf } from '../support/outcome.js'
import { until, useWorlds, type World, type WorldOptions } from './world.js'

const world = useWorlds()
useFakeClock()

/** A session whose access token has just run out, and whose next grant the front lets fail. */
async function withFault(
  fault: Parameters<World['front']['fail']>[1],
  options: WorldOptions = {},
): Promise<World & { first: string | undefined }> {
  const here = await world(options)
  const { refresh_token } = await here.login()
  await pass(3_600_000)
  here.front.fail('/token', fault)
  return { ...here, first: refresh_token }
}

it('an answer that was lost is not asked for again at once: all who waited are told, and nobody has to log in', async () => {
  const here = await withFault('lose')
  const errors = await rejectionsOf(['/a', '/b', '/c'].map((path) => here.http.get(path)))
  expect(errors.map(isRefreshUnavailable)).toEqual([true, true, true])
  expect(errors[0]?.cause).toMatchObject({ reason: 'network', ambiguous: true })
  expect(here.sent()).toEqual([here.first])
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0 })
  expect(here.loginRequired).toEqual([])
  expect(here.session.getSnapshot().status).toBe('active')
})

it('after the cool-down the same refresh token is sent, the server calls it reuse, and one login is required', async () => {
  const here = await withFault('lose')
  await sessionErrorOf(here.http.get('/a'))
  await pass(1_000)
  const errors = await rejectionsOf([here.http.get('/b'), here.http.get('/c')])
  expect(errors.map(({ cause }) => cause)).toMatchObject([{ reason: 'refused' }, { reason: 'refused' }])
  expect(here.sent()).toEqual([here.first, here.first])
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 1, familiesEnded: 1 })
  expect(here.loginRequired).toHaveLength(1)
})

it('within rotationGraceMs it is asked for once more at once; a server without grace then requires one login', async () => {
  const here = await withFault('lose', { session: { rotationGraceMs: 5_000 } })
  const errors = await rejectionsOf(['/a', '/b', '/c'].map((path) => here.http.get(path)))
  expect(errors.map(({ cause }) => cause)).toMatchObject(errors.map(() => ({ reason: 'refused' })))
  expect(here.sent()).toEqual([here.first, here.first])
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 1, familiesEnded: 1 })
  expect(here.loginRequired).toHaveLength(1)
})

it('within rotationGraceMs a connection that was cut before the server saw it costs nothing', async () => {
  const here = await withFault('cut', { session: { rotationGraceMs: 5_000 } })
  expect((await here.http.get('/me')).data.who).toBe('ada')
  expect(here.sent()).toEqual([here.first, here.first])
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0 })
  expect(here.loginRequired).toEqual([])
})

it('a connection that was cut before the server saw it: after the cool-down all goes on', async () => {
  const here = await withFault('cut')
  await sessionErrorOf(here.http.get('/a'))
  const waiting = here.http.get('/b')
  await pass(1_000)
  expect((await waiting).data.who).toBe('ada')
  expect(here.sent()).toEqual([here.first, here.first])
  expect(here.loginRequired).toEqual([])
})

it.each([500, 502, 504])(
  'a %d from the proxy after the server has rotated is a lost answer as well',
  async (status) => {
    const here = await withFault({ instead: { status, body: '<h1>Bad gateway</h1>' } })
    const error = await sessionErrorOf(here.http.get('/a'))
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      reason: 'server',
      ambiguous: true,
      status,
    })
    expect(here.sent()).toHaveLength(1)
    await pass(1_000)
    expect(await sessionErrorOf(here.http.get('/b'))).toMatchObject({ reason: 'refused' })
    expect(here.loginRequired).toHaveLength(1)
  },
)

it('an answer that comes after everyone was told is still taken: nothing is lost, nobody logs in', async () => {
  const here = await world({ session: { refreshTimeoutMs: 3_000 } })
  const { refresh_token } = await here.login()
  await pass(3_600_000)
  here.front.hold('/token')
  const waiting = sessionErrorOf(here.http.get('/a'))
  await here.front.asked('/token', 2)
  await pass(3_000)
  expect(await waiting).toMatchObject({ reason: 'timeout', ambiguous: true })
  here.front.release()
  await until(() => here.told('granted') === 1)
  expect((await here.http.get('/b')).data.who).toBe('ada')
  expect(here.sent()).toEqual([refresh_token])
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0 })
})
