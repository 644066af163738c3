/** Parts that are loaded by `import()`: offline, after a redeploy or in a service worker that fails. */
import axios from 'axios'
import { attachSession, isStepUpRequired, type SessionOptions } from 'tokenflight/axios'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf } from '../support/outcome.js'
import { scriptedServer, type ScriptedServer } from '../support/scripted-server.js'
import { tokens, watchSessions } from '../support/watched-sessions.js'

let mockIsOffline = true

const mockLoad = (path: string): object => {
  if (mockIsOffline) throw new TypeError('Failed to fetch dynamically imported module')
  return jest.requireActual<object>(path)
}
jest.mock('../../src/grant/discovery', () => mockLoad('../../src/grant/discovery'))
jest.mock('../../src/grant/client-assertion', () => mockLoad('../../src/grant/client-assertion'))
jest.mock('../../src/session/step-ups', () => mockLoad('../../src/session/step-ups'))
jest.mock('../../src/session/revoke-all', () => mockLoad('../../src/session/revoke-all'))

failOnLeaks()
const { open, listen } = watchSessions()

let server: ScriptedServer
beforeEach(async () => {
  mockIsOffline = true
  server = await scriptedServer(({ path, authorization }) => {
    if (path === '/token') return { body: tokens('new') }
    if (path.startsWith('/.well-known'))
      return { body: { issuer: server.origin, token_endpoint: `${server.origin}/token` } }
    const challenge = 'Bearer error="insufficient_scope", scope="admin"'
    return path === '/admin' && authorization !== 'Bearer better'
      ? { status: 403, headers: { 'www-authenticate': challenge } }
      : { body: {} }
  })
})
afterEach(() => server.close())

async function signedIn(refresh: object, more: Partial<SessionOptions> = {}) {
  const session = open({ refresh, refreshTimeoutMs: 700, ...more } as SessionOptions)
  const events = listen(session)
  const http = axios.create({ baseURL: server.origin })
  attachSession(http, session)
  await session.login(tokens('old'))
  const problems = (): object[] => events.filter(({ type }) => type === 'problem')
  return { session, http, problems }
}

// First: what has been loaded once is there for the whole file, and a session with an issuer loads this too.
it('revocation: the grant goes on without it, the logout is done here, and what was left is told (29, 37)', async () => {
  const grant = { tokenEndpoint: `${server.origin}/token`, revocationEndpoint: `${server.origin}/revoke` }
  const { session, problems } = await signedIn(grant)
  await session.refresh()
  await session.logout({ revoke: true })
  expect(session.getSnapshot().status).toBe('signedOut')
  expect([server.count('/revoke'), problems()]).toMatchObject([0, [{ message: 'Nothing was revoked' }]])
  mockIsOffline = false
  await session.login(tokens('next'))
  await session.logout({ revoke: true })
  expect(server.count('/revoke')).toBe(1)
})

it.each([
  ['issuer', () => ({ issuer: server.origin })],
  ['clientAssertion', () => ({ tokenEndpoint: `${server.origin}/token`, clientAssertion: () => 'a.b.c' })],
])(
  '%s: nothing is sent, the reason is told, and it is loaded when it can be had (9, 25)',
  async (_, grant) => {
    const { session } = await signedIn(grant())
    const error = await rejectionOf(session.refresh())
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'network', ambiguous: false })
    expect(String(error)).toContain('A part of tokenflight did not load.')
    expect(error.cause).toMatchObject({ message: 'Failed to fetch dynamically imported module' })
    expect(server.requests).toEqual([])
    mockIsOffline = false
    await session.refresh()
    expect(await session.getAccessToken()).toBe('new')
  },
)

it('onStepUp: the challenge is the caller’s, the reason is told, and the next one asks (13, 37)', async () => {
  const onStepUp = jest.fn(async () => tokens('better'))
  const { http, problems } = await signedIn({ tokenEndpoint: `${server.origin}/token` }, { onStepUp })
  expect(isStepUpRequired(await rejectionOf(http.get('/admin')))).toBe(true)
  expect(onStepUp).not.toHaveBeenCalled()
  expect(problems()).toMatchObject([{ message: '`onStepUp` was not called' }])
  mockIsOffline = false
  expect((await http.get('/admin')).status).toBe(200)
})
