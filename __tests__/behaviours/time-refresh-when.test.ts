import type { TokenSet } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { pass, start, turn, useFakeClock } from '../support/fake-clock.js'
import { watch } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

it('refreshWhen: () => true brings a fresh token before every request (32)', async () => {
  const { session, http, api, endpoint } = bench({ refreshWhen: () => true })
  await session.login(tokens(1))
  for (const n of [2, 3, 4, 5]) expect((await http.get('/me')).data.token).toBe(`access-${n}`)
  expect(await session.getAccessToken()).toBe('access-6')
  expect([api.requests.length, endpoint.asked.length]).toEqual([4, 5])
})

it('no budget stands in its way (15, 32)', async () => {
  const { session, http, endpoint } = bench({
    refreshWhen: () => true,
    refreshBudget: { grants: 1, windowMs: 60_000 },
  })
  await session.login(tokens(1))
  for (let n = 2; n < 15; n++) expect((await http.get('/me')).data.token).toBe(`access-${n}`)
  expect(endpoint.asked).toHaveLength(13)
})

it('requests that ask together share one grant (6, 32)', async () => {
  const { session, http, endpoint } = bench({ refreshWhen: () => true })
  await session.login(tokens(1))
  const answers = await Promise.all([1, 2, 3].map((n) => http.get(`/${n}`)))
  expect(answers.map(({ data }) => data.token)).toEqual(['access-2', 'access-2', 'access-2'])
  expect(endpoint.asked).toHaveLength(1)
})

it('it is asked with the tokens and the time, and only true counts (32)', async () => {
  const seen: [TokenSet, number][] = []
  const refreshWhen = (given: TokenSet, now: number): boolean => {
    seen.push([given, now])
    return given.expiresAt !== undefined && given.expiresAt - now < 1_800_000
  }
  const { session, http, endpoint } = bench({ refreshWhen })
  await session.login(tokens(1))
  await pass(1_000)
  await http.get('/a')
  expect(seen.at(-1)).toEqual([expect.objectContaining({ accessToken: 'access-1' }), start + 1_000])
  expect(endpoint.asked).toHaveLength(0)
  await pass(1_800_000)
  expect((await http.get('/b')).data.token).toBe('access-2')
})

it('it works on top of the windows, not in their place (32)', async () => {
  const { session, http } = bench({ refreshWhen: () => false })
  await session.login(tokens(1))
  await pass(3_600_000 - 5_000)
  expect((await http.get('/me')).data.token).toBe('access-2')
})

it('where the grant fails the token that is still good is used (25, 32)', async () => {
  const { session, http, endpoint } = bench({ refreshWhen: () => true })
  await session.login(tokens(1))
  endpoint.always({ status: 500 })
  expect((await http.get('/me')).data.token).toBe('access-1')
  expect(session.getSnapshot().lastError).toMatchObject({ reason: 'server' })
})

it('during the cool-down after it too: no request with a live token waits for its end (25, 32)', async () => {
  const { session, http, endpoint } = bench({ refreshWhen: () => true })
  await session.login(tokens(1))
  endpoint.always({ status: 500 })
  await http.get('/a')
  const answer = watch(http.get('/b').catch(() => {}))
  await turn()
  const { held } = session.getSnapshot()
  session.dispose()
  expect((await answer.promise)?.data.token).toBe('access-1')
  expect([held, endpoint.asked.length]).toEqual([0, 1])
})

it('once the refresh token has ended it is not asked: the token is used up (24, 31)', async () => {
  const { session, http, endpoint, onLoginRequired } = bench({ refreshWhen: () => true })
  await session.login(tokens(1, { refresh_expires_in: 60 }))
  await pass(60_000)
  expect((await http.get('/me')).data.token).toBe('access-1')
  expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([0, 0])
})

it('without a way to renew it is not asked (31)', async () => {
  const refreshWhen = jest.fn(() => true)
  const { session, http } = bench({ refreshWhen })
  await session.login({ access_token: 'access-1' })
  expect((await http.get('/me')).data.token).toBe('access-1')
  expect(refreshWhen).not.toHaveBeenCalled()
})
