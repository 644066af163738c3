/** A server that is well, behind a proxy that says "not now": the session survives, and is asked for when told to. */
import { pass, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf } from '../support/outcome.js'
import { until, useWorlds, type World } from './world.js'

const world = useWorlds()
useFakeClock()

/** A session whose access token has just run out. */
async function expired(): Promise<World> {
  const here = await world()
  await here.login()
  await pass(3_600_000)
  return here
}

/** The flight has two timers for its deadline; the third is its pause between two attempts. */
function pausing(): Promise<void> {
  return until(() => jest.getTimerCount() === 3)
}

const forms: [string, () => string][] = [
  ['seconds', () => '3'],
  ['a date', () => new Date(Date.now() + 3_000).toUTCString()],
]

describe.each([503, 429])('%d', (status) => {
  it.each(forms)(
    'with Retry-After in %s: asked again then and not before, and every request is answered',
    async (_form, retryAfter) => {
      const here = await expired()
      const answer = { status, headers: { 'retry-after': retryAfter() } }
      here.front.fail('/token', { answer })
      const answers = Promise.all(['/a', '/b', '/c'].map((path) => here.http.get(path)))
      await pausing()
      await pass(2_999)
      expect(here.sent()).toHaveLength(1)
      await pass(1)
      expect((await answers).map(({ data }) => data.who)).toEqual(['ada', 'ada', 'ada'])
      expect(here.sent()).toHaveLength(2)
      expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0 })
      expect(here.loginRequired).toEqual([])
    },
  )

  it('without Retry-After: asked again after a short pause', async () => {
    const here = await expired()
    here.front.fail('/token', { answer: { status } })
    const answer = here.http.get('/me')
    await pausing()
    await pass(500)
    expect((await answer).data.who).toBe('ada')
    expect(here.sent()).toHaveLength(2)
  })
})

it('a Retry-After beyond the deadline: all are told at once, the session is kept and goes on later', async () => {
  const here = await expired()
  here.front.fail('/token', { answer: { status: 503, headers: { 'retry-after': '60' } } })
  const error = await sessionErrorOf(here.http.get('/me'))
  expect(error).toMatchObject({
    code: 'ERR_REFRESH_UNAVAILABLE',
    reason: 'server',
    ambiguous: false,
    status: 503,
    retryAfterMs: 60_000,
  })
  expect(here.session.getSnapshot().status).toBe('active')
  await pass(30_000)
  expect((await here.http.get('/me')).data.who).toBe('ada')
  expect(here.loginRequired).toEqual([])
})

it('an outage longer than the deadline: a few grants for a hundred requests, and one when it is over', async () => {
  const here = await expired()
  here.front.fail('/token', { answer: { status: 503 } }, Infinity)
  const errors = Promise.all(
    Array.from({ length: 100 }, (_, index) => sessionErrorOf(here.http.get(`/${index}`))),
  )
  let areTold = false
  void errors.then(() => (areTold = true))
  while (!areTold) {
    await pass(250)
    await until(() => jest.getTimerCount() === 3 || areTold || here.session.getSnapshot().status === 'active')
  }
  expect((await errors).every(({ code }) => code === 'ERR_REFRESH_UNAVAILABLE')).toBe(true)
  expect(here.sent().length).toBeLessThan(10)
  here.front.fail('/token', 'cut', 0)
  const before = here.sent().length
  await here.session.refresh()
  expect((await here.http.get('/me')).data.who).toBe('ada')
  expect(here.sent()).toHaveLength(before + 1)
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0, refused: 0 })
})

it('a token with life left is used while its renewal fails behind it', async () => {
  const here = await world()
  const { access_token } = await here.login()
  await pass(3_570_000)
  here.front.fail('/token', { answer: { status: 503, headers: { 'retry-after': '60' } } })
  expect((await here.http.get('/a')).data.who).toBe('ada')
  await until(() => here.told('grantFailed') === 1)
  expect((await here.http.get('/b')).data.who).toBe('ada')
  expect(here.api.requests.map(({ authorization }) => authorization)).toEqual([
    `Bearer ${access_token}`,
    `Bearer ${access_token}`,
  ])
  expect(here.sent()).toHaveLength(1)
})
