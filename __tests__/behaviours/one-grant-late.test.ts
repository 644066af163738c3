/** Behaviour 11: an answer that comes past its deadline counts until another grant is on the wire. */
import type { TokenSet } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, watch } from '../support/outcome.js'
import { tokens, type GrantReply } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

afterEach(() => jest.restoreAllMocks())

const spent: GrantReply = { status: 400, body: { error: 'invalid_grant' } }

/** The first grant has passed its deadline and is answered with `first` when the test says so; then comes `next`. */
async function late(
  next: GrantReply = spent,
  first: GrantReply = { body: tokens(2) },
): Promise<Bench & { arrive: () => Promise<void> }> {
  const one = bench({ refreshTimeoutMs: 9_000 })
  const answer = deferred()
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  one.endpoint.answer = async ({ index }) => (index === 1 ? (await answer.promise, first) : next)
  const error = rejectionOf(one.http.get('/first'))
  await pass(9_000)
  expect(await error).toMatchObject({ cause: { reason: 'timeout', ambiguous: true } })
  return { ...one, arrive: () => (answer.resolve(), turn()) }
}

it('it lets a request go on that waits for the end of the cool-down: the spent token is not sent again (11, 25)', async () => {
  const { http, api, endpoint, onLoginRequired, arrive } = await late()
  const waiting = watch(http.get('/next'))
  await pass(100)
  expect([waiting.settled, endpoint.asked.length]).toEqual([false, 1])
  await arrive()
  expect(waiting.settled).toBe(true)
  expect((await waiting.promise).data.token).toBe('access-2')
  await pass(60_000)
  expect([endpoint.sent, onLoginRequired.mock.calls.length]).toEqual([['refresh-1'], 0])
  expect(api.authorizations).toEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-2'])
})

it('it lets everybody go on who waits then, in the order of asking (11, 20)', async () => {
  const { http, api, session, arrive } = await late()
  const waiting = ['/a', '/b', '/c'].map((path) => http.get(path))
  await turn()
  expect(session.getSnapshot().held).toBe(3)
  await arrive()
  await Promise.all(waiting)
  expect(api.pathsWith('access-2')).toEqual(['/a', '/b', '/c'])
})

it('it is given up when the next grant begins: one is on the wire at most (6, 11)', async () => {
  const { http, endpoint, session, arrive } = await late({ body: tokens(3) })
  const waiting = http.get('/next')
  await pass(1_000)
  expect((await waiting).data.token).toBe('access-3')
  await arrive()
  expect(await session.getTokens()).toMatchObject({ accessToken: 'access-3', refreshToken: 'refresh-3' })
  expect(endpoint.asked).toHaveLength(2)
})

it('so it changes nothing if it comes while that one is on the wire (6, 11)', async () => {
  const { http, endpoint, session, arrive } = await late()
  const second = deferred()
  const first = endpoint.answer
  endpoint.answer = async (grant) =>
    grant.index === 1 ? first(grant) : (await second.promise, { body: tokens(3) })
  const waiting = watch(http.get('/next'))
  await pass(1_000)
  await arrive()
  expect([waiting.settled, session.getSnapshot().status]).toEqual([false, 'refreshing'])
  second.resolve()
  expect((await waiting.promise).data.token).toBe('access-3')
})

it('refresh() does not wait for it: the grant that it begins is the only one from then on (6, 11)', async () => {
  const { endpoint, session, arrive } = await late({ body: tokens(3) })
  await session.refresh()
  await arrive()
  expect(await session.getAccessToken()).toBe('access-3')
  expect(endpoint.asked).toHaveLength(2)
})

it('it is discarded after a logout, though somebody waited for the end of the cool-down (11, 28)', async () => {
  const { http, session, stored, arrive } = await late()
  const waiting = rejectionOf(http.get('/next'))
  await turn()
  await session.logout()
  expect((await waiting).code).toBe('ERR_CANCELED')
  await arrive()
  expect([session.getSnapshot().status, stored()]).toEqual(['signedOut', undefined])
})

it('where it says no, the session is over for whoever waits, without another grant (11, 24, 27)', async () => {
  const { http, endpoint, session, onLoginRequired, arrive } = await late({ body: tokens(3) }, spent)
  const waiting = rejectionOf(http.get('/next'))
  await turn()
  await arrive()
  expect(await waiting).toMatchObject({ cause: { code: 'ERR_LOGIN_REQUIRED', reason: 'refused' } })
  await pass(60_000)
  expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([1, 1])
  expect(session.getSnapshot().status).toBe('signedOut')
})

it('given up, it does not make the pauses short again: the next failure doubles them (11, 25)', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(0.999_999)
  const { http, endpoint, arrive } = await late({ status: 500 })
  const second = rejectionOf(http.get('/second'))
  await pass(1_000)
  await second
  const third = rejectionOf(http.get('/third'))
  await pass(1_000)
  expect(endpoint.asked).toHaveLength(2)
  await pass(1_000)
  expect(endpoint.asked).toHaveLength(3)
  await third
  await arrive()
})

it('what a function answers after all for the login before does not call it off (11, 28)', async () => {
  const answers = [deferred<TokenSet>(), deferred<TokenSet>()]
  const signals: AbortSignal[] = []
  // It pays no heed to its signal.
  const { session } = bench({
    refresh: (_tokens, { signal }) =>
      answers[signals.push(signal) - 1]?.promise ?? Promise.reject(new Error('More')),
    refreshTimeoutMs: 9_000,
  })
  await session.login({ accessToken: 'first', refreshToken: 'of-first' })
  const left = rejectionOf(session.refresh())
  await turn()
  await session.login({ accessToken: 'second', refreshToken: 'of-second' })
  await left
  const refused = rejectionOf(session.refresh())
  await pass(9_000)
  await refused
  answers[0]?.resolve({ accessToken: 'first-2', refreshToken: 'of-first-2' })
  await turn()
  answers[1]?.resolve({ accessToken: 'second-2', refreshToken: 'of-second-2' })
  await turn()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  expect(await session.getTokens()).toMatchObject({ accessToken: 'second-2', refreshToken: 'of-second-2' })
})
