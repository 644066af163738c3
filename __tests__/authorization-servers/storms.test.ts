/** Many requests at once on a token that is dead, before a server that punishes a second use of a refresh token. */
import { createSession, isLoginRequired, storageStore } from 'tokenflight'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { mapStorage } from '../support/watched-sessions.js'
import { useWorlds, type World } from './world.js'

const world = useWorlds()
useFakeClock()

/** A hundred requests, by axios and fetch in turn. */
async function storm({ http, fetch }: World): Promise<string[]> {
  const asked = Array.from({ length: 100 }, async (_, index) => {
    const path = `/${index}`
    if (index % 2) return (await http.get<{ path: string }>(path)).data.path
    return ((await (await fetch(path)).json()) as { path: string }).path
  })
  return Promise.all(asked)
}

const paths = Array.from({ length: 100 }, (_, index) => `/${index}`)

/** Ends the access token at the server alone: nobody was told. */
async function killAccessToken({ session, issuer }: World): Promise<void> {
  const { accessToken = '' } = (await session.getTokens()) ?? {}
  const body = new URLSearchParams({ token: accessToken, client_id: 'spa', token_type_hint: 'access_token' })
  expect((await fetch(`${issuer}/token/revocation`, { method: 'POST', body })).status).toBe(200)
}

it('a hundred requests on a token that has expired: one grant, a hundred answers, none sent in vain', async () => {
  const here = await world()
  await here.login()
  await pass(3_600_000)
  expect(await storm(here)).toEqual(paths)
  expect(here.sent()).toHaveLength(1)
  expect(here.api.requests.map(({ status }) => status)).toEqual(paths.map(() => 200))
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0 })
})

it('a hundred 401s at once: one grant, a hundred answers', async () => {
  // The server's clock says that the tokens are dead; the session has been told that they live for ever.
  const here = await world()
  const tokens = await here.tokens()
  await here.session.login({ ...tokens, expires_in: 1e9 })
  await pass(3_600_000)
  expect(await storm(here)).toEqual(paths)
  expect(here.sent()).toHaveLength(1)
  expect(here.api.answered(401)).toHaveLength(100)
  expect(here.api.answered(200)).toHaveLength(100)
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0 })
})

it('ten tabs with one store: one grant between them', async () => {
  const storage = mapStorage()
  const { tokenEndpoint, login, session, server, sent } = await world({
    session: { store: storageStore(storage) },
  })
  await login()
  const refresh = { tokenEndpoint, clientId: 'spa' }
  const tabs = Array.from({ length: 9 }, () => createSession({ refresh, store: storageStore(storage) }))
  await pass(3_600_000)
  const tokens = await Promise.all([session, ...tabs].map((tab) => tab.getAccessToken()))
  for (const tab of tabs) tab.dispose()
  expect(new Set(tokens).size).toBe(1)
  expect(sent()).toHaveLength(1)
  expect(server.counts).toMatchObject({ consumed: 1, reused: 0 })
})

it('a hundred requests on a session that the server has ended: one grant, one login, a hundred reasons', async () => {
  const here = await world()
  await here.login()
  await killAccessToken(here)
  const outcomes = await Promise.allSettled(paths.map((path) => here.http.get(path)))
  const reasons = outcomes.map((outcome) => outcome.status === 'rejected' && isLoginRequired(outcome.reason))
  expect(reasons).toEqual(paths.map(() => true))
  expect(here.sent()).toHaveLength(1)
  expect(here.loginRequired).toHaveLength(1)
  expect(here.api.answered(200)).toHaveLength(0)
})
