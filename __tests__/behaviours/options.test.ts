import { clientCredentials, createSession, memoryStore, storageStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

const tokenEndpoint = 'https://auth.example.com/token'
const refresh = { tokenEndpoint }

/** What construction throws with these options over good ones. */
function thrownBy(options: object): unknown {
  try {
    createSession({ refresh, ...options }).dispose()
    return undefined
  } catch (error) {
    return error
  }
}

const wrong: [options: object, name: string][] = [
  ...[
    'minValidityMs',
    'refreshAheadMs',
    'refreshTimeoutMs',
    'rotationGraceMs',
    'refreshTokenLifetimeMs',
  ].flatMap((name) =>
    ['5s', -1, NaN, Infinity, null, {}].map((value): [object, string] => [{ [name]: value }, name]),
  ),
  [{ refreshTimeoutMs: 0 }, 'refreshTimeoutMs'],
  [{ refreshTimeoutMs: 2 ** 31 }, 'refreshTimeoutMs'],
  [{ refreshBudget: 5 }, 'refreshBudget'],
  [{ refreshBudget: null }, 'refreshBudget'],
  [{ refreshBudget: { grants: -1, windowMs: 1 } }, 'refreshBudget.grants'],
  [{ refreshBudget: { grants: 1, windowMs: 'x' } }, 'refreshBudget.windowMs'],
  ...['acquire', 'refreshWhen', 'isSessionOver', 'onLoginRequired', 'onStepUp', 'now'].map(
    (name): [object, string] => [{ [name]: 'yes' }, name],
  ),
  [{ store: {} }, 'store'],
  [{ store: { ...memoryStore(), set: undefined } }, 'store'],
  [{ store: { ...memoryStore(), clear: 1 } }, 'store'],
  [{ lock: {} }, 'lock'],
  [{ lock: null }, 'lock'],
  [{ vault: { get() {}, set() {}, clear() {}, has: true } }, 'vault.has'],
  [{ allowInsecure: 'false' }, 'allowInsecure'],
  [{ renewInBackground: 1 }, 'renewInBackground'],
  [{ allowedOrigins: 'https://api.example.com' }, 'allowedOrigins'],
  [{ allowedOrigins: ['api.example.com'] }, 'allowedOrigins'],
  [{ allowedOrigins: ['data:,x'] }, 'allowedOrigins'],
  [{ allowedOrigins: ['https://*.example.com'] }, 'allowedOrigins'],
  [{ headerName: '' }, 'headerName'],
  [{ headerName: 'X Token' }, 'headerName'],
  [{ headerName: 5 }, 'headerName'],
  [{ authScheme: 'Two words' }, 'authScheme'],
  [{ authScheme: 'A\r\nb' }, 'authScheme'],
  [{ accessTokenIn: 'body' }, 'accessTokenIn'],
  [{ refresh: undefined }, 'refresh'],
  [{ refresh: 'https://auth.example.com' }, 'refresh'],
  [{ refresh: 'https://auth.example.com', acquire: async () => ({}) }, 'refresh'],
  [{ refresh: {} }, 'refresh.tokenEndpoint'],
  [{ refresh: { tokenEndpoint: '/token' } }, 'refresh.tokenEndpoint'],
  [{ refresh: { tokenEndpoint: 'ftp://auth.example.com/' } }, 'refresh.tokenEndpoint'],
  [{ refresh: { tokenEndpoint: 'http://auth.example.com/token' } }, 'refresh.tokenEndpoint'],
  [{ refresh: { tokenEndpoint, issuer: 'https://auth.example.com' } }, 'refresh.tokenEndpoint'],
  ...[
    '',
    'auth.example.com',
    'http://auth.example.com',
    ' https://auth.example.com',
    'https://auth.example.com/?tenant=1',
    'https://auth.example.com/#x',
    'https://ada:secret@auth.example.com',
    new URL('https://auth.example.com'),
    5,
    null,
  ].map((issuer): [object, string] => [{ refresh: { issuer } }, 'refresh.issuer']),
  [
    { refresh: { tokenEndpoint, revocationEndpoint: 'http://auth.example.com/r' } },
    'refresh.revocationEndpoint',
  ],
  [{ refresh: { issuer: 'https://auth.example.com', revocationEndpoint: 5 } }, 'refresh.revocationEndpoint'],
  [{ refresh: { tokenEndpoint, clientAssertion: 'a.b.c' } }, 'refresh.clientAssertion'],
  [{ refresh: { tokenEndpoint, fetch: {} } }, 'refresh.fetch'],
  [{ refresh: { tokenEndpoint, parseResponse: 'data' } }, 'refresh.parseResponse'],
  [{ refresh: { tokenEndpoint, encoding: 'xml' } }, 'refresh.encoding'],
  [{ refresh: { tokenEndpoint, refreshTokenIn: 'header' } }, 'refresh.refreshTokenIn'],
  [{ refresh: { tokenEndpoint, clientAuthentication: 'basic' } }, 'refresh.clientAuthentication'],
]

it.each(wrong)('%j is refused at construction by a TypeError that names `%s`', (options, name) => {
  const error = thrownBy(options)
  expect(error).toBeInstanceOf(TypeError)
  expect((error as TypeError).message).toMatch(/^Expected `[\w.]+` to be .+, got .+/s)
  expect((error as TypeError).message.startsWith(`Expected \`${name}\` to be `)).toBe(true)
})

const https = 'an https address without user name (http on loopback or with `allowInsecure`)'
const messages: [options: object, message: string][] = [
  [{ minValidityMs: '5s' }, '`minValidityMs` to be a finite number >= 0, got "5s" (string)'],
  [{ refreshTimeoutMs: -1 }, '`refreshTimeoutMs` to be a number from 1 to 2147483647, got -1 (number)'],
  [{ refreshBudget: 5 }, '`refreshBudget` to be an object, got 5 (number)'],
  [{ now: {} }, '`now` to be a function, got object'],
  [{ allowInsecure: 'no' }, '`allowInsecure` to be true or false, got "no" (string)'],
  [{ store: null }, '`store` to be an object with get, set, clear, got null (object)'],
  [{ lock: {} }, '`lock` to be an object with request, got object'],
  [{ headerName: '' }, '`headerName` to be a header name, got "" (string)'],
  [{ authScheme: 'a b' }, '`authScheme` to be a word or empty, got "a b" (string)'],
  [{ accessTokenIn: 'body' }, '`accessTokenIn` to be one of header, cookie, got "body" (string)'],
  [{ allowedOrigins: 'x' }, '`allowedOrigins` to be an array or a function, got "x" (string)'],
  [
    { allowedOrigins: ['ftp://ada:pass@word@api.example.com'] },
    '`allowedOrigins` to be a list of http(s) origins without *, got "…@api.example.com" (string)',
  ],
  [
    { refresh: 'secret' },
    '`refresh` to be a grant with `tokenEndpoint` or a function (or `acquire` to be one), got string',
  ],
  [{ refresh: {} }, `\`refresh.tokenEndpoint\` to be ${https}, relative only on a page, got undefined`],
  [
    { refresh: { issuer: 'https://auth.example.com/?tenant=1' } },
    `\`refresh.issuer\` to be ${https}, without query or fragment, as text, got https://auth.example.com`,
  ],
  [
    { refresh: { tokenEndpoint, issuer: 'https://auth.example.com' } },
    '`refresh.tokenEndpoint` to be absent beside `issuer`, got https://auth.example.com',
  ],
  [
    { refresh: { tokenEndpoint, clientSecret: 'secret', clientAssertion: () => 'a.b.c' } },
    '`refresh.clientSecret` to be absent beside `clientAssertion`, got string',
  ],
]

it.each(messages)(
  '%j: the message says what was expected, and what was given without a secret',
  (options, message) => {
    expect(thrownBy(options)).toEqual(new TypeError(`Expected ${message}`))
  },
)

it('of an address for clientCredentials, the message names the option as it is written there', () => {
  expect(() => clientCredentials({ tokenEndpoint: 'secret', clientId: 'a', clientSecret: 'b' })).toThrow(
    new TypeError(`Expected \`tokenEndpoint\` to be ${https}, relative only on a page, got string`),
  )
})

it.each([undefined, null, 5, 'options'])(
  '%p in the place of the options is refused by a TypeError that names what is needed',
  (options) => {
    expect(() => createSession(options as never)).toThrow(
      /^Expected `refresh` to be a grant with `tokenEndpoint` or a function/,
    )
  },
)

it.each<[object]>([
  [{ minValidityMs: undefined, store: undefined, lock: undefined, refreshWhen: undefined }],
  [{ minValidityMs: 0, refreshAheadMs: 0, rotationGraceMs: 0, refreshTokenLifetimeMs: 0 }],
  [{ refreshTimeoutMs: 1 }],
  [{ refreshTimeoutMs: 2 ** 31 - 1 }],
  [{ refreshBudget: { grants: 0, windowMs: 0 } }],
  [{ authScheme: '' }],
  [{ authScheme: 'DPoP', headerName: 'X-Token' }],
  [{ accessTokenIn: 'cookie' }],
  [{ allowedOrigins: [] }],
  [{ allowedOrigins: ['https://api.example.com', new URL('http://localhost:3000/x')] }],
  [{ allowedOrigins: () => true }],
  [{ refresh: { tokenEndpoint: new URL(tokenEndpoint) } }],
  [{ refresh: { tokenEndpoint: 'http://127.0.0.1:9/token' } }],
  [{ refresh: { tokenEndpoint: 'http://auth.example.com/token' }, allowInsecure: true }],
  [{ refresh: { issuer: 'https://auth.example.com/tenant/' } }],
  [{ refresh: { issuer: 'http://localhost:9' } }],
  [{ refresh: { issuer: 'http://auth.example.com' }, allowInsecure: true }],
  [{ refresh: { tokenEndpoint, revocationEndpoint: new URL('https://auth.example.com/revoke') } }],
  [{ refresh: { tokenEndpoint, clientAssertion: () => 'a.b.c' }, onStepUp: async () => {} }],
  [
    {
      refresh: {
        tokenEndpoint,
        encoding: 'form',
        refreshTokenIn: 'body',
        clientAuthentication: 'none',
      },
    },
  ],
  [{ refresh: async () => {} }],
  [{ refresh: undefined, acquire: async () => ({ access_token: 'a' }) }],
])('%j is accepted', (options) => {
  expect(thrownBy(options)).toBeUndefined()
})

it('an option that is undefined has its default', async () => {
  const { session, http, api } = bench({
    authScheme: undefined,
    headerName: undefined,
    accessTokenIn: undefined,
    minValidityMs: undefined,
    refreshAheadMs: undefined,
    refreshTimeoutMs: undefined,
    rotationGraceMs: undefined,
    refreshBudget: undefined,
    now: undefined,
  })
  await session.login(tokens(1))
  await http.get('/me')
  api.dead.add('access-1')
  await http.get('/me')
  expect(api.authorizations).toEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-2'])
})

it.each<[string, unknown]>([
  ['a string', 'access-1'],
  ['an array', []],
  ['an empty object', {}],
  ['an access_token that is a number', { access_token: 5 }],
  ['an empty access_token', { access_token: '' }],
  ['an access_token with a space', { access_token: 'a b' }],
  ['an access_token beyond ASCII', { access_token: 'tökén' }],
  ['a refresh_token that is an object', { access_token: 'a', refresh_token: {} }],
])('login with %s rejects with a TypeError, and the session before it goes on', async (_, given) => {
  const session = createSession({ refresh })
  await session.login({ access_token: 'access-1' })
  const before = session.getSnapshot()
  const error = await session.login(given as never).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(TypeError)
  expect((error as TypeError).message).toMatch(/^Expected .+, got /)
  expect(session.getSnapshot()).toBe(before)
  expect(await session.getAccessToken()).toBe('access-1')
  session.dispose()
})

const storage = { getItem: () => null, setItem() {}, removeItem() {} }

it.each<[what: string, make: () => unknown, message: string]>([
  [
    'no storage',
    () => storageStore(undefined as never),
    'Expected `storage` to be an object with getItem, setItem, removeItem, got undefined',
  ],
  [
    'a storage without removeItem',
    () => storageStore({ ...storage, removeItem: undefined } as never),
    'Expected `storage` to be an object with getItem, setItem, removeItem, got object',
  ],
  [
    'a key that is no text',
    () => storageStore(storage, 5 as never),
    'Expected `key` to be a string, got 5 (number)',
  ],
])('storageStore refuses %s at once (33)', (_, make, message) => {
  expect(make).toThrow(new TypeError(message))
})
