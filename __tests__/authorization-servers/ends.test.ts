/** How a session ends at a certified server, and what a user then sees: one call for a login. */
import { isLoginRequired } from 'tokenflight'
import { secret } from '../../examples/servers/oidc/clients.js'
import { sessionErrorOf } from '../support/outcome.js'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { useWorlds, type World } from './world.js'

const world = useWorlds()
useFakeClock()

/** A grant by someone who has stolen the refresh token. */
function steal({ tokenEndpoint }: World, refreshToken: string): Promise<Response> {
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'spa' }
  return fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(grant) })
}

/** Ends the family, as a user does on the page of his account. */
async function revoke({ issuer, session }: World): Promise<void> {
  const { refreshToken = '' } = (await session.getTokens()) ?? {}
  const body = new URLSearchParams({ token: refreshToken, client_id: 'spa' })
  expect((await fetch(`${issuer}/token/revocation`, { method: 'POST', body })).status).toBe(200)
}

it('a thief who was faster: the server ends the family at the app’s own grant, and one login is required', async () => {
  const here = await world()
  const { refresh_token = '' } = await here.login()
  const stolen = (await (await steal(here, refresh_token)).json()) as { refresh_token: string }
  await pass(3_600_000)
  const outcomes = await Promise.allSettled(['/a', '/b', '/c'].map((path) => here.http.get(path)))
  expect(outcomes.map((one) => one.status === 'rejected' && isLoginRequired(one.reason))).toEqual([
    true,
    true,
    true,
  ])
  expect(here.loginRequired).toMatchObject([{ reason: 'refused', oauth: { error: 'invalid_grant' } }])
  expect(here.server.counts).toMatchObject({ reused: 1, familiesEnded: 1 })
  // The thief has nothing of it.
  expect((await steal(here, stolen.refresh_token)).status).toBe(400)
  expect(here.session.getSnapshot().status).toBe('signedOut')
})

it('a thief who was slower: the family of the spent token dies, and the app’s next need of a token ends it', async () => {
  const here = await world()
  const { refresh_token = '' } = await here.login()
  await here.session.refresh()
  expect((await steal(here, refresh_token)).status).toBe(400)
  expect(here.server.counts).toMatchObject({ reused: 1, familiesEnded: 1 })
  const error = await sessionErrorOf(here.http.get('/me'))
  expect(error).toMatchObject({ code: 'ERR_LOGIN_REQUIRED', reason: 'refused' })
  expect(here.loginRequired).toHaveLength(1)
})

it('after the end a new login works as the first did, and the old family is never asked again', async () => {
  const here = await world()
  const first = await here.login()
  await revoke(here)
  await sessionErrorOf(here.http.get('/me'))
  const second = await here.login()
  expect((await here.http.get('/me')).data.who).toBe('ada')
  await here.session.refresh()
  expect(here.sent()).toEqual([first.refresh_token, second.refresh_token])
  expect(here.loginRequired).toHaveLength(1)
})

it('a session that was revoked ends at the first 401: one grant, one login', async () => {
  const here = await world()
  await here.login()
  await revoke(here)
  const error = await sessionErrorOf(here.http.get('/me'))
  expect(error).toMatchObject({ reason: 'refused', oauth: { error: 'invalid_grant' } })
  expect(here.api.requests.map(({ status }) => status)).toEqual([401])
  expect(here.server.refusals).toEqual(['invalid_grant: refresh token not found'])
  expect([here.sent().length, here.loginRequired.length]).toEqual([1, 1])
  expect(await here.session.getTokens()).toBeUndefined()
})

it('an API that reads JWTs learns of no revocation: the session ends when its token has to be renewed', async () => {
  const here = await world({ accessTokens: 'jwt' })
  await here.login()
  await revoke(here)
  expect((await here.http.get('/me')).data.who).toBe('ada')
  await pass(3_600_000)
  expect(await sessionErrorOf(here.http.get('/me'))).toMatchObject({ reason: 'refused' })
  expect([here.sent().length, here.loginRequired.length]).toEqual([1, 1])
})

it('a refresh token that ran out unseen: the server says so, and one login is required', async () => {
  const here = await world({ refreshTokenLifetimeMs: 7_200_000 })
  await here.login()
  await pass(7_200_000)
  await sessionErrorOf(here.http.get('/me'))
  expect(here.server.refusals).toEqual(['invalid_grant: refresh token is expired'])
  expect(here.loginRequired).toMatchObject([{ reason: 'refused' }])
})

it('a refresh token whose life is known is not sent when it has run out', async () => {
  const refreshTokenLifetimeMs = 7_200_000
  const here = await world({ refreshTokenLifetimeMs, session: { refreshTokenLifetimeMs } })
  await here.login()
  await pass(7_200_000)
  await sessionErrorOf(here.http.get('/me'))
  expect(here.loginRequired).toMatchObject([{ reason: 'refresh_token_expired' }])
  expect(here.sent()).toEqual([])
})

it('each rotation gives the refresh token its whole life again', async () => {
  const refreshTokenLifetimeMs = 7_200_000
  const here = await world({ refreshTokenLifetimeMs, session: { refreshTokenLifetimeMs } })
  await here.login()
  for (let day = 0; day < 4; day++) {
    await pass(7_000_000)
    expect((await here.http.get('/me')).status).toBe(200)
  }
  expect(here.server.counts).toMatchObject({ consumed: 4, refused: 0 })
})

it('where the user refused offline_access there is no refresh token, and the token’s end is a login', async () => {
  const here = await world()
  const tokens = await here.login({ allowed: 'openid orders' })
  expect(tokens.refresh_token).toBeUndefined()
  expect((await here.http.get('/me')).status).toBe(200)
  await pass(3_600_000)
  const error = await sessionErrorOf(here.http.get('/me'))
  expect(error).toMatchObject({ code: 'ERR_LOGIN_REQUIRED', reason: 'no_refresh_token' })
  expect([here.sent().length, here.loginRequired.length]).toEqual([0, 1])
})

it('a refresh token that was given to another client is refused, and one login is required', async () => {
  const clientAuthentication = 'client_secret_post'
  const here = await world({ grant: { clientId: 'post-app', clientSecret: secret, clientAuthentication } })
  await here.login({ clientId: 'spa' })
  const refused = await here.session.refresh().catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'ERR_LOGIN_REQUIRED', oauth: { error: 'invalid_grant' } })
  expect(here.server.refusals).toEqual(['invalid_grant: client mismatch'])
  expect(here.loginRequired).toHaveLength(1)
})
