/** Behaviour 9: whatever a refresh function does, the session is able to renew afterwards. */
import axios from 'axios'
import {
  attachSession,
  getSessionError,
  isRefreshUnavailable,
  type RefreshFunction,
  type RefreshUnavailableError,
} from 'tokenflight/axios'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, rejectionOf, settled } from '../support/scripted-api.js'
import { stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open } = watchSessions()

const good = async () => tokens('new')

/** Signed in with a token that the API refuses. */
async function refused(refresh: RefreshFunction) {
  let current = refresh
  const calls = jest.fn()
  const api = apiThatAccepts('new')
  const instance = api.create()
  const session = open({
    refreshTimeoutMs: 5_000,
    refresh: (...args) => {
      calls()
      return current(...args)
    },
  })
  attachSession(instance, session)
  await session.login(tokens('old'))
  return { api, instance, session, calls, mend: () => (current = good) }
}

const circle: Record<string, unknown> = {}
circle['self'] = circle

const bad: readonly (readonly [string, () => unknown])[] = [
  [
    'throws synchronously',
    () => {
      throw new Error('thrown')
    },
  ],
  [
    'throws something that is no error',
    () => {
      throw undefined as unknown as Error
    },
  ],
  ['rejects', () => Promise.reject(new Error('rejected'))],
  ['resolves with nothing', () => Promise.resolve()],
  ['resolves with null', () => Promise.resolve(null)],
  ['resolves with a number', () => Promise.resolve(42)],
  ['resolves with text', () => Promise.resolve('<h1>Back soon</h1>')],
  ['resolves with an array', () => Promise.resolve([tokens('new')])],
  ['resolves with an empty object', () => Promise.resolve({})],
  ['resolves with an empty access token', () => Promise.resolve({ access_token: '' })],
  ['resolves with an access token that is no string', () => Promise.resolve({ access_token: 5 })],
  ['resolves with a token that no header can hold', () => Promise.resolve({ access_token: 'a\r\nb: c' })],
  ['resolves with a circle', () => Promise.resolve(circle)],
  ['returns no promise but junk', () => 'junk'],
]

it.each(bad)(
  'a refresh function that %s: told as unavailable, then able to renew again (9)',
  async (_, misbehave) => {
    const { api, instance, session, calls, mend } = await refused(misbehave as RefreshFunction)
    const error = await rejectionOf(instance.get('/me'))
    expect(isRefreshUnavailable(error)).toBe(true)
    expect(axios.isAxiosError(error) && error.response?.status).toBe(401)
    expect(session.getSnapshot()).toMatchObject({ status: 'active', held: 0 })
    expect((await session.getTokens())?.refreshToken).toBe('old-refresh')
    mend()
    await session.refresh()
    expect((await instance.get('/me')).status).toBe(200)
    expect(calls).toHaveBeenCalledTimes(2)
    expect(api.authorizations).toEqual(['Bearer old', 'Bearer new'])
  },
)

it('a refresh token with half a character, which no URL can hold, keeps a refresh function from nothing (9, 37)', async () => {
  const { instance, session } = await refused(good)
  await session.login({ ...tokens('old'), refresh_token: 'half-\ud83d', id_token: '\udd11' })
  expect((await instance.get('/me')).status).toBe(200)
})

it('a refresh function that returns tokens at once, without a promise, renews, and again the next time (9)', async () => {
  let count = 0
  const refresh = (() => tokens(`made-${++count}`)) as unknown as RefreshFunction
  const api = apiThatAccepts('made-1')
  const instance = api.create()
  const session = open({ refresh })
  attachSession(instance, session)
  await session.login(tokens('old'))
  await Promise.all([instance.get('/a'), instance.get('/b')])
  await session.refresh()
  expect(await session.getAccessToken()).toBe('made-2')
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer old', 'Bearer made-1', 'Bearer made-1'])
})

it('a refresh function that never settles: all who wait are told at the deadline, then it renews again (9)', async () => {
  const { instance, session, calls, mend } = await refused(() => new Promise(() => {}))
  const told = jest.fn<void, [unknown]>()
  void instance.get('/me').catch(told)
  await settled()
  void instance.get('/other').catch(told)
  void session.getAccessToken().catch(told)
  void session.refresh().catch(told)
  await jest.advanceTimersByTimeAsync(4_999)
  expect(session.getSnapshot().held).toBe(4)
  expect(told).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(1)
  await settled()
  expect(told).toHaveBeenCalledTimes(4)
  for (const [error] of told.mock.calls) {
    expect(getSessionError(error) as RefreshUnavailableError).toMatchObject({
      reason: 'timeout',
      ambiguous: true,
    })
  }
  expect(session.getSnapshot()).toMatchObject({ status: 'active', held: 0 })
  mend()
  await session.refresh()
  expect((await instance.get('/me')).status).toBe(200)
  expect(calls).toHaveBeenCalledTimes(2)
})

it('after a failure a plain request renews again too, once the cool-down is over (9)', async () => {
  const { instance, calls, mend } = await refused(() => Promise.reject(new Error('down')))
  await rejectionOf(instance.get('/me'))
  mend()
  const request = instance.get('/me')
  await settled()
  expect(calls).toHaveBeenCalledTimes(1)
  await jest.advanceTimersByTimeAsync(30_000)
  expect((await request).status).toBe(200)
  expect(calls).toHaveBeenCalledTimes(2)
})
