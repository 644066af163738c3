/** What an issuer or an endpoint may be called, and where its metadata is looked for (RFC 8414 §2 and §3.1, RFC 7009 §2). */
import { createSession } from 'tokenflight'
import { useFakeClock } from '../support/fake-clock.js'
import { useWorlds, type World } from './world.js'

const world = useWorlds()
useFakeClock()

const clientId = 'spa'

it.each([
  'http://auth.example.com',
  'https://auth.example.com?tenant=1',
  'https://auth.example.com#here',
  'https://user@auth.example.com',
  'auth.example.com',
])('%s is no issuer: the mistake is told at once', (issuer) => {
  expect(() => createSession({ refresh: { issuer, clientId } })).toThrow(
    /^Expected `refresh.issuer` to be an https/,
  )
})

it.each(['http://auth.example.com/revoke', '/revoke'])(
  '%s is no revocation endpoint: the mistake is told at once',
  (revocationEndpoint) => {
    const refresh = { tokenEndpoint: 'https://auth.example.com/token', clientId, revocationEndpoint }
    expect(() => createSession({ refresh })).toThrow(/^Expected `refresh.revocationEndpoint` to be an https/)
  },
)

/** Renews once with an issuer of this path, whose metadata is at that address alone. */
async function renewAt(
  { front, issuer: origin, tokens, tokenEndpoint }: World,
  path: string,
  address: string,
) {
  const issuer = `${origin}${path}`
  const metadata = { issuer, token_endpoint: tokenEndpoint }
  const headers = { 'content-type': 'application/json' }
  front.fail(address, { answer: { status: 200, headers, body: JSON.stringify(metadata) } }, Infinity)
  const session = createSession({ refresh: { issuer, clientId } })
  await session.login(await tokens())
  await session.refresh()
  session.dispose()
  return front.to(address).map(({ method }) => method)
}

it.each([
  ['', '/.well-known/oauth-authorization-server'],
  ['/', '/.well-known/oauth-authorization-server'],
  ['/tenant', '/.well-known/oauth-authorization-server/tenant'],
  ['/tenant/', '/.well-known/oauth-authorization-server/tenant'],
  ['/a/b', '/.well-known/oauth-authorization-server/a/b'],
])('an issuer that ends in "%s" has its metadata at %s', async (path, address) => {
  const here = await world()
  expect(await renewAt(here, path, address)).toEqual(['GET'])
  expect(here.server.counts).toMatchObject({ consumed: 1 })
})

it('OpenID Connect puts it after the path', async () => {
  const here = await world()
  expect(await renewAt(here, '/tenant', '/tenant/.well-known/openid-configuration')).toEqual(['GET'])
})
