/** Listeners and subscribers that act on the session while it is telling them something. */
import { useBench, type Bench } from '../support/bench.js'
import { turn } from '../support/fake-clock.js'
import { watch } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'
import type { Session, SessionEvent } from 'tokenflight/axios'

const { bench } = useBench()

type Change = [string, (session: Session) => unknown]

const changes: Change[] = [
  ['logs out', (session) => session.logout()],
  ['logs someone else in', (session) => session.login(tokens(7))],
  ['disposes', (session) => session.dispose()],
]

/** Signed in with a token that the API refuses. */
async function refused(): Promise<Bench> {
  const one = bench()
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  return one
}

/** Makes the change at the first chance, once. */
function once({ session }: Bench, change: Change[1]): () => void {
  let isDone = false
  return () => {
    if (!isDone) void ((isDone = true), change(session))
  }
}

/** What becomes of what waits, and what the session then still holds. */
async function endOf(one: Bench, waiting: Promise<unknown>): Promise<unknown[]> {
  const outcome = watch(waiting.catch((error: { code?: string }) => error.code))
  await turn()
  await turn()
  const { held } = one.session.getSnapshot()
  return [outcome.settled && (await outcome.promise), held]
}

describe.each(changes)('a listener that %s', (_, change) => {
  it.each<SessionEvent['type']>(['held', 'grant', 'unauthorized'])(
    'at %s leaves no request hanging, and none is sent as the next user (28, 37)',
    async (type) => {
      const one = await refused()
      const act = once(one, change)
      one.session.on((event) => void (event.type === type && act()))
      const [end, held] = await endOf(one, one.http.get('/me'))
      // The 401 of a login that is over is its caller's.
      expect([end, held]).toEqual([type === 'unauthorized' ? 'ERR_BAD_REQUEST' : 'ERR_CANCELED', 0])
      expect(one.api.authorizations).toEqual(['Bearer access-1'])
    },
  )
})

describe.each(changes)('a listener that %s at grant', (_, change) => {
  it.each(['refresh', 'acquire'])(
    'leaves the app’s own %s function uncalled (11, 28, 30)',
    async (source) => {
      const own = jest.fn(async () => tokens(2))
      const one = bench(source === 'refresh' ? { refresh: own } : { refresh: undefined, acquire: own })
      await one.session.login(tokens(1))
      const act = once(one, change)
      one.session.on((event) => void (event.type === 'grant' && act()))
      expect(await endOf(one, one.session.refresh())).toEqual(['ERR_SESSION_CHANGED', 0])
      expect(own).not.toHaveBeenCalled()
      expect(one.told('grantFailed')).toBe(0)
    },
  )
})

describe.each(changes)('a subscriber that %s when a renewal begins', (_, change) => {
  it.each<[string, (one: Bench) => Promise<unknown>, string]>([
    ['request', ({ http }) => http.get('/me'), 'ERR_CANCELED'],
    ['refresh()', ({ session }) => session.refresh(), 'ERR_SESSION_CHANGED'],
  ])('leaves no %s hanging, and asks for no grant (28, 37)', async (_what, ask, code) => {
    const one = await refused()
    const act = once(one, change)
    one.session.subscribe(() => void (one.session.getSnapshot().status === 'refreshing' && act()))
    expect(await endOf(one, ask(one))).toEqual([code, 0])
    expect(one.endpoint.asked).toHaveLength(0)
  })

  it('leaves no getAccessToken() hanging whose token is past its end (28, 37)', async () => {
    const one = bench()
    await one.session.login(tokens(1, { expires_in: 0 }))
    const act = once(one, change)
    one.session.subscribe(() => void (one.session.getSnapshot().status === 'refreshing' && act()))
    expect(await endOf(one, one.session.getAccessToken())).toEqual(['ERR_SESSION_CHANGED', 0])
  })
})

describe('the store calls of listeners come after those of what they hear of', () => {
  it('a logout at a login leaves the store empty (28, 33)', async () => {
    const { session, stored } = bench()
    session.on((event) => void (event.type === 'login' && session.logout()))
    await session.login(tokens(1))
    await turn()
    expect([session.getSnapshot().status, stored()]).toEqual(['signedOut', undefined])
  })

  it('a logout by a subscriber of a login does too (28, 33)', async () => {
    const one = bench()
    const act = once(one, (session) => session.logout())
    one.session.subscribe(() => void (one.session.getSnapshot().status === 'active' && act()))
    await one.session.login(tokens(1))
    await turn()
    expect([one.session.getSnapshot().status, one.stored()]).toEqual(['signedOut', undefined])
  })

  it('a guest who is signed in at a logout is in the store (28, 33)', async () => {
    const { session, stored } = bench()
    await session.login(tokens(1))
    session.on((event) => void (event.type === 'logout' && session.login(tokens(7))))
    await session.logout()
    await turn()
    expect(session.getSnapshot().status).toBe('active')
    expect(stored()).toMatchObject({ tokens: { accessToken: 'access-7' } })
  })
})

describe('what a listener begins waits for what comes next', () => {
  it('refresh() at grantFailed gets the answer of its own grant, not the news of the old one (28)', async () => {
    const { session, endpoint } = bench()
    await session.login(tokens(1))
    endpoint.inTurn({ status: 500 }, { body: tokens(2) })
    let again: Promise<void> | undefined
    session.on((event) => void (event.type === 'grantFailed' && (again = session.refresh())))
    await expect(session.refresh()).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    await again
    expect(await session.getAccessToken()).toBe('access-2')
    expect(endpoint.asked).toHaveLength(2)
  })

  it('refresh() by a subscriber of the next login is that login’s, and is not refused with the old one (28)', async () => {
    const one = bench()
    const { session, endpoint } = one
    await session.login(tokens(1))
    let renewed: Promise<void> | undefined
    const act = once(one, () => (renewed = session.refresh()))
    session.subscribe(() => void (session.getSnapshot().generation === 2 && act()))
    await session.login(tokens(5))
    await renewed
    expect(endpoint.sent).toEqual(['refresh-5'])
  })

  it('a request at logout is not taken for one of those that waited: it goes out bare (3, 28)', async () => {
    const one = await refused()
    one.endpoint.always('never')
    const held = endOf(one, one.http.get('/held'))
    await one.endpoint.reached(1)
    await turn()
    let bare: Promise<unknown> | undefined
    one.session.on(
      (event) => void (event.type === 'logout' && (bare = one.http.get('/bare').catch(() => {}))),
    )
    await one.session.logout()
    await bare
    await held
    expect(one.api.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/held', 'Bearer access-1'],
      ['/bare', undefined],
    ])
  })
})
