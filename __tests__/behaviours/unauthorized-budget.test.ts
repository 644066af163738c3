/** Behaviour 15: an API that refuses good tokens does not cause a grant per request. */
import type { AxiosError } from 'axios'
import { attachSession, type CommonOptions } from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, rejectionOf, ScriptedApi, settled } from '../support/scripted-api.js'
import { stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open } = watchSessions()

/** Refuses every token, good as it may be. */
function grumpyApi() {
  return new ScriptedApi(({ index }) => ({ status: 401, body: { index } }))
}

async function signedIn(options: CommonOptions, api = grumpyApi(), lifetime = 3600) {
  let count = 0
  const refresh = jest.fn(async () => tokens(`made-${++count}`, { expires_in: lifetime }))
  const session = open({ ...options, refresh })
  const instance = api.create({ validateStatus: null })
  attachSession(instance, session)
  await session.login(tokens('old'))
  return { api, instance, session, refresh }
}

function advance(ms: number): void {
  jest.setSystemTime(Date.now() + ms)
}

it('when the budget is spent a 401 reaches the caller as it came, without a grant or a replay (15)', async () => {
  const { api, instance, session, refresh } = await signedIn({
    refreshBudget: { grants: 2, windowMs: 10_000 },
  })
  await instance.get('/1')
  await instance.get('/2')
  expect(refresh).toHaveBeenCalledTimes(2)
  expect(api.sent).toHaveLength(4)
  expect(await instance.get('/3')).toMatchObject({ status: 401, data: { index: 5 } })
  expect(refresh).toHaveBeenCalledTimes(2)
  expect(api.sent).toHaveLength(5)
  expect(session.getSnapshot()).toMatchObject({ status: 'active', lastError: undefined })
})

it("as axios rejects with it, that 401 has no cause of the session's (15)", async () => {
  const { instance } = await signedIn({ refreshBudget: { grants: 0, windowMs: 10_000 } })
  const error = await rejectionOf<AxiosError>(
    instance.get('/me', { validateStatus: (status) => status < 300 }),
  )
  expect(error.message).toBe('Request failed with status code 401')
  expect(error.cause).toBeUndefined()
})

it('the default budget is ten grants in thirty seconds (15)', async () => {
  const { instance, refresh } = await signedIn({})
  for (let count = 0; count < 12; count++) await instance.get('/me')
  expect(refresh).toHaveBeenCalledTimes(10)
  advance(30_000)
  await instance.get('/me')
  expect(refresh).toHaveBeenCalledTimes(11)
})

it('the window slides: each grant counts for its own ten seconds (15)', async () => {
  const { instance, refresh } = await signedIn({ refreshBudget: { grants: 2, windowMs: 10_000 } })
  await instance.get('/1')
  advance(6_000)
  await instance.get('/2')
  advance(3_999)
  await instance.get('/3')
  expect(refresh).toHaveBeenCalledTimes(2)
  advance(1)
  // The first has left the window; the second is still in it.
  await instance.get('/4')
  await instance.get('/5')
  expect(refresh).toHaveBeenCalledTimes(3)
  advance(6_000)
  await instance.get('/6')
  expect(refresh).toHaveBeenCalledTimes(4)
})

it('a clock that is set back forgets what was spent by the time before, and blocks nobody for an hour (15)', async () => {
  const { instance, refresh } = await signedIn({ refreshBudget: { grants: 2, windowMs: 10_000 } })
  await instance.get('/1')
  await instance.get('/2')
  advance(-3_600_000)
  await instance.get('/3')
  expect(refresh).toHaveBeenCalledTimes(3)
})

it('401s that share a grant take one place of the budget (15)', async () => {
  const { instance, refresh } = await signedIn({ refreshBudget: { grants: 2, windowMs: 10_000 } })
  await Promise.all([instance.get('/a'), instance.get('/b'), instance.get('/c')])
  expect(refresh).toHaveBeenCalledTimes(1)
  await instance.get('/d')
  expect(refresh).toHaveBeenCalledTimes(2)
})

describe('is not blocked by a spent budget', () => {
  const refreshBudget = { grants: 0, windowMs: 30_000 }

  it('an expired token (15)', async () => {
    const { instance, refresh } = await signedIn({ refreshBudget }, apiThatAccepts('old', 'made-1', 'made-2'))
    for (const made of [1, 2]) {
      advance(3_600_000)
      expect((await instance.get('/me')).status).toBe(200)
      expect(refresh).toHaveBeenCalledTimes(made)
    }
  })

  it('a 401 on a token that expired while the request was on its way (15)', async () => {
    const slow = deferred()
    const api = new ScriptedApi(async ({ index }) => {
      if (index > 1) return {}
      await slow.promise
      return { status: 401 }
    })
    const { instance, refresh } = await signedIn({ refreshBudget }, api)
    const request = instance.get('/me')
    await settled()
    advance(3_600_000)
    slow.resolve()
    expect((await request).status).toBe(200)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  it('a token near its end (15)', async () => {
    const { instance, session, refresh } = await signedIn({ refreshBudget }, apiThatAccepts('old'))
    advance(3_600_000 - 30_000)
    await instance.get('/me')
    await settled()
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(await session.getAccessToken()).toBe('made-1')
  })

  it('refreshWhen: () => true brings a fresh token before every request (15)', async () => {
    const api = apiThatAccepts('made-1', 'made-2', 'made-3')
    const { instance } = await signedIn({ refreshBudget, refreshWhen: () => true }, api)
    for (let count = 0; count < 3; count++) await instance.get('/me')
    expect(api.authorizations).toEqual(['Bearer made-1', 'Bearer made-2', 'Bearer made-3'])
  })

  it('refresh() (15)', async () => {
    const { session, refresh } = await signedIn({ refreshBudget })
    await session.refresh()
    expect(refresh).toHaveBeenCalledTimes(1)
  })
})

it('grants for expiry take nothing from the budget (15)', async () => {
  const refreshBudget = { grants: 1, windowMs: 86_400_000 }
  const api = apiThatAccepts('made-1', 'made-2', 'made-4')
  const { instance, refresh } = await signedIn({ refreshBudget }, api)
  for (let hour = 0; hour < 2; hour++) {
    advance(3_600_000)
    expect((await instance.get('/me')).status).toBe(200)
  }
  advance(3_600_000)
  // made-3 comes by expiry and is refused: the first 401 that counts, and it still renews.
  expect((await instance.get('/me')).status).toBe(200)
  expect(refresh).toHaveBeenCalledTimes(4)
  api.script = () => ({ status: 401 })
  await instance.get('/me')
  expect(refresh).toHaveBeenCalledTimes(4)
})

describe('a token fresh from a grant is used at least once, whatever its expiry says', () => {
  it.each([
    ['expires_in is 0', 0],
    ['it is shorter than the validity that is asked for', 1],
  ])('%s (15)', async (_, lifetime) => {
    const api = new ScriptedApi(() => ({}))
    const { instance, refresh } = await signedIn({}, api, lifetime)
    advance(3_600_000)
    await Promise.all([instance.get('/a'), instance.get('/b')])
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(api.authorizations).toEqual(['Bearer made-1', 'Bearer made-1'])
    advance(lifetime * 1000)
    await instance.get('/c')
    expect(refresh).toHaveBeenCalledTimes(2)
    expect(api.authorizations[2]).toBe('Bearer made-2')
  })

  it('where it was renewed with nobody waiting, the next request uses it (15)', async () => {
    const api = new ScriptedApi(() => ({}))
    const { instance, session, refresh } = await signedIn({}, api, 0)
    await session.refresh()
    await instance.get('/a')
    expect(api.authorizations).toEqual(['Bearer made-1'])
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  it('getAccessToken gives it out (15)', async () => {
    const { session, refresh } = await signedIn({}, grumpyApi(), 0)
    advance(3_600_000)
    expect(await session.getAccessToken()).toBe('made-1')
    expect(await session.getAccessToken()).toBe('made-2')
    expect(refresh).toHaveBeenCalledTimes(2)
  })
})
