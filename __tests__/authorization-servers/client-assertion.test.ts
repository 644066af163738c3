/** private_key_jwt (RFC 7523, OpenID Connect Core §9) by jose, at a server that takes no assertion twice. */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { until, useWorlds, type World, type WorldOptions } from './world.js'

const world = useWorlds()
useFakeClock()

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const assertionKey = { ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }
const clientId = 'jwt-app'

async function clientAssertion({ audience }: { readonly audience: string }): Promise<string> {
  const { SignJWT } = await import('jose')
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey)
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

async function signedIn(options: WorldOptions = {}): Promise<World> {
  const here = await world({
    assertionKey,
    ...options,
    grant: { clientId, clientAssertion, ...options.grant },
  })
  const proof = {
    client_assertion_type: assertionType,
    client_assertion: await clientAssertion({ audience: here.issuer }),
  }
  await here.login({ clientId, proof })
  return here
}

/** The claims of every assertion that was sent with a grant. */
async function claims({ front }: World) {
  const { decodeJwt } = await import('jose')
  const forms = front.to('/token').map(({ body }) => new URLSearchParams(body))
  return forms
    .filter((form) => form.get('grant_type') === 'refresh_token')
    .map((form) => decodeJwt(form.get('client_assertion') ?? ''))
}

it.each([
  ['the issuer, where that is set', true],
  ['the token endpoint, where that is set', false],
])('the server knows the client at every grant; the audience is %s', async (_what, discovers) => {
  const here = await signedIn({ discovers })
  await here.session.refresh()
  await here.session.refresh()
  expect((await here.http.get('/me')).data.who).toBe('ada')
  expect(here.server.counts).toMatchObject({ granted: 3, refused: 0 })
  const audience = discovers ? here.issuer : here.tokenEndpoint
  expect((await claims(here)).map(({ aud }) => aud)).toEqual([audience, audience])
})

it('each attempt has an assertion of its own, one that is made again within a grant too', async () => {
  const here = await signedIn()
  await pass(3_600_000)
  here.front.fail('/token', { answer: { status: 503, headers: { 'retry-after': '2' } } }, 2)
  const answer = here.http.get('/me')
  for (const attempt of [2, 3]) {
    await here.front.asked('/token', attempt)
    await until(() => jest.getTimerCount() === 3)
    await pass(2_000)
  }
  expect((await answer).data.who).toBe('ada')
  const ids = (await claims(here)).map(({ jti }) => jti)
  expect([ids.length, new Set(ids).size]).toEqual([3, 3])
})

it('it shows who the client is, and no secret or header does so beside it', async () => {
  const here = await signedIn()
  await here.session.refresh()
  const grant = here.front.to('/token').at(-1)
  const form = new URLSearchParams(grant?.body)
  expect(grant?.authorization).toBeUndefined()
  expect([form.get('client_assertion_type'), form.has('client_secret')]).toEqual([assertionType, false])
})

it('an assertion that is sent twice is refused by this server: the session is kept, and nobody logs in', async () => {
  let same: Promise<string> | undefined
  const here = await signedIn({
    grant: { clientAssertion: (context) => (same ??= clientAssertion(context)) },
  })
  await here.session.refresh()
  const error = await here.session.refresh().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', oauth: { error: 'invalid_client' } })
  expect([here.loginRequired.length, here.server.counts.consumed]).toEqual([0, 1])
})

it('a revocation is proved in the same way', async () => {
  const here = await signedIn({ discovers: true })
  await here.session.logout({ revoke: true })
  expect(here.front.to('/token/revocation')).toMatchObject([{ status: 200 }])
  expect(here.server.counts.familiesEnded).toBe(1)
})
