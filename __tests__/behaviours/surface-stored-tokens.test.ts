import { storageStore, type TokenSet } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { turn } from '../support/fake-clock.js'
import { tokens } from '../support/token-endpoint-double.js'
import { mapStorage } from '../support/watched-sessions.js'

const { bench } = useBench()

/** As a caller without types would; true where something of it was changed. */
function change(given: TokenSet | undefined): boolean {
  return Reflect.set(given!, 'accessToken', 'changed') || Reflect.deleteProperty(given!, 'refreshToken')
}

it('the set that was found in a storage is frozen as well (36)', async () => {
  const store = storageStore(mapStorage())
  const before = bench({ store })
  await before.session.login(tokens(1))
  before.session.dispose()
  const { session } = bench({ store })
  expect(change(await session.getTokens())).toBe(false)
  expect(await session.getAccessToken()).toBe('access-1')
})

it('a set that another session has renewed and this one adopts is frozen as well (36)', async () => {
  const store = storageStore(mapStorage())
  const one = bench({ store })
  await one.session.login(tokens(1))
  const two = bench({ store })
  await two.session.refresh()
  await turn()
  expect([one.told('adopted'), one.told('grant')]).toEqual([1, 0])
  expect(change(await one.session.getTokens())).toBe(false)
})
