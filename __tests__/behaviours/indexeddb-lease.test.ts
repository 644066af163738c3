/** The lease in IndexedDB, where there is no `navigator.locks`; another tab’s is written there by the test. */
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { createStore, del, get, set, type UseStore } from 'idb-keyval'
import { indexedDBStore } from 'tokenflight/indexeddb'
import { useBench, type Bench } from '../support/bench.js'
import { deferred, type Deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { watch } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

let there: UseStore

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  there = createStore('tokenflight', 'session')
})

const lease = (): Promise<{ holder: string; until: number } | undefined> => get('lease', there)
const otherLease = (lastsMs: number): Promise<void> =>
  set('lease', { holder: 'other', until: Date.now() + lastsMs }, there)

/** A transaction is some tasks: they all have their turn. */
async function settle(ms = 0): Promise<void> {
  await pass(ms)
  for (let turns = 0; turns < 30; turns++) await turn()
}

/** Signed in, with a token that the API refuses; its grant is answered when the test says so. */
async function dead(): Promise<Bench & { answer: Deferred<void> }> {
  const answer = deferred()
  const one = bench({ store: indexedDBStore() })
  await settle()
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  one.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  return { ...one, answer }
}

it('a tab renews under a lease of its own for ten seconds, which it prolongs and gives back (34)', async () => {
  const one = await dead()
  const request = one.http.get('/me')
  await settle()
  const first = await lease()
  expect([one.endpoint.sent, first]).toEqual([
    ['refresh-1'],
    { holder: expect.stringMatching(/^\w+$/), until: Date.now() + 10_000 },
  ])
  for (let n = 0; n < 4; n++) await settle(2_000)
  expect(await lease()).toEqual({ holder: first!.holder, until: Date.now() + 10_000 })
  one.answer.resolve()
  expect((await request).data.token).toBe('access-2')
  await settle()
  expect(await lease()).toBeUndefined()
})

it('another tab’s lease is waited for, and left as it is (6, 34)', async () => {
  const one = await dead()
  await otherLease(10_000)
  const others = await lease()
  const request = watch(one.http.get('/me'))
  for (let n = 0; n < 20; n++) await settle(100)
  expect([request.settled, one.endpoint.sent, await lease()]).toEqual([false, [], others])
  await del('lease', there)
  one.answer.resolve()
  for (let n = 0; n < 3; n++) await settle(100)
  expect((await request.promise).data.token).toBe('access-2')
})

it('a lease that has lapsed, its tab was closed, is nobody’s (9, 34)', async () => {
  const one = await dead()
  await otherLease(-1)
  one.answer.resolve()
  const request = one.http.get('/me')
  await settle()
  expect([(await request).data.token, one.endpoint.sent]).toEqual(['access-2', ['refresh-1']])
})

it('a lease that was lost meanwhile is another’s, and is not given back with the answer (34)', async () => {
  const one = await dead()
  const request = one.http.get('/me')
  await settle()
  await otherLease(10_000)
  const others = await lease()
  one.answer.resolve()
  expect((await request).data.token).toBe('access-2')
  await settle()
  expect(await lease()).toEqual(others)
})
