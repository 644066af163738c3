import axios from 'axios'
import { attachSession, memoryStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { start, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, sessionErrorOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

const sub = `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"ann"}').toString('base64url')}.x`

it('the snapshot is the same frozen object until something changes, and then another one', async () => {
  const { session, http } = bench()
  const first = session.getSnapshot()
  expect(session.getSnapshot()).toBe(first)
  expect(Object.isFrozen(first)).toBe(true)
  await session.login(tokens(1))
  const second = session.getSnapshot()
  expect(second).not.toBe(first)
  await http.get('/a')
  await session.getAccessToken()
  await session.getTokens()
  expect(session.getSnapshot()).toBe(second)
})

it('it stays the same, and nobody is told, where nothing that it shows has changed (37)', async () => {
  const { session, http, api, endpoint } = bench()
  await session.login(tokens(1))
  const before = session.getSnapshot()
  const told = jest.fn()
  session.subscribe(told)
  attachSession(axios.create({ adapter: api.adapter }), session)()
  await http.get('/me')
  expect([session.getSnapshot(), told.mock.calls.length]).toEqual([before, 0])
  expect(session.getSnapshot()).toBe(before)
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const renewed = session.refresh()
  await endpoint.reached(1)
  const during = session.getSnapshot()
  const count = told.mock.calls.length
  api.dead.add('access-1')
  await rejectionOf(http.get('/refused', { skipSession: true }))
  expect(session.getSnapshot()).toBe(during)
  expect(told).toHaveBeenCalledTimes(count)
  answer.resolve()
  await renewed
})

it.each(['login', 'logout'] as const)('a %s is one change: subscribers are called once', async (change) => {
  const { session } = bench()
  await session.login(tokens(1))
  const seen: string[] = []
  session.subscribe(() => void seen.push(session.getSnapshot().status))
  await (change === 'login' ? session.login(tokens(2)) : session.logout())
  expect(seen).toEqual([change === 'login' ? 'active' : 'signedOut'])
})

it('it tells status, generation, expiry, subject, how many are held and the last error', async () => {
  const { session, http, api, endpoint } = bench()
  const seen = [session.getSnapshot()]
  session.subscribe(() => void seen.push(session.getSnapshot()))
  expect(seen[0]).toEqual({
    status: 'signedOut',
    generation: 0,
    expiresAt: undefined,
    subject: undefined,
    held: 0,
    lastError: undefined,
  })
  await session.login({ ...tokens(1), id_token: sub })
  expect(session.getSnapshot()).toMatchObject({
    status: 'active',
    generation: 1,
    expiresAt: start + 3_600_000,
    subject: 'ann',
  })
  api.dead.add('access-1')
  endpoint.always({ status: 500 })
  const error = await sessionErrorOf(http.get('/me'))
  expect(seen.some(({ status, held }) => status === 'refreshing' && held === 1)).toBe(true)
  expect(session.getSnapshot()).toMatchObject({ status: 'active', generation: 1, held: 0, lastError: error })
  endpoint.always({ body: tokens(2) })
  await session.refresh()
  expect(session.getSnapshot()).toMatchObject({ generation: 1, subject: 'ann', lastError: undefined })
  await session.logout()
  expect(session.getSnapshot()).toMatchObject({ status: 'signedOut', generation: 2, subject: undefined })
})

it('generation goes up by one for each login, logout and end, and not for a renewal', async () => {
  const { session, http, api, endpoint } = bench()
  const generations: number[] = []
  const note = (): void => void generations.push(session.getSnapshot().generation)
  await session.login(tokens(1))
  note()
  await session.refresh()
  note()
  await session.login(tokens(3))
  note()
  await session.logout()
  note()
  await session.login(tokens(4))
  note()
  api.dead.add('access-4')
  endpoint.always({ status: 401 })
  await sessionErrorOf(http.get('/me'))
  note()
  expect(generations).toEqual([1, 1, 2, 3, 4, 5])
})

it('a subscriber is told after each change and finds it in the snapshot', async () => {
  const { session, endpoint } = bench()
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const seen: string[] = []
  session.subscribe(() => void seen.push(session.getSnapshot().status))
  const login = session.login(tokens(1))
  expect(seen.at(-1)).toBe('active')
  await login
  const refresh = session.refresh()
  await endpoint.reached(1)
  expect(seen.at(-1)).toBe('refreshing')
  answer.resolve()
  await refresh
  expect(seen.at(-1)).toBe('active')
  const logout = session.logout()
  expect(seen.at(-1)).toBe('signedOut')
  await logout
})

it('getServerSnapshot is one object for ever: nothing is known, whoever is signed in', async () => {
  const { session } = bench()
  const onServer = session.getServerSnapshot()
  await session.login(tokens(1))
  expect(session.getServerSnapshot()).toBe(onServer)
  expect(onServer).toMatchObject({ status: 'loading', generation: 0, held: 0, expiresAt: undefined })
})

it('subscribe, getSnapshot, getServerSnapshot and the others work without their session in front', async () => {
  const { session } = bench()
  const { subscribe, getSnapshot, getServerSnapshot, login, getAccessToken, on, logout } = session
  const [told, heard] = [jest.fn(), jest.fn()]
  const off = [subscribe(told), on(heard)]
  await login(tokens(1))
  expect([getSnapshot().status, getServerSnapshot().status]).toEqual(['active', 'loading'])
  expect(await getAccessToken()).toBe('access-1')
  await logout()
  expect(told.mock.calls.length).toBeGreaterThan(0)
  expect(heard.mock.calls.length).toBeGreaterThan(0)
  for (const stop of off) stop()
})

it('a session over a slow store is loading until it has answered', async () => {
  const found = deferred<undefined>()
  const { session } = bench({ store: { ...memoryStore(), get: () => found.promise } })
  const seen: string[] = []
  session.subscribe(() => void seen.push(session.getSnapshot().status))
  expect(session.getSnapshot().status).toBe('loading')
  found.resolve(undefined)
  await turn()
  expect([session.getSnapshot().status, new Set(seen)]).toEqual(['signedOut', new Set(['signedOut'])])
})
