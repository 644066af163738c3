import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { parse } from 'graphql'
import axios, { isAxiosError, type AxiosInstance } from 'axios'
import * as tokenflight from 'tokenflight/axios'
import type { Session } from 'tokenflight'
import manifest from '../package.json'
import { CookieJar } from '../examples/cookie-jar.js'
import { startServers, type Servers } from '../examples/servers/start-servers.js'
import type { AuthorizationServerOptions } from '../examples/servers/authorization-server.js'
import { failOnLeaks } from './support/no-leaks.js'
import { blocksOf, Compiled, run, textOf, type Exports, type Surroundings } from './support/readme-blocks.js'
import { esModules, type Libraries, type Me } from './support/readme-libraries.js'
import { scriptedServer } from './support/scripted-server.js'
import { mapStorage } from './support/watched-sessions.js'

failOnLeaks()

const root = resolve(__dirname, '..')
const readme = textOf('README.md')
const blocks = [...blocksOf('README.md'), ...blocksOf('examples/README.md')]
let compiled: Compiled

beforeAll(() => {
  compiled = new Compiled(blocks)
}, 60_000)

test('every code block of the README compiles, as strictly as the sources', () => {
  expect(blocks.length).toBeGreaterThan(10)
  expect(compiled.complaints).toEqual([])
}, 60_000)

describe('the README names', () => {
  const cells = readme.split('\n').filter((line) => line.startsWith('| '))
  const unnamed = (names: readonly string[]): string[] =>
    names.filter((name) => !cells.some((row) => new RegExp(`\`${name}\\b`).test(row)))

  test('every option', () => {
    const grant = compiled.membersOf('RefreshTokenGrant')
    const options = compiled.membersOf('CommonOptions', 'TokenSources')
    expect([grant, options].map(({ length }) => length > 12)).toEqual([true, true])
    expect(unnamed([...grant, ...options])).toEqual([])
  })

  test('every member of a session and of its snapshot', () => {
    expect(unnamed(compiled.membersOf('Session'))).toEqual([])
    const snapshot = /The snapshot is `\{ (.*) \}`/.exec(readme)?.[1]?.split(', ')
    expect(snapshot?.sort()).toEqual(compiled.membersOf('SessionSnapshot').sort())
  })

  test('every error, its code, its guard and its reasons', () => {
    const values = Object.keys(tokenflight).filter((name) => /^is[A-Z]|Error$/.test(name))
    const codes = compiled.literalsOf('SessionErrorCode')
    const reasons = compiled.literalsOf('LoginRequiredReason', 'RefreshUnavailableReason')
    expect([codes, reasons].map(({ length }) => length)).toEqual([6, 11])
    const ours = values.filter((name) => !['SessionError', 'getSessionError'].includes(name))
    expect(ours).toHaveLength(12)
    expect(unnamed([...ours, ...codes, ...reasons])).toEqual([])
  })

  test('every event, and every reason of a grant', () => {
    const events = compiled.literalsOf('SessionEvent')
    const reasons = compiled.literalsOf('RefreshReason')
    expect([events, reasons].map(({ length }) => length)).toEqual([14, 7])
    expect(unnamed([...events, ...reasons])).toEqual([])
  })

  test('only headings that there are', () => {
    const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase())
    const anchors = headings.map((title) => title.replace(/[^\w\s-]/g, '').replace(/\s/g, '-'))
    const linked = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
    expect(linked.length).toBeGreaterThan(15)
    expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([])
  })

  test('only files, scripts and test numbers that there are', () => {
    const links = [...readme.matchAll(/\]\((?!#|https?:)([^)]+)\)/g)].map(([, path]) => path!)
    const scripts = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!)
    const numbers = numbersIn(readme, /\((\d+(?:, \d+)*)\)/g)
    const tested = numbersIn(allTests(), /\((\d+(?:, \d+)*)\)['"`]/g)
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([])
    expect(numbers.length).toBeGreaterThan(15)
    expect(numbers.filter((number) => !tested.includes(number))).toEqual([])
  })

  function numbersIn(text: string, lists: RegExp): string[] {
    return [...new Set([...text.matchAll(lists)].flatMap(([, list = '']) => list.split(', ')))]
  }

  function allTests(): string {
    const files = readdirSync(join(root, '__tests__'), { recursive: true, encoding: 'utf8' })
    const tests = files.filter((file) => file.endsWith('.test.ts'))
    return tests.map((file) => textOf(join('__tests__', file))).join('\n')
  }
})

test('every block that says it runs is run, and no other', () => {
  const named = blocks.flatMap(({ name }) => name ?? [])
  const titles = textOf('__tests__/readme.test.ts').matchAll(/^ {2}test\('([\w-]+): /gm)
  expect([...new Set([...titles].map(([, name]) => name))].sort()).toEqual(named.sort())
})

describe('a block that says it runs', () => {
  let servers: Servers
  let scripted: Awaited<ReturnType<typeof scriptedServer>> | undefined
  const sessions: Session[] = []
  const location = { assign: jest.fn() }

  beforeEach(() => location.assign.mockClear())

  afterEach(async () => {
    for (const session of sessions.splice(0)) session.dispose()
    jest.restoreAllMocks()
    await Promise.all([servers.close(), scripted?.close()])
    scripted = undefined
  })

  /** Starts the servers and runs a block against them; the two that others import are './session.js' and './fetch.js'. */
  async function play<T extends Exports>(
    name: string,
    options: AuthorizationServerOptions = {},
    { modules, globals, apiOrigin, addresses }: Partial<Surroundings> & { apiOrigin?: string } = {},
  ): Promise<T & { session: Session; api: AxiosInstance }> {
    servers = await startServers({ clientId: 'my-spa', ...options })
    const { auth, api } = servers
    const surroundings = {
      addresses: {
        'https://auth.example.com/oauth/token': auth.tokenEndpoint,
        'https://auth.example.com': auth.origin,
        'https://api.example.com': apiOrigin ?? api.origin,
        ...addresses,
      },
      globals: { location, ...globals },
      modules,
    }
    const app = await run(block('session'), { ...surroundings, modules: {} })
    const needed: Record<string, unknown> = {
      './session.js': app,
      'tokenflight/axios': tokenflight,
      ...modules,
    }
    if (name === 'libraries')
      needed['./fetch.js'] = await run(block('fetch'), { ...surroundings, modules: needed })
    const own = name === 'session' ? app : await run(block(name), { ...surroundings, modules: needed })
    const all = { ...app, ...own } as T & { session: Session; api: AxiosInstance }
    if ('session' in own && !('api' in own)) {
      all.api = axios.create({ baseURL: surroundings.addresses['https://api.example.com'] })
      tokenflight.attachSession(all.api, all.session)
    }
    sessions.push(app['session'] as Session, all.session)
    return all
  }

  function block(name: string) {
    const found = blocks.find((candidate) => candidate.name === name)
    if (!found) throw new Error(`The README has no block <!-- runs: ${name} -->`)
    return found
  }

  async function signedIn(session: Session, isDead = true): Promise<void> {
    await session.login(servers.auth.issue('ada'))
    if (isDead) servers.auth.expireAll()
  }

  test('session: ten requests with a dead token, one grant, ten answers, replayed in order', async () => {
    const { session, api } = await play('session')
    await signedIn(session)
    const replayed: number[] = []
    session.on((event) => event.type === 'replayed' && replayed.push(event.id))
    const ids = Array.from({ length: 10 }, (_, index) => index + 1)
    const answers = await Promise.all(ids.map((id) => api.get(`/items/${id}`)))
    expect(answers.map(({ data }) => data.path)).toEqual(ids.map((id) => `/items/${id}`))
    expect(servers.auth.counts.asked).toBe(1)
    expect(servers.api.answered(401)).toHaveLength(10)
    expect(new Set(servers.api.answered(200).map(({ path }) => path)).size).toBe(10)
    expect(servers.api.requests).toHaveLength(20)
    expect(replayed).toEqual(ids)
  })

  test('session: one call to log in again when the login was revoked', async () => {
    const { session, api } = await play('session')
    await signedIn(session)
    servers.auth.revoke()
    const failures = await Promise.allSettled([1, 2, 3].map((id) => api.get(`/items/${id}`)))
    expect(failures.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(location.assign.mock.calls).toEqual([['/login']])
  })

  test('use: signs in, asks, leaves one request alone, and signs out', async () => {
    const { session, pages, health } = await play<Record<'pages' | 'health', object>>('use')
    expect(pages).toMatchObject(
      [1, 2, 3].map((page) => ({ data: { who: 'ada', path: `/names?page=${page}` } })),
    )
    expect(health).toMatchObject({ status: 401 })
    expect(servers.api.requests.at(-1)?.authorization).toBeUndefined()
    expect(session.getSnapshot().status).toBe('signedOut')
  })

  test('fetch: shares the session and its one grant with axios, and says why there is no answer', async () => {
    const { session, api, whoAmI } = await play<{ api: typeof fetch; whoAmI(): Promise<string> }>('fetch')
    expect(await whoAmI()).toMatch(/^Nobody is signed in/)
    await signedIn(session)
    const client = axios.create({ baseURL: servers.api.origin })
    tokenflight.attachSession(client, session)
    const post = api('/orders', { method: 'POST', body: 'order 1' })
    const answers = await Promise.all([whoAmI(), whoAmI(), client.get('/me').then(({ data }) => data.who)])
    expect(answers).toEqual(['ada', 'ada', 'ada'])
    expect(await (await post).json()).toMatchObject({ path: '/orders', body: 'order 1' })
    expect(servers.auth.counts).toMatchObject({ asked: 1, granted: 1 })
    servers.auth.revoke()
    expect(tokenflight.isLoginRequired(await whoAmI().catch((error: unknown) => error))).toBe(true)
    expect(location.assign.mock.calls).toEqual([['/login']])
  })

  test('libraries: each sends the token, a storm of all makes one grant, and none retries in vain', async () => {
    scripted = await scriptedServer(({ path, authorization = '' }) => {
      const me = servers.auth.introspect(authorization.slice('Bearer '.length))
      if (!me) return { status: 401 }
      const who = { who: me.subject }
      if (path === '/graphql') return { body: { data: { me: { ...who, __typename: 'User' } } } }
      return { body: path === '/trpc/me' ? { result: { data: who } } : who }
    })
    const { session, ...app } = await play<Libraries>(
      'libraries',
      {},
      {
        apiOrigin: scripted.origin,
        modules: await esModules(),
      },
    )
    const document = parse('{ me { who } }')
    const calls: Record<string, () => Promise<unknown>> = {
      ky: async () => (await app.kyApi('me').json<Me>()).who,
      openapi: async () => (await app.openApi.GET('/me')).data?.who,
      ofetch: async () => (await app.ofetchApi<Me>('/me')).who,
      apollo: async () =>
        (await app.apollo.query<{ me: Me }>({ query: document, fetchPolicy: 'network-only' })).data?.me.who,
      urql: async () => (await app.urql.query<{ me: Me }>(document, {}).toPromise()).data?.me.who,
      graphql: async () => (await app.graphql.request<{ me: Me }>(document)).me.who,
      trpc: async () => (await app.trpc.me.query()).who,
      query: async () => (await app.me()).who,
    }
    await signedIn(session)
    const names = Object.keys(calls)
    const all = (): Promise<unknown[]> => Promise.all(Object.values(calls).map((call) => call()))
    expect(await all()).toEqual(names.map(() => 'ada'))
    expect(servers.auth.counts).toMatchObject({ asked: 1, granted: 1 })
    expect(scripted.requests).toHaveLength(2 * names.length)
    servers.auth.revoke()
    app.queries.clear()
    await Promise.allSettled(Object.values(calls).map((call) => call()))
    expect(scripted.requests).toHaveLength(3 * names.length)
    expect(location.assign.mock.calls).toEqual([['/login']])
  })

  test('issuer: finds the endpoints, renews, and revokes at the sign-out', async () => {
    const login = await scriptedServer(async ({ path, text }) => {
      if (path === '/revoke') return { status: 200 }
      if (path === '/token') return { body: await forward(text) }
      const endpoints = {
        token_endpoint: `${login.origin}/token`,
        revocation_endpoint: `${login.origin}/revoke`,
      }
      return { body: { issuer: login.origin, ...endpoints } }
    })
    scripted = login
    const forward = async (body: string): Promise<object> =>
      (await axios.post<object>(servers.auth.tokenEndpoint, new URLSearchParams(body))).data
    const addresses = { 'https://login.example.com': login.origin }
    const { session, api, signOut } = await play<{ signOut(): Promise<void> }>('issuer', {}, { addresses })
    await signedIn(session)
    expect((await api.get('/me')).data.who).toBe('ada')
    const { refreshToken = '' } = (await session.getTokens()) ?? {}
    await signOut()
    expect(login.requests.map(({ path }) => path.replace(/^.*\//, ''))).toEqual([
      'oauth-authorization-server',
      'token',
      'revoke',
    ])
    expect(login.requests[2]?.text).toContain(`token=${encodeURIComponent(refreshToken)}&`)
  })

  test('step-up: signs in again with what is asked, and only that request goes out once more', async () => {
    const challenge = 'Bearer error="insufficient_user_authentication", acr_values="gold", max_age="60"'
    scripted = await scriptedServer(({ authorization }) =>
      authorization === 'Bearer golden'
        ? { body: { who: 'ada' } }
        : { status: 401, headers: { 'www-authenticate': challenge } },
    )
    const signIn = jest.fn(async () => ({ access_token: 'golden' }))
    const modules = { 'my-sign-in': { signIn } }
    const { session, api } = await play('step-up', {}, { modules, apiOrigin: scripted.origin })
    await signedIn(session, false)
    expect((await api.get('/pay')).data.who).toBe('ada')
    const asked = { acr_values: 'gold', max_age: 60, prompt: 'login' }
    expect(signIn.mock.calls).toMatchObject([[asked, expect.any(AbortSignal)]])
    expect([scripted.requests.length, servers.auth.counts.asked]).toEqual([2, 0])
  })

  test('relogin: the same user in the dialog, and what was held is answered; another, and it rejects', async () => {
    const signIn = jest.fn()
    const { session, api } = await play('relogin', {}, { modules: { 'my-sign-in': { signIn } } })
    const as = (subject: string): object => ({ ...servers.auth.issue(subject), subject })
    const dialogOf = (subject: string) => (): Promise<object> =>
      new Promise((resolve) => {
        const look = (): void => void (session.getSnapshot().held === 2 && resolve(as(subject)))
        session.subscribe(look)
        look()
      })
    await session.login(as('ada'))
    const endThenAsk = (): Promise<PromiseSettledResult<{ data: { who: string } }>[]> => {
      servers.auth.revoke()
      return Promise.allSettled(['/me', '/cart'].map((path) => api.get(path)))
    }
    signIn.mockImplementationOnce(dialogOf('ada')).mockImplementationOnce(dialogOf('bob'))
    const answered = { status: 'fulfilled', value: { data: { who: 'ada' } } }
    expect(await endThenAsk()).toMatchObject([answered, answered])
    const rejected = { status: 'rejected', reason: { cause: { code: 'ERR_SESSION_CHANGED' } } }
    expect(await endThenAsk()).toMatchObject([rejected, rejected])
    expect((await api.get('/me')).data.who).toBe('bob')
    expect(signIn.mock.calls).toEqual(Array(2).fill([{ prompt: 'login' }, expect.any(AbortSignal)]))
    expect(location.assign).not.toHaveBeenCalled()
  })

  test('errors: tells what to do', async () => {
    const { session, load } = await play<{ load(path: string): Promise<string> }>('errors')
    await signedIn(session, false)
    expect(await load('/me')).toBe('ada')
    servers.auth.expireAll()
    servers.auth.down({ status: 500 }, 1)
    expect(await load('/me')).toBe('The login server is not there. Try again.')
    await session.refresh()
    expect(await load('/me')).toBe('ada')
    servers.auth.revoke()
    expect(await load('/me')).toBe('You were signed out.')
  })

  test('redact: what is printed of an axios error or answer holds no token', async () => {
    const { session, api } = await play('redact')
    await signedIn(session, false)
    const shown = (value: unknown): string => inspect(value, { depth: Infinity, showHidden: false })
    expect(shown(await api.get('/me'))).not.toMatch(/at-|rt-/)
    jest.spyOn(servers.auth, 'introspect').mockReturnValue(undefined)
    const error: unknown = await api.get('/me').catch((reason: unknown) => reason)
    expect(isAxiosError(error) && error.response?.status).toBe(401)
    expect(shown(error)).not.toMatch(/at-|rt-/)
    expect(isAxiosError(error) && error.request.getHeader('authorization')).toMatch(/^Bearer at-/)
  })

  test('interceptors: run once per request', async () => {
    const { session, api } = await play('interceptors')
    await signedIn(session)
    await Promise.all([api.get('/me'), api.get('/cart')])
    const ids = servers.api.requests.map(({ headers }) => headers['x-request-id'])
    expect([ids.length, new Set(ids).size]).toEqual([4, 2])
  })

  test('json-backend: signs in, renews, and takes the 403 for the end', async () => {
    const { session, api, parseResponse } = await play<{
      parseResponse(body: unknown): tokenflight.TokenResponse
    }>('json-backend', { dialect: 'home-made' })
    const login = await axios.post(`${servers.auth.origin}/login`, { username: 'ada' })
    await session.login(parseResponse(login.data))
    servers.auth.expireAll()
    expect((await api.get('/me')).data.who).toBe('ada')
    expect(servers.auth.requests.map(({ body }) => Object.keys(JSON.parse(body) as object))).toEqual([
      ['refresh_token'],
    ])
    servers.auth.revoke()
    const error: unknown = await api.get('/me').catch((reason: unknown) => reason)
    expect(tokenflight.isLoginRequired(error)).toBe(true)
  })

  test('refresh-cookie: renews with nothing in memory, and keeps no refresh token', async () => {
    const document = { cookie: 'theme=dark; csrf=abc' }
    const { session, api } = await play('refresh-cookie', {}, { globals: { document } })
    let cookie = servers.auth.issue('ada').refresh_token
    const realFetch = globalThis.fetch
    // A server that keeps the refresh token in a cookie, and the browser that has it.
    jest.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
      expect(init?.credentials).toBe('include')
      const headers = new Headers(init?.headers)
      headers.set('cookie', `refresh_token=${cookie}`)
      const answer = (await (await realFetch(url, { ...init, headers })).json()) as Record<string, string>
      cookie = answer['refresh_token']!
      return Response.json({ ...answer, refresh_token: undefined })
    })
    expect((await api.get('/me')).data.who).toBe('ada')
    servers.auth.expireAll()
    expect((await Promise.all([api.get('/1'), api.get('/2')])).map(({ data }) => data.who)).toEqual([
      'ada',
      'ada',
    ])
    expect(servers.auth.counts).toMatchObject({ asked: 2, granted: 2, reused: 0 })
    expect(servers.auth.requests[0]?.headers['x-csrf-token']).toBe('abc')
    expect((await session.getTokens())?.refreshToken).toBeUndefined()
  })

  test('both-cookies: renews without a token in JavaScript', async () => {
    const jar = new CookieJar()
    const create = (config: object) =>
      axios.create({ ...config, adapter: 'fetch', env: { fetch: jar.fetch } })
    const modules = { axios: { __esModule: true, default: { create } } }
    const { session, api } = await play('both-cookies', { dialect: 'cookies' }, { modules })
    await jar.fetch(`${servers.auth.origin}/login`, { method: 'POST', body: 'username=ada' })
    // The grant uses the global fetch, which in a browser has the jar; the jar itself uses it too.
    const { fetch } = globalThis
    jest
      .spyOn(globalThis, 'fetch')
      .mockImplementation((input, init) => (input instanceof Request ? fetch : jar.fetch)(input, init))
    await session.login()
    servers.auth.expireAll()
    const answers = await Promise.all(['/1', '/2'].map((path) => api.get(path)))
    expect(answers.map(({ data }) => data.path)).toEqual(['/1', '/2'])
    expect(servers.auth.counts.granted).toBe(1)
    expect(await session.getTokens()).toMatchObject({ accessToken: undefined, refreshToken: undefined })
    expect(servers.api.requests.filter(({ authorization }) => authorization)).toEqual([])
  })

  test('ssr: two page loads of one user make one grant, each is themselves, and nobody is sent to sign in', async () => {
    const app = await play<{
      sessionOf(id: string): Session
      GET(request: Request): Promise<Response>
    }>('ssr')
    for (const id of ['ada', 'grace']) {
      const session = app.sessionOf(id)
      await session.login(servers.auth.issue(id))
      session.dispose()
    }
    const load = async (id: string): Promise<string | null> => {
      const request = new Request('https://app.example.com/', { headers: { cookie: `theme=dark; id=${id}` } })
      const response = await app.GET(request)
      return response.headers.get('location') ?? response.text()
    }
    servers.auth.expireAll()
    const pages = await Promise.all(['ada', 'ada', 'grace', 'eve'].map(load))
    const login = 'https://app.example.com/login'
    expect(pages).toEqual(['Hello ada', 'Hello ada', 'Hello grace', login])
    expect(servers.auth.counts).toEqual({ asked: 2, granted: 2, refused: 0, reused: 0 })
    servers.auth.revoke(({ subject }) => subject === 'ada')
    expect(await Promise.all(['ada', 'grace'].map(load))).toEqual([login, 'Hello grace'])
    // Near the token's end no grant is left behind a page, which is done before that could answer.
    const now = Date.now()
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now)
    const session = app.sessionOf('bob')
    await session.login({ ...servers.auth.issue('bob'), expires_in: 100 })
    session.dispose()
    clock.mockReturnValue(now + 85_000)
    const early = await load('bob')
    clock.mockReturnValue(now + 95_000)
    expect([early, await load('bob')]).toEqual(['Hello bob', 'Hello bob'])
    clock.mockRestore()
  })

  test('secure-store: holds the refresh token alone, and a restart begins with one renewal', async () => {
    const held = new Map<string, string>()
    const secureStore = {
      getItemAsync: async (key: string) => held.get(key) ?? null,
      setItemAsync: async (key: string, value: string) => void held.set(key, value),
      deleteItemAsync: async (key: string) => void held.delete(key),
    }
    const modules = { 'expo-secure-store': secureStore }
    const first = await play('secure-store', {}, { modules })
    const { access_token, refresh_token } = servers.auth.issue('ada')
    const idToken = 'x'.repeat(2000)
    await first.session.login({ access_token, refresh_token, expires_in: 3600, id_token: idToken })
    expect(first.session.getSnapshot().status).toBe('active')
    expect(held.get('tokenflight')).toContain(refresh_token)
    expect(held.get('tokenflight')).not.toContain(access_token)
    expect(Buffer.byteLength(held.get('tokenflight')!)).toBeLessThan(2048)
    const addresses = { 'https://auth.example.com/oauth/token': servers.auth.tokenEndpoint }
    const restarted = await run(block('secure-store'), { addresses, modules })
    const session = restarted['session'] as Session
    sessions.push(session)
    expect(await session.getAccessToken()).toMatch(/^at-/)
    expect(servers.auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
  })

  test('tabs: two pages over one localStorage make one grant, and a logout in one is seen in the other', async () => {
    const globals = { localStorage: mapStorage() }
    const first = await play('tabs', {}, { globals })
    await first.session.login(servers.auth.issue('ada'))
    const addresses = { 'https://auth.example.com/oauth/token': servers.auth.tokenEndpoint }
    const second = (await run(block('tabs'), { addresses, globals }))['session'] as Session
    sessions.push(second)
    const api = axios.create({ baseURL: servers.api.origin })
    tokenflight.attachSession(api, second)
    servers.auth.expireAll()
    const answers = await Promise.all([first.api, api, first.api, api].map((page) => page.get('/me')))
    expect(answers.map(({ data }) => data.who)).toEqual(Array(4).fill('ada'))
    expect(servers.auth.counts).toMatchObject({ asked: 1, granted: 1, reused: 0 })
    const isOut = new Promise<void>((resolve) => second.subscribe(resolve))
    await first.session.logout()
    await isOut
    expect(second.getSnapshot().status).toBe('signedOut')
  })

  test('vault: after a restart the button renews with what the keychain gives, asked once', async () => {
    const held = new Map<string, string>()
    const prompts: string[] = []
    const keychain = {
      read: async (key: string, { prompt }: { prompt: string }) => (
        prompts.push(prompt), held.get(key) ?? null
      ),
      write: async (key: string, value: string) => void held.set(key, value),
      remove: async (key: string) => void held.delete(key),
      contains: async (key: string) => held.has(key),
    }
    const modules = { 'my-keychain': { keychain } }
    const first = await play('vault', {}, { modules })
    const { access_token, refresh_token } = servers.auth.issue('ada')
    await first.session.login({ access_token, refresh_token, expires_in: 3600 })
    expect([...held.values(), ...prompts]).toEqual([refresh_token])
    const addresses = { 'https://auth.example.com/oauth/token': servers.auth.tokenEndpoint }
    const restarted = await run(block('vault'), { addresses, modules })
    const { session, unlock } = restarted as { session: Session; unlock: () => Promise<void> }
    sessions.push(session)
    expect([await restarted['mayUnlock'], prompts.length]).toEqual([true, 0])
    await unlock()
    expect([session.getSnapshot().status, prompts]).toEqual(['active', ['Unlock to go on (requested)']])
    expect(held.get('refresh-token')).not.toBe(refresh_token)
    await session.logout()
    expect(held.size).toBe(0)
  })

  test('service: obtains the first token and every later one', async () => {
    const client = { clientId: 'nightly-report', clientSecret: 'a secret' }
    process.env['CLIENT_SECRET'] = client.clientSecret
    const { api } = await play('service', client)
    delete process.env['CLIENT_SECRET']
    const ask = () => Promise.all([1, 2, 3].map(() => api.get('/reports')))
    expect((await ask()).map(({ data }) => data.who)).toEqual(Array(3).fill('nightly-report'))
    servers.auth.expireAll()
    expect((await ask()).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(servers.auth.counts.granted).toBe(2)
  })

  test('refresh-function: renews through the attached instance', async () => {
    const { session, api } = await play('refresh-function')
    await signedIn(session)
    const answers = await Promise.all(['/me', '/cart'].map((path) => api.get(path)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(servers.auth.counts).toMatchObject({ asked: 1, granted: 1 })
  })

  test('retry: a 419 renews, a 503 is tried again, and what the session could not do is not', async () => {
    scripted = await scriptedServer(({ path, authorization, index }) => {
      const isAlive = servers.auth.introspect(authorization?.slice('Bearer '.length) ?? '') !== undefined
      if (!isAlive) return { status: 419 }
      return path === '/flaky' && index === 1 ? { status: 503 } : { body: {} }
    })
    const { session, api } = await play('retry', {}, { apiOrigin: scripted.origin })
    await signedIn(session, false)
    expect((await api.get('/flaky')).status).toBe(200)
    expect(scripted.count('/flaky')).toBe(2)
    servers.auth.expireAll()
    expect((await api.get('/me')).status).toBe(200)
    expect([scripted.count('/me'), servers.auth.counts.granted]).toEqual([2, 1])
    servers.auth.expireAll()
    servers.auth.down('html')
    await expect(api.get('/late')).rejects.toMatchObject({ cause: { code: 'ERR_REFRESH_UNAVAILABLE' } })
    expect([scripted.count('/late'), servers.auth.counts.asked]).toEqual([1, 2])
  })

  test('testing: a token that was refused is renewed, with no server at all', async () => {
    const { session, data } = await play<{ data: object }>('testing')
    expect(data).toEqual({ who: 'ada' })
    expect((await session.getTokens())?.accessToken).toBe('token-2')
    expect([servers.api.requests, servers.auth.requests]).toEqual([[], []])
  })

  test('transport: plain fetch gets the token, the hold, the replay and the abort', async () => {
    type Send = (path: string, init?: RequestInit) => Promise<Response>
    const { session, sessionFetch } = await play<{
      sessionFetch(session: Session, baseUrl: string): Send
    }>('transport')
    const send = sessionFetch(session, servers.api.origin)
    await signedIn(session)
    const posts = await Promise.all(
      [1, 2, 3].map((id) => send(`/orders/${id}`, { method: 'POST', body: `order ${id}` })),
    )
    const echoes = (await Promise.all(posts.map((post) => post.json()))) as { path: string; body: string }[]
    expect(echoes.map(({ path, body }) => `${path} ${body}`)).toEqual(
      [1, 2, 3].map((id) => `/orders/${id} order ${id}`),
    )
    expect(servers.auth.counts.granted).toBe(1)
    servers.auth.expireAll()
    servers.auth.hold()
    const controller = new AbortController()
    const waiting = send('/me', { signal: controller.signal })
    await servers.auth.asked(2)
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    servers.auth.release()
    expect((await send('/me')).status).toBe(200)
    expect(servers.auth.counts.granted).toBe(2)
  })
})
