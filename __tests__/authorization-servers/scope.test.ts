/** Scopes that a certified server grants, narrows and refuses, and an API that wants them (RFC 6750 §3.1). */
import { getChallenges, isStepUpRequired } from 'tokenflight'
import { useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, sessionErrorOf } from '../support/outcome.js'
import { useWorlds } from './world.js'

const world = useWorlds()
useFakeClock()

const all = 'openid offline_access orders orders:write'
const requirements = { '/orders': { scope: 'orders' }, '/orders/new': { scope: 'orders:write' } }

it('a grant without `scope` keeps all that the user has granted', async () => {
  const { session, http, login, front } = await world({ requirements })
  await login({ scope: all })
  await session.refresh()
  expect(new URLSearchParams(front.to('/token').at(-1)?.body).has('scope')).toBe(false)
  expect((await http.post('/orders/new')).status).toBe(200)
  expect((await session.getTokens())?.scope).toBe(all)
})

it('`scope` narrows the new access token, and the session knows what it has', async () => {
  const { session, http, login } = await world({ requirements, grant: { scope: 'openid orders' } })
  await login({ scope: all })
  expect((await http.post('/orders/new')).status).toBe(200)
  await session.refresh()
  expect((await session.getTokens())?.scope).toBe('openid orders')
  expect((await http.get('/orders')).status).toBe(200)
  expect(isStepUpRequired(await rejectionOf(http.post('/orders/new')))).toBe(true)
})

it('the refresh token keeps its rights where the access token was narrowed', async () => {
  const { session, login, tokenEndpoint } = await world({ grant: { scope: 'openid' } })
  await login({ scope: all })
  await session.refresh()
  const { refreshToken = '' } = (await session.getTokens()) ?? {}
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'spa' }
  const wide = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(grant) })
  expect(((await wide.json()) as { scope: string }).scope).toBe(all)
})

it('a scope that was never granted is a mistake in the set-up: the session is kept, and nobody logs in', async () => {
  const { session, http, login, loginRequired, server } = await world({
    grant: { scope: 'openid orders:write' },
  })
  await login()
  const error = await session.refresh().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', oauth: { error: 'invalid_scope' } })
  expect((await http.get('/me')).status).toBe(200)
  expect([server.counts.consumed, loginRequired.length]).toEqual([0, 0])
})

it('a 403 for want of a scope is the caller’s, with the scope in its challenge, and renews nothing', async () => {
  const { http, login, sent, api } = await world({ requirements })
  await login({ scope: all, allowed: 'openid offline_access orders' })
  const error = await rejectionOf(http.post('/orders/new'))
  expect(error.response?.status).toBe(403)
  expect(error.cause).toMatchObject({ code: 'ERR_STEP_UP_REQUIRED' })
  expect(getChallenges(error)).toMatchObject([
    { scheme: 'Bearer', parameters: { error: 'insufficient_scope', scope: 'orders:write' } },
  ])
  expect([sent().length, api.requests.length]).toEqual([0, 1])
})

it('after a second authorization with the scope the same request is answered', async () => {
  const { http, login } = await world({ requirements })
  await login()
  await sessionErrorOf(http.post('/orders/new'))
  await login({ scope: all })
  expect((await http.post('/orders/new')).status).toBe(200)
})
