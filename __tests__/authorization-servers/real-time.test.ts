/** The clock of the wall, once: nothing of this rests on a clock that the tests have stopped. */
import { setTimeout as pause } from 'node:timers/promises'
import { useWorlds } from './world.js'

const world = useWorlds()

it('through a rotation of three-second tokens every request is answered, and no refresh token is sent twice', async () => {
  const { login, http, fetch, server, sent, loginRequired } = await world({ accessTokenLifetimeMs: 3_000 })
  await login()
  let isRotated = false
  while (!isRotated) {
    // Seen before the requests go out, so that the last ones carry the new token.
    isRotated = server.counts.consumed > 0
    const [one, two] = await Promise.all([http.get('/me'), fetch('/me')])
    expect([one.data.who, two.status]).toEqual(['ada', 200])
    // A pace, not an order: nothing depends on how long it is.
    await pause(20)
  }
  expect(new Set(sent()).size).toBe(sent().length)
  expect(server.counts).toMatchObject({ reused: 0, refused: 0 })
  expect(loginRequired).toEqual([])
})
