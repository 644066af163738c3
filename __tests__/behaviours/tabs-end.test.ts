import { isLoginRequired, isSessionChanged, LoginRequiredError, type StoredRecord } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { rejectionsOf, sessionErrorOf } from '../support/outcome.js'
import { sharedPlace, type SharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

const paths = ['/a', '/b', '/c']

/** So many tabs of one login over a store that tells of changes; every token of it is refused. */
async function tabs(
  count: number,
  options: BenchOptions = {},
): Promise<{ all: Bench[]; place: SharedPlace }> {
  const place = sharedPlace()
  const open = (): Bench => bench({ ...options, store: place.open({ hears: true }) })
  const first = open()
  await first.session.login(tokens(1))
  const all = [first, ...Array.from({ length: count - 1 }, open)]
  for (const { api } of all) api.dead.add('access-1')
  return { all, place }
}

const refuseAll = ({ endpoint }: Bench): void =>
  endpoint.always({ status: 400, body: { error: 'invalid_grant' } })

describe('a session that the server ends', () => {
  it('ends in every tab: each is told once, one has asked, and every request rejects (27, 34)', async () => {
    const { all } = await tabs(4)
    all.forEach(refuseAll)
    const errors = await Promise.all(all.map(({ http }) => rejectionsOf(paths.map((path) => http.get(path)))))
    expect(errors.flat().every(isLoginRequired)).toBe(true)
    expect(all.map(({ onLoginRequired }) => onLoginRequired.mock.calls.length)).toEqual([1, 1, 1, 1])
    expect(all.flatMap(({ endpoint }) => endpoint.sent)).toEqual(['refresh-1'])
    expect(all.map(({ session }) => session.getSnapshot().status)).toEqual(Array(4).fill('signedOut'))
  })

  it('ends in a tab that sends nothing as well, with the reason in its snapshot (34)', async () => {
    const { all } = await tabs(2)
    all.forEach(refuseAll)
    await sessionErrorOf(all[0]!.http.get('/me'))
    await turn()
    const { session, onLoginRequired, told } = all[1]!
    expect(onLoginRequired.mock.calls).toEqual([[expect.objectContaining({ reason: 'refused' })]])
    expect(session.getSnapshot()).toMatchObject({ status: 'signedOut', lastError: { reason: 'refused' } })
    expect([told('loginRequired'), told('grant')]).toEqual([1, 0])
  })

  it('leaves no token in the store, and a page that is opened then is signed out without a hook (27, 34)', async () => {
    const { all, place } = await tabs(1)
    all.forEach(refuseAll)
    await sessionErrorOf(all[0]!.http.get('/me'))
    expect(place.found).toMatchObject({ tokens: {}, ended: 'refused' })
    const late = bench({ store: place.open({ hears: true }) })
    expect(late.session.getSnapshot()).toMatchObject({ status: 'signedOut', generation: 0 })
    expect(late.onLoginRequired).not.toHaveBeenCalled()
  })

  it('is over for good: a login afterwards is adopted by the others, and used (34)', async () => {
    const { all } = await tabs(2)
    all.forEach(refuseAll)
    await sessionErrorOf(all[0]!.http.get('/me'))
    await turn()
    await all[0]!.session.login(tokens(5))
    await turn()
    expect((await all[1]!.http.get('/me')).data.token).toBe('access-5')
    expect(all.map(({ onLoginRequired }) => onLoginRequired.mock.calls.length)).toEqual([1, 1])
  })

  it.each(['refused', 'refresh_token_expired', 'no_refresh_token', 'no_session'] as const)(
    'by a refresh function that says `%s` calls the hook of each tab (26, 34)',
    async (reason) => {
      const refresh = (): never => {
        throw new LoginRequiredError(reason)
      }
      const { all } = await tabs(2, { refresh })
      await sessionErrorOf(all[0]!.http.get('/me'))
      await turn()
      expect(all.map(({ onLoginRequired }) => onLoginRequired.mock.calls)).toEqual(
        Array(2).fill([[expect.objectContaining({ reason })]]),
      )
    },
  )

  it('asks `acquire` in each tab before a login is required (30, 34)', async () => {
    let subject = 0
    const acquire = jest.fn(async () => tokens(7 + subject++, { id_token: undefined }))
    const { all } = await tabs(2, { acquire })
    all.forEach(refuseAll)
    await rejectionsOf([all[0]!.http.get('/me')])
    await turn()
    expect(acquire.mock.calls.length).toBe(2)
    expect(all.map(({ onLoginRequired }) => onLoginRequired.mock.calls.length)).toEqual([0, 0])
  })
})

describe('a record that says that a session is over', () => {
  const grave = (before: StoredRecord, change: Partial<StoredRecord> = {}): StoredRecord => ({
    ...before,
    version: before.version + 1,
    tokens: {},
    ended: 'refused',
    ...change,
  })

  it.each<[string, (before: StoredRecord) => StoredRecord]>([
    ['of an older version', (before) => grave(before, { version: before.version })],
    ['with a reason that is none of ours', (before) => grave(before, { ended: 'a token' as 'refused' })],
  ])('%s ends nothing (34)', async (_, write) => {
    const { all, place } = await tabs(1)
    const { session, onLoginRequired, store } = all[0]!
    place.open().set(write(store.get() as StoredRecord))
    await turn()
    expect(onLoginRequired).not.toHaveBeenCalled()
    expect(session.getSnapshot().lastError).toBeUndefined()
  })

  it('of another login is a logout: that login has been replaced, and the one after it is over (34)', async () => {
    const { all, place } = await tabs(1)
    const { session, onLoginRequired, store } = all[0]!
    place.open().set(grave(store.get() as StoredRecord, { sessionId: 'another' }))
    await turn()
    expect(session.getSnapshot()).toMatchObject({ status: 'signedOut', lastError: undefined })
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})

describe('a logout in one tab', () => {
  it('signs the others out at once, rejects what they hold and calls no hook (28, 34)', async () => {
    const { all } = await tabs(2)
    const answer = deferred()
    all[1]!.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
    const held = rejectionsOf(paths.map((path) => all[1]!.http.get(path)))
    await all[1]!.endpoint.reached(1)
    await all[0]!.session.logout()
    expect((await held).every(isSessionChanged)).toBe(true)
    answer.resolve()
    await turn()
    expect(all.map(({ session }) => session.getSnapshot().status)).toEqual(['signedOut', 'signedOut'])
    expect(all.map(({ onLoginRequired }) => onLoginRequired.mock.calls.length)).toEqual([0, 0])
  })
})
