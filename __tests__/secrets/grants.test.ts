import { memoryStore, type SessionOptions } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { canaries, everything, expectNoCanary, expectOursClean, fresh, login, quoting } from './canaries.js'
import type { GrantAnswer } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

const answers: [string, GrantAnswer][] = [
  ['a network failure that quotes the request', quoting(`POST failed: ${everything}`)],
  [
    'invalid_grant that quotes the tokens',
    {
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: everything,
        error_uri: `https://x/?t=${canaries.refresh}`,
      },
    },
  ],
  ['an error code made of tokens', { status: 400, body: { error: everything } }],
  [
    'invalid_client that quotes the secret',
    { status: 401, body: { error: 'invalid_client', error_description: everything } },
  ],
  [
    'a 503 that echoes',
    { status: 503, headers: { 'retry-after': '3600' }, body: { ...fresh, error_description: everything } },
  ],
  ['a 500 that echoes', { status: 500, body: everything }],
  ['a page of HTML that echoes', { body: `<p>${everything} ${canaries.newAccess}</p>` }],
  ['a token that is no header', { body: { ...fresh, access_token: `${canaries.newAccess}\r\n` } }],
  [
    'a refresh token that is an object',
    { body: { ...fresh, refresh_token: { value: canaries.newRefresh } } },
  ],
  ['half a JSON', { body: `{"access_token":"${canaries.newAccess}","refresh_` }],
  [
    'a redirect with tokens in it',
    { status: 302, headers: { location: `https://x.example/?t=${canaries.refresh}` } },
  ],
  ['no answer', 'never'],
  ['a good answer', { body: fresh }],
]

async function observe(
  answer: GrantAnswer,
  options: BenchOptions = {},
): Promise<{ one: Bench; errors: unknown[] }> {
  const one = bench({ refreshTimeoutMs: 3_000, ...options })
  const { session, http, api, endpoint } = one
  const snapshots: unknown[] = []
  session.subscribe(() => void snapshots.push(session.getSnapshot()))
  await session.login(login)
  api.dead.add(canaries.access)
  endpoint.always(answer)
  const caught = (error: unknown): unknown => error
  const pending = Promise.all([
    http.get(`/a?token=${'x'}`).catch(caught),
    http.get('/b').catch(caught),
    session.refresh().catch(caught),
    session.getAccessToken().then(() => undefined, caught),
  ])
  await pass(3_000)
  const results = await pending
  await session.logout()
  await turn()
  for (const snapshot of [...snapshots, session.getSnapshot()]) expectNoCanary('a snapshot', snapshot)
  for (const event of one.events) expectNoCanary(`the event ${event.type}`, event)
  expectNoCanary('the session itself', session)
  return { one, errors: results.filter((result) => result instanceof Error) }
}

describe('no token, id token or secret is in any error, event or snapshot', () => {
  it.each(answers)('when the token endpoint gives %s (36)', async (_, answer) => {
    const grant = { clientSecret: canaries.secret, clientAuthentication: 'client_secret_post' } as const
    const { errors, one } = await observe(answer, { grant })
    for (const error of errors) expectOursClean(error)
    one.takeProblems().forEach((problem) => expectNoCanary('a problem', problem))
  })

  it.each(answers)('when a refresh function throws what came with %s (36)', async (_, answer) => {
    const response = answer instanceof Error || answer === 'never' ? undefined : { status: 200, ...answer }
    // A secret inside the app's own function is not known to the session.
    const known = [canaries.access, canaries.refresh, canaries.id].join(' ')
    const body = JSON.parse(
      JSON.stringify(response?.body ?? null).replaceAll(canaries.secret, 'x'),
    ) as unknown
    const thrown = Object.assign(
      quoting(`It failed: ${known}`),
      response && {
        status: response.status,
        response: { status: response.status, data: body, headers: {} },
      },
    )
    const { errors, one } = await observe(answer, { refresh: () => Promise.reject(thrown) })
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) expectOursClean(error)
    one.takeProblems()
  })

  it.each<[string, unknown]>([
    ['a string', canaries.newAccess],
    ['an array', [canaries.newAccess]],
    ['a token in the wrong place', { token: canaries.newAccess }],
    ['a number', 5],
  ])('when a refresh function resolves with %s (36)', async (_, junk) => {
    const { errors } = await observe('never', {
      refresh: (async () => junk) as SessionOptions['refresh'] & {},
    })
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) expectOursClean(error)
  })

  it('when login is given what is no token response (36)', async () => {
    const { session } = bench()
    const junk = [
      canaries.access,
      [canaries.access],
      { access_token: `${canaries.access}\n` },
      { ...login, refresh_token: [canaries.refresh] },
    ]
    for (const one of junk) {
      const error = await session.login(one as never).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(TypeError)
      expectNoCanary('the TypeError', error)
    }
  })
})

it('no token is on the console when hooks and store fail and nobody listens (36, 37)', async () => {
  const said: unknown[][] = []
  jest.mocked(console.error).mockImplementation((...args: unknown[]) => void said.push(args))
  const inner = memoryStore()
  const broken = {
    ...inner,
    set: () => Promise.reject(new Error('full')),
    clear: () => Promise.reject(new Error('gone')),
  }
  const { session, http, api, endpoint } = bench({
    listens: false,
    store: broken,
    refreshWhen: () => {
      throw new Error('a bug')
    },
    onLoginRequired: () => {
      throw new Error('a bug')
    },
  })
  await session.login(login)
  await http.get('/a')
  api.dead.add(canaries.access)
  endpoint.always({ status: 401 })
  await http.get('/b').catch(() => {})
  await turn()
  expect(said.length).toBeGreaterThanOrEqual(3)
  expectNoCanary('the console', said)
})

it('a store’s own error is shown without what it quotes of the record (36)', async () => {
  const set = (record: unknown): never => {
    throw new Error(`Cannot store ${JSON.stringify(record)}`)
  }
  const { session, takeProblems } = bench({ store: { ...memoryStore(), set } })
  await session.login(login)
  const problems = takeProblems()
  expect(problems).toHaveLength(1)
  expectNoCanary('the problem', problems)
})

it('the path in an event is without its query, where secrets travel (36)', async () => {
  const { session, http, events } = bench()
  await session.login(login)
  await http.get('/reset?code=canary-access-7f3a#canary-refresh-91bd')
  const paths = events.flatMap((event) => ('path' in event ? [event.path] : []))
  expect(paths).toEqual(['/reset', '/reset'])
})
