/** Revocation (RFC 7009): the server is told of a logout. */
import { inspect } from 'node:util'
import { storageStore, type RefreshTokenGrantOptions, type SessionOptions } from 'tokenflight/axios'
import { createFetch } from 'tokenflight/fetch'
import { Gate } from '../../examples/servers/gate.js'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf, watch } from '../support/outcome.js'
import { scriptedServer, type ScriptedAnswer, type ScriptedServer } from '../support/scripted-server.js'
import { mapStorage, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open, listen } = watchSessions()

let server: ScriptedServer
/** The token endpoint's answers wait here. */
let gate: Gate
let revoked: () => ScriptedAnswer

beforeEach(async () => {
  gate = new Gate()
  revoked = () => ({ status: 200 })
  server = await scriptedServer(async ({ path }) => {
    if (path === '/revoke') return revoked()
    if (path.startsWith('/.well-known')) return metadata()
    await gate.pass()
    return { body: tokens('new') }
  })
})
afterEach(async () => {
  gate.release()
  await server.close()
})

const metadata = (): ScriptedAnswer => ({
  body: {
    issuer: server.origin,
    token_endpoint: `${server.origin}/token`,
    revocation_endpoint: `${server.origin}/revoke`,
  },
})

function make(grant: Partial<RefreshTokenGrantOptions> = {}, more: Partial<SessionOptions> = {}) {
  const refresh = {
    tokenEndpoint: `${server.origin}/token`,
    revocationEndpoint: `${server.origin}/revoke`,
    clientId: 'spa',
    ...grant,
  }
  const session = open({ refresh, ...more } as SessionOptions)
  return { session, events: listen(session) }
}

async function signedIn(grant: Partial<RefreshTokenGrantOptions> = {}, more: Partial<SessionOptions> = {}) {
  const made = make(grant, more)
  await made.session.login(tokens('old'))
  return made
}

const asked = (): string[] => server.requests.filter(({ path }) => path === '/revoke').map(({ text }) => text)
const oldToken = 'token=old-refresh&token_type_hint=refresh_token&client_id=spa'
const newToken = 'token=new-refresh&token_type_hint=refresh_token&client_id=spa'

const problemsOf = (events: readonly { readonly type: string }[]) =>
  events.filter(({ type }) => type === 'problem')

it('logout({ revoke: true }) signs out here first, and resolves when the server has answered (29)', async () => {
  const answer = deferred()
  server.script = async () => (await answer.promise, { status: 200 })
  const { session } = await signedIn()
  const done = watch(session.logout({ revoke: true }))
  expect(session.getSnapshot().status).toBe('signedOut')
  await server.arrived(1)
  expect([done.settled, asked()]).toEqual([false, [oldToken]])
  expect(server.requests[0]).toMatchObject({ method: 'POST', authorization: undefined })
  answer.resolve()
  await done.promise
})

it('a plain logout tells no server (29)', async () => {
  const { session } = await signedIn()
  await session.logout()
  expect(server.requests).toEqual([])
})

it('without a refresh token the access token is revoked (29)', async () => {
  const { session } = make()
  await session.login({ access_token: 'alone' })
  await session.logout({ revoke: true })
  expect(asked()).toEqual(['token=alone&token_type_hint=access_token&client_id=spa'])
})

it('nobody signed in: nothing to revoke (29)', async () => {
  const { session } = make()
  await session.logout({ revoke: true })
  expect(server.requests).toEqual([])
})

it('a confidential client shows its secret, and no member of the grant goes along (22)', async () => {
  const grant = { clientId: 'a', clientSecret: 'b', scope: 'read', parameters: { audience: 'x' } }
  const { session } = await signedIn(grant)
  await session.logout({ revoke: true })
  expect(asked()).toEqual(['token=old-refresh&token_type_hint=refresh_token'])
  expect(server.authorizations).toEqual([`Basic ${btoa('a:b')}`])
})

it('the endpoint is found by the issuer, also where no grant was ever made (29)', async () => {
  const session = open({ refresh: { issuer: server.origin, clientId: 'spa' } })
  await session.login(tokens('old'))
  await session.logout({ revoke: true })
  expect(asked()).toEqual([oldToken])
})

it('one by hand counts more than what the issuer says (29)', async () => {
  const revocationEndpoint = `${server.origin}/other`
  const session = open({ refresh: { issuer: server.origin, revocationEndpoint, clientId: 'spa' } })
  await session.login(tokens('old'))
  await session.logout({ revoke: true })
  expect([asked(), server.count('/other')]).toEqual([[], 1])
})

it('what a grant still brings after the logout is revoked too (11)', async () => {
  const { session } = await signedIn()
  gate.hold()
  const waiting = rejectionOf(session.refresh())
  await server.arrived(1)
  const done = watch(session.logout({ revoke: true }))
  expect(await waiting).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
  await server.arrived(2)
  expect([asked(), done.settled]).toEqual([[oldToken], false])
  gate.release()
  await done.promise
  expect(asked()).toEqual([oldToken, newToken])
  expect([session.getSnapshot().status, await session.getTokens()]).toEqual(['signedOut', undefined])
})

it('it is revoked although somebody else has signed in meanwhile, whose tokens are left alone (11, 28)', async () => {
  const { session } = await signedIn()
  gate.hold()
  const waiting = rejectionOf(session.refresh())
  await server.arrived(1)
  const done = session.logout({ revoke: true })
  await waiting
  await session.login(tokens('next'))
  gate.release()
  await done
  expect(asked().sort()).toEqual([newToken, oldToken])
  expect(await session.getAccessToken()).toBe('next')
})

it('a token that the grant did not replace is not revoked twice (11)', async () => {
  const { session } = await signedIn()
  gate.hold()
  server.script = async ({ path }) =>
    path === '/token' ? (await gate.pass(), { body: { access_token: 'new' } }) : { status: 200 }
  const waiting = rejectionOf(session.refresh())
  await server.arrived(1)
  const done = session.logout({ revoke: true })
  await waiting
  gate.release()
  await done
  expect(asked()).toEqual([oldToken])
})

it('the grant of an older login is nothing to revoke (28)', async () => {
  const { session } = await signedIn()
  await session.refresh()
  await session.login(tokens('next'))
  await session.logout({ revoke: true })
  expect(asked()).toEqual(['token=next-refresh&token_type_hint=refresh_token&client_id=spa'])
})

it('a logout before the first look into the store revokes what lies there (29, 33)', async () => {
  const storage = mapStorage()
  const first = await signedIn({}, { store: storageStore(storage) })
  first.session.dispose()
  const asyncStorage = { ...storage, getItem: async (key: string) => storage.getItem(key) }
  const { session } = make({}, { store: storageStore(asyncStorage) })
  expect(session.getSnapshot().status).toBe('loading')
  await session.logout({ revoke: true })
  expect([asked(), storage.items.size]).toEqual([[oldToken], 0])
})

it.each<[string, ScriptedAnswer, string]>([
  ['a 503', { status: 503 }, 'HTTP 503'],
  ['a 502', { status: 502 }, 'HTTP 502'],
  ['unsupported_token_type', { status: 400, body: { error: 'unsupported_token_type' } }, 'HTTP 400'],
  ['a cut connection', 'destroy', 'fetch failed'],
  ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, 'HTTP 307'],
])(
  '%s is told as a problem, without a token: the logout succeeds all the same (29, 36)',
  async (_, answer, words) => {
    revoked = () => answer
    const { session, events } = await signedIn()
    await session.logout({ revoke: true })
    const problems = problemsOf(events)
    expect(problems).toMatchObject([
      { message: expect.stringContaining('not revoked'), cause: { message: expect.stringContaining(words) } },
    ])
    expect(inspect(problems, { depth: 9, showHidden: true })).not.toContain('old-refresh')
    expect(session.getSnapshot().status).toBe('signedOut')
  },
)

it('a server that does not answer is not waited for longer than refreshTimeoutMs (29)', async () => {
  revoked = () => 'hang'
  const { session, events } = await signedIn({}, { refreshTimeoutMs: 100 })
  await session.logout({ revoke: true })
  expect(problemsOf(events)).toHaveLength(1)
})

it('nor is a grant that never answers (11, 29)', async () => {
  const { session } = await signedIn({}, { refreshTimeoutMs: 200 })
  gate.hold()
  const waiting = rejectionOf(session.refresh())
  await server.arrived(1)
  await session.logout({ revoke: true })
  await waiting
  expect(asked()).toEqual([oldToken])
})

it('where the app has wrapped the global fetch, neither grant nor revocation waits or carries a token (8, 29)', async () => {
  const { session } = await signedIn({}, { refreshTimeoutMs: 2_000 })
  const { fetch } = globalThis
  const api = createFetch(session, { fetch, baseUrl: server.origin })
  const wrapped = jest.spyOn(globalThis, 'fetch').mockImplementation(api)
  await session.refresh()
  const done = session.logout({ revoke: true })
  await session.login(tokens('next'))
  await done
  wrapped.mockRestore()
  expect(server.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
    ['/token', undefined],
    ['/revoke', undefined],
  ])
})

it('dispose ends it, silently (37)', async () => {
  revoked = () => 'hang'
  const { session, events } = await signedIn()
  const done = session.logout({ revoke: true })
  await server.arrived(1)
  session.dispose()
  await done
  expect(problemsOf(events)).toEqual([])
})

it('with a refresh function there is nothing to revoke with, and that is told (29)', async () => {
  const session = open({ refresh: async () => tokens('new') })
  const events = listen(session)
  await session.login(tokens('old'))
  await session.logout({ revoke: true })
  expect(problemsOf(events)).toMatchObject([
    { message: expect.stringContaining('`refresh.revocationEndpoint`') },
  ])
  expect(session.getSnapshot().status).toBe('signedOut')
})

it('metadata without a revocation_endpoint: told, with what to set (29)', async () => {
  server.script = ({ path }) =>
    path.startsWith('/.well-known')
      ? { body: { issuer: server.origin, token_endpoint: `${server.origin}/token` } }
      : { status: 200 }
  const session = open({ refresh: { issuer: server.origin } })
  const events = listen(session)
  await session.login(tokens('old'))
  await session.logout({ revoke: true })
  expect(problemsOf(events)).toMatchObject([
    { cause: { message: expect.stringContaining('`revocationEndpoint`') } },
  ])
})

describe('a refresh token that is a cookie', () => {
  it('is posted by the browser: no token stands in the body, the access token neither (29)', async () => {
    const sent: RequestInit[] = []
    const fetch = async (_: unknown, init?: RequestInit) => (sent.push(init ?? {}), new Response(''))
    const { session } = make({ refreshTokenIn: 'cookie', fetch: fetch })
    await session.login({ access_token: 'old' })
    await session.logout({ revoke: true })
    expect(sent).toMatchObject([
      { method: 'POST', body: 'client_id=spa', credentials: 'include', keepalive: true, redirect: 'manual' },
    ])
  })

  it('may be there unseen: it is posted although nobody was seen to be signed in (3, 29)', async () => {
    const { session } = make({ refreshTokenIn: 'cookie' })
    await session.logout({ revoke: true })
    expect(asked()).toEqual(['client_id=spa'])
  })

  it('is posted again when a grant that was on its way has set it anew (11)', async () => {
    const { session } = make({ refreshTokenIn: 'cookie' })
    await session.login({ access_token: 'old' })
    gate.hold()
    const waiting = rejectionOf(session.refresh())
    await server.arrived(1)
    const done = session.logout({ revoke: true })
    await waiting
    await server.arrived(2)
    gate.release()
    await done
    expect(asked()).toEqual(['client_id=spa', 'client_id=spa'])
  })
})
