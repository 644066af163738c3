import { memoryStore, storageStore, type StoredRecord } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { start, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

/** What sessionStorage and localStorage are. */
function storage(): { items: Map<string, string> } & Parameters<typeof storageStore>[0] {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

describe('a record', () => {
  it('holds a format, the session’s id, a version, the token set and its times (33)', async () => {
    const { session, stored } = bench()
    await session.login(tokens(1, { refresh_expires_in: 7200, scope: 'read', token_type: 'Bearer' }))
    expect(stored()).toEqual({
      format: 1,
      sessionId: expect.stringMatching(/^.{8,}$/),
      version: 1,
      issuedAt: start,
      tokens: {
        accessToken: 'access-1',
        refreshToken: 'refresh-1',
        expiresAt: start + 3_600_000,
        refreshTokenExpiresAt: start + 7_200_000,
        scope: 'read',
        tokenType: 'Bearer',
      },
    })
  })

  it('keeps its session id through every renewal and counts the versions (33)', async () => {
    const { session, stored } = bench()
    await session.login(tokens(1))
    const { sessionId } = stored() as StoredRecord
    for (const version of [2, 3, 4]) {
      await session.refresh()
      expect(stored()).toMatchObject({ sessionId, version, tokens: { accessToken: `access-${version}` } })
    }
  })

  it('has another session id after each login, of the same user too (33)', async () => {
    const { session, stored } = bench()
    const ids = new Set<string | undefined>()
    for (let n = 0; n < 20; n++) {
      await session.login(tokens(1))
      ids.add(stored()?.sessionId)
    }
    expect(ids.size).toBe(20)
  })

  it('is gone after logout and after the end (33)', async () => {
    const { session, http, api, endpoint, stored } = bench()
    await session.login(tokens(1))
    await session.logout()
    expect(stored()).toBeUndefined()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.always({ status: 401 })
    await sessionErrorOf(http.get('/me'))
    expect(stored()).toBeUndefined()
  })
})

describe('storageStore', () => {
  it('writes JSON under `tokenflight` or the key that it was given (33)', async () => {
    const local = storage()
    const { session } = bench({ store: storageStore(local) })
    const other = bench({ store: storageStore(local, 'my-app') })
    await session.login(tokens(1))
    await other.session.login(tokens(2))
    expect([...local.items.keys()]).toEqual(['tokenflight', 'my-app'])
    expect(JSON.parse(local.items.get('my-app') ?? '')).toMatchObject({
      format: 1,
      tokens: { accessToken: 'access-2' },
    })
    await session.logout()
    expect([...local.items.keys()]).toEqual(['my-app'])
  })

  it('brings a session back after a reload, signed in at once (33)', async () => {
    const local = storage()
    const before = bench({ store: storageStore(local) })
    await before.session.login(tokens(1))
    await before.session.refresh()
    before.session.dispose()
    const { session, http, endpoint } = bench({ store: storageStore(local) })
    expect(session.getSnapshot().status).toBe('active')
    expect((await http.get('/me')).data.token).toBe('access-2')
    await session.refresh()
    expect(endpoint.sent).toEqual(['refresh-2'])
    expect(JSON.parse(local.items.get('tokenflight') ?? '')).toMatchObject({ version: 3 })
  })

  it('keeps a session whose tokens never end, which JSON cannot say (33)', async () => {
    const store = storageStore(storage())
    const { session, http, api, endpoint } = bench({ store })
    await session.login({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      expiresAt: Infinity,
      refreshTokenExpiresAt: Infinity,
    })
    const reloaded = bench({ store })
    expect(reloaded.session.getSnapshot().status).toBe('active')
    expect((await reloaded.http.get('/me')).data.token).toBe('access-1')
    api.dead.add('access-1')
    expect((await http.get('/me')).data.token).toBe('access-2')
    expect(endpoint.sent).toEqual(['refresh-1'])
  })

  it('works with a storage that answers with promises, and requests wait for it (33)', async () => {
    const local = storage()
    const later = {
      getItem: async (key: string) => local.getItem(key),
      setItem: async (key: string, value: string) => local.setItem(key, value),
      removeItem: async (key: string) => local.removeItem(key),
    }
    const before = bench({ store: storageStore(later) })
    await before.session.login(tokens(1))
    before.session.dispose()
    const { session, http, api } = bench({ store: storageStore(later) })
    expect(session.getSnapshot().status).toBe('loading')
    expect((await http.get('/me')).data.token).toBe('access-1')
    expect(api.requests).toHaveLength(1)
  })

  it('names itself by its key, and memoryStore shares nothing (34)', () => {
    expect([storageStore(storage()).name, storageStore(storage(), 'k').name]).toEqual(['tokenflight', 'k'])
    expect(memoryStore().name).toBeUndefined()
  })
})
