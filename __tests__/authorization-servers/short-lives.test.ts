/** Tokens that live for seconds, at a server that counts whole seconds and tolerates nothing. */
import { pass, useFakeClock } from '../support/fake-clock.js'
import { useWorlds } from './world.js'

const world = useWorlds()
useFakeClock()

it.each([2_000, 5_000, 15_000])(
  'a token of %d ms: every request of half a minute is answered',
  async (accessTokenLifetimeMs) => {
    const here = await world({ accessTokenLifetimeMs })
    await pass(700)
    await here.login()
    for (let step = 0; step < 120; step++) {
      await pass(250)
      expect((await here.http.get(`/${step}`)).data.who).toBe('ada')
    }
    expect(here.server.counts).toMatchObject({ reused: 0, refused: 0 })
    expect(here.server.counts.consumed).toBeLessThanOrEqual(30_000 / accessTokenLifetimeMs + 20)
  },
)
