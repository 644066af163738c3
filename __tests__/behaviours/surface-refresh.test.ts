/** What `session.refresh()` does where nobody is signed in, and where there is no refresh token. */
import { Readable } from 'node:stream'
import type { Acquire } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { rejectionOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

/** A session with a refresh function that brings access-2, access-3 and so on. */
function withFunction(options: object = {}) {
  let count = 1
  const refresh = jest.fn(async () => tokens(++count))
  return { refresh, ...bench({ refresh, ...options }) }
}

it('with a refresh function it asks it although nobody was seen: it may know of a session (3, 23)', async () => {
  const { session, refresh } = withFunction()
  await session.refresh()
  expect(refresh).toHaveBeenCalledTimes(1)
  expect(await session.getAccessToken()).toBe('access-2')
})

it('after a logout it asks nobody and says that there is no session (3, 29)', async () => {
  const { session, refresh, events } = withFunction()
  await session.login(tokens(1))
  await session.logout()
  expect(await rejectionOf(session.refresh())).toMatchObject({
    code: 'ERR_LOGIN_REQUIRED',
    reason: 'no_session',
  })
  expect(refresh).not.toHaveBeenCalled()
  expect(events.map(({ type }) => type)).toEqual(['login', 'logout'])
})

it('with a grant, where nobody ever signed in, it does not even try (3)', async () => {
  const { session, endpoint, events, onLoginRequired } = bench()
  expect(await rejectionOf(session.refresh())).toMatchObject({ reason: 'no_session' })
  expect([endpoint.asked.length, events, onLoginRequired.mock.calls.length]).toEqual([0, [], 0])
})

it('a refresh function needs no refresh token: what it needs it has itself (23)', async () => {
  const { session, refresh } = withFunction()
  await session.login({ access_token: 'access-1' })
  await session.refresh()
  expect([refresh.mock.calls.length, await session.getAccessToken()]).toEqual([1, 'access-2'])
})

it('with the token in a cookie a session may be there unseen: a one-shot body waits for the first look (3, 18)', async () => {
  const { http, api, refresh, events } = withFunction({ accessTokenIn: 'cookie' })
  api.answer = () => ({ status: 200, body: refresh.mock.calls.length })
  expect((await http.post('/up', Readable.from(['once']))).data).toBe(1)
  expect(events.find(({ type }) => type === 'grant')).toEqual({ type: 'grant', reason: 'first' })
})

it('a cookie that nobody has seen and that is refused: `acquire` is asked for the first tokens (3, 30)', async () => {
  const acquire = jest.fn<ReturnType<Acquire>, Parameters<Acquire>>(async () => tokens(2))
  const { http, endpoint } = bench({ acquire, grant: { refreshTokenIn: 'cookie' } })
  endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  expect((await http.get('/me')).data.token).toBe('access-2')
  expect(endpoint.asked).toHaveLength(1)
  expect(acquire.mock.calls.map(([{ reason }]) => reason)).toEqual(['first'])
})
