/** A better token through `onStepUp`: a second authorization at a certified server, and then the request once more. */
import type { SessionOptions, StepUpRequest } from 'tokenflight'
import { rejectionOf } from '../support/outcome.js'
import { useWorlds, type World } from './world.js'

const world = useWorlds()

const requirements = {
  '/transfer': { acr: 'mfa' },
  '/orders/new': { scope: 'orders:write' },
}

type Answer = (here: World, request: StepUpRequest) => Promise<object | undefined>

/** What an app does: it sends the user to sign in again, with what the API asks for. */
const authorize: Answer = (here, { scope, acrValues, maxAge }) =>
  here.tokens({
    withOtp: acrValues === 'mfa',
    ...(scope !== undefined && { scope }),
    parameters: {
      ...(acrValues !== undefined && { acr_values: acrValues }),
      ...(maxAge !== undefined && { max_age: String(maxAge) }),
    },
  })

async function signedIn(answer: Answer = authorize): Promise<World & { asked: StepUpRequest[] }> {
  const asked: StepUpRequest[] = []
  const onStepUp = (async (request) => {
    asked.push(request)
    return answer(here, request)
  }) as NonNullable<SessionOptions['onStepUp']>
  const here = await world({ requirements, session: { onStepUp } })
  await here.login()
  return { ...here, asked }
}

it('a stronger sign-in: just the request that asked for it is sent once more, and is answered', async () => {
  const here = await signedIn()
  expect((await here.http.post('/transfer', { sum: 5 })).data).toMatchObject({
    who: 'ada',
    body: '{"sum":5}',
  })
  expect(here.asked).toMatchObject([{ acrValues: 'mfa' }])
  expect(here.api.requests.map(({ status }) => status)).toEqual([401, 200])
  expect([here.sent().length, here.loginRequired.length, here.told('stepUp')]).toEqual([0, 0, 1])
})

it('with fetch as well', async () => {
  const here = await signedIn()
  expect((await here.fetch('/transfer', { method: 'POST', body: 'five' })).status).toBe(200)
  expect(here.asked).toHaveLength(1)
})

it('a wider scope: what the token has is asked for together with what it lacks', async () => {
  const here = await signedIn()
  expect((await here.http.post('/orders/new')).status).toBe(200)
  expect(here.asked).toMatchObject([{ scope: 'openid offline_access orders orders:write' }])
  expect((await here.session.getTokens())?.scope).toBe('openid offline_access orders orders:write')
})

it('five at once: one sign-in, five answers', async () => {
  const here = await signedIn()
  const answers = await Promise.all(Array.from({ length: 5 }, () => here.http.post('/transfer')))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect([here.asked.length, here.sent().length]).toEqual([1, 0])
})

it('other requests go on meanwhile with the token that they have', async () => {
  let meanwhile: Promise<unknown> | undefined
  const here = await signedIn(async (world, request) => {
    meanwhile = world.http.get('/me')
    await meanwhile
    return authorize(world, request)
  })
  expect((await here.http.post('/transfer')).status).toBe(200)
  expect(await meanwhile).toMatchObject({ status: 200, data: { who: 'ada' } })
})

it('the next renewal goes on from the new authorization', async () => {
  const here = await signedIn()
  await here.http.post('/transfer')
  const { refreshToken } = (await here.session.getTokens()) ?? {}
  await here.session.refresh()
  expect(here.sent()).toEqual([refreshToken])
  expect((await here.http.post('/transfer')).status).toBe(200)
  expect(here.asked).toHaveLength(1)
})

it('a user who will not: the challenge is the caller’s, and the session goes on as it was', async () => {
  const here = await signedIn(async () => undefined)
  const error = await rejectionOf(here.http.post('/transfer'))
  expect(error.response?.status).toBe(401)
  expect(error.cause).toMatchObject({ code: 'ERR_STEP_UP_REQUIRED' })
  expect((await here.http.get('/me')).data.who).toBe('ada')
  expect(here.loginRequired).toEqual([])
})

it('a sign-in that is still too weak: the second challenge is the caller’s, and nobody is asked again', async () => {
  const here = await signedIn((world) => world.tokens())
  const error = await rejectionOf(here.http.post('/transfer'))
  expect(error.cause).toMatchObject({ code: 'ERR_STEP_UP_REQUIRED' })
  expect(here.api.requests.map(({ status }) => status)).toEqual([401, 401])
  expect(here.asked).toHaveLength(1)
})

it('someone else who signs in: nothing is sent as that user', async () => {
  const here = await signedIn((world) => world.tokens({ username: 'mallory', withOtp: true }))
  await rejectionOf(here.http.post('/transfer'))
  expect(here.problems.splice(0)).toHaveLength(1)
  expect((await here.http.get('/me')).data.who).toBe('ada')
  expect(here.api.requests.map(({ status }) => status)).toEqual([401, 200])
})
