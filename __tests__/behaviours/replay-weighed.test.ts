/** What a request meets on its way besides its 401: refusals at once, other answers, another login, a late end. */
import { AxiosError } from 'axios'
import { attachSession, memoryStore, type StoredRecord } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, watch } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

const stale: StoredRecord = {
  format: 1,
  sessionId: 'from-before',
  version: 3,
  issuedAt: 0,
  tokens: { accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: 3_600_000 },
}

describe('while the server asks to wait longer than the deadline', () => {
  async function cooling(expiresIn: number) {
    const one = bench()
    one.endpoint.always({ status: 503, headers: { 'retry-after': '30' } })
    await one.session.login(tokens(1, { expires_in: expiresIn }))
    await rejectionOf(one.session.refresh())
    one.events.length = 0
    return one
  }

  it('a request without a usable token is refused at once and never held (25)', async () => {
    const { http, api, told } = await cooling(0)
    expect(await rejectionOf(http.get('/me'))).toMatchObject({ cause: { code: 'ERR_REFRESH_UNAVAILABLE' } })
    expect([told('held'), told('settled'), api.requests.length]).toEqual([0, 1, 0])
  })

  it('a 401 reaches its caller at once with the reason, and is never held (25)', async () => {
    const { http, api, told } = await cooling(3_600)
    api.dead.add('access-1')
    expect(await rejectionOf(http.get('/me'))).toMatchObject({
      response: { status: 401 },
      cause: { code: 'ERR_REFRESH_UNAVAILABLE' },
    })
    expect([told('held'), told('unauthorized'), told('settled')]).toEqual([0, 1, 1])
  })
})

describe('a store that tells late of a token that has expired', () => {
  it('a request that has waited for it is not sent with that token (7, 33)', async () => {
    const found = deferred<StoredRecord>()
    const { http, api } = bench({ store: { ...memoryStore(), get: () => found.promise } })
    const waits = http.get('/me')
    await turn()
    found.resolve(stale)
    expect((await waits).data.token).toBe('access-2')
    expect(api.authorizations).toEqual(['Bearer access-2'])
  })

  it('a request may leave before it tells anything (10, 33)', async () => {
    const { http, api, session } = bench({ store: { ...memoryStore(), get: () => new Promise(() => {}) } })
    const controller = new AbortController()
    const gone = rejectionOf(http.get('/me', { signal: controller.signal }))
    await turn()
    controller.abort()
    expect((await gone).code).toBe('ERR_CANCELED')
    expect([api.requests.length, session.getSnapshot().held]).toEqual([0, 0])
    session.dispose()
  })

  it('refresh() that has waited for it makes one grant, because it was requested (33)', async () => {
    const found = deferred<StoredRecord>()
    const { session, endpoint, events } = bench({ store: { ...memoryStore(), get: () => found.promise } })
    const done = session.refresh()
    await turn()
    found.resolve(stale)
    await done
    expect(endpoint.sent).toEqual(['refresh-1'])
    expect(events.filter(({ type }) => type === 'grant')).toMatchObject([{ reason: 'requested' }])
  })
})

it('a listener that logs in and renews while a request is held: that one is refused at once (28)', async () => {
  const { session, http, endpoint, api } = bench()
  endpoint.always('never')
  await session.login(tokens(1, { expires_in: 0 }))
  let renewal: Promise<unknown> | undefined
  session.on(({ type }) => {
    if (type !== 'held' || renewal) return
    void session.login(tokens(5))
    renewal = rejectionOf(session.refresh())
  })
  const refused = watch(rejectionOf(http.get('/me')))
  await turn()
  expect(refused.settled).toBe(true)
  expect(await refused.promise).toMatchObject({
    code: 'ERR_CANCELED',
    cause: { code: 'ERR_SESSION_CHANGED' },
  })
  expect(api.requests).toHaveLength(0)
  await session.logout()
  await renewal
})

it('the last 401 of a session that has ended meanwhile tells its caller why it ended (24)', async () => {
  const { session, http, api, endpoint, onLoginRequired } = bench()
  const slow = deferred()
  endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  api.answer = async ({ path }) => (path === '/slow' && (await slow.promise), { status: 401 })
  await session.login(tokens(1))
  const last = rejectionOf(http.get('/slow'))
  const first = await rejectionOf(http.get('/first'))
  slow.resolve()
  expect(await last).toMatchObject({ response: { status: 401 }, cause: first.cause })
  expect(first).toMatchObject({ cause: { code: 'ERR_LOGIN_REQUIRED', reason: 'refused' } })
  expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([1, 1])
})

describe('nobody is signed in after all, a cookie was tried', () => {
  it('who waited meanwhile goes out bare, and whoever had a 401 gets it as it came (3)', async () => {
    const { http, api, endpoint, onLoginRequired } = bench({ grant: { refreshTokenIn: 'cookie' } })
    const answer = deferred()
    endpoint.answer = async () => (await answer.promise, { status: 400, body: { error: 'invalid_grant' } })
    api.answer = ({ path }) => ({ status: path === '/open' ? 200 : 401, body: { path } })
    const refused = http.get('/me', { validateStatus: () => true })
    await endpoint.reached(1)
    const open = http.get('/open')
    await turn()
    expect(api.requests).toHaveLength(1)
    answer.resolve()
    expect(await refused).toMatchObject({ status: 401, data: { path: '/me' } })
    expect((await open).data).toEqual({ path: '/open' })
    expect(api.authorizations).toEqual([undefined, undefined])
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})

it.each([200, 429, 500])('a challenge on a %i is no question of the token (5, 13)', async (status) => {
  const { session, http, api, told } = bench()
  const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
  api.answer = () => ({ status, headers })
  await session.login(tokens(1))
  const answer = await http.get('/me', { validateStatus: () => true })
  expect([answer.status, told('stepUp')]).toEqual([status, 0])
})

it('the app’s own sign is not asked about what is no answer at all (14)', async () => {
  const isUnauthorized = jest.fn(() => true)
  const { session, http, api, endpoint } = bench()
  const own = http.create()
  attachSession(own, session, { isUnauthorized })
  api.answer = () => Promise.reject(new AxiosError('Network Error', AxiosError.ERR_NETWORK))
  await session.login(tokens(1))
  expect(await rejectionOf(own.get('/me'))).toMatchObject({ code: 'ERR_NETWORK' })
  expect([isUnauthorized.mock.calls.length, endpoint.asked.length]).toEqual([0, 0])
})

it('a step-up of an answer that comes after another login is its caller’s alone (13, 28)', async () => {
  const onStepUp = jest.fn(async () => tokens(9))
  const { session, http, api } = bench({ onStepUp })
  const answer = deferred()
  const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
  api.answer = async () => (await answer.promise, { status: 403, headers })
  await session.login(tokens(1))
  const refused = rejectionOf(http.get('/admin'))
  await turn()
  await session.login(tokens(5))
  answer.resolve()
  expect(await refused).toMatchObject({ response: { status: 403 }, cause: { code: 'ERR_STEP_UP_REQUIRED' } })
  await pass(1_000)
  expect(onStepUp).not.toHaveBeenCalled()
})

it('what is held but was never sent is refused when its instance is detached, and is never sent (5)', async () => {
  const { session, api, endpoint, http } = bench()
  endpoint.always('never')
  await session.login(tokens(1, { expires_in: 0 }))
  const other = http.create()
  const detach = attachSession(other, session)
  const held = rejectionOf(other.get('/me'))
  await endpoint.reached(1)
  detach()
  expect(await held).toMatchObject({ cause: { message: expect.stringContaining('detached') as string } })
  expect(api.requests).toHaveLength(0)
  await session.logout()
})

it('dispose tells those who wait that it was the end of the session (37)', async () => {
  const { session, endpoint, http } = bench()
  endpoint.always('never')
  await session.login(tokens(1, { expires_in: 0 }))
  const held = rejectionOf(http.get('/me'))
  await endpoint.reached(1)
  session.dispose()
  expect(await held).toMatchObject({ cause: { message: expect.stringContaining('disposed of') as string } })
})
