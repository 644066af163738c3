import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { SessionEvent } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { sessionErrorOf } from '../support/outcome.js'
import { turn } from '../support/fake-clock.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench, expectConsoleError } = useBench()

/** An event in a word, with its request's id where it has one. */
const inShort = (event: SessionEvent): string => ('id' in event ? `${event.type} ${event.id}` : event.type)

it('the events of a storm come in the order in which it happened', async () => {
  const { session, http, api, endpoint, events } = bench()
  await session.login(tokens(1))
  api.dead.add('access-1')
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const refused = [http.get('/one'), http.get('/two')]
  await endpoint.reached(1)
  await turn()
  const unsent = http.get('/three')
  await turn()
  answer.resolve()
  await Promise.all([...refused, unsent])
  expect(events.map(inShort)).toEqual([
    'login',
    'sent 1',
    'sent 2',
    'unauthorized 1',
    'held 1',
    'unauthorized 2',
    'held 2',
    'grant',
    'held 3',
    'granted',
    'replayed 1',
    'replayed 2',
    'sent 3',
    'settled 1',
    'settled 2',
    'settled 3',
  ])
})

it('an event about a request has its id, method and path, and settled its status', async () => {
  const { session, http, events } = bench()
  await session.login(tokens(1))
  await http.post('/orders/7?debug=1', { a: 1 })
  expect(events.slice(1)).toEqual([
    { type: 'sent', id: 1, method: 'POST', path: '/orders/7' },
    { type: 'settled', id: 1, method: 'POST', path: '/orders/7', status: 200 },
  ])
})

it('a grant tells its reason, and its result the version and the expiry', async () => {
  const { session, http, api, events } = bench()
  await session.login(tokens(1))
  await session.refresh()
  api.dead.add('access-2')
  await http.get('/me')
  const grants = events.filter(({ type }) => type === 'grant' || type === 'granted')
  expect(grants).toEqual([
    { type: 'grant', reason: 'requested' },
    { type: 'granted', version: 2, expiresAt: expect.any(Number) },
    { type: 'grant', reason: 'unauthorized' },
    { type: 'granted', version: 3, expiresAt: expect.any(Number) },
  ])
})

it('the end tells its error once, with the generation’s logout not among the events', async () => {
  const { session, http, api, endpoint, events, onLoginRequired } = bench()
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.always({ status: 401 })
  const error = await sessionErrorOf(http.get('/me'))
  expect(events.filter(({ type }) => type === 'loginRequired')).toEqual([{ type: 'loginRequired', error }])
  expect(onLoginRequired).toHaveBeenCalledWith(error)
  expect(events.map(({ type }) => type)).not.toContain('logout')
})

it('a failed grant tells its error; login and logout tell their generation', async () => {
  const { session, http, api, endpoint, events } = bench()
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.always({ status: 500 })
  const error = await sessionErrorOf(http.get('/me'))
  await session.logout()
  expect(events.filter(({ type }) => type === 'grantFailed')).toEqual([{ type: 'grantFailed', error }])
  expect(events[0]).toEqual({ type: 'login', generation: 1 })
  expect(events.at(-1)).toEqual({ type: 'logout', generation: 2 })
})

it.each([
  ['https://api.example.com:8443/orders/7?token=secret#top', '/orders/7'],
  ['https://api.example.com?token=secret', '/'],
  ['//api.example.com/orders:7', '/orders:7'],
  ['/orders/7?to=https://other.example/path', '/orders/7'],
  ['orders', 'orders'],
])('of %s an event tells the path alone, as it was written: %s', async (url, path) => {
  const document = { baseURI: 'https://app.example.com/', visibilityState: 'visible' }
  Object.defineProperty(globalThis, 'document', { value: document, configurable: true })
  const { http, events } = bench({ allowedOrigins: () => true })
  await http.get(url, { baseURL: '', adapter: async (config) => answered(config) })
  expect(events.find(({ type }) => type === 'sent')).toMatchObject({ id: 1, path })
})

afterEach(() => void Reflect.deleteProperty(globalThis, 'document'))

function answered(config: InternalAxiosRequestConfig): AxiosResponse {
  return { status: 200, statusText: '', headers: {}, data: '', config }
}

it('whoever asks for a token, or for a renewal, is no request: no event tells of one', async () => {
  const { session, endpoint, events } = bench()
  await session.login(tokens(1, { expires_in: 0 }))
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const asked = [session.getAccessToken(), session.refresh()]
  await endpoint.reached(1)
  answer.resolve()
  expect(await Promise.all(asked)).toEqual(['access-2', undefined])
  expect(events.map(({ type }) => type)).toEqual(['login', 'grant', 'granted'])
})

it('a problem that has no cause is one sentence on the console where nobody listens', async () => {
  expectConsoleError(/^tokenflight: The token store holds something that is not a session; .* empty$/)
  const store = { get: () => ({ not: 'a session' }) as never, set: () => {}, clear: () => {} }
  const { session } = bench({ store, listens: false })
  await turn()
  expect(session.getSnapshot().status).toBe('signedOut')
})
