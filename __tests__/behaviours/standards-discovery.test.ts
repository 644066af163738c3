/** Discovery (RFC 8414, OpenID Connect Discovery): the endpoints are found by the issuer's name. */
import axios from 'axios'
import { attachSession, clientCredentials, type SessionOptions } from 'tokenflight/axios'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf, sessionErrorOf } from '../support/outcome.js'
import { scriptedServer, type ScriptedAnswer, type ScriptedServer } from '../support/scripted-server.js'
import { tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open, listen } = watchSessions()

const oauthPath = '/.well-known/oauth-authorization-server'
const openIdPath = '/.well-known/openid-configuration'
const missing: ScriptedAnswer = { status: 404, body: 'nothing here' }

let server: ScriptedServer
/** What the server's paths answer; the API takes new-1 and later tokens. */
let pages: Record<string, () => ScriptedAnswer | Promise<ScriptedAnswer>>
let grants: number

beforeEach(async () => {
  grants = 0
  pages = {
    '/token': () => ({ body: tokens(`new-${++grants}`) }),
    '/me': () => ({ status: 401 }),
  }
  server = await scriptedServer(({ path, authorization }) => {
    if (path === '/me' && authorization?.startsWith('Bearer new')) return { body: { ok: true } }
    return pages[path]?.() ?? missing
  })
})
afterEach(() => server.close())

function metadata(more: object = {}): () => ScriptedAnswer {
  return () => ({ body: { issuer: server.origin, token_endpoint: `${server.origin}/token`, ...more } })
}

async function signedIn(issuer = server.origin, more: Partial<SessionOptions> = {}) {
  const session = open({ refresh: { issuer, clientId: 'spa' }, ...more } as SessionOptions)
  const events = listen(session)
  const http = axios.create({ baseURL: server.origin })
  attachSession(http, session)
  await session.login(tokens('old'))
  return { session, http, events }
}

const paths = (): string[] => server.requests.map(({ path }) => path)

it('the token endpoint is found once, before the first grant, and remembered (8)', async () => {
  pages[oauthPath] = metadata()
  const { http, session } = await signedIn()
  expect(paths()).toEqual([])
  await Promise.all([http.get('/me'), http.get('/me')])
  await session.refresh()
  expect(paths()).toEqual(['/me', '/me', oauthPath, '/token', '/me', '/me', '/token'])
  expect(server.requests[2]).toMatchObject({ method: 'GET', authorization: undefined })
  expect(server.requests[3]?.text).toBe('grant_type=refresh_token&refresh_token=old-refresh&client_id=spa')
})

it('where RFC 8414 is not served, OpenID Connect Discovery is asked (8)', async () => {
  pages[openIdPath] = metadata()
  const { session } = await signedIn()
  await session.refresh()
  expect(paths()).toEqual([oauthPath, openIdPath, '/token'])
})

it('an issuer with a path: RFC 8414 puts the well-known part before it, OpenID Connect after it (8)', async () => {
  const issuer = `${server.origin}/realms/one/`
  pages['/realms/one/.well-known/openid-configuration'] = metadata({ issuer })
  const { session } = await signedIn(issuer)
  await session.refresh()
  expect(paths()).toEqual([
    '/.well-known/oauth-authorization-server/realms/one',
    '/realms/one/.well-known/openid-configuration',
    '/token',
  ])
})

it.each<[string, object | string, string]>([
  ['another issuer', { issuer: 'https://evil.example' }, 'the issuer "https://evil.example"'],
  ['no issuer', { issuer: undefined }, 'no issuer'],
  ['no token_endpoint', { token_endpoint: undefined }, '`token_endpoint`'],
  ['a token_endpoint over http', { token_endpoint: 'http://auth.example.com/t' }, '`token_endpoint`'],
  ['a relative token_endpoint', { token_endpoint: '/token' }, '`token_endpoint`'],
  ['a token_endpoint with a password', { token_endpoint: 'https://a:b@c.example/' }, '`token_endpoint`'],
])(
  'metadata with %s must not be used: a configuration error says what to set (26)',
  async (_, more, words) => {
    pages[oauthPath] = metadata(more as object)
    const { http, session } = await signedIn()
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
    expect(error.message).toContain(words)
    expect(error.message).toMatch(/set `(issuer|tokenEndpoint)`/)
    expect(server.count('/token')).toBe(0)
    expect((await session.getTokens())?.refreshToken).toBe('old-refresh')
  },
)

it('an issuer that differs by its last slash only is another one (RFC 8414 §3.3) (26)', async () => {
  pages[oauthPath] = metadata({ issuer: `${server.origin}/` })
  const { session } = await signedIn()
  const error = await rejectionOf(session.refresh())
  expect(error.message).toContain(`the issuer "${server.origin}/": set \`issuer\``)
  expect(server.count('/token')).toBe(0)
})

it('no metadata at all is a configuration error that names where it was looked for (26)', async () => {
  const { session } = await signedIn()
  const error = await rejectionOf(session.refresh())
  expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', status: 404 })
  expect(error.message).toContain(`${server.origin}${oauthPath}`)
  expect(error.message).toContain('set `tokenEndpoint`')
})

it('a redirect is not followed (26)', async () => {
  pages[oauthPath] = () => ({ status: 302, headers: { location: `${server.origin}/elsewhere` } })
  pages['/elsewhere'] = metadata()
  const { session } = await signedIn()
  expect(await rejectionOf(session.refresh())).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
  expect(paths()).toEqual([oauthPath, openIdPath])
})

it.each<[string, () => ScriptedAnswer, string]>([
  ['a cut connection', () => 'destroy', 'network'],
  ['a 500', () => ({ status: 500 }), 'server'],
  ['a page of HTML', () => ({ body: '<html>welcome</html>' }), 'malformed'],
])(
  '%s is transient and definite: no token was sent, and the next try asks anew (25)',
  async (_, page, reason) => {
    pages[oauthPath] = page
    // So short that there is no time for a second try.
    const { session, events } = await signedIn(server.origin, { refreshTimeoutMs: 700 })
    const error = await rejectionOf(session.refresh())
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason, ambiguous: false })
    expect([server.count('/token'), events.filter(({ type }) => type === 'loginRequired')]).toEqual([0, []])
    pages[oauthPath] = metadata()
    await session.refresh()
    expect(await session.getAccessToken()).toBe('new-1')
  },
)

it('it is tried again within the deadline, and nobody notices (25)', async () => {
  const answers: (() => ScriptedAnswer)[] = [() => ({ status: 503 }), metadata()]
  pages[oauthPath] = () => (answers.shift() ?? metadata())()
  const { http } = await signedIn()
  expect((await http.get('/me')).data).toEqual({ ok: true })
  expect(paths()).toEqual(['/me', oauthPath, openIdPath, oauthPath, '/token', '/me'])
})

it('at the deadline it is not ambiguous: no refresh token has left (25)', async () => {
  pages[oauthPath] = () => 'hang'
  const { session } = await signedIn(server.origin, { refreshTimeoutMs: 300 })
  const error = await rejectionOf(session.refresh())
  expect(error).toMatchObject({ reason: 'timeout', ambiguous: false })
  expect((await session.getTokens())?.refreshToken).toBe('old-refresh')
})

it('a refresh token that has run out ends the session, whether the issuer can be asked or not (24)', async () => {
  pages[oauthPath] = () => ({ status: 503 })
  const { session } = await signedIn()
  await session.login({ ...tokens('old'), refreshTokenExpiresAt: 1 })
  expect(await rejectionOf(session.refresh())).toMatchObject({ reason: 'refresh_token_expired' })
  expect(paths()).toEqual([])
})

it('a logout ends it at once, and the next login finds the endpoint (11, 28)', async () => {
  pages[oauthPath] = () => 'hang'
  const { session } = await signedIn()
  const waiting = rejectionOf(session.refresh())
  await server.arrived(1)
  await session.logout()
  expect(await waiting).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
  pages[oauthPath] = metadata()
  await session.login(tokens('old'))
  await session.refresh()
  expect(await session.getAccessToken()).toBe('new-1')
})

it('client credentials are sent to where the issuer says (30)', async () => {
  pages[oauthPath] = metadata()
  const acquire = clientCredentials({ issuer: server.origin, clientId: 'service', clientSecret: 's' })
  const context = { signal: new AbortController().signal, reason: 'first' } as const
  expect(await Promise.all([acquire(context), acquire(context)])).toMatchObject([
    { accessToken: 'new-1', subject: 'service' },
    { accessToken: 'new-2' },
  ])
  expect(paths()).toEqual([oauthPath, '/token', '/token'])
})

it('cookies: sessions of one issuer share one lock (6)', async () => {
  pages[oauthPath] = metadata()
  const names: string[] = []
  const lock = {
    request: <T>(name: string, _: object, callback: () => Promise<T>) => (names.push(name), callback()),
  }
  const session = open({ refresh: { issuer: server.origin, refreshTokenIn: 'cookie' }, lock })
  await session.login({ access_token: 'old' })
  await session.refresh()
  expect(names).toEqual([`tokenflight:${server.origin}`])
})
