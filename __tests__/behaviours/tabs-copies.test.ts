import { storageStore } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { useLocks } from '../support/locks-double.js'
import { watch } from '../support/outcome.js'
import { usePage } from '../support/page-double.js'
import { tokens } from '../support/token-endpoint-double.js'
import { useWebStorage, type StorageProcess } from '../support/web-storage-double.js'

const { bench } = useBench()
useFakeClock()
usePage()
const { process: newProcess } = useWebStorage()
const world = useLocks()

/** Two tabs in processes of their own: the second one's copy of localStorage does not follow by itself. */
async function pair(): Promise<{ one: Bench; two: Bench; there: StorageProcess }> {
  const here = newProcess()
  const one = bench({ store: storageStore(here.localStorage) })
  await one.session.login(tokens(1))
  const there = newProcess()
  const two = bench({ store: storageStore(there.localStorage), grant: { fetch: one.endpoint.fetch } })
  for (const { api } of [one, two]) api.dead.add('access-1')
  return { one, two, there }
}

describe('a tab whose copy of localStorage lags behind the lock', () => {
  it('waits for the newest version and never sends the spent refresh token (34)', async () => {
    const { one, two, there } = await pair()
    expect((await one.http.get('/a')).data.token).toBe('access-2')
    const answer = watch(two.http.get('/b'))
    await pass(1_000)
    expect([answer.settled, one.endpoint.sent]).toEqual([false, ['refresh-1']])
    there.follow()
    await pass(50)
    expect((await answer.promise).data.token).toBe('access-2')
    expect(one.endpoint.sent).toEqual(['refresh-1'])
    await pass(5_000)
  })

  it('waits out a logout as well, and then sends nothing (34)', async () => {
    const { one, two, there } = await pair()
    await one.session.logout()
    const refusal = watch(two.http.get('/b').catch((error: unknown) => error))
    await pass(100)
    expect(refusal.settled).toBe(false)
    there.follow()
    await pass(50)
    expect(await refusal.promise).toMatchObject({ code: 'ERR_CANCELED' })
    expect([one.endpoint.sent, two.session.getSnapshot().status]).toEqual([[], 'signedOut'])
    await pass(5_000)
  })

  it('goes on after a while: a copy that never follows hangs nobody (9, 34)', async () => {
    const { one, two } = await pair()
    await one.http.get('/a')
    const answer = watch(two.http.get('/b'))
    await pass(6_000)
    expect([answer.settled, one.endpoint.sent]).toEqual([true, ['refresh-1', 'refresh-1']])
    await pass(5_000)
  })
})

it('a mark names the version and is gone after some seconds; it holds no token (34, 36)', async () => {
  const { one } = await pair()
  await one.http.get('/a')
  const { sessionId } = one.stored()!
  expect(world.locks.names).toEqual(
    [1, 2].map((version) => `tokenflight:tokenflight@${sessionId}@${version}`),
  )
  await pass(5_000)
  expect(world.locks.names).toEqual([])
})

it('a lock manager that refuses marks and questions stops nobody (34)', async () => {
  const refuse = async (): Promise<never> => Promise.reject(new Error('not here'))
  Object.assign(world.locks, { request: refuse, query: refuse })
  const { one } = await pair()
  const answer = one.http.get('/a')
  await pass(200)
  expect((await answer).data.token).toBe('access-2')
  await turn()
})

it('two tabs that log out at once leave their marks side by side: both are gone after some seconds (34)', async () => {
  const { one, two } = await pair()
  const left = `tokenflight:tokenflight@${one.stored()!.sessionId}@Infinity`
  await Promise.all([one.session.logout(), two.session.logout()])
  expect(world.locks.names.filter((name) => name === left)).toHaveLength(2)
  await pass(5_000)
  expect(world.locks.names).toEqual([])
})

it.each<[string, object]>([
  ['that can do nothing', { request: undefined, query: undefined }],
  ['that cannot be asked', { query: undefined }],
  ['that can only be asked', { request: undefined }],
  ['that knows of nothing held', { query: async () => ({}) }],
  ['where something without a name is held', { query: async () => ({ held: [{}] }) }],
])('a lock manager %s stops nobody (34)', async (_, locks) => {
  Object.assign(world.locks, locks)
  const { one } = await pair()
  const answer = one.http.get('/a')
  await pass(100)
  expect((await answer).data.token).toBe('access-2')
  await pass(5_000)
})

it('a logout where there is nothing in localStorage any more is one all the same (29)', async () => {
  const here = newProcess()
  const one = bench({ store: storageStore(here.localStorage) })
  await one.session.login(tokens(1))
  here.localStorage.removeItem('tokenflight')
  await one.session.logout()
  expect([one.session.getSnapshot().status, one.takeProblems()]).toEqual(['signedOut', []])
  await pass(5_000)
})
