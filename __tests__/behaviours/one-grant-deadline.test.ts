/** Behaviour 9: `refreshTimeoutMs` is one deadline over lock, grant, retries and store. */
import {
  attachSession,
  getSessionError,
  memoryStore,
  storageStore,
  type CommonOptions,
  type RefreshFunction,
  type RefreshLock,
  type RefreshTokenGrant,
  type StoredRecord,
  type TokenStore,
} from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, settled } from '../support/scripted-api.js'
import { mapStorage, startOfTime, stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open, listen } = watchSessions()

afterEach(() => void jest.restoreAllMocks())

const never = () => new Promise<never>(() => {})
/** Never grants, whatever its signal says. */
const hungLock: RefreshLock = { request: never }
/** Never grants, and lets go of whoever gives up, as `navigator.locks` does. */
const takenLock: RefreshLock = {
  request: (_name, { signal }) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
}

async function refused(options: CommonOptions & { refresh: RefreshFunction | RefreshTokenGrant }) {
  const api = apiThatAccepts('new')
  const instance = api.create()
  const session = open({ refreshTimeoutMs: 5_000, ...options })
  const events = listen(session)
  attachSession(instance, session)
  await session.login(tokens('old'))
  const told = jest.fn<void, [unknown]>()
  const answered = jest.fn()
  const request = instance.get('/me').then(answered, told)
  await settled()
  return { api, instance, session, events, told, answered, request }
}

/** A named store in memory whose calls can be made to hang. */
function hangingStore() {
  const inner = memoryStore()
  const hanging = new Set<'get' | 'set' | 'clear'>()
  const store: TokenStore = {
    name: 'hanging',
    get: () => (hanging.has('get') ? never() : inner.get()),
    set: (record: StoredRecord) => (hanging.has('set') ? never() : inner.set(record)),
    clear: () => (hanging.has('clear') ? never() : inner.clear()),
  }
  return { store, hanging, inner }
}

it.each([
  ['is never had', takenLock],
  ['hangs', hungLock],
])(
  'a lock that %s: told by the deadline, nothing was sent, and a new attempt works (9)',
  async (_, broken) => {
    let lock = broken
    const refresh = jest.fn(async () => tokens('new'))
    const { session, told, instance } = await refused({
      refresh,
      lock: { request: (...args) => lock.request(...args) },
    })
    await settled()
    expect(told).not.toHaveBeenCalled()
    await jest.advanceTimersByTimeAsync(5_000)
    await settled()
    expect(getSessionError(told.mock.calls[0]?.[0])).toMatchObject({ reason: 'lock', ambiguous: false })
    expect(refresh).not.toHaveBeenCalled()
    lock = { request: (_name, _options, callback) => callback() }
    await session.refresh()
    expect((await instance.get('/me')).status).toBe(200)
  },
)

it('a lock that fails at once: told at once, nothing was sent (9)', async () => {
  const refresh = jest.fn(async () => tokens('new'))
  const broken: RefreshLock = { request: () => Promise.reject(new Error('no locks here')) }
  const { told } = await refused({ refresh, lock: broken })
  expect(getSessionError(told.mock.calls[0]?.[0])).toMatchObject({ reason: 'lock', ambiguous: false })
  expect(refresh).not.toHaveBeenCalled()
})

it('who waits for the lock until the deadline adopts what the other has stored meanwhile (9)', async () => {
  const storage = mapStorage()
  const refresh = jest.fn(async () => tokens('new'))
  const other = await refused({ refresh, store: storageStore(storage), lock: takenLock })
  const holder = open({ refresh: async () => tokens('new'), store: storageStore(storage) })
  await holder.refresh()
  await jest.advanceTimersByTimeAsync(5_000)
  await other.request
  expect(other.answered).toHaveBeenCalledTimes(1)
  expect(other.api.authorizations).toEqual(['Bearer old', 'Bearer new'])
  expect(refresh).not.toHaveBeenCalled()
})

it('time spent waiting for the lock is not given to the grant again (9)', async () => {
  const entered = deferred()
  const lock: RefreshLock = { request: (_name, _options, callback) => entered.promise.then(callback) }
  const refresh = jest.fn(never)
  const { told } = await refused({ refresh, lock })
  await jest.advanceTimersByTimeAsync(3_000)
  entered.resolve()
  await settled()
  expect(refresh).toHaveBeenCalledTimes(1)
  await jest.advanceTimersByTimeAsync(1_999)
  expect(told).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(1)
  await settled()
  expect(getSessionError(told.mock.calls[0]?.[0])).toMatchObject({ reason: 'timeout', ambiguous: true })
})

it('retries of a server that says "later" end before the deadline, with its answer (9)', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(1)
  const asked: number[] = []
  const fetch = async () => {
    asked.push(Date.now() - startOfTime)
    return new Response('', { status: 503 })
  }
  const { told } = await refused({ refresh: { tokenEndpoint: 'https://auth.test/token', fetch } })
  await jest.advanceTimersByTimeAsync(5_000)
  await settled()
  // Pauses of 500 ms and 1 s; after 2 s more there would be too little time left.
  expect(asked).toEqual([0, 500, 1_500])
  expect(getSessionError(told.mock.calls[0]?.[0])).toMatchObject({ reason: 'server', status: 503 })
})

it('a shared store that cannot be read again: told at the deadline, the refresh token was not sent (9)', async () => {
  const { store, hanging } = hangingStore()
  const refresh = jest.fn(async () => tokens('new'))
  const api = apiThatAccepts('new')
  const instance = api.create()
  const session = open({ refresh, store, refreshTimeoutMs: 5_000 })
  const events = listen(session)
  attachSession(instance, session)
  await session.login(tokens('old'))
  hanging.add('get')
  const told = jest.fn<void, [unknown]>()
  void instance.get('/me').catch(told)
  await jest.advanceTimersByTimeAsync(4_999)
  expect(told).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(1)
  await settled()
  expect(getSessionError(told.mock.calls[0]?.[0])).toMatchObject({ reason: 'store', ambiguous: false })
  expect(refresh).not.toHaveBeenCalled()
  expect(events.map(({ type }) => type)).toContain('grantFailed')
  hanging.clear()
  await session.refresh()
  expect((await instance.get('/me')).status).toBe(200)
})

it('a store that does not take the new tokens: at the deadline all go on with them, and it is reported (9)', async () => {
  const { store, hanging } = hangingStore()
  const granted = deferred<ReturnType<typeof tokens>>()
  const refresh = jest.fn(() => granted.promise)
  const api = apiThatAccepts('new', 'newer')
  const instance = api.create()
  const session = open({ refresh, store, refreshTimeoutMs: 5_000 })
  const events = listen(session)
  attachSession(instance, session)
  await session.login(tokens('old'))
  hanging.add('set')
  const answered = jest.fn()
  const request = instance.get('/me').then(answered)
  await jest.advanceTimersByTimeAsync(3_000)
  granted.resolve(tokens('new'))
  await jest.advanceTimersByTimeAsync(1_999)
  expect(answered).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(1)
  await request
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer new'])
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'problem', message: expect.stringContaining('store') }),
  )
  hanging.clear()
  refresh.mockResolvedValue(tokens('newer'))
  // The next store call waits for the one that hangs, so that it is not overtaken, but not for ever.
  const renewed = session.refresh()
  await jest.advanceTimersByTimeAsync(5_000)
  await renewed
  expect(await session.getAccessToken()).toBe('newer')
})

it('a store that never tells its first record counts as empty at the deadline (9)', async () => {
  const { store, hanging } = hangingStore()
  hanging.add('get')
  const api = apiThatAccepts('new')
  const instance = api.create({ validateStatus: null })
  const session = open({ refresh: async () => tokens('new'), store, refreshTimeoutMs: 5_000 })
  const events = listen(session)
  attachSession(instance, session)
  const answer = instance.get('/public')
  await jest.advanceTimersByTimeAsync(4_999)
  expect(api.sent).toEqual([])
  expect(session.getSnapshot()).toMatchObject({ status: 'loading', held: 1 })
  await jest.advanceTimersByTimeAsync(1)
  await answer
  expect(api.authorizations).toEqual([undefined])
  expect(session.getSnapshot().status).toBe('signedOut')
  expect(events.filter(({ type }) => type === 'problem')).toHaveLength(1)
})

it('a login whose store hangs is good at once, and its promise settles at the deadline (9)', async () => {
  const { store, hanging } = hangingStore()
  hanging.add('set')
  const session = open({ refresh: async () => tokens('new'), store, refreshTimeoutMs: 5_000 })
  const events = listen(session)
  const stored = jest.fn()
  const login = session.login(tokens('old')).then(stored)
  expect(await session.getAccessToken()).toBe('old')
  await jest.advanceTimersByTimeAsync(4_999)
  expect(stored).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(1)
  await login
  expect(events.filter(({ type }) => type === 'problem')).toHaveLength(1)
})
