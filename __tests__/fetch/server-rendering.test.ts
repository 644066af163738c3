import { createFetch, createSession, type Session, type SessionFetch } from 'tokenflight/fetch'
import { failOnLeaks } from '../support/no-leaks.js'
import { worlds, type SignedIn } from './signed-in.js'

failOnLeaks()
const begin = worlds()

/** What a handler makes for each request that it serves. */
async function serve(one: SignedIn, visitor: string): Promise<{ session: Session; send: SessionFetch }> {
  const session = createSession({ refresh: { tokenEndpoint: one.auth.tokenEndpoint, clientId: 'demo-spa' } })
  await session.login(one.auth.issue(visitor))
  return { session, send: createFetch(session, { baseUrl: one.api.origin }) }
}

async function world(): Promise<SignedIn> {
  const one = await begin()
  one.api.script = ({ authorization = '' }) => {
    const owner = one.auth.introspect(authorization.replace('Bearer ', ''))
    return owner ? { body: owner.subject } : { status: 401 }
  }
  return one
}

test('6 twenty visitors at once: each has a grant of its own, and sees what is its own', async () => {
  const one = await world()
  const visitors = Array.from({ length: 20 }, (_, n) => `visitor-${n}`)
  const served = await Promise.all(visitors.map((visitor) => serve(one, visitor)))
  one.auth.expireAll()
  const pages = await Promise.all(
    served.map(async ({ send }) => Promise.all(['/a', '/b'].map(async (path) => (await send(path)).text()))),
  )
  expect(pages).toEqual(visitors.map((visitor) => [visitor, visitor]))
  expect(one.auth.counts).toMatchObject({ granted: 20, reused: 0 })
  for (const { session } of served) session.dispose()
})

test('28 the logout of one visitor is no one else’s', async () => {
  const one = await world()
  const [ada, bob] = await Promise.all([serve(one, 'ada'), serve(one, 'bob')])
  await ada.session.logout()
  expect((await ada.send('/me')).status).toBe(401)
  expect(await (await bob.send('/me')).text()).toBe('bob')
  ada.session.dispose()
  bob.session.dispose()
})

test('getServerSnapshot is the same object for all that a request renders, and holds nobody', async () => {
  const one = await world()
  const { session } = await serve(one, 'ada')
  const first = session.getServerSnapshot()
  expect(first).toEqual(
    expect.objectContaining({ status: 'loading', subject: undefined, expiresAt: undefined, held: 0 }),
  )
  await session.logout()
  expect(session.getServerSnapshot()).toBe(first)
  session.dispose()
})
