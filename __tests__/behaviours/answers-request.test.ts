import axios from 'axios'
import { attachSession, createSession, type RefreshTokenGrantOptions, type Session } from 'tokenflight/axios'
import { failOnLeaks } from '../support/no-leaks.js'
import { sessionErrorOf } from '../support/outcome.js'
import { scriptedServer, type ScriptedRequest, type ScriptedServer } from '../support/scripted-server.js'
import { tokens } from '../support/token-endpoint-double.js'

failOnLeaks()

let server: ScriptedServer
let session: Session | undefined
let answerGrant: (request: ScriptedRequest) => Awaited<ReturnType<ScriptedServer['script']>>

beforeEach(async () => {
  answerGrant = () => ({ body: tokens(2) })
  server = await scriptedServer((request) => {
    if (request.path === '/token') return answerGrant(request)
    return request.authorization === 'Bearer access-2' ? { body: { ok: true } } : { status: 401 }
  })
})

afterEach(async () => {
  session?.dispose()
  await server.close()
})

/** Signs in, asks the API with a dead token, and gives what reached the token endpoint. */
async function renewWith(grant: Partial<RefreshTokenGrantOptions>): Promise<ScriptedRequest> {
  session = createSession({ refresh: { tokenEndpoint: `${server.origin}/token`, ...grant } })
  const api = axios.create({ baseURL: server.origin })
  attachSession(api, session)
  await session.login(tokens(1))
  expect((await api.get('/me')).data).toEqual({ ok: true })
  expect(server.requests.map(({ path }) => path)).toEqual(['/me', '/token', '/me'])
  return server.requests[1]!
}

it('a public client renews with one form-encoded POST that names it and carries no bearer token (22)', async () => {
  const grant = await renewWith({ clientId: 'my spa' })
  expect(grant).toMatchObject({ method: 'POST', authorization: undefined })
  expect(grant.headers['content-type']).toBe('application/x-www-form-urlencoded')
  expect(grant.text).toBe('grant_type=refresh_token&refresh_token=refresh-1&client_id=my+spa')
})

it('a client with a secret proves itself by Basic, both halves form-encoded first (22)', async () => {
  const { authorization, text } = await renewWith({ clientId: 'a:b', clientSecret: 'p w&ü' })
  expect(atob(authorization?.replace(/^Basic /, '') ?? '')).toBe('a%3Ab:p+w%26%C3%BC')
  expect(text).not.toContain('secret')
})

it('or in the body, where the server wants it there (22)', async () => {
  const clientAuthentication = 'client_secret_post'
  const { authorization, text } = await renewWith({
    clientId: 'a',
    clientSecret: 's&t',
    clientAuthentication,
  })
  expect(authorization).toBeUndefined()
  expect(Object.fromEntries(new URLSearchParams(text))).toMatchObject({
    client_id: 'a',
    client_secret: 's&t',
  })
})

it('a home-made server gets the JSON body that it wants (22)', async () => {
  const body = (refreshToken: string): Record<string, unknown> => ({ token: { refresh: refreshToken } })
  const { headers, text } = await renewWith({ encoding: 'json', body })
  expect(headers['content-type']).toBe('application/json')
  expect(JSON.parse(text)).toEqual({ token: { refresh: 'refresh-1' } })
})

it.each([301, 302, 303, 307, 308])(
  'a token endpoint that redirects with %i gets its refresh token carried nowhere else, and the set-up is told (22)',
  async (status) => {
    answerGrant = () => ({ status, headers: { location: `${server.origin}/elsewhere` } })
    session = createSession({ refresh: { tokenEndpoint: `${server.origin}/token` } })
    const api = axios.create({ baseURL: server.origin })
    attachSession(api, session)
    await session.login(tokens(1))
    const error = await sessionErrorOf(api.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', status })
    expect(error.message).toContain('tokenEndpoint')
    expect(server.requests.map(({ path }) => path)).toEqual(['/me', '/token'])
    expect(await session.getTokens()).toMatchObject({ refreshToken: 'refresh-1' })
  },
)
