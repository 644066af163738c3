/** The endpoints of a real issuer, found by its metadata (RFC 8414, OpenID Connect Discovery). */
import type { FrontAnswer } from '../../examples/servers/oidc/front.js'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf } from '../support/outcome.js'
import { until, useWorlds, type World } from './world.js'

const world = useWorlds()
useFakeClock()

const wellKnown = '/.well-known/oauth-authorization-server'
const wellKnownToo = '/.well-known/openid-configuration'

/** A session that knows the issuer alone, and whose access token has just run out; and its own look-ups so far. */
async function expired(options: Parameters<typeof world>[0] = {}): Promise<World & { lookUps(): string[] }> {
  const here = await world({ discovers: true, ...options })
  await here.login()
  // The sign-in and the API look things up as well, and are done with it now.
  await here.http.get('/warm')
  const before = here.front.requests.length
  await pass(3_600_000)
  const lookUps = (): string[] =>
    here.front.requests.slice(before).flatMap(({ path }) => (path.includes('well-known') ? [path] : []))
  return { ...here, lookUps }
}

/** The metadata with some members changed, as an attacker or a mistake would have it. */
function lying(here: World, members: object): void {
  const instead = ({ body = '{}', ...rest }: FrontAnswer): FrontAnswer => ({
    ...rest,
    body: JSON.stringify({ ...(JSON.parse(body) as object), ...members }),
  })
  for (const path of [wellKnown, wellKnownToo]) here.front.fail(path, { instead }, Infinity)
}

it('the issuer alone is enough: its metadata is read once, however many ask and however often', async () => {
  const here = await expired()
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`)
  const answers = await Promise.all(paths.map((path) => here.http.get(path)))
  expect(answers.map(({ data }) => data.path)).toEqual(paths)
  await here.session.refresh()
  await here.session.refresh()
  expect(here.lookUps()).toEqual([wellKnown])
  expect(here.server.counts).toMatchObject({ consumed: 3, reused: 0 })
})

it('a server that has its metadata where OpenID Connect puts it alone is found as well', async () => {
  const here = await expired()
  here.front.fail(wellKnown, { answer: { status: 404 } }, Infinity)
  expect((await here.http.get('/me')).data.who).toBe('ada')
  expect(here.lookUps()).toEqual([wellKnown, wellKnownToo])
})

it('metadata of another issuer is not used, and nothing is sent to where it points', async () => {
  const here = await expired()
  lying(here, { issuer: 'https://another.example' })
  const error = await sessionErrorOf(here.http.get('/me'))
  expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
  expect(String(error['message'])).toContain('https://another.example')
  expect([here.sent().length, here.loginRequired.length]).toEqual([0, 0])
})

it('an issuer that differs by a slash is another one', async () => {
  const here = await expired()
  lying(here, { issuer: `${here.issuer}/` })
  expect(await sessionErrorOf(here.http.get('/me'))).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
  expect(here.sent()).toEqual([])
})

it('a token endpoint that is not https is not used', async () => {
  const here = await expired()
  lying(here, { token_endpoint: 'http://plain.example/token' })
  expect(await sessionErrorOf(here.http.get('/me'))).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
  expect(here.sent()).toEqual([])
})

it('metadata that cannot be had just now is asked for again: every request is answered, nobody logs in', async () => {
  const here = await expired()
  const headers = { 'retry-after': '2' }
  for (const path of [wellKnown, wellKnownToo]) here.front.fail(path, { answer: { status: 503, headers } })
  const answer = here.http.get('/me')
  // Two timers are the deadline's; the third is the pause.
  await until(() => jest.getTimerCount() === 3)
  expect(here.sent()).toEqual([])
  await pass(2_000)
  expect((await answer).data.who).toBe('ada')
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0 })
})

it('metadata that moved is not followed to where a redirect leads', async () => {
  const here = await expired()
  const headers = { location: `${here.api.origin}/metadata` }
  for (const path of [wellKnown, wellKnownToo])
    here.front.fail(path, { answer: { status: 302, headers } }, Infinity)
  const seen = here.api.requests.length
  expect(await sessionErrorOf(here.http.get('/me'))).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
  expect([here.api.requests.length - seen, here.sent().length]).toEqual([0, 0])
})

it('a failure is not remembered: when the metadata is right again, so is the session', async () => {
  const here = await expired()
  lying(here, { issuer: 'https://another.example' })
  await sessionErrorOf(here.http.get('/me'))
  for (const path of [wellKnown, wellKnownToo]) here.front.fail(path, 'cut', 0)
  await here.session.refresh()
  expect((await here.http.get('/me')).data.who).toBe('ada')
})
