import { BroadcastChannel as NodeChannel } from 'node:worker_threads'
import { storageStore, type KeyValueStorage } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { turn } from '../support/fake-clock.js'
import { usePage } from '../support/page-double.js'
import { tokens } from '../support/token-endpoint-double.js'
import { mapStorage } from '../support/watched-sessions.js'
import { useWebStorage } from '../support/web-storage-double.js'

const { bench } = useBench()
const page = usePage()
const { process: newProcess } = useWebStorage()

/** As many tabs over one storage, each with a store object of its own, as pages have. */
function tabs(count: number, storage: KeyValueStorage = mapStorage(), key?: string): Bench[] {
  return Array.from({ length: count }, () => bench({ store: storageStore(storage, key) }))
}

/** A channel's message is a task: several turns may pass. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let turns = 0; !isTrue() && turns < 200; turns++) await turn()
  expect(isTrue()).toBe(true)
}

const statuses = (all: readonly Bench[]): string[] => all.map(({ session }) => session.getSnapshot().status)

it('a login, a renewal and a logout in one tab are seen in all, whatever the storage (34)', async () => {
  const all = tabs(3)
  const [one, two, three] = all as [Bench, Bench, Bench]
  await one.session.login(tokens(1))
  await until(() => statuses(all).every((status) => status === 'active'))
  await two.session.refresh()
  await until(() => three.told('adopted') === 2 && one.told('adopted') === 1)
  expect(await three.session.getAccessToken()).toBe('access-2')
  await three.session.logout()
  await until(() => statuses(all).every((status) => status === 'signedOut'))
  expect(all.map(({ onLoginRequired }) => onLoginRequired.mock.calls.length)).toEqual([0, 0, 0])
})

it('sessions with different keys on one page do not meet (34)', async () => {
  const storage = mapStorage()
  const [work] = tabs(1, storage, 'work') as [Bench]
  const [home] = tabs(1, storage, 'home') as [Bench]
  await work.session.login(tokens(1))
  await home.session.login(tokens(5))
  await work.session.logout()
  await turn()
  expect([work.session.getSnapshot().status, await home.session.getAccessToken()]).toEqual([
    'signedOut',
    'access-5',
  ])
  expect([...storage.items.keys()]).toEqual(['home'])
})

it('a notice says that something has changed, and nothing else (34, 36)', async () => {
  const heard: unknown[] = []
  const channel = new NodeChannel('tokenflight:tokenflight')
  channel.onmessage = (event) => void heard.push((event as { data: unknown }).data)
  const [one] = tabs(1) as [Bench]
  await one.session.login(tokens(1))
  await one.session.refresh()
  await one.session.logout()
  await until(() => heard.length === 3)
  expect(heard).toEqual(['changed', 'changed', 'changed'])
  channel.close()
})

it('a BroadcastChannel that may not be opened is one that is not there (34)', async () => {
  const { BroadcastChannel } = globalThis
  Object.assign(globalThis, {
    BroadcastChannel: class {
      constructor() {
        throw new Error('SecurityError')
      }
    },
  })
  const store = storageStore(mapStorage())
  const all = [bench({ store }), bench({ store })]
  Object.assign(globalThis, { BroadcastChannel })
  await all[0]!.session.login(tokens(1))
  await turn()
  expect(statuses(all)).toEqual(['active', 'active'])
})

it('a session that is alone over its storage does not read back what it has written itself (34)', async () => {
  const storage = mapStorage()
  const [one] = tabs(1, storage) as [Bench]
  const reads = jest.spyOn(storage, 'getItem')
  await one.session.login(tokens(1))
  await turn()
  expect(reads.mock.calls.length).toBe(0)
})

it('where one of two sessions over a store object is disposed of, the other still hears of other tabs (34, 37)', async () => {
  const storage = mapStorage()
  const store = storageStore(storage)
  const [gone, stays] = [bench({ store }), bench({ store })] as const
  gone.session.dispose()
  const [other] = tabs(1, storage) as [Bench]
  await other.session.login(tokens(1))
  await until(() => stays.session.getSnapshot().status === 'active')
})

it('channels as browsers have them, which nothing can unref, tell the tabs and are closed by dispose (34, 37)', async () => {
  const open = new Map<object, { onmessage?: () => void }>()
  const { BroadcastChannel } = globalThis
  class ChannelOfBrowsers {
    constructor() {
      open.set(this, this)
    }
    postMessage(): void {
      for (const other of open.values() as Iterable<ChannelOfBrowsers>) if (other !== this) other.onmessage()
    }
    close(): void {
      open.delete(this)
    }
    onmessage(): void {}
  }
  Object.assign(globalThis, { BroadcastChannel: ChannelOfBrowsers })
  const [one, two] = tabs(2) as [Bench, Bench]
  Object.assign(globalThis, { BroadcastChannel })
  await one.session.login(tokens(1))
  await until(() => two.session.getSnapshot().status === 'active')
  for (const { session } of [one, two]) session.dispose()
  expect([one.takeProblems(), open.size]).toEqual([[], 0])
})

it('a localStorage where there are no events is told of by its channel alone, which dispose closes (34, 37)', async () => {
  const close = jest.spyOn(BroadcastChannel.prototype, 'close')
  Reflect.deleteProperty(globalThis, 'addEventListener')
  Reflect.deleteProperty(globalThis, 'removeEventListener')
  const [one] = tabs(1, newProcess().localStorage) as [Bench]
  await one.session.login(tokens(1))
  one.session.dispose()
  expect(close.mock.calls.length).toBe(1)
  close.mockRestore()
})

describe('where there is no BroadcastChannel', () => {
  const { BroadcastChannel } = globalThis
  beforeEach(() => void Reflect.deleteProperty(globalThis, 'BroadcastChannel'))
  afterEach(() => void (globalThis.BroadcastChannel = BroadcastChannel))

  it('a storage event of localStorage tells: of this key, or that all was cleared (34)', async () => {
    const [here, there] = [newProcess(), newProcess()]
    const [one] = tabs(1, here.localStorage) as [Bench]
    const [two] = tabs(1, there.localStorage) as [Bench]
    await one.session.login(tokens(1))
    there.follow()
    page.fire('storage', { key: 'other', storageArea: there.localStorage })
    page.fire('storage', { key: 'tokenflight', storageArea: {} })
    await turn()
    expect(two.session.getSnapshot().status).toBe('signedOut')
    page.fire('storage', { key: 'tokenflight', storageArea: there.localStorage })
    await until(() => two.session.getSnapshot().status === 'active')
    here.localStorage.removeItem('tokenflight')
    there.follow()
    page.fire('storage', { key: null, storageArea: there.localStorage })
    await until(() => two.session.getSnapshot().status === 'signedOut')
    expect(two.onLoginRequired).not.toHaveBeenCalled()
  })

  it('sessions over one store object still tell each other, and dispose has nothing to close (34, 37)', async () => {
    const store = storageStore(mapStorage())
    const all = [bench({ store }), bench({ store })]
    await all[0]!.session.login(tokens(1))
    await turn()
    expect(statuses(all)).toEqual(['active', 'active'])
    for (const { session } of all) session.dispose()
    expect(all.map((one) => one.takeProblems())).toEqual([[], []])
  })
})

it.each(['pageshow', 'visibilitychange'])(
  'a page that missed the notice looks again at %s (34)',
  async (type) => {
    const [here, there] = [newProcess(), newProcess()]
    const [one] = tabs(1, here.localStorage) as [Bench]
    const [frozen] = tabs(1, there.localStorage) as [Bench]
    await one.session.login(tokens(1))
    await turn()
    there.follow()
    page.fire(type)
    await until(() => frozen.session.getSnapshot().status === 'active')
  },
)

it('dispose closes the channel and leaves no listener on the page (37)', () => {
  const close = jest.spyOn(BroadcastChannel.prototype, 'close')
  const all = tabs(2, newProcess().localStorage)
  for (const { session } of all) session.dispose()
  expect([close.mock.calls.length, page.listeners]).toEqual([2, 0])
  close.mockRestore()
})
