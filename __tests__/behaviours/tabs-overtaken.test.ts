/** Behaviours 11 and 34: another tab stores newer tokens of the same session while a grant is on the wire. */
import {
  createSession,
  type Session,
  type SessionOptions,
  type StoredRecord,
  type TokenResponse,
  type TokenSet,
  type TokenStore,
} from 'tokenflight'
import { deferred, type Deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { sharedPlace, type SharedPlace } from '../support/shared-store.js'
import { slowPlace } from '../support/slow-store.js'
import { VaultDouble } from '../support/vault-double.js'

failOnLeaks()
afterEach(() => session.dispose())
useFakeClock()

/** One call of the app's refresh function, which the test answers. */
interface Asked extends Deferred<TokenResponse> {
  readonly refreshToken: string | undefined
  readonly signal: AbortSignal
}

let place: SharedPlace
/** The session's own way to the place: what is stored by it, the session is not told. */
let own: TokenStore
let session: Session
let asked: Asked[]

/** The way of one more tab, which hears of what the others store. */
const tab = (): TokenStore => place.open({ hears: true })

const record = (): StoredRecord => place.found as StoredRecord

/** What another tab's grant has brought after all, with the lock already free. */
async function overtake(stored: TokenSet, way = place.open()): Promise<void> {
  const before = record()
  await way.set({ ...before, version: before.version + 1, tokens: { ...before.tokens, ...stored } })
  await turn()
}

beforeEach(async () => {
  place = sharedPlace()
  own = tab()
  asked = []
  session = createSession({
    store: own,
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

const replaced = { accessToken: 'access-3', refreshToken: 'refresh-3' }

describe('another tab stores the old refresh token while a grant with it is on the wire', () => {
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

  it('a renewal that is needed meanwhile does not wait for it: that one is cut short now (6, 34)', async () => {
    const renewed = session.refresh()
    await turn()
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false])
    asked[1]?.resolve(replaced)
    await renewed
    expect(await session.getTokens()).toMatchObject(replaced)
  })

  it('past its deadline the lock is free for others, and the answer still counts (11, 34)', async () => {
    const other = createSession({ store: tab(), refresh: async () => ({ accessToken: 'access-4' }) })
    await pass(20_000)
    const renewed = other.refresh()
    await pass(9_999)
    expect(record().version).toBe(2)
    await pass(2)
    await renewed
    expect(record()).toMatchObject({ version: 3, tokens: { accessToken: 'access-4' } })
    await pass(60_000)
    asked[0]?.resolve(replaced)
    await turn()
    expect([asked[0]?.signal.aborted, record()]).toMatchObject([false, { version: 4, tokens: replaced }])
    other.dispose()
  })

  it('an answer that says "later" frees the lock at once, and is followed by no other attempt (25, 34)', async () => {
    const other = createSession({ store: tab(), refresh: async () => replaced })
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
    expect([await session.getTokens(), place.found]).toEqual([undefined, undefined])
  })
})

describe('another tab stores tokens that are found only when the answer is there', () => {
  it('with the old refresh token: the answer that has replaced that one counts (23, 34)', async () => {
    await overtake({ accessToken: 'access-2' }, own)
    asked[0]?.resolve(replaced)
    await turn()
    expect(await session.getTokens()).toMatchObject(replaced)
    expect(record()).toMatchObject({ version: 3, tokens: replaced })
  })

  it('with the old refresh token, which is kept by both: the newer record counts (34)', async () => {
    await overtake({ accessToken: 'access-2' }, own)
    asked[0]?.resolve({ accessToken: 'access-3' })
    await turn()
    expect(await session.getTokens()).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-1' })
    expect(record()).toMatchObject({ version: 2, tokens: { accessToken: 'access-2' } })
  })

  it.each<[what: string, answer: TokenResponse]>([
    ['a new one', replaced],
    ['none', { accessToken: 'access-3' }],
  ])(
    'with a new refresh token: the record counts, though the answer has %s too (34)',
    async (_what, answer) => {
      const stored = { accessToken: 'access-2', refreshToken: 'refresh-2' }
      await overtake(stored, own)
      asked[0]?.resolve(answer)
      await turn()
      expect(await session.getTokens()).toMatchObject(stored)
      expect(record()).toMatchObject({ version: 2, tokens: stored })
    },
  )
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

it('another tab’s tokens end the pause between two attempts: the lock is free at once (25, 34)', async () => {
  asked[0]?.reject(Object.assign(new Error('Busy'), { status: 503 }))
  await turn()
  await overtake({ accessToken: 'access-2' })
  const other = createSession({ store: tab(), refresh: async () => replaced })
  void other.refresh()
  await turn()
  expect(record()).toMatchObject({ version: 3, tokens: replaced })
  other.dispose()
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

describe('with `acquire`', () => {
  /** A session in the place of the first, with its store, and the acquisitions that it asks for. */
  function acquiring(options: Pick<SessionOptions, 'refresh'>) {
    session.dispose()
    const acquired: Asked[] = []
    const one = createSession({
      store: tab(),
      acquire: ({ signal }) => {
        const call = { ...deferred<TokenResponse>(), refreshToken: undefined, signal }
        acquired.push(call)
        return call.promise
      },
      ...options,
    })
    return { one, acquired }
  }

  it('an acquisition is called off, whatever another tab has stored: nobody needs the dialog any more (34)', async () => {
    const { one, acquired } = acquiring({})
    const renewed = one.refresh()
    await turn()
    await overtake({ accessToken: 'access-2' })
    await renewed
    expect(acquired.map(({ signal }) => signal.aborted)).toEqual([true])
    acquired[0]?.resolve({ accessToken: 'access-9', refreshToken: 'refresh-9', subject: 'someone else' })
    await turn()
    expect([await one.getAccessToken(), record().version]).toEqual(['access-2', 2])
    one.dispose()
  })

  it.each([
    ['one that another tab has overtaken', true],
    ['one that nobody has overtaken', false],
  ])(
    'an end that another tab tells of asks for tokens at once, and no grant undoes it: %s (28, 34)',
    async (_, isOvertaken) => {
      const granted = deferred<TokenResponse>()
      const { one, acquired } = acquiring({ refresh: () => granted.promise })
      void one.refresh().catch(() => {})
      await turn()
      if (isOvertaken) await overtake({ accessToken: 'access-2' })
      const before = record()
      await place.open().set({ ...before, version: before.version + 1, tokens: {}, ended: 'refused' })
      await turn()
      expect(acquired).toHaveLength(1)
      // A function that pays no heed to its signal.
      granted.resolve(replaced)
      await turn()
      expect([place.found, acquired[0]?.signal.aborted]).toMatchObject([{ ended: 'refused' }, false])
      one.dispose()
    },
  )
})

describe('with a vault', () => {
  let vault: VaultDouble

  beforeEach(async () => {
    session.dispose()
    await own.clear()
    vault = new VaultDouble()
  })

  /** A session with a function that pays no heed to its signal. */
  function vaulting() {
    const answers: Deferred<TokenResponse>[] = []
    const refresh = (): Promise<TokenResponse> => {
      const answer = deferred<TokenResponse>()
      answers.push(answer)
      return answer.promise
    }
    return { one: createSession({ store: own, vault, refresh }), answers }
  }

  it('the answer with a new refresh token counts, whatever the record’s, and is in the vault (34)', async () => {
    const { one, answers } = vaulting()
    await one.login({ accessToken: 'access-1', refreshToken: 'refresh-1' })
    const renewed = one.refresh()
    await turn()
    await overtake({ accessToken: 'access-2' }, own)
    answers[0]?.resolve(replaced)
    await renewed
    await turn()
    expect(await one.getTokens()).toMatchObject({ accessToken: 'access-3' })
    expect([record().version, vault.held]).toEqual([3, 'refresh-3'])
    one.dispose()
  })

  it.each([
    ['told of', true],
    ['found when the answer is there', false],
  ])('what a first grant brings is not stored over another user’s login, %s (34)', async (_, isTold) => {
    vault.held = 'of-ada'
    const { one, answers } = vaulting()
    const token = one.getAccessToken()
    await turn()
    vault.held = 'of-grace'
    const tokens = { accessToken: 'grace-1', subject: 'grace' }
    const login = {
      format: 1,
      sessionId: 'of grace',
      version: 1,
      tokens,
      issuedAt: 0,
      isVaulted: true,
    } as const
    await (isTold ? place.open() : own).set(login)
    await turn()
    answers[0]?.resolve({ accessToken: 'ada-9', refreshToken: 'of-ada-9', subject: 'ada' })
    await token
    expect([vault.held, record()]).toMatchObject(['of-grace', { sessionId: 'of grace', version: 1, tokens }])
    one.dispose()
  })

  it('what was given up is not stored over what the next grant has brought (11)', async () => {
    const { one, answers } = vaulting()
    await one.login({ accessToken: 'access-1', refreshToken: 'refresh-1' })
    const refused = one.refresh().catch(() => {})
    await pass(30_000)
    await refused
    const renewed = one.refresh()
    await turn()
    answers[1]?.resolve({ accessToken: 'access-2', refreshToken: 'refresh-2' })
    await renewed
    answers[0]?.resolve(replaced)
    await turn()
    expect([vault.held, record().version, await one.getAccessToken()]).toEqual(['refresh-2', 2, 'access-2'])
    one.dispose()
  })
})

it('past its deadline it is kept as well: another tab’s tokens do not call it off (11, 34)', async () => {
  await pass(31_000)
  await overtake({ accessToken: 'access-2' })
  expect(asked[0]?.signal.aborted).toBe(false)
  asked[0]?.resolve(replaced)
  await turn()
  expect(record()).toMatchObject({ version: 3, tokens: replaced })
})

it('tokens that another tab stores between the last look and the write are not put before those of the answer (33, 34)', async () => {
  const slow = slowPlace()
  const granted = jest.fn(async () => replaced)
  const one = createSession({ store: slow.store, refresh: granted })
  const login = one.login({ accessToken: 'access-1', refreshToken: 'refresh-1' })
  await pass(20)
  await login
  const renewed = one.refresh()
  await pass(15)
  // The last look is on its way, with what was there before.
  expect(granted).toHaveBeenCalledTimes(1)
  const before = slow.found as StoredRecord
  slow.found = { ...before, version: 3, tokens: { ...before.tokens, accessToken: 'access-2' } }
  slow.tell()
  await pass(100)
  await renewed
  expect([slow.found, await one.getTokens()]).toMatchObject([{ version: 4, tokens: replaced }, replaced])
  one.dispose()
})

it('a late answer that is being stored stays known though it finds another tab’s tokens: no spent token is sent (11, 34)', async () => {
  await session.login({ accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: Date.now() })
  const refused = session.getAccessToken().catch(() => {})
  await turn()
  // The lock is free again, after the deadline and the cool-down.
  await pass(32_000)
  await refused
  session.on(({ type }) => {
    if (type === 'adopted') void session.getAccessToken()
  })
  await overtake({ accessToken: 'access-2', expiresAt: Date.now() }, own)
  asked[1]?.resolve(replaced)
  await turn()
  expect(asked.map(({ refreshToken }) => refreshToken)).toEqual(['refresh-1', 'refresh-1'])
  expect(record()).toMatchObject({ version: 3, tokens: replaced })
})

it('an overtaken grant that has come to nothing is forgotten: no lock that never settles is waited for (9, 34)', async () => {
  const first = deferred<TokenResponse>()
  const asking = jest.fn(async (): Promise<TokenResponse> => ({ accessToken: 'access-4' }))
  asking.mockReturnValueOnce(first.promise)
  const one = createSession({
    store: tab(),
    refresh: asking,
    lock: { request: (_name, _options, callback) => (void callback(), new Promise(() => {})) },
  })
  const renewed = one.refresh()
  await turn()
  await overtake({ accessToken: 'access-2' })
  await renewed
  first.resolve({ accessToken: 'access-3' })
  await turn()
  await one.refresh()
  expect([await one.getAccessToken(), asking.mock.calls.length]).toEqual(['access-4', 2])
  one.dispose()
})
