/** Timers of a hidden tab fire about once a second, those that are due together: no order of deadlines can be had from them. */
import { memoryStore, type RefreshLock, type StoredRecord } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

const neverHad: RefreshLock = { request: () => new Promise(() => {}) }
const store = { ...memoryStore(), name: 'shared' }

async function waiting(): Promise<Bench> {
  const one = bench({ refreshTimeoutMs: 9_000, lock: neverHad, store })
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  return one
}

afterEach(() => jest.restoreAllMocks())

/** All timers that were set by then fire one after the other, with nothing in between. */
async function fireTogether(timers: jest.SpyInstance): Promise<void> {
  await turn()
  for (const [callback] of [...timers.mock.calls] as [() => void][]) callback()
  await turn()
}

it('a wait for the lock that ends in a hidden tab says that it was the lock (9, 34)', async () => {
  const { http, takeProblems } = await waiting()
  const timers = jest.spyOn(globalThis, 'setTimeout')
  const error = sessionErrorOf(http.get('/me'))
  await fireTogether(timers)
  const problems = takeProblems()
  expect(await error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'lock' })
  expect(problems).toEqual([])
})

it('a wait for the lock that ends in a hidden tab ends in a reread before an error (34)', async () => {
  const { http, takeProblems } = await waiting()
  const timers = jest.spyOn(globalThis, 'setTimeout')
  const before = store.get() as StoredRecord
  const found = http.get('/me').then(
    ({ data }) => data.token,
    () => undefined,
  )
  await turn()
  store.set({ ...before, version: before.version + 1, tokens: { ...before.tokens, accessToken: 'access-2' } })
  await fireTogether(timers)
  takeProblems()
  expect(await found).toBe('access-2')
})

it('a page that stood still past its deadline keeps the lock until the answer that is there has come (9, 34)', async () => {
  const place = sharedPlace()
  const one = bench({ store: place.open() })
  await one.session.login(tokens(1))
  const two = bench({ store: place.open(), grant: { fetch: one.endpoint.fetch } })
  for (const { api } of [one, two]) api.dead.add('access-1')
  const answer = deferred()
  one.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const told = sessionErrorOf(one.http.get('/a'))
  await one.endpoint.reached(1)
  // The laptop sleeps for a minute: then all timers are late.
  jest.setSystemTime(Date.now() + 60_000)
  await pass(30_000)
  expect(await told).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', ambiguous: true })
  const waiting = two.http.get('/b')
  await pass(5_000)
  answer.resolve()
  await pass(100)
  expect((await waiting).data.token).toBe('access-2')
  expect(one.endpoint.sent).toEqual(['refresh-1'])
})
