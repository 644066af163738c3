import { memoryStore, storageStore, type KeyValueStorage } from 'tokenflight/axios'
import { leaseLock, type LeasePlace } from '../../src/lock/lease.js'
import { useBench, type Bench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { elapsed, pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, sessionErrorOf, watch } from '../support/outcome.js'
import { usePage } from '../support/page-double.js'
import { tokens } from '../support/token-endpoint-double.js'
import { useWebStorage } from '../support/web-storage-double.js'

const { bench } = useBench()
useFakeClock()
usePage()
const { process: newProcess } = useWebStorage()

/** A page without `navigator.locks`, in a process of its own; its in-process lock is not the other's. */
async function tab(storage: KeyValueStorage, first?: Bench): Promise<Bench> {
  const one = bench({
    store: storageStore(storage),
    ...(first && { grant: { fetch: first.endpoint.fetch } }),
  })
  if (!first) await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  return one
}

const lease = (storage: KeyValueStorage): unknown => storage.getItem('tokenflight.lease')
/** Another tab's, as it would stand there. */
const otherLease = (lastsMs: number): string => `other ${Date.now() + lastsMs}`

it('without Web Locks a tab renews under a lease in the storage, and gives it back (34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  const answer = deferred()
  one.endpoint.answer = async ({ index }) => (await answer.promise, { body: tokens(index + 1) })
  const request = one.http.get('/me')
  await pass(100)
  expect([one.endpoint.sent, lease(localStorage)]).toEqual([
    ['refresh-1'],
    expect.stringMatching(/^\w+ \d+$/),
  ])
  answer.resolve()
  await pass(100)
  expect([(await request).data.token, lease(localStorage)]).toEqual(['access-2', null])
})

it('another tab’s lease is waited for: what it has renewed is adopted without a grant (6, 34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  localStorage.setItem('tokenflight.lease', otherLease(10_000))
  const request = watch(one.http.get('/me'))
  await pass(2_000)
  expect([request.settled, one.endpoint.sent]).toEqual([false, []])
  const record = one.stored()!
  localStorage.setItem(
    'tokenflight',
    JSON.stringify({ ...record, version: 2, tokens: { accessToken: 'access-9' } }),
  )
  localStorage.removeItem('tokenflight.lease')
  await pass(300)
  expect([(await request.promise).data.token, one.endpoint.sent]).toEqual(['access-9', []])
})

it('a holder that was closed holds nobody up for longer than its lease (9, 34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  localStorage.setItem('tokenflight.lease', otherLease(10_000))
  const request = one.http.get('/me')
  await pass(10_300)
  expect((await request).data.token).toBe('access-2')
})

it('a holder that goes on for ever ends in an error at the deadline, and the session is kept (9, 34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  localStorage.setItem('tokenflight.lease', otherLease(10_000))
  const refusal = sessionErrorOf(one.http.get('/me'))
  for (let n = 0; n < 6; n++) {
    await pass(5_000)
    localStorage.setItem('tokenflight.lease', otherLease(10_000))
  }
  expect(await refusal).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'lock' })
  expect([one.endpoint.sent, one.session.getSnapshot().status]).toEqual([[], 'active'])
})

it('of two tabs that claim at once one has it: the other sees so and waits (34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  const request = watch(one.http.get('/me'))
  await pass(10)
  // Both found it free; the other one has written last.
  localStorage.setItem('tokenflight.lease', otherLease(1_000))
  await pass(500)
  expect([request.settled, one.endpoint.sent]).toEqual([false, []])
  await pass(1_000)
  expect((await request.promise).data.token).toBe('access-2')
})

it('a lease is prolonged while the grant is on its way (34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  const answer = deferred()
  one.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const request = one.http.get('/me')
  await pass(20_000)
  const lapses = Number(String(lease(localStorage)).split(' ')[1])
  expect(lapses).toBeGreaterThan(Date.now() + 7_000)
  answer.resolve()
  await pass(100)
  expect((await request).data.token).toBe('access-2')
})

it('a storage that is full gives no lease, and stops nobody (9, 33)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  localStorage.setItem = () => {
    throw new Error('QuotaExceededError')
  }
  const request = one.http.get('/me')
  await pass(100)
  expect((await request).data.token).toBe('access-2')
  expect(one.takeProblems().map(({ message }) => message)).toEqual([
    'The token store could not be written; the session goes on in memory',
  ])
})

it('a lease from before the clock was set back is nobody’s: it holds nobody up for years (34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  localStorage.setItem('tokenflight.lease', otherLease(86_400_000))
  const request = one.http.get('/me')
  await pass(300)
  expect((await request).data.token).toBe('access-2')
})

it('a lease until this very moment is over: it is taken at once (34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  localStorage.setItem('tokenflight.lease', otherLease(0))
  const request = one.http.get('/me')
  await turn()
  expect(lease(localStorage)).toEqual(expect.not.stringMatching(/^other /))
  await pass(50)
  expect((await request).data.token).toBe('access-2')
})

it('a lease that was lost meanwhile is another’s, and is not given back with the answer (34)', async () => {
  const { localStorage } = newProcess()
  const one = await tab(localStorage)
  const answer = deferred()
  one.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const request = one.http.get('/me')
  await pass(100)
  // This page was frozen for longer than its lease.
  const others = otherLease(10_000)
  localStorage.setItem('tokenflight.lease', others)
  answer.resolve()
  expect((await request).data.token).toBe('access-2')
  await turn()
  expect(lease(localStorage)).toBe(others)
})

it.each([
  [0, 25],
  [0.8, 65],
])(
  'while another tab has the lease it is looked at about every 50 ms: at random %d after %d (34)',
  async (random, ms) => {
    const { localStorage } = newProcess()
    const one = await tab(localStorage)
    const looks: number[] = []
    const { getItem } = localStorage
    localStorage.getItem = (key) => {
      if (key === 'tokenflight.lease') looks.push(elapsed())
      return getItem.call(localStorage, key)
    }
    const spy = jest.spyOn(Math, 'random').mockReturnValue(random)
    localStorage.setItem('tokenflight.lease', otherLease(10_000))
    const request = one.http.get('/me')
    await pass(3 * ms)
    spy.mockRestore()
    expect(looks).toEqual([0, ms, 2 * ms, 3 * ms])
    localStorage.removeItem('tokenflight.lease')
    await pass(200)
    expect((await request).data.token).toBe('access-2')
  },
)

describe('the timers of a lease', () => {
  /** What calls of these timers gave back. */
  const started = (): { hasRef(): boolean }[] =>
    [setTimeout, setInterval].flatMap((set) =>
      jest.mocked(set).mock.results.map(({ value }) => value as never),
    )
  afterEach(() => void jest.restoreAllMocks())

  it('keep no process alive, for its wait or for its renewal behind the traffic (34, 37)', async () => {
    const { localStorage } = newProcess()
    const one = await tab(localStorage)
    one.api.dead.clear()
    await pass(3_570_000)
    localStorage.setItem('tokenflight.lease', otherLease(60))
    const answer = deferred()
    one.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
    for (const name of ['setTimeout', 'setInterval'] as const) jest.spyOn(globalThis, name)
    expect((await one.http.get('/me')).data.token).toBe('access-1')
    await pass(1_000)
    expect(one.endpoint.sent).toEqual(['refresh-1'])
    expect(started().map((timer) => timer.hasRef())).toEqual(started().map(() => false))
    answer.resolve()
    await turn()
  })

  it('may be numbers, as they are in browsers (34)', async () => {
    const { localStorage } = newProcess()
    const one = await tab(localStorage)
    localStorage.setItem('tokenflight.lease', otherLease(60))
    for (const name of ['setTimeout', 'setInterval'] as const) {
      const start = globalThis[name]
      jest
        .spyOn(globalThis, name)
        .mockImplementation(((...of: [() => void]) => Number(start(...of))) as never)
    }
    const request = one.http.get('/me')
    await pass(1_000)
    expect((await request).data.token).toBe('access-2')
  })
})

describe('a place of leases that hangs for a while', () => {
  const place: LeasePlace = { claim: () => true, release: () => undefined }
  const over = (changed: Partial<LeasePlace>): Bench =>
    bench({
      store: { ...memoryStore(), name: 'leased', lock: leaseLock(Object.assign(place, changed)) },
    })

  it('at a claim fails that renewal only (9, 34)', async () => {
    const one = over({ claim: () => new Promise(() => {}) })
    await one.session.login(tokens(1))
    const refused = rejectionOf(one.session.refresh())
    await pass(30_000)
    expect(await refused).toMatchObject({ reason: 'lock' })
    place.claim = () => true
    await one.session.refresh()
    expect(one.endpoint.sent).toEqual(['refresh-1'])
  })

  it('at a release keeps nobody from the next renewal (9, 34)', async () => {
    const one = over({ release: () => new Promise(() => {}) })
    await one.session.login(tokens(1))
    await one.session.refresh()
    const again = watch(one.session.refresh())
    await pass(1_000)
    expect([again.settled, one.endpoint.sent]).toEqual([true, ['refresh-1', 'refresh-2']])
  })
})
