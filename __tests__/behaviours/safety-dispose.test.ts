import { getEventListeners } from 'node:events'
import axios from 'axios'
import { attachSession, isSessionChanged, memoryStore, type SessionEvent } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { turn, useFakeClock, pass } from '../support/fake-clock.js'
import { rejectionOf, rejectionsOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

/** Three requests held for a grant that does not come. */
async function holding(): Promise<{ one: Bench; held: Promise<unknown>[] }> {
  const one = bench()
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  one.endpoint.always('never')
  const held = ['/a', '/b', '/c'].map((path) => one.http.get(path))
  await one.endpoint.reached(1)
  await turn()
  expect(one.session.getSnapshot().held).toBe(3)
  return { one, held }
}

describe('dispose', () => {
  it('rejects what is held, at once and as cancelled, and calls no hook (37)', async () => {
    const { one, held } = await holding()
    const errors = rejectionsOf(held)
    one.session.dispose()
    for (const error of await errors) {
      expect([error.code, isSessionChanged(error)]).toEqual(['ERR_CANCELED', true])
    }
    expect(one.session.getSnapshot()).toMatchObject({ status: 'signedOut', held: 0 })
    expect(one.onLoginRequired).not.toHaveBeenCalled()
  })

  it('rejects getAccessToken and refresh that wait (37)', async () => {
    const { one, held } = await holding()
    const waiting = [one.session.getAccessToken(), one.session.refresh()].map((promise) =>
      promise.catch((error: { code?: string }) => error.code),
    )
    const errors = rejectionsOf(held)
    await turn()
    one.session.dispose()
    expect(await Promise.all(waiting)).toEqual(['ERR_SESSION_CHANGED', 'ERR_SESSION_CHANGED'])
    await errors
  })

  it('is for good: a logout after it clears the store and brings no state back, a login is refused (37)', async () => {
    const { session, stored } = bench()
    await session.login(tokens(1))
    session.dispose()
    const after = session.getSnapshot()
    await session.logout()
    expect(stored()).toBeUndefined()
    await expect(session.login(tokens(2))).rejects.toThrow(/disposed/)
    expect(session.getSnapshot()).toBe(after)
  })

  it('is an end like a logout: no view takes it for the session that it has shown (37)', async () => {
    const { session } = bench()
    await session.login(tokens(1))
    const seen = [session.getSnapshot().generation]
    await session.login(tokens(2))
    seen.push(session.getSnapshot().generation)
    session.dispose()
    expect(seen).not.toContain(session.getSnapshot().generation)
  })

  it('rejects what waits for the first load (37)', async () => {
    const { session, http, api } = bench({ store: { ...memoryStore(), get: () => new Promise(() => {}) } })
    const error = rejectionOf(http.get('/me'))
    await turn()
    session.dispose()
    expect(isSessionChanged(await error)).toBe(true)
    expect(api.requests).toHaveLength(0)
  })

  it('tells the grant on its way, by its signal (37)', async () => {
    let signal: AbortSignal | undefined
    const one = bench({
      refresh: (_, context) => {
        signal = context.signal
        return new Promise(() => {})
      },
    })
    await one.session.login(tokens(1))
    const done = one.session.refresh().catch((error: { code?: string }) => error.code)
    await turn()
    expect(signal?.aborted).toBe(false)
    one.session.dispose()
    expect(signal?.aborted).toBe(true)
    expect(await done).toBe('ERR_SESSION_CHANGED')
  })

  it('leaves the store as it is: the session may go on after a reload (37)', async () => {
    const { one, held } = await holding()
    const errors = rejectionsOf(held)
    one.session.dispose()
    await errors
    await turn()
    expect(one.stored()).toMatchObject({ tokens: { refreshToken: 'refresh-1' } })
  })

  it('leaves no timer, whatever was on its way (37)', async () => {
    const { one, held } = await holding()
    const errors = rejectionsOf(held)
    expect(jest.getTimerCount()).toBeGreaterThan(0)
    one.session.dispose()
    await errors
    expect(jest.getTimerCount()).toBe(0)
  })

  it('leaves no timer of a pause or a cool-down either (37)', async () => {
    const { session, http, endpoint } = bench()
    await session.login(tokens(1, { expires_in: 0 }))
    endpoint.always({ status: 500 })
    await session.refresh().catch(() => {})
    const held = rejectionOf(http.get('/me'))
    await turn()
    session.dispose()
    await held
    expect(jest.getTimerCount()).toBe(0)
    await pass(60_000)
    expect(endpoint.asked).toHaveLength(1)
  })

  it('by a subscriber who sees a renewal begin leaves no timer of it (37)', async () => {
    const { session, http, api } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    session.subscribe(() => void (session.getSnapshot().status === 'refreshing' && session.dispose()))
    expect((await rejectionOf(http.get('/me'))).code).toBe('ERR_CANCELED')
    expect(jest.getTimerCount()).toBe(0)
  })

  it('tells no listener and no subscriber any more (37)', async () => {
    const { session } = bench()
    const heard = jest.fn()
    session.on(heard)
    session.subscribe(heard)
    session.dispose()
    heard.mockClear()
    await session.logout()
    await session.login(tokens(1)).catch(() => {})
    expect(heard).not.toHaveBeenCalled()
  })

  it('lets later requests out bare, without a hold and without a grant (37)', async () => {
    const { session, http, api, endpoint } = bench()
    await session.login(tokens(1))
    session.dispose()
    expect((await rejectionOf(http.get('/me'))).response?.status).toBe(401)
    expect([api.authorizations, endpoint.asked.length]).toEqual([[undefined], 0])
  })

  it('may be called twice, and a login after it says why it fails (37)', async () => {
    const { session } = bench()
    session.dispose()
    session.dispose()
    await expect(session.login(tokens(1))).rejects.toThrow(/disposed/)
    expect(await session.getTokens()).toBeUndefined()
  })
})

it('a store that never answers leaves no listener behind for each call that was given up (37)', async () => {
  const signals = new Set<AbortSignal>()
  const { addEventListener } = AbortSignal.prototype
  const spy = jest.spyOn(AbortSignal.prototype, 'addEventListener').mockImplementation(function (
    this: AbortSignal,
    ...given: unknown[]
  ) {
    signals.add(this)
    Reflect.apply(addEventListener, this, given)
  })
  const store = { ...memoryStore(), set: () => new Promise(() => {}) }
  const { session, takeProblems } = bench({ store, refreshTimeoutMs: 100 })
  for (let n = 1; n <= 12; n++) {
    const login = session.login(tokens(n))
    await pass(200)
    await login
  }
  spy.mockRestore()
  expect(takeProblems()).toHaveLength(12)
  expect(signals.size).toBeGreaterThan(0)
  expect([...signals].flatMap((signal) => getEventListeners(signal, 'abort'))).toEqual([])
})

describe('detach', () => {
  it('rejects what its instance holds and leaves the others alone (37)', async () => {
    const one = bench()
    const { session, http, api, endpoint } = one
    const other = axios.create({ baseURL: 'https://api.example.com', adapter: api.adapter })
    const detach = attachSession(other, session)
    await session.login(tokens(1))
    api.dead.add('access-1')
    let answer = (): void => {}
    endpoint.answer = () => new Promise((resolve) => (answer = () => resolve({ body: tokens(2) })))
    const [mine, theirs] = [http.get('/mine'), rejectionOf(other.get('/theirs'))]
    await endpoint.reached(1)
    await turn()
    detach()
    expect((await theirs).code).toBe('ERR_CANCELED')
    expect(session.getSnapshot().held).toBe(1)
    answer()
    expect((await mine).data.token).toBe('access-2')
    expect(api.pathsWith('access-2')).toEqual(['/mine'])
  })

  it.each<[SessionEvent['type'], string, string[]]>([
    ['held', 'ERR_CANCELED', ['ERR_BAD_REQUEST']],
    ['unauthorized', 'ERR_BAD_REQUEST', ['ERR_BAD_REQUEST']],
    ['granted', 'ERR_CANCELED', ['ERR_CANCELED']],
    // The first is on its way then.
    ['replayed', 'access-2', ['ERR_CANCELED']],
  ])(
    'by a listener at %s sends nothing more of what its instance holds (37)',
    async (type, first, others) => {
      const { session, api } = bench()
      await session.login(tokens(1))
      api.dead.add('access-1')
      const http = axios.create({ baseURL: 'https://api.example.com', adapter: api.adapter })
      const detach = attachSession(http, session)
      session.on((event) => void (event.type === type && detach()))
      const ends = ['/a', '/b'].map((path) =>
        http.get(path).then(
          ({ data }) => data.token,
          (error: { code: string }) => error.code,
        ),
      )
      expect(await Promise.all(ends)).toEqual([first, ...others])
      expect(api.pathsWith('access-2')).toEqual(type === 'replayed' ? ['/a'] : [])
    },
  )

  it('by a listener at held rejects at once, whether or not the renewal ever ends (37)', async () => {
    const { session, api, endpoint } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.answer = () => new Promise(() => {})
    const http = axios.create({ baseURL: 'https://api.example.com', adapter: api.adapter })
    const detach = attachSession(http, session)
    session.on(({ type }) => void (type === 'held' && detach()))
    expect((await rejectionOf(http.get('/me'))).code).toBe('ERR_CANCELED')
    expect(session.getSnapshot().held).toBe(0)
  })

  it('leaves no interceptor and no mark on the instance (37)', async () => {
    const { session, api } = bench()
    await session.login(tokens(1))
    const other = axios.create({ baseURL: 'https://api.example.com', adapter: api.adapter })
    const detach = attachSession(other, session)
    await other.get('/with')
    detach()
    detach()
    expect(Object.getOwnPropertySymbols(other)).toEqual([])
    const handlers = Reflect.get(other.interceptors.request, 'handlers') as unknown[]
    expect(handlers.filter(Boolean)).toEqual([])
    await rejectionOf(other.get('/without'))
    expect(api.authorizations).toEqual(['Bearer access-1', undefined])
  })
})
