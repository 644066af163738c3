/** What the app is given of the tokens is the session's own: it can be looked at, and not changed. */
import type { TokenSet } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

/** As a caller without types would; true where something of it was changed. */
function change(given: TokenSet | undefined): boolean {
  return Reflect.set(given!, 'accessToken', 'changed') || Reflect.deleteProperty(given!, 'refreshToken')
}

it('the set that getTokens gives is frozen: what is sent stays as it was, after a grant too', async () => {
  const { session, http } = bench()
  await session.login(tokens(1))
  expect(change(await session.getTokens())).toBe(false)
  expect(await session.getAccessToken()).toBe('access-1')
  await session.refresh()
  expect(change(await session.getTokens())).toBe(false)
  expect((await http.get('/me')).data.token).toBe('access-2')
})

it('the set that login was given stays the app’s own: what it does with it later changes nothing', async () => {
  const { session, stored } = bench()
  const given = { accessToken: 'access-1', refreshToken: 'refresh-1' }
  await session.login(given)
  given.accessToken = 'changed'
  expect(Object.isFrozen(given)).toBe(false)
  expect(await session.getAccessToken()).toBe('access-1')
  expect(stored()).toMatchObject({ tokens: { accessToken: 'access-1' } })
})

it('a refresh function cannot change what it is given: after its failure the refresh token is still there', async () => {
  const isChanged: boolean[] = []
  const { session, stored } = bench({
    refresh: async (current) => {
      isChanged.push(change(current))
      throw Object.assign(new Error('down'), { status: 500 })
    },
  })
  await session.login(tokens(1))
  await session.refresh().catch(() => {})
  expect(isChanged).toEqual([false])
  expect(await session.getTokens()).toMatchObject({ accessToken: 'access-1', refreshToken: 'refresh-1' })
  expect(stored()).toMatchObject({ tokens: { refreshToken: 'refresh-1' } })
})
