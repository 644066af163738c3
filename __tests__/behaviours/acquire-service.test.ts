/** Behaviour 30: a service lives on its client credentials, against real servers. */
import axios, { type AxiosError } from 'axios'
import { attachSession, clientCredentials, isRefreshConfiguration } from 'tokenflight/axios'
import { startServers, type Servers } from '../../examples/servers/start-servers.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf } from '../support/scripted-api.js'
import { watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open } = watchSessions()

let servers: Servers
beforeEach(async () => {
  servers = await startServers({ clientId: 'orders', clientSecret: 'a:b c' })
})
afterEach(() => servers.close())

/** A clock that can be set ahead of the server's. */
function service(clientSecret = 'a:b c') {
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const onLoginRequired = jest.fn()
  const { tokenEndpoint } = servers.auth
  const session = open({
    acquire: clientCredentials({ tokenEndpoint, clientId: 'orders', clientSecret, now }),
    onLoginRequired,
    now,
  })
  const instance = axios.create({ baseURL: servers.api.origin })
  attachSession(instance, session)
  return { instance, session, onLoginRequired, advance: (ms: number) => (aheadMs += ms) }
}

it('its first requests share one client_credentials grant, sent with Basic (30)', async () => {
  const { auth, api } = servers
  const { instance, session } = service()
  api.hold()
  const answers = Promise.all(['/a', '/b', '/c'].map((path) => instance.get(path)))
  await api.arrived(3)
  api.release()
  expect((await answers).map(({ data }) => data.who)).toEqual(['orders', 'orders', 'orders'])
  expect(auth.requests.map(({ body, authorization }) => [body, authorization])).toEqual([
    ['grant_type=client_credentials', `Basic ${btoa('orders:a%3Ab+c')}`],
  ])
  expect(session.getSnapshot().subject).toBe('orders')
})

it('at expiry it renews before it sends: no request fails, and each token comes of one grant (30)', async () => {
  const { auth, api } = servers
  const { instance, advance } = service()
  await instance.get('/first')
  for (const grants of [2, 3]) {
    advance(3_600_000)
    const answers = await Promise.all(['/a', '/b'].map((path) => instance.get(path)))
    expect(answers.map(({ data }) => data.who)).toEqual(['orders', 'orders'])
    expect(auth.counts.granted).toBe(grants)
  }
  // The very first went out bare.
  expect(api.answered(401).map(({ path }) => path)).toEqual(['/first'])
})

it('near expiry it renews behind the traffic (30)', async () => {
  const { auth } = servers
  const { instance, session, advance } = service()
  await instance.get('/first')
  const old = await session.getAccessToken()
  advance(3_600_000 - 30_000)
  auth.hold()
  expect((await instance.get('/second')).data.who).toBe('orders')
  await auth.asked(2)
  const meanwhile = session.getAccessToken()
  expect(session.getSnapshot()).toMatchObject({ status: 'refreshing', held: 0 })
  expect(await meanwhile).toBe(old)
  auth.release()
  await session.refresh()
  expect(await session.getAccessToken()).not.toBe(old)
  expect(auth.counts.granted).toBe(2)
})

it('tokens that the server has killed are renewed on their 401s, once, and held requests go on (30)', async () => {
  const { auth, api } = servers
  const { instance, onLoginRequired } = service()
  await instance.get('/first')
  auth.expireAll()
  const answers = await Promise.all(['/a', '/b', '/c'].map((path) => instance.post(path, { path })))
  expect(answers.map(({ data }) => data.body)).toEqual([{ path: '/a' }, { path: '/b' }, { path: '/c' }])
  expect(auth.counts.granted).toBe(2)
  expect(api.answered(401)).toHaveLength(4)
  expect(onLoginRequired).not.toHaveBeenCalled()
})

it('with a wrong secret the 401 comes back with a configuration error as its cause, and no login is required (30)', async () => {
  const { auth } = servers
  const { instance, onLoginRequired } = service('wrong')
  const error = await rejectionOf<AxiosError>(instance.get('/me'))
  expect(error.response?.status).toBe(401)
  expect(isRefreshConfiguration(error)).toBe(true)
  expect(error.cause).toMatchObject({ oauth: { error: 'invalid_client' } })
  expect(auth.counts.refused).toBe(1)
  expect(onLoginRequired).not.toHaveBeenCalled()
})
