/** Stores that answer late: what others do meanwhile, and what the session itself has decided since. */
import { isSessionChanged, type StoredRecord } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, start, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { slowPlace, type SlowPlace } from '../support/slow-store.js'
import { tokens, type GrantAnswer } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

const bob: StoredRecord = {
  format: 1,
  sessionId: 'bob',
  version: 1,
  tokens: { accessToken: 'bob-1', refreshToken: 'bob-refresh-1' },
  issuedAt: start,
}

/** What the token endpoint makes of each refresh token. */
const renewed: Readonly<Record<string, GrantAnswer>> = {
  'refresh-1': { body: tokens(2) },
  'bob-refresh-1': { body: { access_token: 'bob-2', refresh_token: 'bob-refresh-2', expires_in: 3600 } },
}

/**
 * Alice is signed in and her grant gets `answer`; just when its result is about to reach the store, the store has
 * been read once more, bob signs in elsewhere. Resolves when all of that has settled.
 */
async function overtaken(answer?: GrantAnswer): Promise<{ one: Bench; place: SlowPlace; error: unknown }> {
  const place = slowPlace()
  const one = bench({ store: place.store })
  await pass(10)
  const login = one.session.login(tokens(1))
  await pass(10)
  await login
  one.api.dead.add('access-1')
  const gate = deferred()
  one.endpoint.answer = async ({ refreshToken }) => {
    await gate.promise
    return answer ?? renewed[String(refreshToken)] ?? { status: 400, body: { error: 'invalid_grant' } }
  }
  const error = rejectionOf(one.http.get('/alice'))
  await pass(10)
  await one.endpoint.reached(1)
  gate.resolve()
  await turn()
  await pass(5)
  place.found = bob
  place.tell()
  await pass(100)
  return { one, place, error: await error }
}

describe('another login in a slow store, adopted between a grant’s last look and its write', () => {
  it('is not overwritten by that grant (11, 34)', async () => {
    const { one, place, error } = await overtaken()
    expect(isSessionChanged(error)).toBe(true)
    expect(await one.session.getTokens()).toMatchObject({ accessToken: 'bob-1' })
    expect(place.found).toEqual(bob)
  })

  it('stays signed in: the next requests go out as bob, and it is his refresh token that is sent (28, 34)', async () => {
    const { one, place } = await overtaken()
    one.api.dead.add('bob-1')
    const answer = one.http.get('/bob')
    await pass(100)
    expect((await answer).data.token).toBe('bob-2')
    expect(one.api.authorizations).toEqual(['Bearer access-1', 'Bearer bob-1', 'Bearer bob-2'])
    expect(one.endpoint.sent).toEqual(['refresh-1', 'bob-refresh-1'])
    expect(place.found).toMatchObject({ sessionId: 'bob', version: 2, tokens: { accessToken: 'bob-2' } })
  })

  it('is not cleared by the end of the session before it, and no login is asked for (27, 34)', async () => {
    const { one, place, error } = await overtaken({ status: 401 })
    expect(isSessionChanged(error)).toBe(true)
    expect([place.found, one.onLoginRequired.mock.calls.length]).toEqual([bob, 0])
    expect(one.session.getSnapshot()).toMatchObject({ status: 'active', lastError: undefined })
  })
})

it('a notice that comes while the one before it is read is not lost: a logout elsewhere is seen (34)', async () => {
  const place = slowPlace()
  const { session } = bench({ store: place.store })
  await pass(10)
  const login = session.login(tokens(1))
  await pass(10)
  await login
  place.found = bob
  place.tell()
  await pass(5)
  place.found = undefined
  place.tell()
  await pass(100)
  expect([await session.getTokens(), session.getSnapshot().status]).toEqual([undefined, 'signedOut'])
})

describe('a write that was given up at the deadline', () => {
  /** A login takes 2 s to be written; the grant's own write is given up 1 s after it could begin. */
  async function givenUp(): Promise<{ one: Bench; place: SlowPlace }> {
    const place = slowPlace({ get: 0, set: 2_000 })
    const one = bench({ store: { ...place.store, name: undefined }, refreshTimeoutMs: 3_000 })
    await pass(0)
    const login = one.session.login(tokens(1))
    one.api.dead.add('access-1')
    const answer = one.http.get('/me')
    await pass(3_000)
    await login
    expect((await answer).data.token).toBe('access-2')
    expect(one.takeProblems()).toEqual([
      expect.objectContaining({ message: expect.stringContaining('could not be written') }),
    ])
    return { one, place }
  }

  it('still has its turn: a logout clears after it, and no token comes back (29, 33)', async () => {
    const { one, place } = await givenUp()
    const logout = one.session.logout()
    await pass(10_000)
    await logout
    expect([one.session.getSnapshot().status, place.found]).toEqual(['signedOut', undefined])
  })

  it('does not land on top of the next login (28, 33)', async () => {
    const { one, place } = await givenUp()
    place.times.set = 10
    const login = one.session.login(tokens(5))
    await pass(10_000)
    await login
    expect(place.found).toMatchObject({ tokens: { accessToken: 'access-5' } })
  })
})

it('what a grant brings while the machine sleeps, or its clock is set on, is stored before anyone goes on (23, 33)', async () => {
  const place = slowPlace()
  const one = bench({ store: place.store })
  await pass(10)
  const login = one.session.login(tokens(1))
  await pass(10)
  await login
  one.api.dead.add('access-1')
  const gate = deferred()
  one.endpoint.answer = async ({ index }) => (await gate.promise, { body: tokens(index + 1) })
  const request = one.http.get('/me')
  await pass(10)
  await one.endpoint.reached(1)
  jest.setSystemTime(Date.now() + 3_600_000)
  gate.resolve()
  await turn()
  await pass(19)
  expect([one.api.authorizations, place.found?.version]).toEqual([['Bearer access-1'], 1])
  await pass(1)
  expect((await request).data.token).toBe('access-2')
  expect(place.found).toMatchObject({ version: 2, tokens: { refreshToken: 'refresh-2' } })
})

it('a write that a logout has overtaken before its turn is not made at all (29, 33)', async () => {
  const place = slowPlace({ get: 0, set: 4_000 })
  const set = jest.spyOn(place.store, 'set')
  const { session, takeProblems } = bench({ store: place.store, refreshTimeoutMs: 3_000 })
  await pass(0)
  const logins = [1, 2, 3].map((n) => session.login(tokens(n)))
  const logout = session.logout()
  await pass(20_000)
  await Promise.all([...logins, logout])
  expect([place.found, set.mock.calls.length, takeProblems()]).toEqual([undefined, 0, []])
})

it('no grant begins with too little time left after a slow read: it would be cut short (25)', async () => {
  const place = slowPlace({ get: 0, set: 0 })
  const one = bench({ store: place.store, refreshTimeoutMs: 9_000 })
  await pass(0)
  const login = one.session.login(tokens(1))
  await pass(0)
  await login
  one.api.dead.add('access-1')
  place.times.get = 8_500
  const error = rejectionOf(one.http.get('/me'))
  await pass(9_000)
  expect(await error).toMatchObject({ cause: { code: 'ERR_REFRESH_UNAVAILABLE', ambiguous: false } })
  expect(one.endpoint.asked).toHaveLength(0)
})

describe.each<[string, 'login' | 'logout']>([
  ['a login', 'login'],
  ['a logout', 'logout'],
])('%s before the first look into a store that cannot be changed', (_, change) => {
  const full = (): never => {
    throw new Error('QuotaExceededError')
  }

  it('is not undone by what the look finds, nor by a notice of it (29, 33)', async () => {
    const place = slowPlace()
    place.found = bob
    const one = bench({ store: { ...place.store, set: full, clear: full } })
    const changed = change === 'login' ? one.session.login(tokens(1)) : one.session.logout()
    await pass(10)
    await changed
    place.tell()
    await pass(10)
    const accessToken = change === 'login' ? 'access-1' : undefined
    expect((await one.session.getTokens())?.accessToken).toBe(accessToken)
    expect(one.takeProblems()).not.toHaveLength(0)
  })

  it('is not undone by the look of a renewal either: bob’s refresh token is never sent (29, 34)', async () => {
    const place = slowPlace()
    place.found = bob
    const one = bench({ store: { ...place.store, set: full, clear: full } })
    const changed = change === 'login' ? one.session.login(tokens(1)) : one.session.logout()
    await pass(10)
    await changed
    one.api.dead.add('access-1')
    const answer = one.http.get('/me').then(
      ({ data }) => data.token as string,
      (error: { response?: { status: number } }) => error.response?.status,
    )
    await pass(100)
    expect(await answer).toBe(change === 'login' ? 'access-2' : 401)
    expect(one.endpoint.sent).toEqual(change === 'login' ? ['refresh-1'] : [])
    one.takeProblems()
  })
})

it('a login of our own while the store is read counts, and not who was found signed in there (28, 34)', async () => {
  const place = slowPlace()
  const one = bench({ store: place.store })
  await pass(10)
  place.found = bob
  place.tell()
  const login = one.session.login(tokens(1))
  await pass(10)
  expect(await one.session.getAccessToken()).toBe('access-1')
  await pass(10)
  await login
  expect([one.told('adopted'), place.found?.tokens.accessToken]).toEqual([0, 'access-1'])
})

it('a write that fails after the next login has begun does not hide a logout elsewhere (33, 34)', async () => {
  const place = slowPlace()
  let writes = 0
  const set: SlowPlace['store']['set'] = async (record) => {
    const isFirst = ++writes === 1
    await place.store.set(record)
    if (isFirst) throw new Error('QuotaExceededError')
  }
  const one = bench({ store: { ...place.store, set } })
  await pass(10)
  const first = one.session.login(tokens(1))
  await pass(5)
  const second = one.session.login(tokens(2))
  await pass(30)
  await Promise.all([first, second])
  expect([one.takeProblems().length, place.found?.tokens.accessToken]).toEqual([1, 'access-2'])
  place.found = undefined
  place.tell()
  await pass(10)
  expect(one.session.getSnapshot().status).toBe('signedOut')
})

it.each<[string, GrantAnswer]>([
  ['renewed', { body: tokens(2) }],
  ['refused', { status: 400, body: { error: 'invalid_grant' } }],
])(
  'a login elsewhere that is found when a grant was %s: its logout elsewhere is seen too (28, 34)',
  async (_, answer) => {
    const place = slowPlace()
    const one = bench({ store: place.store })
    const login = one.session.login(tokens(1))
    await pass(20)
    await login
    const granted = deferred()
    one.endpoint.answer = async () => (await granted.promise, answer)
    const refreshed = rejectionOf(one.session.refresh())
    await pass(100)
    place.found = bob
    granted.resolve()
    await pass(100)
    expect(isSessionChanged(await refreshed)).toBe(true)
    expect((await one.session.getTokens())?.accessToken).toBe('bob-1')
    place.found = undefined
    place.tell()
    await pass(10)
    expect(one.session.getSnapshot().status).toBe('signedOut')
  },
)
