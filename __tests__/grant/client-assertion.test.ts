/** private_key_jwt (RFC 7523 §2.2): the client shows a signed assertion in the place of a secret. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { clientCredentials, createSession, LoginRequiredError, type RefreshTokenGrant } from 'tokenflight'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf } from '../support/outcome.js'
import { scriptedServer, type Script, type ScriptedServer } from '../support/scripted-server.js'
import { tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open } = watchSessions()

let server: ScriptedServer
const granting: Script = ({ index }) => ({ body: tokens(`new-${index}`) })
beforeEach(async () => {
  server = await scriptedServer(granting)
})
afterEach(() => server.close())

type Grant = Partial<RefreshTokenGrant>

async function signedIn(clientAssertion: RefreshTokenGrant['clientAssertion'], more: Grant = {}) {
  const tokenEndpoint = `${server.origin}/token`
  const refresh = { tokenEndpoint, clientId: 'app', clientAssertion, ...more } as RefreshTokenGrant
  const session = open({ refresh, refreshTimeoutMs: 900 })
  await session.login(tokens('old'))
  return session
}

const bodies = (): URLSearchParams[] => server.requests.map(({ text }) => new URLSearchParams(text))
const assertions = (): (string | null)[] => bodies().map((body) => body.get('client_assertion'))
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

it('goes along with the client_id and its type, without a secret or a header (22)', async () => {
  const session = await signedIn(() => 'a.b.c')
  await session.refresh()
  expect(server.requests[0]?.text).toBe(
    'grant_type=refresh_token&refresh_token=old-refresh&client_id=app' +
      `&client_assertion_type=${encodeURIComponent(type)}&client_assertion=a.b.c`,
  )
  expect(server.authorizations).toEqual([undefined])
})

it('is signed for the token endpoint, or for the issuer where that is known (22)', async () => {
  const audiences: string[] = []
  const make = ({ audience }: { audience: string }): string => (audiences.push(audience), 'a.b.c')
  await (await signedIn(make)).refresh()
  server.script = ({ path }) =>
    path === '/token'
      ? { body: tokens('new') }
      : { body: { issuer: server.origin, token_endpoint: `${server.origin}/token` } }
  await (await signedIn(make, { issuer: server.origin, tokenEndpoint: undefined })).refresh()
  expect(audiences).toEqual([`${server.origin}/token`, server.origin])
})

it('is made anew for every attempt: one that the server put off is not shown twice (22, 25)', async () => {
  let made = 0
  server.script = (request) => (request.index === 1 ? { status: 503 } : granting(request))
  const session = await signedIn(async () => `jwt.${++made}.x`)
  await session.refresh()
  expect(assertions()).toEqual(['jwt.1.x', 'jwt.2.x'])
})

it('what a real key has signed is what a server can verify (22)', async () => {
  const { importPKCS8, jwtVerify, SignJWT } = await import('jose')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = await importPKCS8(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'ES256')
  const session = await signedIn(({ audience }) =>
    new SignJWT({ jti: 'one' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('app')
      .setSubject('app')
      .setAudience(audience)
      .setExpirationTime('1m')
      .sign(key),
  )
  await session.refresh()
  const checks = { audience: `${server.origin}/token`, issuer: 'app', subject: 'app' }
  const { payload } = await jwtVerify(assertions()[0] ?? '', createPublicKey(privateKey), checks)
  expect(payload.jti).toBe('one')
})

it('serves client credentials and revocation as well (22, 29)', async () => {
  const tokenEndpoint = `${server.origin}/token`
  const clientAssertion = (): string => 'a.b.c'
  const acquire = clientCredentials({ tokenEndpoint, clientId: 'service', clientAssertion })
  await acquire({ signal: new AbortController().signal, reason: 'first' })
  const session = await signedIn(clientAssertion, { revocationEndpoint: `${server.origin}/revoke` })
  await session.logout({ revoke: true })
  expect(bodies().map((body) => body.get('grant_type') ?? body.get('token'))).toEqual([
    'client_credentials',
    'old-refresh',
  ])
  expect(assertions()).toEqual(['a.b.c', 'a.b.c'])
})

describe('where it cannot be had, no refresh token leaves and the tokens are kept:', () => {
  it.each<[string, () => string, object]>([
    ['a throw is a mistake in the set-up (26)', thrower(new Error('no key')), configuration('no key')],
    ['so is what is no JWT (26)', () => '', { code: 'ERR_REFRESH_CONFIGURATION' }],
    ['a 403 of a remote signer too (26)', thrower({ status: 403, message: 'no' }), configuration('no')],
    ['its 503 is transient and definite (25)', thrower({ status: 503 }), transient(503)],
    ['also as a response (25)', thrower({ response: { status: 429 } }), transient(429)],
  ])('%s', async (_, make, expected) => {
    const session = await signedIn(make)
    expect(await rejectionOf(session.refresh())).toMatchObject(expected)
    expect(server.requests).toEqual([])
    expect((await session.getTokens())?.refreshToken).toBe('old-refresh')
  })

  const failed = configurationError('`clientAssertion` failed, see `cause`.')
  it.each<[string, () => string, string]>([
    ['an error', thrower(new Error('no key')), failed],
    ['no JWT', () => 'two words', configurationError('Expected `clientAssertion` to give a JWT.')],
    ['a 403', thrower({ status: 403 }), failed],
    ['a status that is none of HTTP’s', thrower({ status: 1503 }), failed],
    ['another one', thrower({ response: { status: 5030 } }), failed],
    ['a 503', thrower({ status: 503 }), outage(503)],
    ['a 429 as a response', thrower({ response: { status: 429 } }), outage(429)],
  ])('%s, in words (25, 26)', async (_, clientAssertion, message) => {
    const tokenEndpoint = `${server.origin}/token`
    const acquire = clientCredentials({ tokenEndpoint, clientId: 'service', clientAssertion })
    const error = await rejectionOf(acquire({ signal: new AbortController().signal, reason: 'first' }))
    expect(error.message).toBe(message)
    expect(server.requests).toEqual([])
  })

  it('one that never comes is definite at the deadline, and one that comes later is not sent (9, 25)', async () => {
    const late = deferred<string>()
    const make = jest.fn<Promise<string> | string, []>(() => 'a.b.c').mockReturnValueOnce(late.promise)
    const session = await signedIn(make)
    const expected = { code: 'ERR_REFRESH_UNAVAILABLE', reason: 'timeout', ambiguous: false }
    expect(await rejectionOf(session.refresh())).toMatchObject(expected)
    late.resolve('l.a.te')
    await session.refresh()
    expect(assertions()).toEqual(['a.b.c'])
    expect((await session.getTokens())?.accessToken).toBe('new-1')
  })

  it('nor is one that comes after a logout (28)', async () => {
    const late = deferred<string>()
    const called = deferred()
    const session = await signedIn(() => (called.resolve(), late.promise))
    const refused = rejectionOf(session.refresh())
    await called.promise
    await session.logout()
    late.resolve('l.a.te')
    expect(await refused).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    await new Promise((next) => setImmediate(next))
    expect(server.requests).toEqual([])
  })

  it('a refresh token that has run out ends the session without one (24)', async () => {
    const make = jest.fn(thrower({ status: 503 }))
    const session = await signedIn(make)
    await session.login({ ...tokens('old'), refreshTokenExpiresAt: 1 })
    expect(await rejectionOf(session.refresh())).toMatchObject({ reason: 'refresh_token_expired' })
    expect(make).not.toHaveBeenCalled()
  })

  it('a LoginRequiredError ends the session (26)', async () => {
    const session = await signedIn(thrower(new LoginRequiredError('refused')))
    expect(await rejectionOf(session.refresh())).toMatchObject({ code: 'ERR_LOGIN_REQUIRED' })
    expect(session.getSnapshot().status).toBe('signedOut')
  })

  it('its error shows no token (36)', async () => {
    const session = await signedIn(
      thrower(Object.assign(new Error('old-refresh'), { config: 'old-refresh' })),
    )
    const error = await rejectionOf(session.refresh())
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('old-refresh')
  })

  function thrower(error: unknown): () => string {
    return () => {
      throw error
    }
  }

  function configuration(message: string): object {
    return { code: 'ERR_REFRESH_CONFIGURATION', cause: { message } }
  }

  function configurationError(advice: string): string {
    return `The token request is not set up right. ${advice}`
  }

  function outage(status: number): string {
    return (
      `The token was not renewed: the token endpoint cannot answer now (HTTP ${status}). ` +
      'The session is kept; try again later. `clientAssertion` could not be had.'
    )
  }

  function transient(status: number): object {
    return { code: 'ERR_REFRESH_UNAVAILABLE', reason: 'server', ambiguous: false, status }
  }
})

it('beside a secret it is refused at construction: one way to authenticate (RFC 6749 §2.3)', () => {
  const refresh = { tokenEndpoint: 'https://a.example/t', clientSecret: 's', clientAssertion: () => 'a.b.c' }
  expect(() => createSession({ refresh })).toThrow(/^Expected `refresh.clientSecret` to be absent/)
})
