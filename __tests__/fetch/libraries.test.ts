import { failOnLeaks } from '../support/no-leaks.js'
import type { Script } from '../support/scripted-server.js'
import { libraries } from './libraries.js'
import { worlds, type SignedIn } from './signed-in.js'

failOnLeaks()
const begin = worlds()

/** A REST, GraphQL and tRPC server in one: it tells the holder of a live token who it is. */
async function apiForAll(): Promise<SignedIn> {
  const one = await begin()
  const script: Script = ({ authorization = '', path }) => {
    const me = one.auth.introspect(authorization.replace('Bearer ', ''))
    if (!me) return { status: 401, body: { error: 'invalid_token' } }
    const who = { who: me.subject }
    if (path === '/graphql') return { body: { data: { me: { ...who, __typename: 'User' } } } }
    return { body: path === '/trpc/me' ? { result: { data: who } } : who }
  }
  one.api.script = script
  return one
}

describe.each(Object.entries(libraries))('%s', (_name, setUp) => {
  test('sends the token', async () => {
    const { api, session } = await apiForAll()
    const call = await setUp(session, api.origin)
    expect(await call()).toBe('ada')
    expect(api.authorizations).toEqual([expect.stringMatching(/^Bearer at-/)])
  })

  test('sees one answer where the token is refused: one grant, one replay', async () => {
    const { api, session, auth } = await apiForAll()
    const call = await setUp(session, api.origin)
    auth.expireAll()
    expect(await call()).toBe('ada')
    expect(auth.counts).toMatchObject({ asked: 1, granted: 1 })
    const [first, second, ...more] = api.requests
    expect(more).toEqual([])
    expect([second?.method, second?.path, second?.text]).toEqual([first?.method, first?.path, first?.text])
    expect(second?.authorization).not.toBe(first?.authorization)
  })

  test('is told when the session is over', async () => {
    const { api, session, auth, loginsRequired } = await apiForAll()
    const call = await setUp(session, api.origin)
    auth.revoke()
    await call().catch(() => undefined)
    expect(loginsRequired()).toBe(1)
    expect(session.getSnapshot().status).toBe('signedOut')
  })
})

test('6 one storm from all libraries at once makes one grant, and everyone gets an answer', async () => {
  const { api, session, auth } = await apiForAll()
  const calls = await Promise.all(Object.values(libraries).map((setUp) => setUp(session, api.origin)))
  auth.expireAll()
  const storm = [...calls, ...calls, ...calls]
  const answers = await Promise.all(storm.map((call) => call()))
  expect(answers).toEqual(storm.map(() => 'ada'))
  expect(auth.counts).toMatchObject({ asked: 1, granted: 1, reused: 0 })
})
