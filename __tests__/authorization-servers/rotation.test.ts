/** A server that rotates refresh tokens and ends the family of one that comes back (RFC 9700 §4.14.2). */
import { memoryStore, storageStore, type StoredRecord } from 'tokenflight'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { mapStorage } from '../support/watched-sessions.js'
import { useWorlds } from './world.js'

const world = useWorlds()
useFakeClock()

it('each grant sends the newest refresh token, and none twice', async () => {
  const { session, http, login, server, sent } = await world()
  const first = await login()
  const kept: (string | undefined)[] = [first.refresh_token]
  for (let grant = 1; grant <= 4; grant++) {
    await session.refresh()
    kept.push((await session.getTokens())?.refreshToken)
    expect((await http.get('/me')).status).toBe(200)
  }
  expect(new Set(kept).size).toBe(5)
  expect(server.counts).toEqual({ granted: 5, refused: 0, consumed: 4, reused: 0, familiesEnded: 0 })
  expect(kept.slice(0, 4)).toEqual(sent())
})

it('the grant is form-encoded, names the public client in its body, and carries no bearer token', async () => {
  const { session, login, front } = await world()
  const { refresh_token } = await login()
  await session.refresh()
  const grant = front.to('/token').at(-1)
  expect(grant).toMatchObject({ method: 'POST', authorization: undefined, status: 200 })
  expect(grant?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' })
  // As pairs: none stands there twice.
  expect([...new URLSearchParams(grant?.body)]).toEqual([
    ['grant_type', 'refresh_token'],
    ['refresh_token', refresh_token],
    ['client_id', 'spa'],
  ])
  expect(front.requests.map(({ path }) => path)).not.toContainEqual(
    expect.stringContaining(String(refresh_token)),
  )
})

it('a token that ran out is renewed before a request goes out with it', async () => {
  const { http, login, server, api } = await world()
  await login()
  await pass(3_600_000)
  expect((await http.get('/me')).data.who).toBe('ada')
  expect(api.requests.map(({ status }) => status)).toEqual([200])
  expect(server.counts.consumed).toBe(1)
})

it('a server that keeps its refresh token gets the same one each time', async () => {
  const { session, login, server, sent } = await world({ rotates: false })
  const { refresh_token } = await login()
  await session.refresh()
  await session.refresh()
  expect(sent()).toEqual([refresh_token, refresh_token])
  expect(server.counts).toMatchObject({ granted: 3, consumed: 0, refused: 0 })
})

it('the new refresh token is in the store before the request that waited is sent again', async () => {
  const store = memoryStore()
  const { http, login, api } = await world({ session: { store } })
  const { refresh_token } = await login()
  await pass(3_600_000)
  await http.get('/me')
  const { tokens } = store.get() as StoredRecord
  expect(tokens.refreshToken).not.toBe(refresh_token)
  expect(api.requests[0]?.authorization).toBe(`Bearer ${tokens.accessToken}`)
})

it('after a reload the session goes on with the refresh token that was stored last', async () => {
  const storage = mapStorage()
  const options = { session: { store: storageStore(storage) } }
  const { session, login, server, tokenEndpoint, sent } = await world(options)
  await login()
  await session.refresh()
  session.dispose()
  const { createSession } = await import('tokenflight')
  const reloaded = createSession({
    refresh: { tokenEndpoint, clientId: 'spa' },
    store: storageStore(storage),
  })
  await reloaded.refresh()
  reloaded.dispose()
  expect(new Set(sent()).size).toBe(2)
  expect(server.counts).toMatchObject({ consumed: 2, reused: 0, refused: 0 })
})
