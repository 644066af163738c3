import { isSessionChanged, LoginRequiredError, memoryStore, type StoredRecord } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { rejectionOf, rejectionsOf, sessionErrorOf } from '../support/outcome.js'
import { sharedPlace, type SharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench, expectConsoleError } = useBench()

/** Two sessions over one store, one token endpoint and one API, as two tabs have; the first one signs in. */
async function pair(
  options: { hears?: boolean } = {},
): Promise<{ one: Bench; two: Bench; place: SharedPlace }> {
  const place = sharedPlace()
  const one = bench({ store: place.open(options) })
  await one.session.login(tokens(1))
  const two = bench({ store: place.open(options), grant: { fetch: one.endpoint.fetch } })
  two.api.answer = (request) => one.api.judge(request)
  return { one, two, place }
}

describe('two sessions over one store', () => {
  it('know the same login (34)', async () => {
    const { one, two } = await pair()
    expect(two.session.getSnapshot()).toMatchObject({ status: 'active' })
    expect(await two.session.getTokens()).toEqual(await one.session.getTokens())
  })

  it('make one grant for two storms at once (6, 34)', async () => {
    const { one, two } = await pair()
    one.api.dead.add('access-1')
    const answers = await Promise.all([one, two, one, two].map(({ http }, n) => http.get(`/${n}`)))
    expect(answers.map(({ data }) => data.token)).toEqual(Array(4).fill('access-2'))
    expect(one.endpoint.sent).toEqual(['refresh-1'])
    expect([two.told('grant'), two.told('adopted')]).toEqual([0, 1])
  })

  it('adopt after the lock what the other has renewed, without a grant of their own (34)', async () => {
    const { one, two, place } = await pair()
    await one.session.refresh()
    one.api.dead.add('access-1')
    expect((await two.http.get('/me')).data.token).toBe('access-2')
    expect([one.endpoint.asked.length, two.told('grant'), two.told('adopted')]).toEqual([1, 0, 1])
    expect(place.found).toMatchObject({ version: 2 })
  })

  it('never send a refresh token that the other has spent, through eight dead tokens (23, 34)', async () => {
    const { one, two } = await pair()
    for (let n = 1; n <= 8; n++) {
      one.api.dead.add(`access-${n}`)
      const both = n % 2 ? [two, one] : [one, two]
      const answers = await Promise.all(both.map(({ http }) => http.get('/me')))
      expect(answers.map(({ data }) => data.token)).toEqual(Array(2).fill(`access-${n + 1}`))
    }
    expect(one.endpoint.sent).toEqual(Array.from({ length: 8 }, (_, n) => `refresh-${n + 1}`))
  })

  it('see what the other has renewed also where the store changes in place what it has handed out (34)', async () => {
    const inner = memoryStore()
    const set = (record: StoredRecord): unknown =>
      inner.get() ? Object.assign(inner.get() as object, record) : inner.set({ ...record })
    const store = { ...inner, set, name: 'in-place' }
    const one = bench({ store })
    await one.session.login(tokens(1))
    const two = bench({ store, grant: { fetch: one.endpoint.fetch } })
    await one.session.refresh()
    await two.session.refresh()
    expect(one.endpoint.sent).toEqual(['refresh-1'])
    expect(await two.session.getAccessToken()).toBe('access-2')
  })

  it('go on where an adopted token is refused as well: then one of them asks (12, 34)', async () => {
    const { one, two } = await pair()
    await one.session.refresh()
    for (const token of ['access-1', 'access-2']) one.api.dead.add(token)
    // The adopted one is used for the replay; its 401 is a second one and goes to the caller.
    expect((await rejectionOf(two.http.get('/a'))).response?.status).toBe(401)
    expect((await two.http.get('/b')).data.token).toBe('access-3')
    expect(one.endpoint.sent).toEqual(['refresh-1', 'refresh-2'])
  })
})

describe('another login in the store', () => {
  it('is adopted at the next renewal: no hook, no grant, held requests reject (34)', async () => {
    const { one, two } = await pair()
    await one.session.login(tokens(5))
    one.api.dead.add('access-1')
    const { generation } = two.session.getSnapshot()
    const errors = await rejectionsOf(['/a', '/b'].map((path) => two.http.get(path)))
    expect(errors.map((error) => [error.code, isSessionChanged(error)])).toEqual(
      Array(2).fill(['ERR_CANCELED', true]),
    )
    expect(two.session.getSnapshot()).toMatchObject({ status: 'active', generation: generation + 1 })
    expect((await two.http.get('/c')).data.token).toBe('access-5')
    expect([one.endpoint.asked.length, two.onLoginRequired.mock.calls.length]).toEqual([0, 0])
  })

  it('during a grant is not overwritten by that grant’s late answer (11, 34)', async () => {
    const { one, two, place } = await pair()
    one.api.dead.add('access-1')
    const answer = deferred()
    one.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
    const held = rejectionOf(two.http.get('/me'))
    await one.endpoint.reached(1)
    await one.session.login(tokens(5))
    answer.resolve()
    expect(isSessionChanged(await held)).toBe(true)
    expect(place.found).toMatchObject({
      version: 1,
      tokens: { accessToken: 'access-5', refreshToken: 'refresh-5' },
    })
    expect(await two.session.getAccessToken()).toBe('access-5')
  })
})

describe('a store that someone else has cleared', () => {
  it('is a logout elsewhere: signed out at the next renewal, no hook, no grant, held requests reject (34)', async () => {
    const { one, two } = await pair()
    await one.session.logout()
    one.api.dead.add('access-1')
    expect(await sessionErrorOf(two.http.get('/me'))).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect(two.session.getSnapshot()).toMatchObject({ status: 'signedOut' })
    expect([one.endpoint.asked.length, two.onLoginRequired.mock.calls.length]).toEqual([0, 0])
  })

  it('during a grant is not filled again by its answer (11, 34)', async () => {
    const { one, two, place } = await pair()
    one.api.dead.add('access-1')
    const answer = deferred()
    one.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
    const held = rejectionOf(two.http.get('/me'))
    await one.endpoint.reached(1)
    await one.session.logout()
    answer.resolve()
    expect(isSessionChanged(await held)).toBe(true)
    expect([place.found, two.session.getSnapshot().status]).toEqual([undefined, 'signedOut'])
  })
})

describe('where the store tells of changes', () => {
  it('a renewal is adopted at once, and requests that begin then carry the new token (34)', async () => {
    const { one, two } = await pair({ hears: true })
    await one.session.refresh()
    await turn()
    expect((await two.http.get('/me')).data.token).toBe('access-2')
    expect([one.endpoint.asked.length, two.told('adopted')]).toEqual([1, 1])
  })

  it('it makes whoever queues for the lock go on without a grant (34)', async () => {
    const { one, two } = await pair({ hears: true })
    one.api.dead.add('access-1')
    const answer = deferred()
    one.endpoint.answer = async ({ index }) => (await answer.promise, { body: tokens(index + 1) })
    const first = one.http.get('/a')
    await one.endpoint.reached(1)
    const second = two.http.get('/b')
    await turn()
    expect(two.session.getSnapshot().held).toBe(1)
    answer.resolve()
    expect([(await first).data.token, (await second).data.token]).toEqual(['access-2', 'access-2'])
    await turn()
    expect(one.endpoint.sent).toEqual(['refresh-1'])
    expect([one.session, two.session].map((session) => session.getSnapshot().status)).toEqual([
      'active',
      'active',
    ])
  })

  it('a login and a logout reach the other at once, without a hook (34)', async () => {
    const { one, two } = await pair({ hears: true })
    await one.session.login(tokens(5))
    await turn()
    expect(await two.session.getAccessToken()).toBe('access-5')
    await one.session.logout()
    await turn()
    expect(two.session.getSnapshot().status).toBe('signedOut')
    expect([one.onLoginRequired.mock.calls.length, two.onLoginRequired.mock.calls.length]).toEqual([0, 0])
    await two.session.login(tokens(6))
    await turn()
    expect(await one.session.getAccessToken()).toBe('access-6')
  })

  it('another’s login ends a grant that hangs: its waiters reject and the lock is free (34)', async () => {
    const { one, two } = await pair({ hears: true })
    one.api.dead.add('access-1')
    one.endpoint.always('never')
    const held = rejectionOf(two.http.get('/me'))
    await one.endpoint.reached(1)
    await one.session.login(tokens(5))
    expect(isSessionChanged(await held)).toBe(true)
    one.endpoint.always({ body: tokens(6) })
    await one.session.refresh()
    expect(await one.session.getAccessToken()).toBe('access-6')
  })

  it('dispose unsubscribes (37)', async () => {
    const { one, two, place } = await pair({ hears: true })
    expect(place.listeners).toBe(2)
    two.session.dispose()
    expect(place.listeners).toBe(1)
    one.session.dispose()
    expect(place.listeners).toBe(0)
  })
})

it('a login elsewhere is another login here too: it counts as one, also where nobody was signed in (28, 34)', async () => {
  const place = sharedPlace()
  const two = bench({ store: place.open({ hears: true }) })
  const before = two.session.getSnapshot().generation
  const one = bench({ store: place.open({ hears: true }) })
  await one.session.login(tokens(1))
  await turn()
  expect(two.session.getSnapshot()).toMatchObject({ status: 'active', generation: before + 1 })
  expect(two.events).toContainEqual({ type: 'adopted', generation: before + 1, version: 1 })
})

it('what is held when somebody else signs in elsewhere is called off, and never sent as them (28, 34)', async () => {
  const { one, two } = await pair({ hears: true })
  two.api.dead.add('access-1')
  one.api.dead.add('access-1')
  const grant = deferred()
  one.endpoint.answer = async () => (await grant.promise, { body: tokens(2) })
  const held = rejectionOf(two.http.get('/me'))
  await one.endpoint.reached(1)
  await one.session.login(tokens(7))
  expect(isSessionChanged(await held)).toBe(true)
  grant.resolve()
  await turn()
  expect(two.api.authorizations).toEqual(['Bearer access-1'])
  expect(await two.session.getAccessToken()).toBe('access-7')
})

it('a store whose subscribing fails, or whose unsubscribing does, is told by the name of the call (34, 37)', () => {
  const failing = (): never => {
    throw new Error('no channel')
  }
  const unsubscribe = jest.fn().mockImplementationOnce(failing)
  const place = sharedPlace()
  expectConsoleError(/store\.subscribe threw/)
  bench({ store: { ...place.open(), subscribe: failing }, listens: false })
  expectConsoleError(/store\.unsubscribe threw/)
  bench({ store: { ...place.open(), subscribe: () => unsubscribe }, listens: false }).session.dispose()
})

it('with `acquire` alone an end elsewhere is an end here: it has been asked there already (27, 30, 34)', async () => {
  const place = sharedPlace()
  const acquire = jest.fn(async () => Promise.reject(new LoginRequiredError('refused')))
  const options = (hears: boolean) => ({ refresh: undefined, acquire, store: place.open({ hears }) })
  const one = bench(options(true))
  await one.session.login(tokens(1))
  const two = bench(options(true))
  await rejectionOf(one.session.refresh())
  await turn()
  expect([two.session.getSnapshot().status, acquire.mock.calls.length]).toEqual(['signedOut', 1])
  expect(two.onLoginRequired).toHaveBeenCalledTimes(1)
})
