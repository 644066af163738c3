/** Behaviour 6: however many ask, and from wherever, one grant is in flight. */
import axios from 'axios'
import { attachSession, storageStore, type SessionOptions } from 'tokenflight/axios'
import { startServers, type Servers } from '../../examples/servers/start-servers.js'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { settled } from '../support/scripted-api.js'
import { mapStorage, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open, listen } = watchSessions()

let servers: Servers
beforeEach(async () => {
  servers = await startServers()
})
afterEach(() => servers.close())

function grant(): Pick<SessionOptions, 'refresh'> & { refresh: object } {
  return { refresh: { tokenEndpoint: servers.auth.tokenEndpoint, clientId: 'demo-spa' } }
}

function attached(session: ReturnType<typeof open>) {
  const instance = axios.create({ baseURL: servers.api.origin })
  attachSession(instance, session)
  return instance
}

it('three 401s at once make one grant and three answers (6)', async () => {
  const { auth, api } = servers
  const session = open(grant())
  await session.login(auth.issue('ada'))
  auth.expireAll()
  api.hold()
  const instance = attached(session)
  const answers = Promise.all(['/a', '/b', '/c'].map((path) => instance.get(path)))
  await api.arrived(3)
  api.release()
  expect((await answers).map(({ data }) => `${data.who} ${data.path}`)).toEqual([
    'ada /a',
    'ada /b',
    'ada /c',
  ])
  expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
  expect(api.requests.map(({ status }) => status)).toEqual([401, 401, 401, 200, 200, 200])
})

it('three axios instances that share a session share its grant (6)', async () => {
  const { auth, api } = servers
  const session = open(grant())
  await session.login(auth.issue('ada'))
  auth.expireAll()
  api.hold()
  const instances = [attached(session), attached(session), attached(session)]
  const answers = Promise.all(instances.map((instance, index) => instance.get(`/${index}`)))
  await api.arrived(3)
  api.release()
  expect((await answers).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(auth.counts.asked).toBe(1)
})

it('getAccessToken, refresh, a 401 and a new request join the grant that is on its way (6)', async () => {
  const { auth, api } = servers
  const session = open(grant())
  const instance = attached(session)
  await session.login(auth.issue('ada'))
  auth.expireAll()
  auth.hold()
  const first = instance.get('/first')
  await auth.asked(1)
  const others = Promise.all([session.getAccessToken(), session.refresh(), instance.get('/second')])
  await settled()
  expect(session.getSnapshot()).toMatchObject({ status: 'refreshing', held: 4 })
  auth.release()
  const [token] = await others
  await first
  expect(auth.introspect(token ?? '')).toEqual({ subject: 'ada' })
  expect(auth.counts.asked).toBe(1)
  expect(api.requests.map(({ path }) => path)).toEqual(['/first', '/first', '/second'])
})

it('two calls of refresh() in the same turn are one grant, a third after it is another (6)', async () => {
  const { auth } = servers
  const session = open(grant())
  await session.login(auth.issue('ada'))
  await Promise.all([session.refresh(), session.refresh()])
  expect(auth.counts.asked).toBe(1)
  await session.refresh()
  expect(auth.counts).toEqual({ asked: 2, granted: 2, refused: 0, reused: 0 })
})

describe('two sessions over one named store', () => {
  async function twoTabs() {
    const storage = mapStorage()
    const one = open({ ...grant(), store: storageStore(storage) })
    await one.login(servers.auth.issue('ada'))
    const other = open({ ...grant(), store: storageStore(storage) })
    return { one, other, storage }
  }

  it('make one grant for the 401s of both, and the other adopts what it brought (6)', async () => {
    const { auth, api } = servers
    const { one, other } = await twoTabs()
    const events = listen(other)
    auth.expireAll()
    api.hold()
    const answers = Promise.all([attached(one).get('/one'), attached(other).get('/other')])
    await api.arrived(2)
    api.release()
    expect((await answers).map(({ data }) => data.who)).toEqual(['ada', 'ada'])
    expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    expect(await one.getTokens()).toEqual(await other.getTokens())
    const renewals = events.filter(({ type }) => ['adopted', 'grant', 'granted'].includes(type))
    // Whichever of the two came first: the other one sent nothing.
    expect(renewals.map(({ type }) => type).join()).toMatch(/^(adopted|grant,granted)$/)
  })

  it('send each rotated refresh token once, whoever renews next (6)', async () => {
    const { auth } = servers
    const { one, other } = await twoTabs()
    auth.expireAll()
    await attached(one).get('/one')
    // Its token is dead, and the store has a newer one.
    await attached(other).get('/other')
    expect(auth.counts.granted).toBe(1)
    auth.expireAll()
    await attached(other).get('/other')
    await attached(one).get('/one')
    expect(auth.counts).toEqual({ asked: 2, granted: 2, refused: 0, reused: 0 })
  })
})

it('two sessions whose refresh token is the same cookie are never at the endpoint together (6)', async () => {
  const calls: (() => void)[] = []
  let inFlight = 0
  let most = 0
  const endpoint: typeof fetch = async () => {
    most = Math.max(most, ++inFlight)
    const answered = deferred()
    calls.push(answered.resolve)
    await answered.promise
    inFlight--
    return Response.json({ access_token: `cookie-made-${calls.length}`, expires_in: 3600 })
  }
  const refresh = {
    tokenEndpoint: 'https://auth.test/token',
    refreshTokenIn: 'cookie',
    fetch: endpoint,
  } as const
  const [one, other] = [open({ refresh }), open({ refresh })]
  const both = Promise.all([one.refresh(), other.refresh()])
  await settled()
  expect(calls).toHaveLength(1)
  calls[0]?.()
  await settled()
  calls[1]?.()
  await both
  expect(most).toBe(1)
})
