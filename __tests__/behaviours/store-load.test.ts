import { memoryStore, storageStore, type StoredRecord, type TokenStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, watch } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench, expectConsoleError } = useBench()
useFakeClock()

const record: StoredRecord = {
  format: 1,
  sessionId: 'from-before',
  version: 3,
  issuedAt: 0,
  tokens: { accessToken: 'access-1', refreshToken: 'refresh-1' },
}

describe('before the first load', () => {
  it('requests, getAccessToken, getTokens and refresh wait for it, and go out in their order (33)', async () => {
    const found = deferred<StoredRecord>()
    const { session, http, api, endpoint } = bench({ store: { ...memoryStore(), get: () => found.promise } })
    const answers = [1, 2, 3].map((n) => http.get(`/${n}`))
    const token = session.getAccessToken()
    const set = session.getTokens()
    await turn()
    expect([session.getSnapshot().status, api.requests.length]).toEqual(['loading', 0])
    found.resolve(record)
    await Promise.all(answers)
    expect(api.pathsWith('access-1')).toEqual(['/1', '/2', '/3'])
    expect(await token).toBe('access-1')
    expect(await set).toMatchObject({ accessToken: 'access-1' })
    expect(endpoint.asked).toHaveLength(0)
  })

  it('refresh() waits for it and then renews what was found (33)', async () => {
    const found = deferred<StoredRecord>()
    const { session, endpoint } = bench({ store: { ...memoryStore(), get: () => found.promise } })
    const done = session.refresh()
    await turn()
    expect(endpoint.asked).toHaveLength(0)
    found.resolve(record)
    await done
    expect(endpoint.sent).toEqual(['refresh-1'])
    expect(await session.getAccessToken()).toBe('access-2')
  })

  it('a login goes before what is found, which is the past (33)', async () => {
    const found = deferred<StoredRecord>()
    const inner = memoryStore()
    const { session, http } = bench({ store: { ...inner, get: () => found.promise } })
    const waiting = rejectionOf(http.get('/old'))
    const done = session.login(tokens(5))
    found.resolve(record)
    await done
    expect((await waiting).code).toBe('ERR_CANCELED')
    expect((await http.get('/me')).data.token).toBe('access-5')
    expect(inner.get()).toMatchObject({ version: 1, tokens: { accessToken: 'access-5' } })
  })

  it('an empty store means that nobody is signed in: requests go out bare (3, 33)', async () => {
    for (const empty of [undefined, null]) {
      const { session, http, api, onLoginRequired } = bench({
        store: { ...memoryStore(), get: async () => empty },
      })
      expect((await rejectionOf(http.get('/me'))).response?.status).toBe(401)
      expect([session.getSnapshot().status, api.authorizations[0]]).toEqual(['signedOut', undefined])
      expect(onLoginRequired).not.toHaveBeenCalled()
    }
  })
})

describe('a store that cannot be read', () => {
  const broken: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('SecurityError')
      },
    ],
    ['rejects', () => Promise.reject(new Error('SecurityError'))],
    ['rejects with nothing', rejectedWithNothing],
  ]

  it.each(broken)(
    'and %s leaves the session signed out, able to log in, and says so once (33)',
    async (_, get) => {
      const { session, http, takeProblems } = bench({ store: { ...memoryStore(), get } })
      expect((await rejectionOf(http.get('/me'))).response?.status).toBe(401)
      expect(session.getSnapshot().status).toBe('signedOut')
      expect(takeProblems().map(({ message }) => message)).toEqual([
        expect.stringContaining('could not be read'),
      ])
      await session.login(tokens(1))
      expect((await http.get('/me')).data.token).toBe('access-1')
    },
  )

  it('or never answers counts as that at the deadline (9, 33)', async () => {
    const { session, http, api, takeProblems } = bench({
      refreshTimeoutMs: 4_000,
      store: { ...memoryStore(), get: () => new Promise(() => {}) },
    })
    const error = watch(rejectionOf(http.get('/me')))
    await pass(3_999)
    expect([error.settled, session.getSnapshot().status]).toEqual([false, 'loading'])
    await pass(1)
    expect((await error.promise).response?.status).toBe(401)
    expect([session.getSnapshot().status, api.requests.length]).toEqual(['signedOut', 1])
    expect(takeProblems()).toHaveLength(1)
  })

  it('tells the console where nobody listens (33, 37)', async () => {
    expectConsoleError(/tokenflight: .*store could not be read/)
    bench({ listens: false, store: { ...memoryStore(), get: () => Promise.reject(new Error('locked')) } })
    await turn()
  })
})

describe('what is no record', () => {
  const damage: [string, unknown][] = [
    ['a string', 'half a jso'],
    ['a number', 7],
    ['an array', []],
    ['an empty object', {}],
    ['another format', { ...record, format: 2 }],
    ['no session id', { ...record, sessionId: '' }],
    ['a session id that is none', { ...record, sessionId: 5 }],
    ['version 0', { ...record, version: 0 }],
    ['a fraction of a version', { ...record, version: 1.5 }],
    ['no time', { ...record, issuedAt: undefined }],
    ['no tokens', { ...record, tokens: null }],
    ['a text for tokens', { ...record, tokens: 'access-1' }],
    ['a token that is a number', { ...record, tokens: { accessToken: 5 } }],
    ['an empty token', { ...record, tokens: { accessToken: '' } }],
    ['a token with a line break', { ...record, tokens: { accessToken: 'a\r\nx-evil: 1' } }],
    ['an expiry that is a word', { ...record, tokens: { accessToken: 'a', expiresAt: 'soon' } }],
    ['a refresh token that is an object', { ...record, tokens: { accessToken: 'a', refreshToken: {} } }],
    ['a subject that is a number', { ...record, tokens: { accessToken: 'a', subject: 5 } }],
    [
      'a word for the end of the refresh token',
      { ...record, tokens: { accessToken: 'a', refreshTokenExpiresAt: 'soon' } },
    ],
    ['what cannot be looked into', Object.defineProperty({ ...record }, 'format', { get: rejectedAtOnce })],
  ]

  it.each(damage)(
    '%s in the store counts as empty: signed out, no crash, said once (33)',
    async (_, found) => {
      const store: TokenStore = { ...memoryStore(), get: () => found }
      const { session, http, api, takeProblems } = bench({ store })
      await turn()
      expect(session.getSnapshot().status).toBe('signedOut')
      await rejectionOf(http.get('/me'))
      expect(api.authorizations).toEqual([undefined])
      expect(takeProblems().map(({ message }) => message)).toEqual([expect.stringContaining('not a session')])
    },
  )

  it.each(['', '{', 'null', '"text"', '[1]', '<html>'])('%p in a storage does no harm (33)', async (text) => {
    const items = new Map([['tokenflight', text]])
    const { session, http, takeProblems } = bench({
      store: storageStore({
        getItem: (key) => items.get(key) ?? null,
        setItem: (key, value) => void items.set(key, value),
        removeItem: (key) => void items.delete(key),
      }),
    })
    await turn()
    const problem = 'The token store holds something that is not a session; it counts as empty'
    expect(takeProblems().map(({ message }) => message)).toEqual(text === 'null' ? [] : [problem])
    expect(session.getSnapshot().status).toBe('signedOut')
    await session.login(tokens(1))
    expect((await http.get('/me')).data.token).toBe('access-1')
    expect(JSON.parse(items.get('tokenflight') ?? '')).toMatchObject({ format: 1 })
  })
})

function rejectedWithNothing(): Promise<void> {
  const { promise, reject } = deferred()
  reject()
  return promise
}

function rejectedAtOnce(): never {
  throw new Error('detached')
}
