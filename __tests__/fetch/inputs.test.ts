import { createFetch, createSession, type SessionFetchInit } from 'tokenflight/fetch'
import { failOnLeaks } from '../support/no-leaks.js'
import { held } from '../contract/world.js'
import { worlds } from './signed-in.js'

failOnLeaks()
const begin = worlds()

describe('16 whatever fetch accepts is sent, refused, and sent again the same', () => {
  const inputs: readonly (readonly [string, (origin: string) => [string | URL | Request, RequestInit?]])[] = [
    ['a string', (origin) => [`${origin}/things?q=1`]],
    ['a string with a base address', () => ['/things?q=1']],
    ['a URL', (origin) => [new URL('/things?q=1', origin)]],
    ['a Request', (origin) => [new Request(`${origin}/things?q=1`)]],
    ['a clone of a Request', (origin) => [new Request(`${origin}/things?q=1`).clone()]],
    ['an init over a Request', (origin) => [new Request(`${origin}/things?q=1`), { method: 'DELETE' }]],
    ['a Request as init', (origin) => ['/things?q=1', new Request(origin, { method: 'DELETE' })]],
    [
      'an init of a class of its own',
      () => ['/things?q=1', Object.create({ method: 'DELETE' }) as RequestInit],
    ],
  ]

  test.each(inputs)('%s', async (_kind, make) => {
    const { send, api, auth } = await begin()
    auth.expireAll()
    const [input, init] = make(api.origin)
    const response = await send(input, init)
    expect(response.status).toBe(200)
    const method = init ? 'DELETE' : 'GET'
    expect(api.requests.map((request) => [request.method, request.path, String(request.query)])).toEqual([
      [method, '/things', 'q=1'],
      [method, '/things', 'q=1'],
    ])
    expect(auth.counts.granted).toBe(1)
  })

  test('headers in all three forms, and those of a Request', async () => {
    const { send, api, auth } = await begin()
    const request = new Request(`${api.origin}/me`, { headers: { 'x-form': 'request' } })
    const sent: [string | Request, RequestInit?][] = [
      ['/me', { headers: new Headers({ 'x-form': 'headers' }) }],
      ['/me', { headers: [['x-form', 'pairs']] }],
      ['/me', { headers: { 'X-Form': 'record' } }],
      [request],
      [request, { headers: { 'x-other': 'init' } }],
      [request, {}],
    ]
    auth.expireAll()
    for (const [input, init] of sent) expect((await send(input, init)).status).toBe(200)
    expect(api.requests.map(({ headers }) => headers['x-form'] ?? headers['x-other'])).toEqual([
      'headers',
      'headers',
      'pairs',
      'record',
      'request',
      'init',
      'request',
    ])
  })
})

test('1 relative addresses are resolved as a link on the base address would be', async () => {
  const { api, session } = await begin()
  const send = createFetch(session, { baseUrl: new URL('/v1/', api.origin) })
  for (const address of ['me', './me', '../me', '/me', '?page=2']) await send(address)
  expect(api.requests.map(({ path, query }) => `${path}${query.size ? `?${query}` : ''}`)).toEqual([
    '/v1/me',
    '/v1/me',
    '/me',
    '/me',
    '/v1/?page=2',
  ])
  expect(api.authorizations.every(Boolean)).toBe(true)
})

test('1 in a page, relative addresses lead where its links do, and a 401 from there renews', async () => {
  const { api, auth, session } = await begin()
  const world = globalThis as { location?: unknown }
  world.location = { href: `${api.origin}/app/index.html` }
  try {
    const addresses = ['me', '/me']
    const [onPage, below] = [createFetch(session), createFetch(session, { baseUrl: '/v1/' })]
    auth.expireAll()
    for (const send of [onPage, below])
      for (const address of addresses) expect((await send(address)).status).toBe(200)
    expect(auth.counts.granted).toBe(1)
    expect(api.requests.map(({ path }) => path)).toEqual(['/app/me', '/app/me', '/me', '/v1/me', '/me'])
  } finally {
    delete world.location
  }
})

test('1 where nothing is known to resolve it against, it is refused as fetch does, and told once', async () => {
  const { session, events } = await begin()
  const send = createFetch(session)
  for (const address of ['/me', '/you'])
    await expect(send(address)).rejects.toMatchObject({ name: 'TypeError' })
  expect(events.filter(({ type }) => type === 'problem')).toHaveLength(1)
})

describe('16 nothing that the caller gave is changed', () => {
  test('a frozen init and its headers, through a refusal and a replay', async () => {
    const { send, auth } = await begin()
    auth.expireAll()
    const headers = new Headers({ 'x-mine': '1' })
    const init: SessionFetchInit = Object.freeze({ method: 'POST', headers, body: 'x' })
    expect((await send('/me', init)).status).toBe(200)
    expect([...headers]).toEqual([['x-mine', '1']])
    auth.expireAll()
    const plain: SessionFetchInit = Object.freeze({ headers: Object.freeze({ 'x-mine': '1' }) })
    expect((await send('/me', plain)).status).toBe(200)
    expect(plain.headers).toEqual({ 'x-mine': '1' })
  })

  test('a Request is used up as by fetch itself, and its headers are its own', async () => {
    const { send, api, auth } = await begin()
    auth.expireAll()
    const request = new Request(`${api.origin}/me`, { method: 'POST', body: 'x' })
    expect((await send(request)).status).toBe(200)
    expect(request.bodyUsed).toBe(true)
    expect(request.headers.has('authorization')).toBe(false)
  })

  test('what the caller changes while the request is held changes nothing', async () => {
    const { send, api, auth, session } = await begin()
    auth.expireAll()
    auth.hold()
    const first = send('/first')
    await auth.asked(1)
    const headers = new Headers({ 'x-number': '1' })
    const plain = { 'x-number': '1' }
    const url = new URL('/one', api.origin)
    const init = { method: 'PUT', headers }
    const second = send(url, init)
    const third = send(url, { method: 'PUT', headers: plain })
    await held(session, 3)
    headers.set('x-number', '2')
    plain['x-number'] = '2'
    init.method = 'DELETE'
    url.pathname = '/two'
    auth.release()
    await Promise.all([first, second, third])
    const last = api.requests
      .slice(-2)
      .map(({ method, path, headers }) => [method, path, headers['x-number']])
    expect(last).toEqual(Array(2).fill(['PUT', '/one', '1']))
  })
})

describe("2 a caller's own header wins, wherever it stands", () => {
  const own = 'Basic abc'
  const placed: readonly (readonly [string, (url: string) => [string | Request, RequestInit?]])[] = [
    ['Headers', (url) => [url, { headers: new Headers({ authorization: own }) }]],
    ['pairs', (url) => [url, { headers: [['AUTHORIZATION', own]] }]],
    ['a record', (url) => [url, { headers: { Authorization: own } }]],
    ['a record that spells it otherwise', (url) => [url, { headers: { AUTHORIZATION: own } }]],
    ['a Request', (url) => [new Request(url, { headers: { authorization: own } })]],
    ['an init over a Request', (url) => [new Request(url), { headers: { Authorization: own } }]],
  ]

  test.each(placed)('%s', async (_where, make) => {
    const { send, api, auth } = await begin()
    expect((await send(...make(`${api.origin}/me`))).status).toBe(401)
    expect(api.authorizations).toEqual([own])
    expect(auth.counts.asked).toBe(0)
  })

  test.each(['Bearer null', 'nullable', 'Bearer undefined'])('%s too, whoever wrote that', async (value) => {
    const { send, api } = await begin()
    await send('/me', { headers: { Authorization: value } })
    await send('/me', { headers: [['Authorization', value]] })
    expect(api.authorizations).toEqual([value, value])
  })

  test('a header that the session made is nobody’s own: it is renewed like any other', async () => {
    const { send, api, auth, session } = await begin()
    const Authorization = `Bearer ${await session.getAccessToken()}`
    auth.expireAll()
    expect((await send('/me', { headers: { Authorization } })).status).toBe(200)
    expect((await send(new Request(`${api.origin}/me`, { headers: { Authorization } }))).status).toBe(200)
    expect((await send('/me', { headers: { authorization: Authorization } })).status).toBe(200)
    expect(auth.counts.asked).toBe(1)
    for (const sent of api.authorizations.slice(1)) expect(sent).not.toContain(Authorization)
  })

  test('1 nor does it go to another origin', async () => {
    const { send, server, session } = await begin()
    const stranger = await server(() => ({}))
    const made = `Bearer ${await session.getAccessToken()}`
    await send(stranger.origin, { headers: { Authorization: made } })
    await send(stranger.origin, { headers: { authorization: made } })
    await send(stranger.origin, { headers: [['authorization', made]] })
    await send(stranger.origin, { headers: { 'x-mine': '1', authorization: made } })
    expect(stranger.authorizations).toEqual(Array(4).fill(undefined))
    expect(stranger.requests.at(-1)?.headers['x-mine']).toBe('1')
  })

  test('3 without a session, what else stands in the headers goes out as it is', async () => {
    const { send, api } = await begin({ signedOut: true, script: () => ({}) })
    await send('/me', { headers: { 'x-mine': '1' } })
    expect(api.requests[0]?.headers['x-mine']).toBe('1')
    expect(api.authorizations).toEqual([undefined])
  })

  test('3 a header of undefined is none: no request carries the word', async () => {
    const { send, api } = await begin()
    const headers = { Authorization: undefined } as unknown as Record<string, string>
    expect((await send('/me', { headers })).status).toBe(200)
    const bare = await begin({ signedOut: true, script: () => ({}) })
    await bare.send('/me', { headers })
    expect([...api.authorizations, ...bare.api.authorizations]).toEqual([
      expect.stringMatching(/^Bearer at-/),
      undefined,
    ])
  })
})

describe('what fetch rejects is rejected, and nothing is thrown', () => {
  test('a Request that has been used', async () => {
    const { send, api } = await begin()
    const request = new Request(`${api.origin}/me`, { method: 'POST', body: 'x' })
    await request.text()
    await expect(send(request)).rejects.toMatchObject({ name: 'TypeError' })
    expect(api.count()).toBe(0)
  })

  test('a Request with a body that is sent twice', async () => {
    const { send, api } = await begin()
    const request = new Request(`${api.origin}/me`, { method: 'POST', body: 'x' })
    const outcomes = await Promise.allSettled([send(request), send(request)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  test('but a used one under an init with a body is as good as new', async () => {
    const { send, api, auth } = await begin()
    auth.expireAll()
    const request = new Request(`${api.origin}/me`, { method: 'POST', body: 'x' })
    await request.text()
    expect(await (await send(request, { body: 'y' })).text()).toBe('y')
  })

  test.each([
    ['a header that cannot be', { headers: { 'bad name': '1' } }],
    ['a header among pairs that cannot be', { headers: [['bad name', '1']] }],
    ['a method that cannot be', { method: 'BAD METHOD' }],
    ['a body where none may be', { method: 'GET', body: 'x' }],
  ] satisfies [string, RequestInit][])('%s', async (_what, init: RequestInit) => {
    const { send } = await begin()
    await expect(send('/me', init)).rejects.toMatchObject({ name: 'TypeError' })
    await expect(send('/me', { ...init, skipSession: true })).rejects.toMatchObject({ name: 'TypeError' })
  })
})

describe('set-up', () => {
  const session = createSession({ refresh: async () => ({ accessToken: 'a' }) })
  afterAll(() => session.dispose())

  test('it fits wherever a fetch is wanted', () => {
    const plain: typeof fetch = createFetch(session)
    expect(plain).toBeInstanceOf(Function)
  })

  test.each([
    ['a session', () => createFetch({} as never), 'Expected `session` to be one of createSession'],
    [
      'a session that is not there',
      () => createFetch(undefined as never),
      'Expected `session` to be one of createSession, got undefined',
    ],
    ['fetch', () => createFetch(session, { fetch: 'x' as never }), 'Expected `fetch` to be a function'],
    [
      'isUnauthorized',
      () => createFetch(session, { isUnauthorized: true as never }),
      'Expected `isUnauthorized` to be a function',
    ],
  ])('%s is checked', (_what, make, message) => {
    expect(make).toThrow(message)
    expect(make).toThrow(TypeError)
  })

  test('the global fetch is looked up at each call', async () => {
    const { send, api } = await begin()
    const before = globalThis.fetch
    const seen: string[] = []
    globalThis.fetch = (input, init) => {
      seen.push(input as string)
      return before(input, init)
    }
    await send('/traced').finally(() => (globalThis.fetch = before))
    await send('/plain')
    expect(seen).toEqual([`${api.origin}/traced`])
    expect(api.count()).toBe(2)
  })
})
