import { memoryStore, type StoredRecord } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

/** A store whose writes the test lets through one by one. */
function slowStore(): ReturnType<typeof memoryStore> & { writes: (() => void)[]; isSlow: boolean } {
  const inner = memoryStore()
  const store = {
    ...inner,
    writes: [] as (() => void)[],
    isSlow: false,
    async set(record: StoredRecord) {
      if (store.isSlow) await new Promise<void>((go) => store.writes.push(go))
      inner.set(record)
    },
  }
  return store
}

it('a new refresh token is in the store before any waiter moves on (23)', async () => {
  const store = slowStore()
  const { session, http, api, endpoint, stored } = bench({ store })
  await session.login(tokens(1))
  store.isSlow = true
  api.dead.add('access-1')
  const answers = [1, 2, 3].map((n) => http.get(`/${n}`))
  const token = session.refresh().then(() => session.getAccessToken())
  await endpoint.reached(1)
  await turn()
  expect(store.writes).toHaveLength(1)
  expect(stored()).toMatchObject({ version: 1, tokens: { refreshToken: 'refresh-1' } })
  expect(api.pathsWith('access-2')).toEqual([])
  expect(session.getSnapshot()).toMatchObject({ status: 'refreshing', held: 4 })
  // A request that begins now waits as well.
  const late = http.get('/4')
  await turn()
  expect(api.requests).toHaveLength(3)

  const atFirstReplay = deferred<StoredRecord | undefined>()
  api.answer = (request) => (atFirstReplay.resolve(stored()), api.judge(request))
  store.writes.shift()?.()
  expect(await atFirstReplay.promise).toMatchObject({
    version: 2,
    tokens: { accessToken: 'access-2', refreshToken: 'refresh-2' },
  })
  await Promise.all([...answers, late])
  expect(await token).toBe('access-2')
  expect(api.pathsWith('access-2')).toEqual(['/1', '/2', '/3', '/4'])
})

it('a refresh token that was replaced is never sent again (23)', async () => {
  const { session, http, api, endpoint, stored } = bench()
  await session.login(tokens(1))
  for (const n of [1, 2, 3, 4]) {
    api.dead.add(`access-${n}`)
    await Promise.all([http.get('/a'), http.get('/b'), session.getAccessToken()])
    expect(stored()?.tokens.refreshToken).toBe(`refresh-${n + 1}`)
  }
  expect(endpoint.sent).toEqual(['refresh-1', 'refresh-2', 'refresh-3', 'refresh-4'])
})

it('nor where the store could not take the new one: the session goes on in memory and says so (23, 33)', async () => {
  const store = { ...memoryStore(), isFull: false }
  const { set } = store
  store.set = (record) => {
    if (store.isFull) throw new Error('QuotaExceededError')
    return set(record)
  }
  const { session, http, api, endpoint, takeProblems } = bench({ store })
  await session.login(tokens(1))
  store.isFull = true
  for (const n of [1, 2]) {
    api.dead.add(`access-${n}`)
    expect((await http.get('/me')).data.token).toBe(`access-${n + 1}`)
  }
  expect(endpoint.sent).toEqual(['refresh-1', 'refresh-2'])
  const [problem] = takeProblems()
  expect(problem?.message).toMatch(/store could not be written.*in memory/)
})

it('a new refresh token is kept even where everyone who waited has gone (11, 23)', async () => {
  const { session, http, api, endpoint, stored } = bench()
  await session.login(tokens(1))
  api.dead.add('access-1')
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const controller = new AbortController()
  const gone = http.get('/me', { signal: controller.signal }).catch((error: Error) => error.name)
  await endpoint.reached(1)
  controller.abort()
  expect(await gone).toBe('CanceledError')
  answer.resolve()
  await turn()
  expect(stored()).toMatchObject({ version: 2, tokens: { refreshToken: 'refresh-2' } })
  expect((await http.get('/me')).data.token).toBe('access-2')
  expect(endpoint.asked).toHaveLength(1)
})
