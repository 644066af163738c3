import {
  createSession,
  memoryStore,
  type Session,
  type StoredRecord,
  type TokenResponse,
  type TokenSet,
} from 'tokenflight'
import { deferred, type Deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'

failOnLeaks()
afterEach(() => session.dispose())
useFakeClock()

/** One call of the app's refresh function, which the test answers. */
interface Asked extends Deferred<TokenResponse> {
  readonly refreshToken: string | undefined
  readonly signal: AbortSignal
}

let session: Session
let store: ReturnType<typeof noticedStore>
let asked: Asked[]

const record = (): StoredRecord => store.get() as StoredRecord

/** A store in memory that is shared, and the notice of another tab. */
function noticedStore() {
  const listeners = new Set<() => void>()
  return {
    ...memoryStore(),
    name: 'shared',
    subscribe(onChange: () => void) {
      listeners.add(onChange)
      return () => void listeners.delete(onChange)
    },
    notify: () => listeners.forEach((tell) => tell()),
  }
}

/** Another tab stores what its own grant has brought after all, with the lock already free, and tells of it. */
async function overtake(stored: TokenSet): Promise<void> {
  const before = record()
  store.set({ ...before, version: before.version + 1, tokens: { ...before.tokens, ...stored } })
  store.notify()
  await turn()
}

beforeEach(async () => {
  store = noticedStore()
  asked = []
  session = createSession({
    store,
    refresh: (tokens, { signal }) => {
      const one = { ...deferred<TokenResponse>(), refreshToken: tokens?.refreshToken, signal }
      asked.push(one)
      return one.promise
    },
  })
  await session.login({ accessToken: 'access-1', refreshToken: 'refresh-1' })
  void session.refresh().catch(() => {})
  await turn()
})

describe('another tab stores the old refresh token while a grant with it is on the wire', () => {
  const replaced = { accessToken: 'access-3', refreshToken: 'refresh-3' }

  beforeEach(() => overtake({ accessToken: 'access-2' }))

  it('who waits goes on with that tab’s access token, and the grant is not cut short (23, 34)', async () => {
    expect(await session.getAccessToken()).toBe('access-2')
    expect(session.getSnapshot()).toMatchObject({ status: 'active', held: 0 })
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([false])
  })

  it('the answer that replaces it counts (23, 34)', async () => {
    asked[0]?.resolve(replaced)
    await turn()
    expect(await session.getTokens()).toMatchObject(replaced)
    expect(record()).toMatchObject({ version: 3, tokens: replaced })
  })

  it.each<[what: string, answer: (one: Asked | undefined) => void]>([
    ['keeps it too', (one) => one?.resolve({ accessToken: 'access-3' })],
    ['refuses it', (one) => one?.reject(Object.assign(new Error('No'), { status: 401 }))],
    ['never comes', (one) => one?.reject(new TypeError('The network is down'))],
  ])(
    'where the answer %s, the newer record counts, and nobody is told of a failure (34)',
    async (_what, answer) => {
      const told: string[] = []
      session.on(({ type }) => void told.push(type))
      answer(asked[0])
      await pass(60_000)
      expect(await session.getTokens()).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-1' })
      expect(record()).toMatchObject({ version: 2, tokens: { accessToken: 'access-2' } })
      expect([told, asked.length]).toEqual([[], 1])
    },
  )

  it('a renewal that is needed meanwhile waits for its answer, and has the new tokens from it (6, 34)', async () => {
    const renewed = session.refresh()
    await turn()
    expect([asked.length, session.getSnapshot().held]).toEqual([1, 1])
    asked[0]?.resolve(replaced)
    await renewed
    expect(await session.getTokens()).toMatchObject(replaced)
    expect(asked).toHaveLength(1)
  })

  it('a renewal that is needed meanwhile asks by itself where that answer keeps it (6, 34)', async () => {
    const renewed = session.refresh()
    await turn()
    asked[0]?.resolve({ accessToken: 'access-3' })
    await turn()
    expect(asked.map(({ refreshToken }) => refreshToken)).toEqual(['refresh-1', 'refresh-1'])
    asked[1]?.resolve({ accessToken: 'access-4' })
    await renewed
    expect(await session.getAccessToken()).toBe('access-4')
  })

  it('without an answer it is given up at its deadline: the lock is free, and what waits asks by itself (25, 34)', async () => {
    await pass(15_000)
    const renewed = session.refresh()
    await pass(14_999)
    expect([asked.length, asked[0]?.signal.aborted]).toEqual([1, false])
    await pass(1)
    expect([asked.length, asked[0]?.signal.aborted]).toEqual([2, true])
    asked[1]?.resolve(replaced)
    await renewed
    expect(await session.getTokens()).toMatchObject(replaced)
  })

  it('an answer that says "later" frees the lock at once, and is followed by no other attempt (25, 34)', async () => {
    const other = createSession({ store, refresh: async () => replaced })
    const renewed = other.refresh()
    await turn()
    expect(record().version).toBe(2)
    asked[0]?.reject(Object.assign(new Error('Busy'), { status: 503 }))
    await turn()
    expect(record()).toMatchObject({ version: 3, tokens: replaced })
    await renewed
    await pass(60_000)
    expect(asked).toHaveLength(1)
    other.dispose()
  })

  it('a logout calls it off (28)', async () => {
    await session.logout()
    asked[0]?.resolve(replaced)
    await turn()
    expect(asked[0]?.signal.aborted).toBe(true)
    expect([await session.getTokens(), store.get()]).toEqual([undefined, undefined])
  })
})

it('a new refresh token in the store calls off the grant with the old one (34)', async () => {
  const stored = { accessToken: 'access-2', refreshToken: 'refresh-2' }
  await overtake(stored)
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true])
  asked[0]?.resolve({ accessToken: 'access-3' })
  await turn()
  expect(await session.getTokens()).toMatchObject(stored)
  expect(record()).toMatchObject({ version: 2, tokens: stored })
})

it('another tab’s tokens end the wait for a cool-down, and a renewal that is wanted then waits for nothing (25, 34)', async () => {
  await session.login({ accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: Date.now() })
  const failed = session.refresh().catch(() => {})
  await turn()
  asked[1]?.reject(new TypeError('The network is down'))
  await failed
  const waiting = session.getAccessToken()
  await overtake({ accessToken: 'access-2', expiresAt: Date.now() + 3_600_000 })
  expect(await waiting).toBe('access-2')
  const renewed = session.refresh()
  await turn()
  expect(asked).toHaveLength(3)
  asked[2]?.resolve({ accessToken: 'access-3' })
  await renewed
})

it('the signal of a grant is not aborted by its own success, nor by its own end', async () => {
  asked[0]?.resolve({ accessToken: 'access-2', refreshToken: 'refresh-2' })
  await turn()
  expect(await session.getAccessToken()).toBe('access-2')
  const refused = session.refresh().catch(() => {})
  await turn()
  asked[1]?.reject(Object.assign(new Error('No'), { status: 401 }))
  await refused
  expect(session.getSnapshot().status).toBe('signedOut')
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([false, false])
})

it('an acquisition is called off, whatever another tab has stored: nobody needs the dialog any more (34)', async () => {
  const signals: AbortSignal[] = []
  const acquiring = createSession({
    store,
    acquire: ({ signal }) => {
      signals.push(signal)
      return new Promise(() => {})
    },
  })
  const renewed = acquiring.refresh()
  await turn()
  await overtake({ accessToken: 'access-2' })
  await renewed
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(await acquiring.getAccessToken()).toBe('access-2')
  acquiring.dispose()
})
