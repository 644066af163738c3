import { useBench, type Bench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { elapsed, pass, turn, useFakeClock } from '../support/fake-clock.js'
import { usePage } from '../support/page-double.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

const page = usePage()
const goOnline = (): void => page.fire('online')

/** A session with a token past its end, whose first grant has just failed; now the server would answer. */
async function cooling(): Promise<Bench> {
  const one = bench()
  await one.session.login(tokens(1, { expires_in: 0 }))
  one.endpoint.always({ status: 500 })
  await one.session.refresh().catch(() => {})
  one.endpoint.always({ body: tokens(2) })
  return one
}

it('the network’s return ends the cool-down for those who wait (25)', async () => {
  const { http, endpoint } = await cooling()
  const answer = http.get('/me')
  await turn()
  expect(endpoint.asked).toHaveLength(1)
  goOnline()
  expect((await answer).data.token).toBe('access-2')
  expect([elapsed(), endpoint.asked.length]).toEqual([0, 2])
})

it('it ends it for those who come later too, and asks nothing by itself (25)', async () => {
  const { http, endpoint } = await cooling()
  goOnline()
  await turn()
  expect(endpoint.asked).toHaveLength(1)
  expect((await http.get('/me')).data.token).toBe('access-2')
  expect(elapsed()).toBe(0)
})

it('it disturbs no session that is well, loading or signed out (25)', async () => {
  const { session, http, endpoint, told } = bench()
  goOnline()
  await session.login(tokens(1))
  goOnline()
  expect((await http.get('/me')).data.token).toBe('access-1')
  await session.logout()
  goOnline()
  await turn()
  expect([endpoint.asked.length, told('grant'), session.getSnapshot().status]).toEqual([0, 0, 'signedOut'])
})

it('it gives up no answer that may still come: nobody has sent another grant (11, 25)', async () => {
  const { session, http, api, endpoint } = bench({ refreshTimeoutMs: 9_000 })
  const answer = deferred()
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const error = http.get('/me').catch((reason: { code?: string }) => reason.code)
  await pass(9_000)
  await error
  goOnline()
  answer.resolve()
  await turn()
  expect(await session.getTokens()).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' })
  expect((await http.get('/me')).data.token).toBe('access-2')
  expect(endpoint.sent).toEqual(['refresh-1'])
})

it('dispose leaves no listener on the page (37)', async () => {
  const { session } = await cooling()
  expect(page.listeners).toBeGreaterThan(0)
  session.dispose()
  expect(page.listeners).toBe(0)
})
