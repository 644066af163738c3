/** Sessions of one page take turns; where there are no Web Locks, by a lock within the page. */
import { getEventListeners } from 'node:events'
import { memoryStore, storageStore, type RefreshLock } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { deferred, type Deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { usePage } from '../support/page-double.js'
import { tokens } from '../support/token-endpoint-double.js'
import { useWebStorage } from '../support/web-storage-double.js'

const { bench } = useBench()
useFakeClock()
usePage()
const { process: newProcess } = useWebStorage()

/** Sessions that take turns although each keeps a record of its own, and the answers that their grants wait for. */
async function named(name: string, count: number): Promise<{ all: Bench[]; answers: Deferred<void>[] }> {
  const answers = Array.from({ length: count }, () => deferred())
  const all = answers.map(({ promise }) => {
    const one = bench({ store: { ...memoryStore(), name } })
    one.endpoint.answer = async () => (await promise, { body: tokens(2) })
    return one
  })
  for (const { session } of all) await session.login(tokens(1))
  return { all, answers }
}

const asked = (all: readonly Bench[]): number[] => all.map(({ endpoint }) => endpoint.asked.length)

it('three sessions of one name have their turns one after the other, in the order in which they asked (34)', async () => {
  const { all, answers } = await named('in-turn', 3)
  const [one, two, three] = all.map(
    ({ session }) =>
      () =>
        session.refresh(),
  )
  const refreshed = [one!(), two!()]
  await turn()
  expect(asked(all)).toEqual([1, 0, 0])
  answers[0]!.resolve()
  await turn()
  refreshed.push(three!())
  await turn()
  expect(asked(all)).toEqual([1, 1, 0])
  answers[1]!.resolve()
  await turn()
  expect(asked(all)).toEqual([1, 1, 1])
  answers[2]!.resolve()
  await Promise.all(refreshed)
})

it('a copy of the package of another version takes turns by the same table (34)', async () => {
  const shared = globalThis as { [key: symbol]: Map<string, Promise<unknown>> | undefined }
  const table = (shared[Symbol.for('tokenflight.locks')] ??= new Map())
  const other = deferred()
  table.set('tokenflight:versions', other.promise)
  const { all, answers } = await named('versions', 1)
  answers[0]!.resolve()
  const refreshed = all[0]!.session.refresh()
  await turn()
  expect(asked(all)).toEqual([0])
  other.resolve()
  await refreshed
  await turn()
  expect([asked(all), table.has('tokenflight:versions')]).toEqual([[1], false])
})

describe('of two that ask for the lock of one localStorage', () => {
  let lock: RefreshLock
  let first: Deferred<string>
  let held: Promise<string>
  const entered = jest.fn(async () => 'second')

  beforeEach(async () => {
    lock = storageStore(newProcess().localStorage).lock!
    first = deferred<string>()
    held = lock.request('turns', {}, () => first.promise)
    entered.mockClear()
    await pass(100)
  })

  it('the second is let in after the first, and each has what its own callback gave (34)', async () => {
    const { signal } = new AbortController()
    const waiting = lock.request('turns', { signal }, entered)
    await pass(1_000)
    expect(entered).not.toHaveBeenCalled()
    first.resolve('first')
    await pass(100)
    expect([await held, await waiting, getEventListeners(signal, 'abort')]).toEqual(['first', 'second', []])
  })

  it('one that gives up is told at once, and is not let in when its turn comes (9, 34)', async () => {
    const controller = new AbortController()
    const gone = rejectionOf(lock.request('turns', { signal: controller.signal }, entered))
    const third = lock.request('turns', {}, async () => 'third')
    await turn()
    controller.abort(new Error('too late'))
    expect((await gone).message).toBe('too late')
    first.resolve('first')
    await pass(200)
    expect([await held, await third, entered.mock.calls.length]).toEqual(['first', 'third', 0])
  })
})
