/** An API that wants a stronger or a fresher sign-in than the token's (RFC 9470). */
import { getChallenges } from 'tokenflight'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { useWorlds } from './world.js'

const world = useWorlds()
useFakeClock()

const requirements = { '/transfer': { acr: 'mfa' }, '/password': { maxAgeS: 60 } }

it('the challenge reaches the caller as it came, and nothing is renewed for it', async () => {
  const { http, login, sent, api, loginRequired } = await world({ requirements })
  await login()
  const error = await rejectionOf(http.post('/transfer'))
  expect(error.response?.status).toBe(401)
  expect(error.cause).toMatchObject({
    code: 'ERR_STEP_UP_REQUIRED',
    challenge: { parameters: { error: 'insufficient_user_authentication', acr_values: 'mfa' } },
  })
  expect([sent().length, api.requests.length, loginRequired.length]).toEqual([0, 1, 0])
})

it('a second authorization with the challenge’s acr_values brings a token that the API takes', async () => {
  const { http, login } = await world({ requirements })
  await login()
  const [challenge] = getChallenges(await rejectionOf(http.post('/transfer')))
  const { acr_values = '' } = challenge?.parameters ?? {}
  await login({ withOtp: true, parameters: { acr_values } })
  expect((await http.post('/transfer')).data.who).toBe('ada')
})

it('a second authorization with the challenge’s max_age brings a sign-in that is fresh enough', async () => {
  const { http, login, session } = await world({ requirements })
  await login()
  expect((await http.post('/password')).status).toBe(200)
  await pass(120_000)
  // A new token alone makes no new sign-in.
  await session.refresh()
  const [challenge] = getChallenges(await rejectionOf(http.post('/password')))
  expect(challenge?.parameters['max_age']).toBe('60')
  await login({ parameters: { max_age: challenge?.parameters['max_age'] ?? '' } })
  expect((await http.post('/password')).status).toBe(200)
})

it('a renewal keeps the strength of the sign-in', async () => {
  const { http, login, session } = await world({ requirements })
  await login({ withOtp: true })
  await session.refresh()
  await session.refresh()
  expect((await http.post('/transfer')).status).toBe(200)
})
