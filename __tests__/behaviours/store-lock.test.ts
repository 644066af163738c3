import { memoryStore, type RefreshLock, type StoredRecord } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf, watch } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

/** A lock that the test can look into. */
class WatchedLock implements RefreshLock {
  readonly names: string[] = []
  isHeld = false

  async request<T>(name: string, _: { signal?: AbortSignal }, callback: () => Promise<T>): Promise<T> {
    this.names.push(name)
    this.isHeld = true
    return callback().finally(() => (this.isHeld = false))
  }
}

const neverHad: RefreshLock = { request: () => new Promise(() => {}) }

async function dead(options: BenchOptions): Promise<Bench> {
  const one = bench({ refreshTimeoutMs: 9_000, ...options })
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  return one
}

it('the lock covers reading again, the grant and the write, and nothing before or after (34)', async () => {
  const lock = new WatchedLock()
  const inner = memoryStore()
  const seen: string[] = []
  const note = (what: string): void => void seen.push(`${what} ${lock.isHeld ? 'inside' : 'outside'}`)
  const store = {
    name: 'shared',
    get: () => (note('get'), inner.get()),
    set: (record: StoredRecord) => (note('set'), inner.set(record)),
    clear: () => inner.clear(),
  }
  const { http, endpoint, session } = await dead({ lock, store })
  endpoint.answer = () => (note('grant'), { body: tokens(2) })
  seen.length = 0
  await http.get('/me')
  note('answer')
  // It may look more than once, so that it never overwrites another login.
  expect(seen.filter((one, index) => one !== seen[index - 1])).toEqual([
    'get inside',
    'grant inside',
    ...(seen.filter((one) => one.startsWith('get')).length > 1 ? ['get inside'] : []),
    'set inside',
    'answer outside',
  ])
  expect(lock.names).toHaveLength(1)
  await session.getAccessToken()
  expect(lock.names).toHaveLength(1)
})

it('sessions over stores of one name ask for the same lock, others for another (34)', async () => {
  const lock = new WatchedLock()
  for (const name of ['one', 'one', 'two']) {
    const { session } = await dead({ lock, store: { ...memoryStore(), name } })
    await session.refresh()
  }
  const [first, second, third] = lock.names
  expect([first, second === first, third === first]).toEqual([expect.stringContaining('one'), true, false])
})

it('the clearing after a refusal happens inside the lock, the app is called when it is free (27, 34)', async () => {
  const lock = new WatchedLock()
  const inner = memoryStore()
  const seen: [string, boolean][] = []
  const set = (record: StoredRecord): void => {
    if (record.ended) seen.push(['cleared', lock.isHeld])
    inner.set(record)
  }
  const store = { ...inner, name: 'shared', set }
  const onLoginRequired = (): void => void seen.push(['onLoginRequired', lock.isHeld])
  const { http, endpoint } = await dead({ lock, store, onLoginRequired })
  endpoint.always({ status: 401 })
  await sessionErrorOf(http.get('/me'))
  await turn()
  expect(seen).toEqual([
    ['cleared', true],
    ['onLoginRequired', false],
  ])
})

it('an onLoginRequired that never settles keeps the lock from nobody (34, 37)', async () => {
  const place = sharedPlace()
  const onLoginRequired: jest.Mock = jest.fn(() => new Promise<void>(() => {}))
  const { http, endpoint } = await dead({ store: place.open(), onLoginRequired })
  endpoint.always({ status: 401 })
  await sessionErrorOf(http.get('/me'))
  expect(onLoginRequired).toHaveBeenCalledTimes(1)
  const two = await dead({ store: place.open() })
  expect((await two.http.get('/me')).data.token).toBe('access-2')
})

describe('a lock that is not had', () => {
  it('by the deadline fails as transient: the refresh token is never sent without it (9, 34)', async () => {
    const { http, endpoint, stored, session, onLoginRequired } = await dead({ lock: neverHad })
    const errors = watch(Promise.all(['/a', '/b'].map((path) => sessionErrorOf(http.get(path)))))
    await pass(9_000)
    expect(errors.settled).toBe(true)
    for (const error of await errors.promise) {
      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'lock', ambiguous: false })
    }
    expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([0, 0])
    expect(stored()?.tokens.refreshToken).toBe('refresh-1')
    expect(session.getSnapshot().status).toBe('active')
  })

  it('is told its signal, which aborts in time, and a lock that obeys it fails no later (34)', async () => {
    const obeys: RefreshLock = {
      request: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        }),
    }
    const { http, endpoint } = await dead({ lock: obeys })
    const error = watch(sessionErrorOf(http.get('/me')))
    await pass(9_000)
    expect(await error.promise).toMatchObject({ reason: 'lock' })
    expect(endpoint.asked).toHaveLength(0)
  })

  it.each<[string, RefreshLock]>([
    ['never had', neverHad],
    [
      'had too late',
      { request: (_, __, callback) => new Promise((go) => setTimeout(go, 60_000)).then(callback) },
    ],
  ])('(%s) makes its waiter read again, and adopt what the holder has renewed (34)', async (_, lock) => {
    const store = { ...memoryStore(), name: 'shared' }
    const { http, endpoint, session } = await dead({ lock, store })
    const before = store.get() as StoredRecord
    const answer = watch(http.get('/me'))
    await turn()
    store.set({ ...before, version: 2, tokens: tokensOf(9) })
    await pass(9_000)
    expect((await answer.promise).data.token).toBe('access-9')
    expect([endpoint.asked.length, session.getSnapshot().lastError]).toEqual([0, undefined])
    await pass(60_000)
    expect(endpoint.asked).toHaveLength(0)
  })

  it('since it came just before the deadline, is not used: an answer would be cut short (25, 34)', async () => {
    const late: RefreshLock = {
      request: (_, __, callback) => new Promise((go) => setTimeout(go, 8_900)).then(callback),
    }
    const { http, endpoint } = await dead({ lock: late })
    const error = watch(sessionErrorOf(http.get('/me')))
    await pass(9_000)
    expect(await error.promise).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(endpoint.asked).toHaveLength(0)
  })

  it.each<[string, () => Promise<never>]>([
    ['rejects', () => Promise.reject(new Error('SecurityError'))],
    [
      'throws',
      () => {
        throw new Error('SecurityError')
      },
    ],
  ])('because it %s fails as transient, with the reason as its cause (34)', async (_, request) => {
    const { http, endpoint } = await dead({ lock: { request } })
    expect(await sessionErrorOf(http.get('/me'))).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      reason: 'lock',
      cause: { message: 'SecurityError' },
    })
    expect(endpoint.asked).toHaveLength(0)
  })
})

describe('the lock is free again', () => {
  const outcomes: [string, (one: Bench) => Promise<unknown>][] = [
    ['after a grant', ({ http }) => http.get('/me')],
    [
      'after a failure',
      ({ http, endpoint }) => (endpoint.always({ status: 500 }), sessionErrorOf(http.get('/me'))),
    ],
    [
      'after the end',
      ({ http, endpoint }) => (endpoint.always({ status: 401 }), sessionErrorOf(http.get('/me'))),
    ],
    ['after a logout during the grant', (one) => during(one, () => one.session.logout())],
    ['after a login during the grant', (one) => during(one, () => one.session.login(tokens(8)))],
    ['after dispose during the grant', (one) => during(one, () => one.session.dispose())],
  ]

  async function during({ http, endpoint }: Bench, act: () => unknown): Promise<void> {
    endpoint.always('never')
    const error = sessionErrorOf(http.get('/me'))
    await endpoint.reached(1)
    act()
    await error
  }

  it.each(outcomes)('%s (34)', async (_, act) => {
    const lock = new WatchedLock()
    const one = await dead({ lock, store: { ...memoryStore(), name: 'shared' } })
    await act(one)
    await turn()
    expect([lock.names.length, lock.isHeld]).toEqual([1, false])
  })

  it('after a grant that never came back, when the cool-down has passed (34)', async () => {
    const lock = new WatchedLock()
    const { http, endpoint } = await dead({ lock, store: { ...memoryStore(), name: 'shared' } })
    endpoint.always('never')
    const error = sessionErrorOf(http.get('/me'))
    await pass(9_000)
    await error
    await pass(30_000)
    expect(lock.isHeld).toBe(false)
  })
})

function tokensOf(n: number): StoredRecord['tokens'] {
  return { accessToken: `access-${n}`, refreshToken: `refresh-${n}` }
}
