import { inspect } from 'node:util'
import { createFetch } from 'tokenflight/fetch'
import {
  clientCredentials,
  createSession,
  memoryStore,
  storageStore,
  type RefreshTokenVault,
} from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import {
  canaries,
  everything,
  renewed,
  expectNoCanary,
  expectOursClean,
  fresh,
  login,
  quoting,
} from './canaries.js'
import { mapStorage } from '../support/watched-sessions.js'
import { sharedPlace } from '../support/shared-store.js'

const { bench } = useBench()
useFakeClock()

/** All that goes to the console, whoever says it, and all that is told to other tabs. */
const said: unknown[] = []
const channels = jest.spyOn(BroadcastChannel.prototype, 'postMessage')

beforeEach(() => {
  said.length = 0
  const note = (...words: unknown[]): void => void said.push(words)
  for (const method of ['log', 'info', 'warn', 'debug'] as const)
    jest.spyOn(console, method).mockImplementation(note)
  // The bench looks at it too: it is put back with the bench's own.
  jest.mocked(console.error).mockImplementation(note)
  channels.mockClear()
})

afterEach(() => {
  expectNoCanary('the console', said)
  expectNoCanary('what other tabs are told', channels.mock.calls)
  for (const method of ['log', 'info', 'warn', 'debug'] as const) jest.mocked(console[method]).mockRestore()
})

/** Plays one life: a login, good answers, a 401 with its grant, an abort, a logout. Whatever fails, nothing shows. */
async function live(
  options: BenchOptions,
  play?: (one: Bench) => Promise<unknown>,
  answer: object = fresh,
): Promise<Bench> {
  const grant = { clientSecret: canaries.secret }
  const one = bench({ refreshTimeoutMs: 3_000, grant, ...options })
  const { session, http, api, endpoint } = one
  const snapshots: unknown[] = []
  inForce = everything
  if (options.listens !== false)
    session.on(({ type }) => void (type === 'granted' && answer === fresh && (inForce = renewed)))
  session.subscribe(() => void snapshots.push(session.getSnapshot()))
  endpoint.always({ body: answer })
  const errors: unknown[] = []
  const note = (error: unknown): void => void errors.push(error)
  await session.login(login).catch(note)
  await http.get('/good').catch(note)
  api.dead.add(canaries.access)
  const controller = new AbortController()
  const { signal } = controller
  const pending = [
    http.get('/refused').catch(note),
    http.post('/aborted', { a: 1 }, { signal }).catch(note),
    session.getAccessToken({ signal }).catch(note),
    session.refresh().catch(note),
    (play?.(one) ?? Promise.resolve()).catch(note),
  ]
  await turn()
  controller.abort()
  await pass(4_000)
  await Promise.all(pending)
  await session.logout().catch(note)
  await pass(4_000)
  for (const error of errors) expectOursClean(error)
  for (const event of one.events) expectNoCanary(`the event ${event.type}`, event)
  for (const snapshot of [...snapshots, session.getSnapshot()]) expectNoCanary('a snapshot', snapshot)
  expectNoCanary('the session', session)
  expectNoCanary('a problem', one.takeProblems())
  return one
}

/** What the session holds at this moment, in one text. Of a dead token nobody keeps a copy to look for. */
let inForce = everything

/** An error that shows all of it, in words and in members. */
const careless = (): Error => quoting(`It failed with ${inForce}`, inForce)

/** As a storage tells that it cannot read what it holds: before that, nobody knows what it is. */
const unreadable = (): Error => new SyntaxError(`Cannot parse ${JSON.stringify({ tokens: login })}`)

type Failing = (error: () => Error) => () => never
const failures: [string, Failing][] = [
  [
    'throws',
    (error) => () => {
      throw error()
    },
  ],
  ['rejects', (error) => () => Promise.reject(error()) as never],
]

describe.each(failures)('an app’s own piece that %s with an error that quotes every token', (_, failing) => {
  const fail = failing(careless)
  const failUnread = failing(unreadable)

  it.each([
    ['get', failUnread],
    ['set', fail],
    ['clear', fail],
    ['subscribe', failUnread],
  ])('as store.%s (36)', async (method, failed) => {
    await live({ store: { ...sharedPlace().open({ hears: true }), [method]: failed } })
  })

  it.each([
    ['getItem', failUnread],
    ['setItem', fail],
    ['removeItem', fail],
  ])('as the storage’s %s (36)', async (method, failed) => {
    const storage = { ...mapStorage(), [method]: failed }
    await live({ store: storageStore(storage) })
  })

  it('as the lock (36)', async () => {
    const one = await live({ store: sharedPlace().open(), lock: { request: fail } })
    expect(one.told('grantFailed')).toBeGreaterThan(0)
  })

  it.each(['get', 'set', 'clear', 'has'])('as vault.%s (36)', async (method) => {
    const vault: RefreshTokenVault = { get: () => canaries.vault, set() {}, clear() {}, has: () => true }
    await live({ vault: { ...vault, [method]: fail } })
  })

  it.each(['refreshWhen', 'isSessionOver', 'allowedOrigins'])('as %s (36, 37)', async (hook) => {
    const one = await live({ [hook]: fail }, async ({ endpoint }) =>
      endpoint.always({ status: 401, body: everything }),
    )
    expect(one.events.some(({ type }) => type === 'problem')).toBe(true)
  })

  it('as acquire (36)', async () => {
    await live({ acquire: fail }, async ({ endpoint }) => endpoint.always({ status: 401 }))
  })

  it('as a listener or a subscriber (36, 37)', async () => {
    const play = async ({ session }: Bench): Promise<void> => {
      const stops = [session.on(fail), session.subscribe(fail)]
      await session.refresh()
      for (const stop of stops) stop()
    }
    await live({}, play, login)
    expect(said.length).toBeGreaterThan(0)
  })

  it('with nobody who listens, so that the console is told (36, 37)', async () => {
    const store = { ...memoryStore(), set: fail }
    await live({ listens: false, refreshWhen: fail, store }, undefined, login)
    expect(said.length).toBeGreaterThan(0)
  })
})

describe('an API that echoes the token', () => {
  const challengeOf = (authorization: string | null | undefined): string =>
    `Bearer realm="${authorization}", error="insufficient_scope", scope="a b"`

  it('in the challenge and the body of its 401: the answer is the caller’s, the rest shows none (13, 36)', async () => {
    const one = await live({}, async ({ api, http }) => {
      api.answer = ({ authorization }) => ({
        status: 401,
        headers: { 'www-authenticate': challengeOf(authorization) },
        body: { echo: everything },
      })
      await http.get('/step-up')
    })
    expect(one.told('stepUp')).toBeGreaterThan(0)
  })

  it('through fetch (13, 36)', async () => {
    const { session, takeProblems, events } = bench()
    await session.login(login)
    const inner: typeof fetch = async (_, init) => {
      const own = new Headers(init?.headers).get('authorization')
      return new Response(everything, { status: 401, headers: { 'www-authenticate': challengeOf(own) } })
    }
    const answer = await createFetch(session, { fetch: inner, baseUrl: 'https://api.example.com' })('/a')
    expect(answer.status).toBe(401)
    expectNoCanary('the reason', (answer as { cause?: unknown }).cause)
    for (const event of events) expectNoCanary(`the event ${event.type}`, event)
    takeProblems()
  })

  it('in an address of its own: its path is told, its query is not (36)', async () => {
    await live({}, async ({ http }) => http.get(`/me?access_token=${canaries.access}#${canaries.refresh}`))
  })
})

describe('what takes too long', () => {
  it.each<[string, BenchOptions]>([
    ['a grant', {}],
    ['a lock', { store: sharedPlace().open(), lock: { request: () => new Promise(() => {}) } }],
    ['a vault', { vault: { get: () => new Promise(() => {}), set() {}, clear() {} } }],
  ])('%s (36)', async (_, options) => {
    await live(options, async ({ endpoint }) => endpoint.always('never'))
  })
})

describe('bad options', () => {
  const secret = canaries.secret
  const good = { tokenEndpoint: 'https://auth.example.com/token', clientId: 'spa', clientSecret: secret }
  const wrong: [string, object][] = [
    ['a token for a grant', { refresh: canaries.refresh }],
    [
      'a secret in the address',
      { refresh: { ...good, tokenEndpoint: `https://spa:${secret}@auth.example.com/` } },
    ],
    ['a secret for an address', { refresh: { ...good, tokenEndpoint: { secret } } }],
    ['a wrong encoding beside a secret', { refresh: { ...good, encoding: 'xml' } }],
    ['a store made of tokens', { refresh: good, store: login }],
    ['a vault made of tokens', { refresh: good, vault: { token: canaries.vault } }],
    ['a lock beside tokens', { refresh: good, lock: { token: canaries.refresh } }],
    [
      'an origin with a password',
      { refresh: good, allowedOrigins: [`nothing://u:${encodeURIComponent(secret)}@x`] },
    ],
    ['a time that is an object of tokens', { refresh: good, minValidityMs: login }],
  ]
  it.each(wrong)('%s (36)', (_, options) => {
    let error: unknown
    try {
      createSession(options as never)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(TypeError)
    expectNoCanary('the TypeError', error)
  })

  it.each([
    ['an address', { clientId: 'a', clientSecret: secret, tokenEndpoint: `https:/${secret}` }],
    ['an id', { clientId: { secret }, clientSecret: secret, tokenEndpoint: good.tokenEndpoint }],
    ['a secret', { clientId: 'a', clientSecret: [secret], tokenEndpoint: good.tokenEndpoint }],
  ])('of clientCredentials: %s (36)', (_, options) => {
    let error: unknown
    try {
      clientCredentials(options as never)
    } catch (thrown) {
      error = thrown
    }
    expectNoCanary('the error', error)
  })
})

describe('a service', () => {
  it.each<[string, object]>([
    [
      'a refusal that quotes the secret',
      { status: 401, body: { error: 'invalid_client', error_description: canaries.secret } },
    ],
    ['a page', { status: 500, body: canaries.secret }],
    ['half an answer', { body: `{"access_token":"${canaries.newAccess}` }],
  ])('shows no secret where clientCredentials gets %s (36)', async (_, answer) => {
    const { tokenEndpoint, clientId } = {
      tokenEndpoint: 'https://auth.example.com/token',
      clientId: 'service',
    }
    const one = bench()
    one.endpoint.always(answer)
    const { fetch } = one.endpoint
    const acquire = clientCredentials({ tokenEndpoint, clientId, clientSecret: canaries.secret, fetch })
    expectNoCanary('acquire', acquire)
    const error = await acquire({ signal: new AbortController().signal, reason: 'first' }).catch(
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(Error)
    expectNoCanary('the error', error)
  })
})

it('what tabs tell each other holds no token, through every change (34, 36)', async () => {
  const place = sharedPlace()
  const stores = [place.open({ hears: true }), place.open({ hears: true })]
  const [one, other] = stores.map((store) => bench({ store })) as [Bench, Bench]
  one.endpoint.always({ body: fresh })
  await one.session.login(login)
  await turn()
  await one.session.refresh()
  await turn()
  expect(other.session.getSnapshot().status).toBe('active')
  await one.session.logout()
  await turn()
  for (const event of [...one.events, ...other.events]) expectNoCanary(`the event ${event.type}`, event)
})

it('what storageStore tells by BroadcastChannel holds no token (34, 36)', async () => {
  const items = new Map<string, string>()
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
  await live({ store: storageStore(storage, 'secrets') })
  expect(channels.mock.calls.length).toBeGreaterThan(0)
})

it('the search finds what is there: hidden fields, causes, headers and encodings', () => {
  const hidden = Object.defineProperty(new Error('x'), 'secret', {
    value: canaries.refresh,
    enumerable: false,
  })
  const found = [
    hidden,
    new Error('x', { cause: new Error(canaries.access) }),
    { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: { k: { l: canaries.id } } } } } } } } } } } },
    new Map([[canaries.newAccess, 1]]),
    new Headers({ authorization: `Bearer ${canaries.access}` }),
    encodeURIComponent(canaries.secret),
    btoa(canaries.refresh),
  ]
  for (const one of found) expect(() => expectNoCanary(inspect(one, { depth: 0 }), one)).toThrow()
})
