import { inspect } from 'node:util'
import { isLoginRequired, isRefreshConfiguration, isRefreshUnavailable } from '../../src/errors.js'
import { clientCredentials, type ClientCredentialsOptions } from '../../src/grant/client-credentials.js'
import { createAcquire } from '../../src/grant/grant.js'
import type { RefreshContext } from '../../src/grant/grant-options.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { scriptedServer, type ScriptedAnswer, type ScriptedServer } from '../support/scripted-server.js'

failOnLeaks()

const context: RefreshContext = { signal: new AbortController().signal, reason: 'first' }

let server: ScriptedServer

beforeEach(async () => {
  server = await scriptedServer(() => ({
    body: { access_token: 'service-access', token_type: 'Bearer', expires_in: '60' },
  }))
})

afterEach(() => server.close())

function options(more: object = {}): ClientCredentialsOptions {
  const tokenEndpoint = `${server.origin}/token`
  return { tokenEndpoint, clientId: 'service', clientSecret: 'canary secret', now: () => 1000, ...more }
}

async function failure(answer: ScriptedAnswer): Promise<unknown> {
  server.script = () => answer
  return clientCredentials(options())(context).then(
    () => expect('a token').toBe('an error'),
    (error: unknown) => error,
  )
}

it('sends the client_credentials grant with Basic, scope, resource and parameters (RFC 6749 §4.4)', async () => {
  await clientCredentials(
    options({ scope: 'orders items', resource: 'https://api.example', parameters: { tenant: '1' } }),
  )(context)
  const [request] = server.requests
  expect(request?.text).toBe(
    'grant_type=client_credentials&scope=orders+items&resource=https%3A%2F%2Fapi.example&tenant=1',
  )
  expect(request?.authorization).toBe(`Basic ${btoa('service:canary+secret')}`)
})

it('sends id and secret in the body where asked for', async () => {
  await clientCredentials(options({ clientAuthentication: 'client_secret_post' }))(context)
  expect(server.requests[0]?.text).toBe(
    'grant_type=client_credentials&client_id=service&client_secret=canary+secret',
  )
})

it('resolves with a token set whose subject is the client (30), and a session takes it as it is', async () => {
  const acquire = clientCredentials(options())
  const tokens = { accessToken: 'service-access', tokenType: 'Bearer', expiresAt: 61_000, subject: 'service' }
  expect(await acquire(context)).toMatchObject(tokens)
  const verdict = await createAcquire(acquire, { now: () => 5000, accessTokenIn: 'header' })(context)
  expect(verdict).toMatchObject({ type: 'granted', tokens })
})

it.each<[string, ScriptedAnswer, (error: unknown) => boolean]>([
  ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, isRefreshConfiguration],
  ['invalid_scope', { status: 400, body: { error: 'invalid_scope' } }, isRefreshConfiguration],
  ['a bare 401', { status: 401 }, isLoginRequired],
  ['HTTP 503', { status: 503 }, isRefreshUnavailable],
  ['a page of HTML', { body: '<html>' }, isRefreshUnavailable],
  ['a cut connection', 'destroy', isRefreshUnavailable],
])('rejects with an error of ours for %s', async (_, answer, isExpected) => {
  expect(isExpected(await failure(answer))).toBe(true)
})

it('keeps the secret out of its errors (36)', async () => {
  const error = await failure({
    status: 400,
    body: { error: 'x', error_description: 'canary secret is not canary%20secret' },
  })
  expect(inspect(error, { showHidden: true, depth: null })).not.toContain('canary')
})

it('passes the signal on', async () => {
  server.script = () => 'hang'
  const controller = new AbortController()
  const pending = clientCredentials(options())({ ...context, signal: controller.signal })
  await server.arrived(1)
  controller.abort()
  await expect(pending).rejects.toMatchObject({ reason: 'network' })
})

describe('bad options', () => {
  it.each<[object, string]>([
    [{ clientId: '' }, 'Expected `clientId` to be a non-empty string, got an empty string'],
    [{ clientId: undefined }, 'Expected `clientId` to be a non-empty string, got undefined'],
    [{ clientSecret: undefined }, 'Expected `clientSecret` to be a non-empty string, got undefined'],
    [{ clientSecret: 424242 }, 'Expected `clientSecret` to be a non-empty string, got number'],
    [
      { tokenEndpoint: undefined },
      'Expected `tokenEndpoint` to be an https address without user name (http on loopback or with `allowInsecure`), relative only on a page, got undefined',
    ],
    [
      { tokenEndpoint: 'canary.example.com/token' },
      'Expected `tokenEndpoint` to be an https address without user name (http on loopback or with `allowInsecure`), relative only on a page, got string',
    ],
    [
      { tokenEndpoint: 'http://auth.example.com/t' },
      'Expected `tokenEndpoint` to be an https address without user name (http on loopback or with `allowInsecure`), relative only on a page, got http://auth.example.com',
    ],
  ])('%p throw a TypeError that shows no secret', (more, message) => {
    expect(() => clientCredentials(options(more))).toThrow(new TypeError(message))
  })

  it('http is allowed on loopback, and elsewhere with allowInsecure (4)', () => {
    expect(() => clientCredentials(options())).not.toThrow()
    expect(() =>
      clientCredentials(options({ tokenEndpoint: 'http://auth.test/t', allowInsecure: true })),
    ).not.toThrow()
    expect(() =>
      clientCredentials(options({ tokenEndpoint: new URL('https://auth.example.com/t') })),
    ).not.toThrow()
  })
})
