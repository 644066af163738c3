/** What a session makes of the tokens that a certified server gives. */
import { discover } from '../../examples/servers/oidc/authorization-code-flow.js'
import { redirectUri } from '../../examples/servers/oidc/clients.js'
import { start, useFakeClock } from '../support/fake-clock.js'
import { useWorlds } from './world.js'

const world = useWorlds()
useFakeClock()

it('the token endpoint’s own answer, from a code flow with PKCE, begins the session', async () => {
  const { session, http, login, api } = await world()
  const tokens = await login()
  expect((await http.get('/me')).data).toEqual({ method: 'GET', path: '/me', body: '', who: 'ada' })
  expect(api.requests.map(({ authorization }) => authorization)).toEqual([`Bearer ${tokens.access_token}`])
  expect(await session.getTokens()).toEqual({
    accessToken: tokens.access_token,
    tokenType: 'Bearer',
    refreshToken: tokens.refresh_token,
    expiresAt: start + 3_600_000,
    scope: 'openid offline_access orders',
    idToken: tokens.id_token,
    subject: 'ada',
  })
})

it('axios and fetch share the session', async () => {
  const { http, fetch, login, server } = await world()
  await login()
  const [one, two] = await Promise.all([http.get('/me'), fetch('/me')])
  expect([one.data.who, ((await two.json()) as { who: string }).who]).toEqual(['ada', 'ada'])
  expect(server.counts.consumed).toBe(0)
})

it('the access token stands in the Authorization header and nowhere else', async () => {
  const { http, fetch, login, api } = await world()
  const { access_token } = await login()
  await http.post('/orders', { what: 'tea' }, { params: { page: 1 } })
  await fetch('/orders?page=2', { method: 'POST', body: new URLSearchParams({ what: 'tea' }) })
  for (const { authorization, path, body, headers } of api.requests) {
    expect(authorization).toBe(`Bearer ${access_token}`)
    const rest = JSON.stringify([path, body, { ...headers, authorization: undefined }])
    expect(rest).not.toContain(access_token)
  }
  expect(api.requests).toHaveLength(2)
})

it('access tokens that are JWTs work as opaque ones do', async () => {
  const { session, http, login, server } = await world({ accessTokens: 'jwt' })
  const tokens = await login()
  expect(tokens.access_token).toMatch(/^eyJ/)
  expect((await http.get('/me')).data.who).toBe('ada')
  await session.refresh()
  expect((await http.get('/me')).data.who).toBe('ada')
  expect(server.counts.consumed).toBe(1)
})

it('a JWT without expires_in lives as long as it says of itself', async () => {
  const { session, tokens } = await world({ accessTokens: 'jwt', accessTokenLifetimeMs: 300_000 })
  const { expires_in, ...silent } = await tokens()
  expect(expires_in).toBe(300)
  await session.login(silent)
  expect(session.getSnapshot().expiresAt).toBe(start + 300_000)
})

it('this server gives no code to a client without PKCE', async () => {
  const { issuer } = await world()
  const start = new URL((await discover(issuer)).authorization_endpoint)
  const query = { client_id: 'spa', response_type: 'code', redirect_uri: redirectUri, scope: 'openid' }
  for (const [name, value] of Object.entries(query)) start.searchParams.set(name, value)
  const answer = await fetch(start, { redirect: 'manual' })
  const location = new URL(answer.headers.get('location') ?? '')
  expect(location.searchParams.get('error')).toBe('invalid_request')
  expect(location.searchParams.get('error_description')).toContain('PKCE')
})
