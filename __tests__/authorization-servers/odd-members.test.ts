/** Members of a token response that are legal but strange, or not understood (RFC 6749 §5.1, §7.1). */
import { start, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { useOddServer, type OddWorld } from './odd-server.js'

const oddServer = useOddServer()
useFakeClock()

function change(here: OddWorld, members: object): void {
  here.next(({ body }) => void Object.assign(body, members))
}

const lives: [string, unknown, number | undefined][] = [
  ['1e300', 1e300, 8.64e15],
  ['a number as text', '600', start + 600_000],
  ['a fraction', 0.5, start + 500],
  ['below zero', -5, start],
  ['zero', 0, start],
]

it.each(lives)(
  'expires_in: %s. The new token is used once at least, and no grant follows at once',
  async (_what, value, expiresAt) => {
    const here = await oddServer()
    change(here, { expires_in: value })
    await here.session.refresh()
    expect(here.session.getSnapshot().expiresAt).toBe(expiresAt)
    expect((await here.http.get('/me')).data.who).toBe('johndoe')
    expect(here.grants()).toBe(1)
  },
)

it.each(['soon', null, undefined, [], true])(
  'expires_in: %p says nothing, and the JWT’s own length counts',
  async (value) => {
    const here = await oddServer()
    change(here, { expires_in: value })
    await here.session.refresh()
    expect(here.session.getSnapshot().expiresAt).toBe(start + 3_600_000)
    expect((await here.http.get('/me')).data.who).toBe('johndoe')
  },
)

it('without a new refresh_token the old one is kept and sent again', async () => {
  const here = await oddServer()
  const { refreshToken } = (await here.session.getTokens()) ?? {}
  change(here, { refresh_token: undefined })
  await here.session.refresh()
  expect((await here.session.getTokens())?.refreshToken).toBe(refreshToken)
  await here.session.refresh()
  const sent = here.front.to('/token').map(({ body }) => new URLSearchParams(body).get('refresh_token'))
  expect(sent.slice(1)).toEqual([refreshToken, refreshToken])
})

it('tokens of any size are kept whole: a refresh token of 100,000 characters is sent again as it came', async () => {
  const here = await oddServer()
  const refresh_token = 'r'.repeat(100_000)
  change(here, { refresh_token })
  await here.session.refresh()
  await here.session.refresh()
  const sent = new URLSearchParams(here.front.to('/token').at(-1)?.body).get('refresh_token')
  expect(sent === refresh_token).toBe(true)
})

it('members that no one has asked for are left alone', async () => {
  const here = await oddServer()
  const extra = '{"__proto__": {"polluted": 1}, "colour": "blue", "data": [{"deep": {}}],'
  here.front.fail('/token', {
    instead: ({ body = '', ...answer }) => ({ ...answer, body: body.replace('{', extra) }),
  })
  await here.session.refresh()
  const tokens = await here.session.getTokens()
  expect([
    Object.keys(tokens ?? {}).includes('colour'),
    Object(tokens).polluted,
    Object({}).polluted,
  ]).toEqual([false, undefined, undefined])
  expect((await here.http.get('/me')).data.who).toBe('johndoe')
})

it.each(['bearer', 'BEARER', 'Bearer'])(
  'token_type %s is Bearer: its case says nothing',
  async (token_type) => {
    const here = await oddServer()
    change(here, { token_type })
    await here.session.refresh()
    expect((await here.http.get('/me')).data.who).toBe('johndoe')
    expect(here.api.requests[0]?.authorization).toMatch(/^Bearer eyJ/)
  },
)

it.each(['DPoP', 'mac', 'PoP', 'N_A'])(
  'token_type %s is no bearer token: it is not sent as one, and the mistake is told',
  async (token_type) => {
    const here = await oddServer()
    change(here, { token_type, access_token: 'bound-to-a-key' })
    const error = await rejectionOf(here.session.refresh())
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
    expect(String(error)).toContain(`\`authScheme\` to be set, got ${token_type}`)
    await here.http.get('/me')
    expect(here.api.requests.map(({ authorization }) => authorization)).not.toContain('Bearer bound-to-a-key')
    const given = { token_type, access_token: 'bound-to-a-key' }
    expect(await rejectionOf(here.session.login(given))).toBeInstanceOf(TypeError)
  },
)

it('a type that the app names by authScheme is sent so', async () => {
  const here = await oddServer({ session: { authScheme: 'DPoP' } })
  change(here, { token_type: 'DPoP', access_token: 'bound-to-a-key' })
  await here.session.refresh()
  await here.http.get('/me').catch(() => {})
  expect(here.api.requests[0]?.authorization).toBe('DPoP bound-to-a-key')
})

it.each(['jwt', 'access', 'Token', ''])('a home-made word, "%s", says nothing', async (token_type) => {
  const here = await oddServer()
  change(here, { token_type })
  await here.session.refresh()
  expect((await here.http.get('/me')).data.who).toBe('johndoe')
})
