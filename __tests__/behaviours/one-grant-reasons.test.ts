/** Behaviour 9 at the deadline: which error tells what was waited for, and what the last look is for. */
import { createSession, type RefreshLock, type TokenStore } from 'tokenflight/axios'
import { useBench, type BenchOptions } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { slowPlace } from '../support/slow-store.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

describe('what the error at the deadline says', () => {
  it('a store that took so long that no attempt can end: "timeout", and nothing was sent (9)', async () => {
    const place = slowPlace({ get: 0, set: 0 })
    const { session, endpoint } = bench({ refreshTimeoutMs: 9_000, store: place.store })
    const login = session.login(tokens(1))
    await pass(10)
    await login
    place.times.get = 6_001
    const refused = rejectionOf(session.refresh())
    await pass(6_001)
    expect(await refused).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'timeout' })
    expect(endpoint.asked).toHaveLength(0)
  })

  it('with just the time for one attempt it is made (9)', async () => {
    const place = slowPlace({ get: 0, set: 0 })
    const { session, endpoint } = bench({ refreshTimeoutMs: 9_000, store: place.store })
    const login = session.login(tokens(1))
    await pass(10)
    await login
    place.times.get = 6_000
    endpoint.answer = () => ((place.times.get = 0), { body: tokens(2) })
    const done = session.refresh()
    await pass(6_010)
    await done
    expect(endpoint.asked).toHaveLength(1)
  })

  it('a store that cannot be read before the grant: "store", and nothing was sent (9, 34)', async () => {
    const inner = sharedPlace().open()
    let isBroken = false
    const get = (): ReturnType<TokenStore['get']> => {
      if (isBroken) throw new Error('SecurityError')
      return inner.get()
    }
    const { session, endpoint, takeProblems } = bench({ store: { ...inner, get } })
    await session.login(tokens(1))
    isBroken = true
    expect(await rejectionOf(session.refresh())).toMatchObject({ reason: 'store' })
    expect([endpoint.asked.length, takeProblems().length]).toEqual([0, 1])
  })

  it('the hint about the signal comes only where a refresh function is what did not answer (9, 27)', async () => {
    const hint = /context\.signal/
    const never = (): Promise<never> => new Promise(() => {})
    const hung: RefreshLock = { request: never }
    const cases: [BenchOptions, boolean][] = [
      [{ refresh: never }, true],
      [{}, false],
      [{ refresh: never, lock: hung }, false],
    ]
    for (const [options, isHinted] of cases) {
      const { session, endpoint } = bench(options)
      endpoint.always('never')
      await session.login(tokens(1))
      const refused = rejectionOf(session.refresh())
      await pass(30_000)
      expect(hint.test((await refused).message)).toBe(isHinted)
      session.dispose()
    }
  })

  it('a lock that hangs after a cool-down that took all the time but one attempt: "lock" (9, 25)', async () => {
    let isHung = false
    const request: RefreshLock['request'] = (_name, _options, callback) =>
      isHung ? new Promise(() => {}) : callback()
    const { session, http, endpoint } = bench({ refreshTimeoutMs: 9_000, lock: { request } })
    endpoint.always({ status: 503, headers: { 'retry-after': '6' } })
    await session.login(tokens(1, { expires_in: 0 }))
    const first = rejectionOf(session.refresh())
    await pass(6_000)
    await first
    isHung = true
    const refused = rejectionOf(http.get('/me'))
    await pass(9_000)
    expect(await refused).toMatchObject({ cause: { reason: 'lock' } })
  })

  it('a refusal that is there in time is the reason, though the store takes longer to be cleared (9, 24)', async () => {
    const place = slowPlace({ get: 0, set: 0 })
    const { session, endpoint, takeProblems } = bench({ refreshTimeoutMs: 9_000, store: place.store })
    endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
    const login = session.login(tokens(1))
    await pass(10)
    await login
    place.times.get = 4_000
    place.times.set = place.times.clear = 60_000
    const refused = rejectionOf(session.refresh())
    await pass(30_000)
    expect(await refused).toMatchObject({ code: 'ERR_LOGIN_REQUIRED', reason: 'refused' })
    await pass(120_000)
    takeProblems()
  })
})

describe('the last look where the lock is not had', () => {
  async function withLock(lock: RefreshLock, getMs: number) {
    const place = slowPlace({ get: 0, set: 0 })
    const one = bench({ refreshTimeoutMs: 9_000, store: place.store, lock })
    const login = one.session.login(tokens(1))
    await pass(10)
    await login
    place.times.get = getMs
    return { ...one, place }
  }

  it('has what is left of the deadline: another tab’s tokens are found in a slow store too (9)', async () => {
    const lock: RefreshLock = { request: () => Promise.reject(new Error('no locks here')) }
    const { session, place, endpoint } = await withLock(lock, 2_000)
    const record = place.found
    if (record)
      place.found = { ...record, version: 2, tokens: { accessToken: 'access-7', refreshToken: 'refresh-7' } }
    const done = session.refresh()
    await pass(2_000)
    await done
    expect([await session.getAccessToken(), endpoint.asked.length]).toEqual(['access-7', 0])
  })

  it('is the end of the wait: a lock that is given during it is not used any more (9)', async () => {
    const entered = deferred()
    const lock: RefreshLock = { request: (_name, _options, callback) => entered.promise.then(callback) }
    const { session, endpoint } = await withLock(lock, 1_000)
    const refused = rejectionOf(session.refresh())
    await pass(6_500)
    entered.resolve()
    await pass(9_000)
    expect(await refused).toMatchObject({ reason: 'lock' })
    expect(endpoint.asked).toHaveLength(0)
  })
})

it('a login while `acquire` runs after an end stays: what it brings belongs to nobody (28, 30)', async () => {
  const dialog = deferred<object>()
  const { session, endpoint, http } = bench({ acquire: () => dialog.promise })
  endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  await session.login(tokens(1))
  const refused = rejectionOf(session.refresh())
  await turn()
  await session.login({ accessToken: 'access-5', subject: 'bob' })
  dialog.resolve({ accessToken: 'access-9', subject: 'eve' })
  await refused
  await turn()
  expect((await http.get('/me')).data.token).toBe('access-5')
})

it('a call of the store that has its turn after dispose leaves no timer behind (33, 37)', async () => {
  const written = deferred()
  const clear = jest.fn(() => new Promise<void>(() => {}))
  const store: TokenStore = { get: () => undefined, set: () => written.promise, clear }
  const session = createSession({ refresh: async () => tokens(2), store })
  void session.login(tokens(1))
  void session.logout()
  session.dispose()
  written.resolve()
  await turn()
  expect([clear.mock.calls.length, jest.getTimerCount()]).toEqual([1, 0])
})

it('a store that does not answer in time is reported with the time that it had (33)', async () => {
  const set = (): Promise<void> => new Promise(() => {})
  const { session, takeProblems } = bench({
    refreshTimeoutMs: 9_000,
    store: { ...sharedPlace().open(), set },
  })
  const login = session.login(tokens(1))
  await pass(9_000)
  await login
  expect(takeProblems()).toMatchObject([{ cause: { message: 'It did not answer within 9000 ms' } }])
})
