/** The id_token in the answer to a refresh (OpenID Connect Core §12.2). */
import { pass, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf } from '../support/outcome.js'
import { useOddServer } from './odd-server.js'
import { useWorlds } from './world.js'

const world = useWorlds()
const oddServer = useOddServer()
useFakeClock()

it('a new id_token of the same user takes the place of the old one', async () => {
  const { session, login, issuer } = await world()
  const { id_token } = await login()
  await pass(60_000)
  await session.refresh()
  const { idToken = '', subject } = (await session.getTokens()) ?? {}
  const { decodeJwt } = await import('jose')
  const [before, after] = [decodeJwt(id_token ?? ''), decodeJwt(idToken)]
  expect([after.sub, after.iss, after.aud, subject]).toEqual(['ada', issuer, 'spa', 'ada'])
  expect((after.iat ?? 0) - (before.iat ?? 0)).toBe(60)
})

it('without an id_token the one of the login is kept', async () => {
  const { session, login } = await world({ grant: { scope: 'orders' } })
  const { id_token } = await login()
  await session.refresh()
  expect(await session.getTokens()).toMatchObject({ idToken: id_token, subject: 'ada', scope: 'orders' })
})

it.each([
  ['another sub', { sub: 'mallory' }],
  ['another iss', { iss: 'https://another.example' }],
])('an id_token with %s: nothing is sent as that user, and one login is required', async (_what, claims) => {
  const here = await oddServer()
  await pass(3_600_000)
  here.nextIdToken(claims)
  const error = await sessionErrorOf(here.http.get('/me'))
  expect(error).toMatchObject({ code: 'ERR_LOGIN_REQUIRED', reason: 'refused' })
  expect(here.api.requests).toEqual([])
  expect(here.loginRequired).toHaveLength(1)
  expect(here.session.getSnapshot().status).toBe('signedOut')
})
