/** `logout({ revoke: true })` at a real revocation endpoint (RFC 7009): the tokens are dead at the server as well. */
import { postedSecret } from '../../examples/servers/oidc/authorization-code-flow.js'
import { secret } from '../../examples/servers/oidc/clients.js'
import { deferred } from '../support/deferred.js'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { isAlive, until, useWorlds, type World, type WorldOptions } from './world.js'

const world = useWorlds()
useFakeClock()

const revocation = '/token/revocation'

/** The forms that the revocation endpoint was sent. */
function revoked({ front }: World): Record<string, string>[] {
  return front.to(revocation).map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
}

async function signedIn(
  options: WorldOptions = {},
): Promise<World & { refreshToken: string; accessToken: string }> {
  const here = await world({ discovers: true, ...options })
  const { refresh_token = '', access_token } = await here.login()
  return { ...here, refreshToken: refresh_token, accessToken: access_token }
}

it('both tokens are dead by introspection when logout({ revoke: true }) resolves', async () => {
  const here = await signedIn()
  expect([await isAlive(here, here.refreshToken), await isAlive(here, here.accessToken)]).toEqual([
    true,
    true,
  ])
  await here.session.logout({ revoke: true })
  expect([await isAlive(here, here.refreshToken), await isAlive(here, here.accessToken)]).toEqual([
    false,
    false,
  ])
  expect(revoked(here)).toEqual([
    { token: here.refreshToken, token_type_hint: 'refresh_token', client_id: 'spa' },
  ])
  expect(here.server.counts.familiesEnded).toBe(1)
  expect(here.loginRequired).toEqual([])
})

it('here the session is over at once, before the server is asked', async () => {
  const here = await signedIn()
  const left = here.session.logout({ revoke: true })
  expect([here.session.getSnapshot().status, revoked(here).length]).toEqual(['signedOut', 0])
  await left
  expect(revoked(here)).toHaveLength(1)
  await here.http.get('/me').catch(() => {})
  expect(here.api.requests.at(-1)?.authorization).toBeUndefined()
})

it('logout() alone tells the server nothing', async () => {
  const here = await signedIn()
  await here.session.logout()
  expect([revoked(here).length, await isAlive(here, here.refreshToken)]).toEqual([0, true])
})

it('without a refresh token the access token is revoked', async () => {
  const here = await world({ discovers: true })
  const { access_token } = await here.login({ allowed: 'openid orders' })
  await here.session.logout({ revoke: true })
  expect(revoked(here)).toMatchObject([{ token: access_token, token_type_hint: 'access_token' }])
  expect(await isAlive(here, access_token)).toBe(false)
})

it('a refresh token that a grant brings after the logout is revoked too, and nobody is signed in by it', async () => {
  const here = await signedIn()
  const gate = deferred()
  let late = ''
  here.front.fail('/token', {
    instead: async (answer) => {
      late = (JSON.parse(answer.body ?? '') as { refresh_token: string }).refresh_token
      await gate.promise
      return answer
    },
  })
  const renewing = here.session.refresh().catch((error: unknown) => error)
  await until(() => late !== '')
  expect(await isAlive(here, late)).toBe(true)
  const left = here.session.logout({ revoke: true })
  expect(await renewing).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
  gate.resolve()
  await left
  expect(revoked(here).map(({ token }) => token)).toContain(late)
  expect(await isAlive(here, late)).toBe(false)
  expect(here.session.getSnapshot().status).toBe('signedOut')
})

it('a confidential client proves itself there as at the token endpoint', async () => {
  const here = await world({ discovers: true, grant: { clientId: 'basic:app', clientSecret: secret } })
  const { refresh_token } = await here.login({ clientId: 'basic:app', proof: postedSecret })
  await here.session.logout({ revoke: true })
  expect(here.front.to(revocation)).toMatchObject([
    { status: 200, authorization: expect.stringMatching(/^Basic /) },
  ])
  expect(await isAlive(here, refresh_token)).toBe(false)
})

it('the endpoint may be said by hand', async () => {
  const here = await world()
  const { refresh_token = '' } = await here.login()
  const { createSession } = await import('tokenflight')
  const refresh = {
    tokenEndpoint: here.tokenEndpoint,
    revocationEndpoint: here.issuer + revocation,
    clientId: 'spa',
  }
  const session = createSession({ refresh })
  await session.login({ access_token: 'any', refresh_token })
  await session.logout({ revoke: true })
  session.dispose()
  expect(await isAlive(here, refresh_token)).toBe(false)
})

it.each([503, 400, 302])(
  'a %d there is a problem to be told of, and no reason to stay signed in',
  async (status) => {
    const here = await signedIn()
    here.front.fail(revocation, { answer: { status, headers: { location: here.api.origin } } }, Infinity)
    await here.session.logout({ revoke: true })
    expect(here.session.getSnapshot().status).toBe('signedOut')
    expect(here.problems.splice(0)).toMatchObject([{ message: expect.stringContaining('not revoked') }])
    // RFC 7009 §2.2.1: the token has to be taken for alive then.
    expect(await isAlive(here, here.refreshToken)).toBe(true)
    expect(here.api.requests).toEqual([])
  },
)

it('a server that never answers holds the logout no longer than refreshTimeoutMs', async () => {
  const here = await signedIn({ session: { refreshTimeoutMs: 5_000 } })
  here.front.hold(revocation)
  const left = here.session.logout({ revoke: true })
  await here.front.asked(revocation, 1)
  await pass(5_000)
  await left
  expect(here.problems.splice(0)).toHaveLength(1)
})
