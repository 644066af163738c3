/** Tokens that live for seconds, at a server that counts whole seconds and tolerates nothing. */
import { pass, useFakeClock } from '../support/fake-clock.js'
import { until, useWorlds, type World } from './world.js'

const world = useWorlds()
useFakeClock()

/** A request every half second for twenty seconds, each answered; what is renewed behind one is there for the next. */
async function traffic({ http, session }: World): Promise<void> {
  for (let step = 0; step < 40; step++) {
    await pass(500)
    expect((await http.get(`/${step}`)).data.who).toBe('ada')
    await until(() => session.getSnapshot().status === 'active')
  }
}

it('tokens of five seconds are renewed behind the traffic: no request ever meets a 401', async () => {
  const here = await world({ accessTokenLifetimeMs: 5_000 })
  await pass(700)
  await here.login()
  await traffic(here)
  expect(here.api.answered(401)).toHaveLength(0)
  expect(here.server.counts).toMatchObject({ consumed: 5, reused: 0, refused: 0 })
})

it('tokens of two seconds, of which whole seconds take up to one: each request is answered all the same', async () => {
  const here = await world({ accessTokenLifetimeMs: 2_000 })
  await pass(700)
  await here.login()
  await traffic(here)
  // Only the first one, of which 700 ms were gone at once, dies unforeseen.
  expect(here.api.answered(401)).toHaveLength(1)
  expect(here.server.counts).toMatchObject({ consumed: 10, reused: 0, refused: 0 })
})

it('a token that the server’s whole seconds end before its time: one 401, one grant, one replay', async () => {
  const here = await world({ accessTokenLifetimeMs: 1_000 })
  await pass(900)
  await here.login()
  await pass(100)
  expect((await here.http.get('/me')).data.who).toBe('ada')
  expect(here.api.requests.map(({ status }) => status)).toEqual([401, 200])
  expect(here.server.counts).toMatchObject({ consumed: 1, reused: 0 })
})
