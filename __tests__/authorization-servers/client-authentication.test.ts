/** The ways in which a client shows who it is at the token endpoint (RFC 6749 §2.3.1, §3.2.1). */
import { postedSecret } from '../../examples/servers/oidc/authorization-code-flow.js'
import { secret } from '../../examples/servers/oidc/clients.js'
import type { RefreshTokenGrant } from 'tokenflight'
import { useFakeClock } from '../support/fake-clock.js'
import { useWorlds } from './world.js'

const world = useWorlds()
useFakeClock()

const ways: [string, RefreshTokenGrant['clientAuthentication'], Partial<RefreshTokenGrant>][] = [
  ['a public client', 'none', { clientId: 'spa' }],
  ['Basic', 'client_secret_basic', { clientId: 'basic:app', clientSecret: secret }],
  ['a posted secret', 'client_secret_post', { clientId: 'post-app', clientSecret: secret }],
]

it.each(ways)('%s is known by the server at every grant', async (_way, clientAuthentication, grant) => {
  const { session, http, tokens, server } = await world({ grant: { ...grant, clientAuthentication } })
  const { clientId = '' } = grant
  await session.login(await tokens({ clientId, ...(grant.clientSecret && { proof: postedSecret }) }))
  await session.refresh()
  await session.refresh()
  expect((await http.get('/me')).data.who).toBe('ada')
  expect(server.counts).toMatchObject({ granted: 3, refused: 0, reused: 0 })
})

it('Basic carries id and secret form-encoded, and the body neither', async () => {
  const { session, tokens, front } = await world({ grant: { clientId: 'basic:app', clientSecret: secret } })
  await session.login(await tokens({ clientId: 'basic:app', proof: postedSecret }))
  await session.refresh()
  const { authorization = '', body = '' } = front.to('/token').at(-1) ?? {}
  const [id, word] = atob(authorization.replace('Basic ', '')).split(':')
  const decode = (text = ''): string => decodeURIComponent(text.replace(/\+/g, ' '))
  expect([decode(id), decode(word)]).toEqual(['basic:app', secret])
  expect([...new URLSearchParams(body).keys()].sort()).toEqual(['grant_type', 'refresh_token'])
})

it('a secret goes into the body or the header, never into the address', async () => {
  const clientAuthentication = 'client_secret_post'
  const grant = { clientId: 'post-app', clientSecret: secret, clientAuthentication } as const
  const { session, tokens, front } = await world({ grant })
  await session.login(await tokens({ clientId: 'post-app', proof: postedSecret }))
  await session.refresh()
  const sent = front.to('/token').at(-1)
  expect(sent?.path).toBe('/token')
  expect(sent?.authorization).toBeUndefined()
  expect(new URLSearchParams(sent?.body).get('client_secret')).toBe(secret)
})

it.each(ways.slice(1))(
  '%s with a wrong secret: the session is kept, and nobody has to log in',
  async (_way, way, grant) => {
    const { clientId = '' } = grant
    const { session, tokens, http, loginRequired, server } = await world({
      grant: { clientId, clientSecret: 'a-guess', clientAuthentication: way },
    })
    await session.login(await tokens({ clientId, proof: postedSecret }))
    const error = await session.refresh().catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      status: 401,
      oauth: { error: 'invalid_client' },
    })
    expect((await http.get('/me')).data.who).toBe('ada')
    expect([loginRequired.length, server.counts.consumed]).toEqual([0, 0])
  },
)
