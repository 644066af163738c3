/** Behaviour 7: who waits for a renewal, and who does not. */
import { attachSession, type RefreshFunction } from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, settled } from '../support/scripted-api.js'
import { stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open, listen } = watchSessions()

async function signedIn(api = apiThatAccepts('old', 'new')) {
  const answer = deferred<ReturnType<typeof tokens>>()
  const refresh = jest.fn<ReturnType<RefreshFunction>, Parameters<RefreshFunction>>(() => answer.promise)
  const session = open({ refresh })
  const instance = api.create()
  attachSession(instance, session)
  await session.login(tokens('old'))
  return { api, instance, session, refresh, answer }
}

it('a request that begins with an expired token is not sent before there is a new one (7)', async () => {
  const { api, instance, session, refresh, answer } = await signedIn()
  jest.setSystemTime(Date.now() + 3_600_000)
  const request = instance.get('/me')
  await settled()
  expect(api.sent).toEqual([])
  expect(session.getSnapshot()).toMatchObject({ status: 'refreshing', held: 1 })
  answer.resolve(tokens('new'))
  await request
  expect(api.authorizations).toEqual(['Bearer new'])
  expect(refresh.mock.calls.map(([, { reason }]) => reason)).toEqual(['expired'])
})

it('a hundred requests that begin with an expired token wait for one grant, and none is sent to fail (7)', async () => {
  const { api, instance, refresh, answer } = await signedIn()
  jest.setSystemTime(Date.now() + 3_600_000)
  const requests = Promise.all(Array.from({ length: 100 }, (_, index) => instance.get(`/${index}`)))
  await settled()
  answer.resolve(tokens('new'))
  await requests
  expect(api.sent.map(({ url }) => url)).toEqual(Array.from({ length: 100 }, (_, index) => `/${index}`))
  expect(new Set(api.authorizations)).toEqual(new Set(['Bearer new']))
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('a request that begins while a refused token is being renewed is held, whatever its expiry says (7)', async () => {
  const { api, instance, session, refresh, answer } = await signedIn(apiThatAccepts('new'))
  const refused = instance.get('/refused')
  await settled()
  const later = instance.get('/later')
  await settled()
  expect(api.sent.map(({ url }) => url)).toEqual(['/refused'])
  expect(session.getSnapshot().held).toBe(2)
  answer.resolve(tokens('new'))
  await Promise.all([refused, later])
  expect(api.sent.map(({ url, authorization }) => `${url} ${authorization}`)).toEqual([
    '/refused Bearer old',
    '/refused Bearer new',
    '/later Bearer new',
  ])
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('near its end a good token goes out at once, and is renewed behind the traffic, once (7)', async () => {
  const { api, instance, session, refresh, answer } = await signedIn()
  jest.setSystemTime(Date.now() + 3_600_000 - 30_000)
  await instance.get('/one')
  await instance.get('/two')
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer old'])
  expect(session.getSnapshot()).toMatchObject({ status: 'refreshing', held: 0 })
  expect(refresh.mock.calls.map(([, { reason }]) => reason)).toEqual(['ahead'])
  answer.resolve(tokens('new'))
  await settled()
  await instance.get('/three')
  expect(api.authorizations[2]).toBe('Bearer new')
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('refresh() holds nobody whose token is still good (7)', async () => {
  const { api, instance, session, answer } = await signedIn()
  const renewed = session.refresh()
  await instance.get('/me')
  expect(await session.getAccessToken()).toBe('old')
  expect(api.authorizations).toEqual(['Bearer old'])
  answer.resolve(tokens('new'))
  await renewed
  expect(await session.getAccessToken()).toBe('new')
})

it('a token that is refused while it is renewed behind the traffic is sent no more (7)', async () => {
  const { api, instance, session, refresh, answer } = await signedIn(apiThatAccepts('new'))
  jest.setSystemTime(Date.now() + 3_600_000 - 30_000)
  const first = instance.get('/first')
  await settled()
  const second = instance.get('/second')
  await settled()
  expect(api.authorizations).toEqual(['Bearer old'])
  expect(session.getSnapshot().held).toBe(2)
  answer.resolve(tokens('new'))
  await Promise.all([first, second])
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer new', 'Bearer new'])
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('an event tells of each request that is held, by id, method and path (7)', async () => {
  const { instance, session, answer } = await signedIn()
  const events = listen(session)
  jest.setSystemTime(Date.now() + 3_600_000)
  const request = instance.post('/orders?secret=1', {})
  await settled()
  expect(events).toContainEqual({ type: 'held', id: 1, method: 'POST', path: '/orders' })
  answer.resolve(tokens('new'))
  await request
})
