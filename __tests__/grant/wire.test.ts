import fc from 'fast-check'
import type { Verdict } from '../../src/grant/answer.js'
import { createGrant } from '../../src/grant/grant.js'
import type { RefreshContext, RefreshTokenGrantOptions } from '../../src/grant/grant-options.js'
import { formEncode } from '../../src/grant/token-request.js'
import type { TokenSet } from '../../src/tokens.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { scriptedServer, type ScriptedRequest, type ScriptedServer } from '../support/scripted-server.js'

failOnLeaks()

const current: TokenSet = { accessToken: 'old-access', refreshToken: 'r/1+2 =ü' }
const encoded = 'r%2F1%2B2+%3D%C3%BC'

let server: ScriptedServer

beforeEach(async () => {
  server = await scriptedServer(() => ({ body: { access_token: 'new-access', expires_in: 60 } }))
})

afterEach(() => server.close())

type Options = Partial<RefreshTokenGrantOptions> & { readonly tokenEndpoint?: string | URL }

function grantOf(options: Options = {}, accessTokenIn: 'header' | 'cookie' = 'header') {
  const grant = createGrant(
    { tokenEndpoint: `${server.origin}/token`, ...options },
    { now: () => 0, accessTokenIn },
  )
  return (tokens: TokenSet | undefined = current, signal = new AbortController().signal): Promise<Verdict> =>
    grant(tokens, { signal, reason: 'requested' } satisfies RefreshContext)
}

async function sent(options: Options = {}): Promise<ScriptedRequest> {
  expect(await grantOf(options)()).toMatchObject({ type: 'granted' })
  const request = server.requests.at(-1)
  if (!request) throw new Error('Expected a request, got none')
  return request
}

function decode(authorization: string | undefined): string {
  return atob(/^Basic (.+)$/.exec(authorization ?? '')?.[1] ?? '')
}

describe('the refresh request (22)', () => {
  it('is a form-encoded POST with the client_id and no bearer token (8)', async () => {
    const request = await sent({ clientId: 'my spa:ü' })
    expect(request).toMatchObject({ method: 'POST', path: '/token', authorization: undefined })
    expect(request.text).toBe(`grant_type=refresh_token&refresh_token=${encoded}&client_id=my+spa%3A%C3%BC`)
    expect(request.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(Object.values(request.headers).join()).not.toContain('old-access')
  })

  it('leaves out what is not set', async () => {
    expect((await sent({ clientId: undefined, scope: undefined })).text).toBe(
      `grant_type=refresh_token&refresh_token=${encoded}`,
    )
  })

  it('carries scope, each resource and the parameters', async () => {
    const { text } = await sent({
      clientId: 'spa',
      scope: 'read write',
      resource: ['https://a.example', 'https://b.example'],
      parameters: { audience: 'api&x=1' },
    })
    expect(text).toBe(
      `grant_type=refresh_token&refresh_token=${encoded}&client_id=spa&scope=read+write` +
        '&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example&audience=api%26x%3D1',
    )
  })

  it('takes a URL as the endpoint, with its query', async () => {
    const request = await sent({ tokenEndpoint: new URL(`${server.origin}/token?tenant=1`) })
    expect(request.query.get('tenant')).toBe('1')
  })

  it('is JSON with the same names where asked for', async () => {
    const request = await sent({ encoding: 'json', clientId: 'spa', resource: ['a', 'b'] })
    expect(JSON.parse(request.text)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: current.refreshToken,
      client_id: 'spa',
      resource: ['a', 'b'],
    })
    expect(request.headers['content-type']).toBe('application/json')
  })

  it('has the body that `body` makes, in either encoding', async () => {
    const body = (refreshToken: string): Record<string, unknown> => ({
      token: refreshToken,
      device: ['a', 'b'],
      none: null,
      count: 2,
    })
    expect((await sent({ body })).text).toBe(`token=${encoded}&device=a&device=b&count=2`)
    expect(JSON.parse((await sent({ body, encoding: 'json', clientId: 'spa' })).text)).toEqual({
      token: current.refreshToken,
      device: ['a', 'b'],
      none: null,
      count: 2,
    })
  })

  it('carries the caller’s headers, made anew for each attempt and stronger than ours in any case', async () => {
    let csrf = 0
    const headers = (): Record<string, string> => ({
      'X-Csrf': `${++csrf}`,
      ACCEPT: 'text/plain',
      'Content-type': 'x/y',
    })
    await sent({ headers })
    const { headers: seen } = await sent({ headers })
    expect(seen).toMatchObject({ 'x-csrf': '2', accept: 'text/plain', 'content-type': 'x/y' })
  })

  it('never carries a header of undefined', async () => {
    const headers = { 'x-none': undefined } as unknown as Record<string, string>
    expect((await sent({ headers })).headers).not.toHaveProperty('x-none')
  })
})

describe('a refresh token that is a cookie', () => {
  it('is not in the body, and credentials are included', async () => {
    const inits: (RequestInit | undefined)[] = []
    const spying: typeof fetch = (input, init) => {
      inits.push(init)
      return fetch(input, init)
    }
    const grant = grantOf({ refreshTokenIn: 'cookie', clientId: 'spa', fetch: spying })
    for (const tokens of [current, undefined]) await grant(tokens)
    await grantOf({ refreshTokenIn: 'cookie', credentials: 'same-origin', fetch: spying })()
    await grantOf({ fetch: spying })()
    expect(server.requests.slice(0, 2).map(({ text }) => text)).toEqual(
      Array(2).fill('grant_type=refresh_token&client_id=spa'),
    )
    expect(inits.map((init) => init?.credentials)).toEqual(['include', 'include', 'same-origin', undefined])
    expect(inits.every((init) => init && !('cache' in init) && init.redirect === 'manual')).toBe(true)
  })

  it('gives `body` an empty string', async () => {
    await sent({ refreshTokenIn: 'cookie', body: (refreshToken) => ({ got: `[${refreshToken}]` }) })
    expect(server.requests[0]?.text).toBe('got=%5B%5D')
  })

  it('with an access token that is one too is renewed by 204, {}, null and OK, not by a page', async () => {
    const grant = grantOf({ refreshTokenIn: 'cookie' }, 'cookie')
    for (const answer of [
      { status: 204 },
      { body: '' },
      { body: ' \n' },
      { body: 'OK' },
      { body: '{"ok":true}' },
      { body: 'null' },
    ]) {
      server.script = () => answer
      expect(await grant(undefined)).toMatchObject({ type: 'granted' })
    }
    for (const body of ['<html>', ' \n<!doctype html>']) {
      server.script = () => ({ body })
      expect(await grant(undefined)).toMatchObject({ type: 'unavailable', error: { reason: 'malformed' } })
    }
  })
})

describe('client authentication (22)', () => {
  const cases: [id: string, secret: string, pair: string][] = [
    ['service', 'secret', 'service:secret'],
    ['my service', 'a b', 'my+service:a+b'],
    ['with:colon', 'c:d', 'with%3Acolon:c%3Ad'],
    ['Käse', 'ß€😀', 'K%C3%A4se:%C3%9F%E2%82%AC%F0%9F%98%80'],
    ['100%+1', '%41+', '100%25%2B1:%2541%2B'],
  ]

  it.each(cases)('by Basic encodes %p and %p first', async (clientId, clientSecret, pair) => {
    const request = await sent({ clientId, clientSecret })
    expect(decode(request.authorization)).toBe(pair)
    expect(request.text).not.toContain('client_')
  })

  it('by Basic without a secret is the id and an empty password', async () => {
    const { authorization } = await sent({ clientId: 'app', clientAuthentication: 'client_secret_basic' })
    expect(decode(authorization)).toBe('app:')
  })

  it.each(cases)('by the body sends %p and %p in it', async (clientId, clientSecret) => {
    const request = await sent({ clientId, clientSecret, clientAuthentication: 'client_secret_post' })
    const form = new URLSearchParams(request.text)
    expect([form.get('client_id'), form.get('client_secret')]).toEqual([clientId, clientSecret])
    expect(request.authorization).toBeUndefined()
  })

  it('by none sends the client_id alone, even where there is a secret', async () => {
    const request = await sent({ clientId: 'spa', clientSecret: 'secret', clientAuthentication: 'none' })
    expect(request.text).toMatch(/&client_id=spa$/)
    expect(request.authorization).toBeUndefined()
  })

  it('encodes any text so that a form decoder reads it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(new URLSearchParams(`a=${formEncode(text)}`).get('a')).toBe(text)
        expect(formEncode(text)).toMatch(/^[\w.!~*'()%+-]*$/)
      }),
    )
  })
})

describe('the answer', () => {
  it.each([301, 302, 303, 307, 308])(
    'HTTP %i is not followed and is a configuration failure (22)',
    async (status) => {
      server.script = () => ({ status, headers: { location: `${server.origin}/elsewhere` } })
      expect(await grantOf()()).toMatchObject({ type: 'misconfigured', error: { status } })
      expect(server.count('/elsewhere')).toBe(0)
    },
  )

  it('of a fetch that follows redirects all the same is a configuration failure (22)', async () => {
    let body: string | object = ''
    server.script = ({ path }) =>
      path === '/token' ? { status: 307, headers: { location: '/elsewhere' } } : { body }
    const following: typeof fetch = (input, init) => fetch(input, { ...init, redirect: 'follow' })
    for (body of [{ access_token: 'x' }, '<html>', { error: 'invalid_grant' }]) {
      const verdict = await grantOf({ fetch: following })()
      expect(verdict).toMatchObject({ type: 'misconfigured' })
      expect((verdict as { error?: Error }).error?.message).toContain('set `tokenEndpoint`')
    }
  })

  it.each([
    ['3', 3000],
    [new Date(5000).toUTCString(), 5000],
  ])('with Retry-After %p tells how long to wait (25)', async (value, retryAfterMs) => {
    server.script = () => ({ status: 429, headers: { 'retry-after': value } })
    expect(await grantOf()()).toMatchObject({
      type: 'unavailable',
      error: { status: 429, ambiguous: false, retryAfterMs },
    })
  })

  it.each([
    ['invalid_grant', 'refused'],
    ['invalid_client', 'misconfigured'],
    ['temporarily_unavailable', 'unavailable'],
  ])('%s is read from the body', async (error, type) => {
    server.script = () => ({
      status: 400,
      body: { error, error_description: `${current.refreshToken} is bad` },
    })
    const verdict = await grantOf()()
    expect(verdict).toMatchObject({ type })
    expect(JSON.stringify(verdict)).not.toContain(current.refreshToken)
  })

  it('that is cut off, before or in its body, is the network’s (25)', async () => {
    server.script = () => 'destroy'
    expect(await grantOf()()).toMatchObject({
      type: 'unavailable',
      error: { reason: 'network', ambiguous: true },
    })
    server.script = () => ({ headers: { 'content-length': '1000' }, body: '{"access_token":' })
    const controller = new AbortController()
    const pending = grantOf()(current, controller.signal)
    await server.arrived(2)
    controller.abort()
    expect(await pending).toMatchObject({
      type: 'unavailable',
      error: { reason: 'network', ambiguous: true },
    })
  })

  it('of a server that is not there keeps the reason and not the request (36)', async () => {
    const gone = await scriptedServer()
    const tokenEndpoint = `${gone.origin}/token`
    await gone.close()
    const verdict = await grantOf({ tokenEndpoint })()
    expect(verdict).toMatchObject({
      type: 'unavailable',
      error: { reason: 'network', cause: { cause: { code: 'ECONNREFUSED' } } },
    })
  })

  it('starts nothing else: one request per grant (8)', async () => {
    server.script = () => ({ status: 401 })
    expect(await grantOf()()).toMatchObject({ type: 'refused' })
    expect(server.requests).toHaveLength(1)
  })
})

describe('a request that cannot be written (26)', () => {
  const fail = (): never => {
    throw new Error('no CSRF cookie')
  }

  it.each<[string, Options]>([
    ['headers throws', { headers: fail }],
    ['body throws', { body: fail }],
  ])('because %s is a configuration failure', async (_, options) => {
    const verdict = await grantOf(options)()
    expect(verdict).toMatchObject({
      type: 'misconfigured',
      error: {
        message: 'The token request is not set up right. It could not be written, see `cause`.',
        cause: { message: 'no CSRF cookie' },
      },
    })
    expect(server.requests).toHaveLength(0)
  })

  it('because a header is none is one too', async () => {
    expect(await grantOf({ headers: { 'x-a': 'line\nbreak', 'x y': '1' } })()).toMatchObject({
      type: 'misconfigured',
    })
  })
})

describe('fetch', () => {
  it('is called with no `this`, and the global one is looked up at each call', async () => {
    const original = globalThis.fetch
    const seen: unknown[] = []
    const strict = function (this: unknown): Promise<Response> {
      seen.push(this)
      return Promise.resolve(Response.json({ access_token: 'x' }))
    }
    const grant = grantOf()
    try {
      globalThis.fetch = strict
      expect(await grant()).toMatchObject({ type: 'granted' })
    } finally {
      globalThis.fetch = original
    }
    expect(await grantOf({ fetch: strict })()).toMatchObject({ type: 'granted' })
    expect(seen).toEqual([undefined, undefined])
    expect(server.requests).toHaveLength(0)
  })

  it('gets the address as a string and the signal', async () => {
    const calls: Parameters<typeof fetch>[] = []
    const { signal } = new AbortController()
    const spying: typeof fetch = async (...call) => (calls.push(call), Response.json({ access_token: 'x' }))
    await grantOf({ fetch: spying, tokenEndpoint: new URL('https://auth.example.com/token') })(
      current,
      signal,
    )
    expect(calls[0]?.[0]).toBe('https://auth.example.com/token')
    expect(calls[0]?.[1]?.signal).toBe(signal)
  })

  it('is not called for whom has left already, even one that looks at no signal (10)', async () => {
    const deaf = jest.fn(async () => Response.json({ access_token: 'x' }))
    expect(await grantOf({ fetch: deaf })(current, AbortSignal.abort())).toMatchObject({
      type: 'unavailable',
      error: { reason: 'network', cause: { name: 'AbortError' } },
    })
    expect(deaf).not.toHaveBeenCalled()
  })

  it.each<[string, () => unknown]>([
    [
      'throws at once',
      () => {
        throw new Error('no')
      },
    ],
    ['resolves with nothing', () => undefined],
    ['resolves with junk', async () => ({ ok: true })],
  ])('that %s leaves a verdict (9)', async (_, junk) => {
    expect(await grantOf({ fetch: junk as typeof fetch })()).toMatchObject({ type: 'unavailable' })
  })

  it('that answers with an opaque redirect, as browsers do, is told to set tokenEndpoint (22)', async () => {
    const opaque = {
      status: 0,
      type: 'opaqueredirect',
      headers: new Headers(),
      redirected: false,
      text: async () => '',
    }
    const verdict = await grantOf({ fetch: (async () => opaque) as unknown as typeof fetch })()
    expect(verdict).toMatchObject({ type: 'misconfigured', error: { status: undefined } })
  })
})
