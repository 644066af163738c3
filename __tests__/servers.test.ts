import { ApiServer } from '../examples/servers/api-server.js'
import {
  AuthorizationServer,
  type AuthorizationServerOptions,
} from '../examples/servers/authorization-server.js'
import { failOnLeaks } from './support/no-leaks.js'
import { scriptedServer } from './support/scripted-server.js'

failOnLeaks()

let auth: AuthorizationServer
let api: ApiServer

async function start(options: AuthorizationServerOptions = {}): Promise<void> {
  auth = await new AuthorizationServer(options).start()
  api = await new ApiServer({ introspect: (token) => auth.introspect(token) }).start()
}

afterEach(() => Promise.all([auth?.close(), api?.close()]))

interface Renewed {
  access_token: string
  refresh_token: string
  error?: string
}

/** Asks for a grant as a public client does. */
async function renew(refreshToken: string, members: Record<string, string> = {}) {
  const grant = {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: 'demo-spa',
    ...members,
  }
  const response = await fetch(auth.tokenEndpoint, { method: 'POST', body: new URLSearchParams(grant) })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function renewed(refreshToken: string): Promise<Renewed> {
  return JSON.parse((await renew(refreshToken)).text) as Renewed
}

async function ask(token: string, init: RequestInit = {}, path = '/me'): Promise<Response> {
  return fetch(`${api.origin}${path}`, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${token}` },
  })
}

describe('the authorization server', () => {
  test('rotates the refresh token with each grant', async () => {
    await start()
    const first = auth.issue('ada')
    const second = await renewed(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(auth.introspect(second.access_token)).toEqual({ subject: 'ada' })
    expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
  })

  test('ends the family whose spent refresh token comes back, and no other', async () => {
    await start()
    const [ada, grace] = [auth.issue('ada'), auth.issue('grace')]
    const second = await renewed(ada.refresh_token)
    expect(await renewed(ada.refresh_token)).toEqual({ error: 'invalid_grant' })
    expect(await renewed(second.refresh_token)).toEqual({ error: 'invalid_grant' })
    expect(auth.introspect(second.access_token)).toBeUndefined()
    expect(auth.introspect(grace.access_token)).toEqual({ subject: 'grace' })
    expect(auth.familyOf(ada.access_token)?.counts).toEqual({ asked: 3, granted: 1, refused: 2, reused: 1 })
    expect(auth.familyOf(grace.access_token)?.counts.asked).toBe(0)
  })

  test('knows its client', async () => {
    await start()
    const { refresh_token } = auth.issue('ada')
    expect(await renew(refresh_token, { client_id: 'someone-else' })).toMatchObject({ status: 401 })
    expect(await renew(refresh_token)).toMatchObject({ status: 200 })
  })

  test.each([
    { secret: 's3cret: 100 %', status: 200 },
    { secret: 'a guess', status: 401 },
  ])('takes Basic with a form-encoded secret ($status)', async ({ secret, status }) => {
    await start({ clientId: 'a:b', clientSecret: 's3cret: 100 %' })
    const credentials = Buffer.from(['a:b', secret].map(encodeURIComponent).join(':')).toString('base64')
    const headers = { authorization: `Basic ${credentials}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const response = await fetch(auth.tokenEndpoint, { method: 'POST', headers, body })
    expect(response.status).toBe(status)
  })

  test('fails so often as it is told to', async () => {
    await start()
    const { refresh_token } = auth.issue('ada')
    auth.down({ status: 503, retryAfter: 2 }, 1)
    const busy = await renew(refresh_token)
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '2'])
    expect((await renew(refresh_token)).status).toBe(200)
  })

  test('loses an answer after the token was spent', async () => {
    await start()
    const { refresh_token } = auth.issue('ada')
    auth.down('lose', 1)
    await expect(renew(refresh_token)).rejects.toThrow()
    expect(auth.counts.granted).toBe(1)
    expect((await renewed(refresh_token)).error).toBe('invalid_grant')
    expect(auth.counts.reused).toBe(1)
  })

  test('closes with a client that still waits', async () => {
    await start()
    auth.down('hang')
    const waiting = expect(renew(auth.issue('ada').refresh_token)).rejects.toThrow()
    await auth.asked(1)
    await auth.close()
    await waiting
  })

  test('holds a grant until it is let on', async () => {
    await start()
    auth.hold()
    const waiting = renewed(auth.issue('ada').refresh_token)
    await auth.asked(1)
    expect(auth.counts.granted).toBe(0)
    auth.release()
    await waiting
    expect(auth.counts.granted).toBe(1)
  })

  test('keeps both tokens in HttpOnly cookies', async () => {
    await start({ dialect: 'cookies' })
    const response = await fetch(`${auth.origin}/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'ada' }),
    })
    const [access = '', refresh = ''] = response.headers.getSetCookie()
    expect(await response.text()).not.toContain('at-')
    expect(access).toMatch(/^access_token=.*; Path=\/; HttpOnly/)
    expect(refresh).toMatch(/^refresh_token=.*; Path=\/token; HttpOnly/)
    const cookie = refresh.split(';')[0] ?? ''
    expect((await fetch(auth.tokenEndpoint, { method: 'POST', headers: { cookie } })).status).toBe(200)
    expect((await fetch(auth.tokenEndpoint, { method: 'POST', headers: { cookie } })).status).toBe(400)
  })

  test('keeps the refresh token alone in an HttpOnly cookie, and rotates it there', async () => {
    await start({ dialect: 'refresh-cookie' })
    const body = new URLSearchParams({ username: 'ada' })
    const login = await fetch(`${auth.origin}/login`, { method: 'POST', body })
    expect(Object.keys(await login.json()).sort()).toEqual(['access_token', 'expires_in', 'token_type'])
    const [first = '', ...others] = login.headers.getSetCookie()
    expect([first, others]).toEqual([expect.stringMatching(/^refresh_token=.*; Path=\/token; HttpOnly/), []])
    const headers = { cookie: first.split(';')[0] ?? '' }
    const grant = await fetch(auth.tokenEndpoint, { method: 'POST', headers })
    const { access_token, ...rest } = (await grant.json()) as Renewed
    expect(auth.introspect(access_token)).toEqual({ subject: 'ada' })
    expect(rest).not.toHaveProperty('refresh_token')
    expect(grant.headers.getSetCookie()[0]).not.toBe(first)
    expect((await fetch(auth.tokenEndpoint, { method: 'POST', headers })).status).toBe(400)
    expect(auth.counts).toEqual({ asked: 2, granted: 1, refused: 1, reused: 1 })
  })
})

describe('the API server', () => {
  test('echoes what a live token asks', async () => {
    await start()
    const init = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } }
    const response = await ask(auth.issue('ada').access_token, init)
    expect(await response.json()).toEqual({ method: 'POST', path: '/me', body: { a: 1 }, who: 'ada' })
  })

  test('refuses a dead token and says why', async () => {
    await start()
    const { access_token } = auth.issue('ada')
    auth.expireAll()
    const response = await ask(access_token)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="api", error="invalid_token"',
    ])
  })

  test('lets tokens die when their time has come', async () => {
    await start({ accessTokenLifetimeMs: 0 })
    expect((await ask(auth.issue('ada').access_token)).status).toBe(401)
  })

  test('records in the order of arrival, and can answer in another', async () => {
    await start()
    const { access_token } = auth.issue('ada')
    api.hold('/slow')
    const slow = ask(access_token, { method: 'PUT', body: 'one' }, '/slow')
    await api.arrived(1)
    expect((await ask(access_token)).status).toBe(200)
    api.release()
    await slow
    expect(api.requests.map(({ path, body, status }) => [path, body, status])).toEqual([
      ['/slow', 'one', 200],
      ['/me', '', 200],
    ])
  })
})

test('the scripted server does what the test says and keeps what it was sent', async () => {
  const server = await scriptedServer(({ index, text }) =>
    index === 1 ? { status: 201, body: { text } } : 'destroy',
  )
  const created = await fetch(`${server.origin}/things?page=2`, { method: 'POST', body: 'new' })
  await expect(fetch(server.origin)).rejects.toThrow()
  await server.close()
  expect([created.status, await created.json()]).toEqual([201, { text: 'new' }])
  expect([server.count(), server.count('/things'), server.requests[0]?.query.get('page')]).toEqual([
    2,
    1,
    '2',
  ])
})
