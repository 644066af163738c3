import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { indexedDBStore } from 'tokenflight/indexeddb'
import { useBench, type Bench } from '../support/bench.js'
import { rejectionOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

beforeEach(() => void (globalThis.indexedDB = new IDBFactory()))

/** Resolves when a session is as the test waits for it. */
function when({ session }: Bench, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isTrue()) return
      stop()
      resolve()
    }
    const stop = session.subscribe(look)
    look()
  })
}

const loaded = (one: Bench): Promise<void> => when(one, () => one.session.getSnapshot().status !== 'loading')

it('a session kept in IndexedDB is there after a reload; requests wait for it (33)', async () => {
  const before = bench({ store: indexedDBStore() })
  await before.session.login(tokens(1))
  before.session.dispose()
  const after = bench({ store: indexedDBStore() })
  expect(after.session.getSnapshot().status).toBe('loading')
  expect((await after.http.get('/me')).data.token).toBe('access-1')
})

it('two tabs make one grant, and a logout in one is seen in the other (6, 34)', async () => {
  const one = bench({ store: indexedDBStore() })
  await loaded(one)
  await one.session.login(tokens(1))
  const two = bench({ store: indexedDBStore(), grant: { fetch: one.endpoint.fetch } })
  for (const { api } of [one, two]) api.dead.add('access-1')
  const answers = await Promise.all([one, two, one, two].map(({ http }) => http.get('/me')))
  expect(answers.map(({ data }) => data.token)).toEqual(Array(4).fill('access-2'))
  expect(one.endpoint.sent).toEqual(['refresh-1'])
  await one.session.logout()
  await when(two, () => two.session.getSnapshot().status === 'signedOut')
  expect(two.onLoginRequired).not.toHaveBeenCalled()
})

it('databases of different names do not meet (34)', async () => {
  const [work, home] = [bench({ store: indexedDBStore('work') }), bench({ store: indexedDBStore('home') })]
  await work.session.login(tokens(1))
  await loaded(home)
  expect(home.session.getSnapshot().status).toBe('signedOut')
})

it('something else in its place counts as nobody signed in, and is reported (33)', async () => {
  const store = indexedDBStore()
  await store.set({ format: 9 } as never)
  const one = bench({ store })
  await loaded(one)
  expect(one.session.getSnapshot().status).toBe('signedOut')
  expect(one.takeProblems().map(({ message }) => message)).toEqual([
    'The token store holds something that is not a session; it counts as empty',
  ])
})

it('a database that could not be opened once is opened the next time (33)', async () => {
  const factory = globalThis.indexedDB
  const failed = { onerror: undefined as (() => void) | undefined, error: new Error('not now') }
  jest.spyOn(factory, 'open').mockImplementationOnce(() => {
    setImmediate(() => failed.onerror?.())
    return failed as never
  })
  const one = bench({ store: indexedDBStore() })
  await loaded(one)
  expect(one.takeProblems()).toHaveLength(1)
  await one.session.login(tokens(1))
  one.session.dispose()
  const after = bench({ store: indexedDBStore() })
  expect((await after.http.get('/me')).data.token).toBe('access-1')
})

it('where there is no IndexedDB the session goes on in memory, and the app is told (33)', async () => {
  Reflect.deleteProperty(globalThis, 'indexedDB')
  const one = bench({ store: indexedDBStore() })
  await one.session.login(tokens(1))
  expect((await one.http.get('/me')).data.token).toBe('access-1')
  expect(one.takeProblems().length).toBeGreaterThan(0)
})

describe('its lease, where there is no navigator.locks', () => {
  /** Runs `callback` under the lease of a tab of its own: the names keep the in-process lock out of it. */
  const under = <T>(
    tab: string,
    callback: () => Promise<T>,
    signal = new AbortController().signal,
  ): Promise<T> => indexedDBStore().lock!.request(tab, { signal }, callback)

  it('lets in one tab at a time, in one transaction (34)', async () => {
    let inside = 0
    let most = 0
    const enter = async (): Promise<void> => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
    }
    await Promise.all(['one', 'two', 'three'].map((tab) => under(tab, enter)))
    expect([most, inside]).toEqual([1, 0])
  })

  it('is given back when the callback fails (34)', async () => {
    await rejectionOf(under('one', () => Promise.reject(new Error('no'))))
    expect(await under('two', async () => 'in')).toBe('in')
  })

  it('is not waited for any longer than its signal says (9)', async () => {
    const controller = new AbortController()
    let leave!: () => void
    let entered!: () => void
    const isIn = new Promise<void>((resolve) => (entered = resolve))
    const held = under('one', () => new Promise<void>((resolve) => ((leave = resolve), entered())))
    await isIn
    const waiting = rejectionOf(under('two', async () => 'in', controller.signal))
    controller.abort(new Error('too late'))
    expect((await waiting).message).toBe('too late')
    leave()
    await held
  })
})
