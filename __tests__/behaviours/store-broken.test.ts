import { memoryStore, type TokenStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf, watch } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench, expectConsoleError } = useBench()
useFakeClock()

const ways: [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('QuotaExceededError')
    },
  ],
  ['rejects', () => Promise.reject(new Error('QuotaExceededError'))],
]

describe.each(ways)('a store whose set %s', (_, set) => {
  it('loses no session: it goes on in memory and says so (33)', async () => {
    const { session, http, api, endpoint, takeProblems } = bench({ store: { ...memoryStore(), set } })
    await session.login(tokens(1))
    expect((await http.get('/me')).data.token).toBe('access-1')
    api.dead.add('access-1')
    expect((await http.get('/me')).data.token).toBe('access-2')
    api.dead.add('access-2')
    expect((await http.get('/me')).data.token).toBe('access-3')
    expect(endpoint.sent).toEqual(['refresh-1', 'refresh-2'])
    const problems = takeProblems()
    expect(problems[0]).toMatchObject({
      message: expect.stringMatching(/could not be written.*in memory/),
      cause: expect.objectContaining({ message: 'QuotaExceededError' }),
    })
  })

  it('which is shared loses none either: what was read again is not newer than memory (33, 34)', async () => {
    const { session, http, api, endpoint, takeProblems } = bench({
      store: { ...memoryStore(), name: 'shared', set },
    })
    await session.login(tokens(1))
    for (const n of [1, 2]) {
      api.dead.add(`access-${n}`)
      expect((await http.get('/me')).data.token).toBe(`access-${n + 1}`)
    }
    expect(endpoint.sent).toEqual(['refresh-1', 'refresh-2'])
    takeProblems()
  })

  it('tells the console where nobody listens (33, 37)', async () => {
    expectConsoleError(/could not be written/)
    const { session } = bench({ listens: false, store: { ...memoryStore(), set } })
    await session.login(tokens(1))
  })
})

it('a store that never settles a write holds nobody beyond the deadline (9, 33)', async () => {
  const inner = memoryStore()
  const store: TokenStore & { isSilent: boolean } = { ...inner, isSilent: false }
  store.set = (record) => (store.isSilent ? new Promise(() => {}) : inner.set(record))
  const { session, http, api, endpoint, takeProblems } = bench({ store, refreshTimeoutMs: 5_000 })
  await session.login(tokens(1))
  store.isSilent = true
  api.dead.add('access-1')
  const answer = watch(http.get('/me'))
  await endpoint.reached(1)
  await pass(4_999)
  expect(answer.settled).toBe(false)
  await pass(1)
  expect((await answer.promise).data.token).toBe('access-2')
  expect(takeProblems()[0]?.message).toContain('could not be written')
})

it('a login whose write never settles is a login at once, and resolves at the deadline (9, 33)', async () => {
  const store = { ...memoryStore(), set: () => new Promise(() => {}) }
  const { session, http, takeProblems } = bench({ store, refreshTimeoutMs: 5_000 })
  const done = watch(session.login(tokens(1)))
  expect(session.getSnapshot().status).toBe('active')
  expect((await http.get('/me')).data.token).toBe('access-1')
  await pass(5_000)
  expect(done.settled).toBe(true)
  expect(takeProblems()).toHaveLength(1)
})

it.each<[string, () => unknown]>([...ways, ['never settles', () => new Promise(() => {})]])(
  'a store whose clear %s still lets the user log out, and the session stays left (29, 33)',
  async (_, clear) => {
    const inner = memoryStore()
    const { session, http, api, takeProblems } = bench({
      store: { ...inner, name: 'shared', clear },
      refreshTimeoutMs: 5_000,
    })
    await session.login(tokens(1))
    const done = watch(session.logout())
    expect(session.getSnapshot().status).toBe('signedOut')
    await pass(5_000)
    expect(done.settled).toBe(true)
    expect(takeProblems()[0]?.message).toMatch(/could not be cleared.*tokens may still be there/)
    await sessionErrorOf(http.get('/me'))
    await turn()
    expect([api.authorizations.at(-1), session.getSnapshot().status]).toEqual([undefined, 'signedOut'])
  },
)

it('a shared store that never answers a read fails as transient at the deadline: no refresh token is sent (9, 34)', async () => {
  const inner = memoryStore()
  const store: TokenStore & { isSilent: boolean } = { ...inner, name: 'shared', isSilent: false }
  store.get = () => (store.isSilent ? new Promise(() => {}) : inner.get())
  const { session, http, api, endpoint, onLoginRequired, takeProblems } = bench({
    store,
    refreshTimeoutMs: 5_000,
  })
  await session.login(tokens(1))
  store.isSilent = true
  api.dead.add('access-1')
  const error = watch(sessionErrorOf(http.get('/me')))
  await pass(5_000)
  expect(error.settled).toBe(true)
  expect(await error.promise).toMatchObject({
    code: 'ERR_REFRESH_UNAVAILABLE',
    reason: 'store',
    ambiguous: false,
  })
  expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([0, 0])
  takeProblems()
})

it('writes and clears keep their order on a slow store: a logout is not undone by the login before it (33)', async () => {
  const inner = memoryStore()
  const waiting: (() => void)[] = []
  const store: TokenStore = {
    ...inner,
    set: async (record) => {
      await new Promise<void>((go) => waiting.push(go))
      inner.set(record)
    },
  }
  const { session } = bench({ store })
  const login = session.login(tokens(1))
  const logout = session.logout()
  await turn()
  for (const go of waiting) go()
  await Promise.all([login, logout])
  expect(inner.get()).toBeUndefined()
})

it('a store that neither writes nor clears: what it quotes of the tokens is not shown (33, 36)', async () => {
  const failing = (doing: string) => (): never => {
    throw new Error(`cannot ${doing} access-1 refresh-1`)
  }
  const store = { get: () => undefined, set: failing('write'), clear: failing('clear') }
  const { session, takeProblems } = bench({ store })
  await session.login(tokens(1))
  await session.logout()
  expect(takeProblems()).toMatchObject([
    { cause: { message: 'cannot write [redacted] [redacted]' } },
    { cause: { message: 'cannot clear [redacted] [redacted]' } },
  ])
})
