/** Behaviours 11, 25 and 34 with slow stores: late answers that are being stored, and the pauses between attempts. */
import type { RefreshLock, TokenStore } from 'tokenflight/axios'
import { useBench, type BenchOptions } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, watch } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { slowPlace } from '../support/slow-store.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()
afterEach(() => void jest.restoreAllMocks())

/** Pauses and cool-downs are as short as chance lets them be: half of the full ones. */
beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0))

/** A store that nobody else sees, whose writes take so long. */
function slowOwn(times: { set: number }): TokenStore {
  const { store } = slowPlace({ get: 0, clear: 0, ...times })
  return { get: () => store.get(), set: (record) => store.set(record), clear: () => store.clear() }
}

/** The first grant has passed its deadline of 9 s and is answered when the test says so; the next is the third. */
async function late(options: BenchOptions) {
  const one = bench({ refreshTimeoutMs: 9_000, ...options })
  const answer = deferred()
  one.endpoint.answer = async ({ index }) => (
    index === 1 && (await answer.promise), { body: tokens(index + 1) }
  )
  const login = one.session.login(tokens(1))
  await pass(5_000)
  await login
  const refused = rejectionOf(one.session.refresh())
  await pass(9_000)
  expect(await refused).toMatchObject({ reason: 'timeout', ambiguous: true })
  return { ...one, arrive: () => (answer.resolve(), turn()) }
}

describe('a late answer whose tokens are being stored', () => {
  it('is waited for by refresh(): the spent token is not sent again, without any lock too (11)', async () => {
    const { session, endpoint, arrive } = await late({ store: slowOwn({ set: 3_000 }) })
    await arrive()
    const again = watch(session.refresh())
    await pass(2_999)
    expect([again.settled, endpoint.sent]).toEqual([false, ['refresh-1']])
    await pass(1)
    await again.promise
    expect(endpoint.sent).toEqual(['refresh-1'])
    expect(await session.getAccessToken()).toBe('access-2')
  })

  it('has the whole of the deadline for it, not what was left of the first (9, 11)', async () => {
    const { session, arrive, stored } = await late({ store: slowOwn({ set: 3_000 }) })
    await arrive()
    await pass(3_000)
    expect(await session.getAccessToken()).toBe('access-2')
    expect(stored).toBeDefined()
  })

  it.each([
    ['its time is over', false],
    ['another renewal begins', true],
  ])('keeps its lock until they are there, though %s (11, 34)', async (_, isAskedAgain) => {
    const place = slowPlace({ get: 0, set: 4_000 })
    const { session, endpoint, arrive } = await late({ store: place.store })
    const other = bench({ refreshTimeoutMs: 9_000, store: place.store })
    await pass(10)
    await arrive()
    const again = isAskedAgain ? session.refresh() : undefined
    const theirs = other.session.refresh()
    await pass(3_980)
    expect([endpoint.sent, other.endpoint.asked.length]).toEqual([['refresh-1'], 0])
    await pass(20_000)
    await Promise.all([again, theirs])
    expect(other.endpoint.sent).not.toContain('refresh-1')
  })

  it('asks for no lock once a logout has come while the next renewal waited for them (11, 28)', async () => {
    const asked = jest.fn()
    const lock: RefreshLock = { request: (_name, _options, callback) => (asked(), callback()) }
    const { session, arrive } = await late({ store: slowOwn({ set: 3_000 }), lock })
    await arrive()
    const again = rejectionOf(session.refresh())
    await turn()
    const left = session.logout()
    await pass(3_010)
    await left
    expect(await again).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect(asked).toHaveBeenCalledTimes(1)
  })
})

it('tokens that reach the store after their time are no news when they are found there (33, 34)', async () => {
  const place = slowPlace({ get: 0, set: 0 })
  const { session, told, takeProblems } = bench({ refreshTimeoutMs: 9_000, store: place.store })
  const login = session.login(tokens(1))
  await pass(10)
  await login
  place.times.set = 12_000
  const done = session.refresh()
  await pass(9_010)
  await done
  expect(takeProblems()).toHaveLength(1)
  await pass(12_000)
  expect(place.found).toMatchObject({ version: 2, tokens: { accessToken: 'access-2' } })
  place.tell()
  await pass(10)
  expect([told('adopted'), await session.getAccessToken()]).toEqual([0, 'access-2'])
})

it('past its deadline a silent grant keeps the lock for its cool-down and no longer (11, 34)', async () => {
  const place = sharedPlace()
  const one = bench({ refreshTimeoutMs: 9_000, store: place.open() })
  one.endpoint.always('never')
  await one.session.login(tokens(1))
  const other = bench({ refreshTimeoutMs: 9_000, store: place.open() })
  const refused = rejectionOf(one.session.refresh())
  await pass(8_000)
  const theirs = other.session.refresh()
  await pass(1_000)
  await refused
  await pass(499)
  expect(other.endpoint.asked).toHaveLength(0)
  await pass(1)
  await theirs
  expect(other.endpoint.sent).toEqual(['refresh-1'])
})

it('a late answer that says "later" is not followed by another attempt: nobody waits for one (9, 25)', async () => {
  const { session, endpoint } = bench({ refreshTimeoutMs: 9_000 })
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { status: 503 })
  await session.login(tokens(1))
  const refused = rejectionOf(session.refresh())
  await pass(9_000)
  await refused
  answer.resolve()
  await pass(60_000)
  expect(endpoint.sent).toEqual(['refresh-1'])
})

describe('the pause between two attempts', () => {
  it('is none where the answer may have been lost and the server has a grace: it is asked for again at once (25)', async () => {
    const { session, endpoint } = bench({ rotationGraceMs: 10_000 })
    endpoint.inTurn(new TypeError('Failed to fetch'), { body: tokens(2) })
    await session.login(tokens(1))
    const done = session.refresh()
    await turn()
    expect(endpoint.sent).toEqual(['refresh-1', 'refresh-1'])
    await done
  })

  it('is not cut short by refresh(), which joins it (25)', async () => {
    const { session, endpoint } = bench()
    endpoint.inTurn({ status: 503 }, { body: tokens(2) })
    await session.login(tokens(1))
    const first = session.refresh()
    await turn()
    const second = session.refresh()
    await pass(249)
    expect(endpoint.asked).toHaveLength(1)
    await pass(1)
    await Promise.all([first, second])
    expect(endpoint.asked).toHaveLength(2)
  })

  it('is followed by another look: what another tab has stored is not renewed again (25, 34)', async () => {
    const place = sharedPlace()
    const one = bench({ store: place.open() })
    one.endpoint.inTurn({ status: 503 }, { status: 400, body: { error: 'invalid_grant' } })
    await one.session.login(tokens(1))
    const done = one.session.refresh()
    await turn()
    const record = one.stored()
    const their = { accessToken: 'access-7', refreshToken: 'refresh-7' }
    if (record) await place.open().set({ ...record, version: 2, tokens: their })
    await pass(250)
    await done
    expect([one.endpoint.sent, await one.session.getAccessToken()]).toEqual([['refresh-1'], 'access-7'])
  })

  it('and a store that does not answer after it: nothing is sent past the deadline (9, 25)', async () => {
    const place = slowPlace({ get: 0, set: 0 })
    const { session, endpoint, told, takeProblems } = bench({ refreshTimeoutMs: 3_000, store: place.store })
    endpoint.always({ status: 503 })
    const login = session.login(tokens(1))
    await pass(10)
    await login
    const refused = rejectionOf(session.refresh())
    await pass(10)
    place.times.get = 60_000
    await pass(120_000)
    await refused
    expect([endpoint.asked.length, told('grant')]).toEqual([1, 1])
    takeProblems()
  })
})

it('a subscriber that asks for a renewal as one begins joins that one (6)', async () => {
  const { session, endpoint } = bench()
  await session.login(tokens(1))
  const statuses: string[] = []
  let joined: Promise<void> | undefined
  const stop = session.subscribe(() => {
    if (statuses.push(session.getSnapshot().status) === 1) joined = session.refresh()
  })
  await session.refresh()
  await joined
  stop()
  expect([statuses[0], endpoint.asked.length]).toEqual(['refreshing', 1])
})
