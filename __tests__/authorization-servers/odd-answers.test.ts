/** What a good authorization server never says (RFC 6749 §5.1), and what a session makes of it. */
import { useFakeClock, pass } from '../support/fake-clock.js'
import { sessionErrorOf } from '../support/outcome.js'
import type { FrontAnswer } from '../../examples/servers/oidc/front.js'
import { useOddServer, type OddWorld } from './odd-server.js'

const oddServer = useOddServer()
useFakeClock()

const json = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }

/** The good answer, with one member changed; undefined takes it away. */
const changed = (name: string, value: unknown) => (here: OddWorld) =>
  here.next(({ body }) => void Object.assign(body, { [name]: value }))

const status =
  (statusCode: number, body: Record<string, unknown> | '' = '') =>
  (here: OddWorld) =>
    here.next((answer) => void Object.assign(answer, { statusCode, body }))

/** The proxy's word in the place of the server's, which has done what it was asked. */
const instead = (answer: FrontAnswer) => (here: OddWorld) => here.front.fail('/token', { instead: answer })

/** The token has just run out: the next request waits for a grant. */
async function expired(odd: (here: OddWorld) => void): Promise<OddWorld> {
  const here = await oddServer()
  await pass(3_600_000)
  odd(here)
  return here
}

/** Nobody has to log in, and the next renewal finds the server well. */
async function goesOn(here: OddWorld): Promise<void> {
  expect(here.loginRequired).toEqual([])
  await here.session.refresh()
  expect((await here.http.get('/me')).data.who).toBe('johndoe')
}

const malformed: [string, (here: OddWorld) => void][] = [
  ['no access_token', changed('access_token', undefined)],
  ['an empty access_token', changed('access_token', '')],
  ['a number as access_token', changed('access_token', 4711)],
  ['an access_token with a line break', changed('access_token', 'one\r\nX-Two: 2')],
  ['a refresh_token that is an object', changed('refresh_token', {})],
  ['nothing but {}', status(200, {})],
  ['204 and no content', status(204)],
  ['a JSON null', instead({ status: 200, headers: json, body: 'null' })],
  ['a JSON array', instead({ status: 200, headers: json, body: '[]' })],
  ['half of a JSON object', instead({ status: 200, headers: json, body: '{"access_token": "on' })],
  ['a page of HTML with a 200 on it', instead({ status: 200, headers: html, body: '<h1>Sign in</h1>' })],
  ['an empty 200', instead({ status: 200, headers: json, body: '' })],
]

it.each(malformed)(
  '%s: the request fails for now, nothing of it is used, and the session goes on',
  async (_what, odd) => {
    const here = await expired(odd)
    const { refreshToken } = (await here.session.getTokens()) ?? {}
    const error = await sessionErrorOf(here.http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'malformed', ambiguous: true })
    expect([here.grants(), here.api.requests.length]).toEqual([1, 0])
    expect(await here.session.getTokens()).toMatchObject({ refreshToken })
    await goesOn(here)
  },
)

it.each([500, 501, 502, 504, 505, 520])(
  'a %d is not asked again at once, and the session goes on',
  async (code) => {
    const here = await expired(status(code))
    const error = await sessionErrorOf(here.http.get('/me'))
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      reason: 'server',
      ambiguous: true,
      status: code,
    })
    expect(here.grants()).toBe(1)
    await goesOn(here)
  },
)

it.each([400, 403, 404, 405, 410, 422])(
  'a %d without a word is a mistake in the set-up: nobody has to log in',
  async (code) => {
    const here = await expired(status(code))
    const error = await sessionErrorOf(here.http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', status: code })
    await goesOn(here)
  },
)

it.each([301, 302, 303, 307, 308])(
  'a %d is not followed, so that no one else gets the refresh token',
  async (code) => {
    const here = await expired((odd) => {
      const headers = { location: `${odd.api.origin}/elsewhere` }
      odd.front.fail('/token', { answer: { status: code, headers } })
    })
    const error = await sessionErrorOf(here.http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
    expect(String(error['message'])).toContain('redirects')
    expect(here.api.requests).toEqual([])
    await goesOn(here)
  },
)

it.each(['invalid_grant', 'login_required'])(
  'an error member %s in a 200 ends the session',
  async (error) => {
    const here = await expired(changed('error', error))
    expect(await sessionErrorOf(here.http.get('/me'))).toMatchObject({ reason: 'refused', oauth: { error } })
    expect(here.loginRequired).toHaveLength(1)
    expect(here.api.requests).toEqual([])
  },
)

it('an error member that nobody knows in a 200 is no token response, whatever tokens stand beside it', async () => {
  const here = await expired(changed('error', 'out_of_coffee'))
  const error = await sessionErrorOf(here.http.get('/me'))
  expect(error).toMatchObject({ oauth: { error: 'out_of_coffee' } })
  expect(here.api.requests).toEqual([])
  await goesOn(here)
})

it('a bare 401 ends the session', async () => {
  const here = await expired(status(401))
  expect(await sessionErrorOf(here.http.get('/me'))).toMatchObject({ reason: 'refused' })
  expect(here.loginRequired).toHaveLength(1)
})
