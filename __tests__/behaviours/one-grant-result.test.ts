/** Behaviour 11: when a grant's result counts. */
import { attachSession, isSessionChanged, storageStore, type StoredRecord } from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, rejectionOf, settled } from '../support/scripted-api.js'
import { mapStorage, stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open } = watchSessions()

async function refused() {
  const granted = deferred<ReturnType<typeof tokens>>()
  const refresh = jest.fn(() => granted.promise)
  const api = apiThatAccepts('late', 'next')
  const instance = api.create()
  const storage = mapStorage()
  const session = open({ refresh, store: storageStore(storage), refreshTimeoutMs: 5_000 })
  attachSession(instance, session)
  await session.login(tokens('old'))
  const request = rejectionOf(instance.get('/me'))
  await settled()
  const stored = () => {
    const item = storage.items.get('tokenflight')
    return item === undefined ? undefined : (JSON.parse(item) as StoredRecord).tokens
  }
  return { api, instance, session, storage, stored, refresh, granted, request }
}

it('an answer after the deadline is committed: stored, and used by the next request without a grant (11)', async () => {
  const { api, instance, session, stored, refresh, granted, request } = await refused()
  await jest.advanceTimersByTimeAsync(5_000)
  await request
  granted.resolve(tokens('late'))
  await settled()
  expect(stored()).toMatchObject({ accessToken: 'late', refreshToken: 'late-refresh' })
  expect(session.getSnapshot().lastError).toBeUndefined()
  await instance.get('/me')
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer late'])
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('it is committed however late, where nobody asked meanwhile (11)', async () => {
  const { api, instance, refresh, granted, request } = await refused()
  await jest.advanceTimersByTimeAsync(600_000)
  await request
  granted.resolve(tokens('late'))
  await settled()
  await instance.get('/me')
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer late'])
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('the built-in grant is not cut short either: its late answer is committed (11)', async () => {
  const answered = deferred<Response>()
  const fetch = jest.fn<Promise<Response>, Parameters<typeof globalThis.fetch>>((_url, init) => {
    init?.signal?.addEventListener('abort', () => answered.reject(init.signal?.reason))
    return answered.promise
  })
  const instance = apiThatAccepts('late').create()
  const session = open({
    refresh: { tokenEndpoint: 'https://auth.test/token', fetch },
    refreshTimeoutMs: 5_000,
  })
  attachSession(instance, session)
  await session.login(tokens('old'))
  const request = rejectionOf(instance.get('/me'))
  await jest.advanceTimersByTimeAsync(600_000)
  await request
  answered.resolve(Response.json(tokens('late')))
  await settled()
  expect(await session.getTokens()).toMatchObject({ accessToken: 'late', refreshToken: 'late-refresh' })
  expect(fetch).toHaveBeenCalledTimes(1)
})

it('what comes after a logout is discarded: nothing is stored, nobody is signed in (11)', async () => {
  const { session, stored, granted, request } = await refused()
  await session.logout()
  expect(isSessionChanged(await request)).toBe(true)
  granted.resolve(tokens('late'))
  await settled()
  expect(stored()).toBeUndefined()
  expect(session.getSnapshot().status).toBe('signedOut')
  expect(await session.getAccessToken()).toBeUndefined()
})

it('what comes after the next login is discarded: its tokens stay, in memory and in the store (11)', async () => {
  const { session, stored, granted, request } = await refused()
  await session.login(tokens('next'))
  await request
  granted.resolve(tokens('late'))
  await settled()
  expect(await session.getAccessToken()).toBe('next')
  expect(stored()?.accessToken).toBe('next')
})

it('the signal of a grant aborts when a logout makes its result worthless (11)', async () => {
  const signals: AbortSignal[] = []
  const session = open({
    refresh: (_current, { signal }) => {
      signals.push(signal)
      return new Promise(() => {})
    },
  })
  await session.login(tokens('old'))
  const waiting = rejectionOf(session.refresh())
  await settled()
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  await session.logout()
  await waiting
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
})

it('what comes after another login was written into the shared store is discarded, not written over it (11)', async () => {
  const { session, storage, stored, granted, request } = await refused()
  const other = open({ refresh: async () => tokens('unused'), store: storageStore(storage) })
  await other.login(tokens('next', { id_token: undefined }))
  granted.resolve(tokens('late'))
  expect(isSessionChanged(await request)).toBe(true)
  expect(stored()?.accessToken).toBe('next')
  expect(await session.getAccessToken()).toBe('next')
})

it('the result of a grant is in the store before anyone who waited moves on (11)', async () => {
  const { api, session, stored, granted, request } = await refused()
  const seen: unknown[] = []
  const script = api.script
  api.script = (sent) => (seen.push(stored()?.accessToken), script(sent))
  void request.catch(() => {})
  const token = session.getAccessToken().then((value) => seen.push(stored()?.accessToken === value))
  granted.resolve(tokens('late'))
  await token
  expect(seen).toEqual(['late', true])
})
