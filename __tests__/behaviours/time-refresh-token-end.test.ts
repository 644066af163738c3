/** Behaviour 32 at the end of a refresh token: what is left of an access token that nothing renews. */
import { useBench } from '../support/bench.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

it('a refresh token whose end is known and far renews within the windows like any other (32)', async () => {
  const { session, http, endpoint } = bench()
  await session.login(tokens(1, { refresh_token_expires_in: 7_200 }))
  await pass(3_595_000)
  expect((await http.get('/me')).data.token).toBe('access-2')
  expect(endpoint.sent).toEqual(['refresh-1'])
})

it('one that ends at this very moment renews nothing: the token is used up (24, 32)', async () => {
  const { session, http, endpoint } = bench()
  await session.login(tokens(1, { refresh_token_expires_in: 3_595 }))
  await pass(3_595_000)
  expect((await http.get('/me')).data.token).toBe('access-1')
  expect(endpoint.asked).toHaveLength(0)
})

it('the session is over with the last millisecond of the token: it is not sent any more (24, 32)', async () => {
  const { session, http, api, onLoginRequired } = bench()
  await session.login(tokens(1, { refresh_token_expires_in: 3_000 }))
  await pass(3_599_999)
  expect((await http.get('/last')).data.token).toBe('access-1')
  await pass(1)
  expect(await rejectionOf(http.get('/late'))).toMatchObject({ cause: { reason: 'refresh_token_expired' } })
  expect(api.pathsWith('access-1')).toEqual(['/last'])
  expect(onLoginRequired).toHaveBeenCalledTimes(1)
})

describe('renewInBackground', () => {
  it('leaves a token alone that nothing renews, and waits for nothing (32)', async () => {
    const { session, endpoint } = bench({ renewInBackground: true })
    await session.login({ access_token: 'access-1', expires_in: 3_600 })
    expect(jest.getTimerCount()).toBe(0)
    await pass(7_200_000)
    expect(endpoint.asked).toHaveLength(0)
  })

  it('asks for nothing where only a refresh token was given: the first request does (32)', async () => {
    const { session, http, endpoint } = bench({ renewInBackground: true })
    await session.login({ refreshToken: 'refresh-1' })
    await turn()
    expect(endpoint.asked).toHaveLength(0)
    expect((await http.get('/me')).data.token).toBe('access-2')
    session.dispose()
  })
})
