/** What the fuzzing has found, each as a test of its own. */
import { getChallenges, memoryStore, type RefreshLock, type Session } from 'tokenflight'
import { watchSessions } from '../support/watched-sessions.js'
import { failOnLeaks } from '../support/no-leaks.js'

failOnLeaks()
const sessions = watchSessions()

const jwt = (claims: string): string => `e30.${Buffer.from(claims).toString('base64url')}.x`
const failing = {
  get format(): never {
    throw new Error('The proxy is gone')
  },
}

function open(store: object): Session {
  const session = sessions.open({
    refresh: () => new Promise(() => {}),
    store: { ...memoryStore(), ...store },
  })
  sessions.listen(session)
  return session
}

it.each([
  ['ends after all time', '{"exp":1e308}', 8.64e15],
  ['has no number but Infinity', '{"exp":1e999}', 8.64e15],
])('a JWT that %s gives an expiry that a store can keep (31, 33)', async (_, claims, expiresAt) => {
  const session = open({})
  await session.login({ access_token: jwt(claims) })
  expect((await session.getTokens())?.expiresAt).toBe(expiresAt)
})

it('an expiry before all time is one that a store can keep (31, 33)', async () => {
  const session = open({})
  await session.login({ accessToken: 'a', expiresAt: -Infinity })
  expect((await session.getTokens())?.expiresAt).toBe(0)
})

it.each([
  ['at once', () => failing],
  ['later', async () => failing],
])('a store that gives %s what cannot be looked at holds nothing (33, 37)', async (_, get) => {
  const session = open({ get })
  expect(await session.getTokens()).toBeUndefined()
  expect(session.getSnapshot().status).toBe('signedOut')
})

it('an error whose own getters fail has no challenges (13)', () => {
  const error = Object.defineProperty(new Error(), 'response', {
    get() {
      throw new Error('not available')
    },
  })
  expect(getChallenges(error)).toEqual([])
})

it('a deadline that has passed as a renewal begins is told as one: the session has not changed (25, 28)', async () => {
  let isLate = false
  const refresh = (): Promise<never> => new Promise(() => {})
  // The machine sleeps just as the lock is had: the renewal fails before anyone waits for it.
  const lock: RefreshLock = { request: (_name, _options, callback) => ((isLate = true), callback()) }
  const session = sessions.open({ refresh, lock, now: () => (isLate ? 60_000 : 0) })
  sessions.listen(session)
  await session.login({ access_token: 'a', refresh_token: 'r' })
  await expect(session.refresh()).rejects.toMatchObject({
    code: 'ERR_REFRESH_UNAVAILABLE',
    reason: 'timeout',
  })
})
