import { isSessionChanged, memoryStore, type StoredRecord } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { turn } from '../support/fake-clock.js'
import { rejectionsOf, sessionErrorOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

const refused = { status: 400, body: { error: 'invalid_grant' } }

/** While the grant is on its way someone else writes to the store; then the server says no. */
function meanwhile(
  { endpoint, store }: Bench,
  write: (before: StoredRecord) => StoredRecord | undefined,
): void {
  endpoint.answer = () => {
    const record = write(store.get() as StoredRecord)
    if (record) store.set(record)
    else store.clear()
    return refused
  }
}

const newer = (before: StoredRecord): StoredRecord => ({
  ...before,
  version: before.version + 1,
  tokens: { accessToken: 'access-9', refreshToken: 'refresh-9' },
})

describe.each([
  ['a store of its own', undefined],
  ['a shared store', 'shared'],
])('with %s, before the session ends the store is read again', (_, name) => {
  const benchWith = (): Bench => bench({ store: { ...memoryStore(), name } })

  it('and a newer record of the same session is adopted: nobody notices the refusal (24)', async () => {
    const one = benchWith()
    const { session, http, api, stored, onLoginRequired, told } = one
    await session.login(tokens(1))
    const { generation } = session.getSnapshot()
    meanwhile(one, newer)
    api.dead.add('access-1')
    const answers = await Promise.all(['/a', '/b', '/c'].map((path) => http.get(path)))
    expect(answers.map(({ data }) => data.token)).toEqual(['access-9', 'access-9', 'access-9'])
    expect(stored()?.tokens.refreshToken).toBe('refresh-9')
    expect(session.getSnapshot()).toMatchObject({ status: 'active', generation, lastError: undefined })
    expect([told('adopted'), told('loginRequired'), onLoginRequired.mock.calls.length]).toEqual([1, 0, 0])
  })

  it.each<[string, (record: StoredRecord) => StoredRecord]>([
    ['the same record', (record) => record],
    ['an older one', (record) => ({ ...newer(record), version: record.version - 1 || 1 })],
  ])('and %s saves nothing: the session ends (24)', async (_, write) => {
    const one = benchWith()
    const { session, http, api, stored, onLoginRequired } = one
    await session.login(tokens(1))
    meanwhile(one, write)
    api.dead.add('access-1')
    expect(await sessionErrorOf(http.get('/me'))).toMatchObject({ reason: 'refused' })
    expect(onLoginRequired).toHaveBeenCalledTimes(1)
    if (name) expect(stored()).toMatchObject({ ended: 'refused', tokens: {} })
    else expect(stored()).toBeUndefined()
  })

  it('and an empty store is a logout elsewhere: who was held rejects, no hook is called (24, 34)', async () => {
    const one = benchWith()
    const { session, http, api, onLoginRequired } = one
    await session.login(tokens(1))
    meanwhile(one, () => undefined)
    api.dead.add('access-1')
    expect(await sessionErrorOf(http.get('/me'))).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect(session.getSnapshot()).toMatchObject({ status: 'signedOut' })
    expect(onLoginRequired).not.toHaveBeenCalled()
  })

  it('and the record of another login is adopted: who was held rejects, no hook is called (24, 34)', async () => {
    const one = benchWith()
    const { session, http, api, stored, onLoginRequired, told } = one
    await session.login(tokens(1))
    const { generation } = session.getSnapshot()
    meanwhile(one, (before) => ({ ...newer(before), sessionId: 'someone-else', version: 1 }))
    api.dead.add('access-1')
    const errors = await rejectionsOf([http.get('/a'), http.get('/b')])
    expect(errors.map((error) => [error.code, isSessionChanged(error)])).toEqual([
      ['ERR_CANCELED', true],
      ['ERR_CANCELED', true],
    ])
    expect(session.getSnapshot()).toMatchObject({ status: 'active', generation: generation + 1 })
    expect(stored()).toMatchObject({ sessionId: 'someone-else' })
    expect([told('adopted'), told('loginRequired'), onLoginRequired.mock.calls.length]).toEqual([1, 0, 0])
    expect((await http.get('/c')).data.token).toBe('access-9')
  })
})

it('a store that cannot be read any more does not keep a session alive that the server has ended (24)', async () => {
  const inner = memoryStore()
  const store = { ...inner, isBroken: false }
  store.get = () => {
    if (store.isBroken) throw new Error('gone')
    return inner.get()
  }
  const { session, http, api, endpoint, onLoginRequired, takeProblems } = bench({ store })
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.answer = () => ((store.isBroken = true), refused)
  expect(await sessionErrorOf(http.get('/me'))).toMatchObject({ reason: 'refused' })
  expect(onLoginRequired).toHaveBeenCalledTimes(1)
  expect(takeProblems().map(({ message }) => message)).toEqual([expect.stringContaining('could not be read')])
})

it('a terminal answer that comes after a new login ends nothing (11, 24)', async () => {
  const { session, http, api, endpoint, stored, onLoginRequired } = bench()
  await session.login(tokens(1))
  api.dead.add('access-1')
  let refuse = (): void => {}
  endpoint.answer = () => new Promise((resolve) => (refuse = () => resolve(refused)))
  const [old] = await Promise.all([
    rejectionsOf([http.get('/old')]),
    endpoint.reached(1).then(() => session.login(tokens(5))),
  ])
  refuse()
  await turn()
  expect(old.map(isSessionChanged)).toEqual([true])
  expect(stored()?.tokens.accessToken).toBe('access-5')
  expect(onLoginRequired).not.toHaveBeenCalled()
  expect((await http.get('/me')).data.token).toBe('access-5')
})
