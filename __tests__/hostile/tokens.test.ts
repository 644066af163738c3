import fc from 'fast-check'
import {
  createSession,
  getSessionError,
  memoryStore,
  storageStore,
  type Session,
  type SessionOptions,
  type TokenSet,
} from 'tokenflight'
import { readJwtClaims } from '../../src/http/jwt.js'
import { isHeaderSafe } from '../../src/http/authorization.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { anyObject, anyText, anyValue, countInputs, feed, runs, textOf } from './inputs.js'

countInputs('tokens')
failOnLeaks()

/** On a busy machine the deadline could pass before the grant has begun. */
const stopped = (): number => 1_900_000_000_000

/** What a member of an answer may be instead of what it should be. */
const member = fc.oneof(
  anyValue,
  fc.constantFrom<unknown>(
    'a-token',
    '',
    null,
    0,
    -1,
    1e308,
    'Infinity',
    '3600',
    ' 3600 ',
    'NaN',
    [],
    {},
    true,
  ),
)
const names = [
  'access_token',
  'accessToken',
  'refresh_token',
  'expires_in',
  'expiresIn',
  'expiresAt',
  'refresh_expires_in',
  'refreshTokenExpiresAt',
  'id_token',
  'scope',
  'subject',
  'error',
  'error_description',
  '__proto__',
]
const answer = fc.oneof(
  fc.dictionary(fc.constantFrom(...names), member, { maxKeys: 8 }),
  fc
    .dictionary(fc.constantFrom(...names.slice(2, 11)), member, { maxKeys: 6 })
    .map((rest) => ({ ...rest, access_token: 'a-token' })),
  anyValue,
)

/** What any session may hold, whoever gave it. */
function expectSound(tokens: TokenSet | undefined): void {
  if (!tokens) return
  const { accessToken, refreshToken, expiresAt, refreshTokenExpiresAt } = tokens
  expect(accessToken === undefined || isHeaderSafe(accessToken)).toBe(true)
  expect(['string', 'undefined']).toContain(typeof refreshToken)
  for (const time of [expiresAt, refreshTokenExpiresAt])
    expect(time === undefined || Number.isFinite(time)).toBe(true)
}

function open(options: Partial<SessionOptions>): Session {
  const session = createSession({ refresh: () => new Promise(() => {}), ...options } as SessionOptions)
  // Whoever listens gets the problems, instead of the console.
  session.on(() => {})
  return session
}

describe('a JWT that is none', () => {
  const part = fc.oneof(
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    textOf(['eyJ', '=', '-', '_', '+', '/', 'A', '{', ' ', '%']),
    anyText,
  )
  it('is read as claims or as nothing, without a throw (31)', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        feed()
        const claims = readJwtClaims(parts.join('.'))
        expect(claims === undefined || (typeof claims === 'object' && claims !== null)).toBe(true)
      }),
      runs(110),
    )
  })

  it('gives a session no expiry that is no time (31)', async () => {
    const session = open({ store: memoryStore() })
    const claims = fc.dictionary(fc.constantFrom('exp', 'iat', 'sub', 'nbf'), member)
    await fc.assert(
      fc.asyncProperty(claims, async (content) => {
        feed()
        const text = Buffer.from(safeJson(content)).toString('base64url')
        await session.login({ access_token: `e30.${text}.x`, id_token: `e30.${text}.x` })
        expectSound(await session.getTokens())
      }),
      runs(20),
    )
    session.dispose()
  })
})

describe('a token answer that nobody would give', () => {
  it('is taken or refused by login, and leaves a sound session (23)', async () => {
    const session = open({ store: memoryStore() })
    await fc.assert(
      fc.asyncProperty(answer, async (given) => {
        feed()
        const error = await session.login(given as never).catch((reason: unknown) => reason)
        expect(error === undefined || error instanceof TypeError).toBe(true)
        expectSound(await session.getTokens())
      }),
      runs(60),
    )
    session.dispose()
  })

  it('is judged by a grant as one of its three failures, or taken (23 to 26)', async () => {
    let next: () => Response = () => new Response()
    const refresh = { tokenEndpoint: 'https://auth.example.com/token', fetch: async () => next() }
    const session = open({ refresh, refreshTimeoutMs: 100, now: stopped })
    const body = fc.oneof(
      answer.map(safeJson),
      anyText,
      textOf(['{', '"error":', '"invalid_grant"', '}', '[', ',', '<p>']),
    )
    const status = fc.oneof(fc.constantFrom(200, 201, 400, 401, 403, 500), fc.integer({ min: 200, max: 599 }))
    await fc.assert(
      fc.asyncProperty(status, body, anyText, async (code, text, header) => {
        feed()
        await session.login({ access_token: 'a', refresh_token: 'r', expires_in: 3600 })
        next = () => responseOf(code, text, header)
        expectJudged(await session.refresh().catch((reason: unknown) => reason))
        expectSound(await session.getTokens())
      }),
      runs(40),
    )
    session.dispose()
  })

  it('may come from, or be thrown by, a refresh function of the app (23 to 26)', async () => {
    let next: () => unknown = () => undefined
    const session = open({ refresh: async () => next() as never, refreshTimeoutMs: 100, now: stopped })
    const thrown = fc.oneof(
      answer,
      anyObject,
      fc.record({
        status: member,
        response: fc.oneof(member, fc.record({ status: member, headers: member, data: answer })),
      }),
    )
    await fc.assert(
      fc.asyncProperty(thrown, fc.boolean(), async (given, isThrown) => {
        feed()
        await session.login({ access_token: 'a', refresh_token: 'r', expires_in: 3600 })
        next = () => {
          if (isThrown) throw given
          return given
        }
        expectJudged(await session.refresh().catch((reason: unknown) => reason))
        expectSound(await session.getTokens())
      }),
      runs(40),
    )
    session.dispose()
  })
})

describe('a store that holds anything', () => {
  const record = fc.record(
    {
      format: fc.constantFrom<unknown>(1, 1, 1, 2, '1', null),
      sessionId: fc.oneof(fc.constant('s'), member),
      version: fc.oneof(fc.constant(1), member),
      issuedAt: fc.oneof(fc.constant(1), member),
      tokens: fc.oneof(
        fc.dictionary(
          fc.constantFrom(
            'accessToken',
            'refreshToken',
            'expiresAt',
            'refreshTokenExpiresAt',
            'subject',
            'idToken',
          ),
          member,
        ),
        member,
      ),
    },
    { requiredKeys: ['format', 'sessionId', 'version', 'issuedAt', 'tokens'] },
  )
  const found = fc.oneof({ weight: 4, arbitrary: record }, { weight: 1, arbitrary: anyObject })

  it('opens a sound session or none, at once and later (33)', async () => {
    await fc.assert(
      fc.asyncProperty(found, fc.boolean(), async (value, isLate) => {
        feed()
        const get = (): unknown => (isLate ? Promise.resolve().then(() => value) : value)
        const session = open({ store: { ...memoryStore(), get } })
        expectSound(await session.getTokens())
        expect(['signedOut', 'active']).toContain(session.getSnapshot().status)
        session.dispose()
      }),
      runs(70),
    )
  })

  it('as text does too, through storageStore (33)', async () => {
    const texts = fc.oneof(
      record.map(safeJson),
      anyText,
      textOf(['{', '"format":1', ',', '"tokens":{', '}', '[', 'null']),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        feed()
        const session = open({ store: storageStore({ getItem: () => text, setItem() {}, removeItem() {} }) })
        expectSound(await session.getTokens())
        session.dispose()
      }),
      runs(40),
    )
  })
})

/** JSON of what can be written so; else of nothing. */
function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return 'null'
  }
}

function responseOf(status: number, text: string, header: string): Response {
  const body = [204, 205, 304].includes(status) ? null : text
  try {
    return new Response(body, { status, headers: { 'retry-after': header } })
  } catch {
    return new Response(body, { status })
  }
}

function expectJudged(error: unknown): void {
  if (error === undefined) return
  expect(['ERR_LOGIN_REQUIRED', 'ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_CONFIGURATION']).toContain(
    getSessionError(error)?.code,
  )
}
