/** Behaviour 35: nobody is prompted for a token that would not be used, and no store is touched for nothing. */
import { memoryStore, type RefreshLock, type TokenStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'
import { VaultDouble } from '../support/vault-double.js'

const { bench } = useBench()
useFakeClock()

describe('the vault stays closed', () => {
  it('where another tab has renewed meanwhile: its token is used (34, 35)', async () => {
    const [place, vault] = [sharedPlace(), new VaultDouble()]
    const { session, stored, endpoint } = bench({ vault, store: place.open() })
    await session.login(tokens(1))
    const record = stored()
    if (record) await place.open().set({ ...record, version: 2, tokens: { accessToken: 'access-7' } })
    await session.refresh()
    expect(await session.getAccessToken()).toBe('access-7')
    await turn()
    expect([vault.prompts, endpoint.asked.length]).toEqual([[], 0])
  })

  it('where the store cannot be read: what is there may be newer (34, 35)', async () => {
    const [inner, vault] = [sharedPlace().open(), new VaultDouble()]
    let isBroken = false
    const get = (): ReturnType<TokenStore['get']> => {
      if (isBroken) throw new Error('SecurityError')
      return inner.get()
    }
    const { session, takeProblems } = bench({ vault, store: { ...inner, get } })
    await session.login(tokens(1))
    isBroken = true
    expect(await rejectionOf(session.refresh())).toMatchObject({ reason: 'store' })
    await turn()
    expect(vault.prompts).toEqual([])
    takeProblems()
  })

  it('where the lock is given only after the deadline (9, 35)', async () => {
    const [entered, vault] = [deferred(), new VaultDouble()]
    const lock: RefreshLock = { request: (_name, _options, callback) => entered.promise.then(callback) }
    const { session } = bench({ vault, lock, refreshTimeoutMs: 9_000 })
    await session.login(tokens(1))
    const refused = rejectionOf(session.refresh())
    await pass(9_000)
    expect(await refused).toMatchObject({ reason: 'lock' })
    entered.resolve()
    await turn()
    expect(vault.prompts).toEqual([])
  })

  it('where a refresh function renews a session that never put a token there (27, 35)', async () => {
    const vault = new VaultDouble()
    const { session, stored } = bench({ vault, refresh: async () => ({ accessToken: 'access-2' }) })
    await session.login({ accessToken: 'access-1' })
    await session.refresh()
    await session.refresh()
    expect([vault.prompts, stored()?.tokens.accessToken, stored()?.isVaulted]).toEqual([
      [],
      'access-2',
      false,
    ])
  })

  it('for a token of `acquire` that came without a refresh token: it is used to its end (30, 35)', async () => {
    const vault = new VaultDouble()
    const acquire = async (): Promise<object> => ({ accessToken: 'access-1', expiresIn: 3_600 })
    const { session, http, stored, endpoint } = bench({ vault, acquire })
    expect(await session.getAccessToken()).toBe('access-1')
    const before = vault.prompts.length
    await pass(3_595_000)
    expect((await http.get('/me')).data.token).toBe('access-1')
    expect([vault.prompts.length, endpoint.asked.length]).toEqual([before, 0])
    expect(stored()?.isVaulted).not.toBe(true)
  })
})

it('a cookie that shows nobody: the store is neither read again nor cleared for it (3, 24)', async () => {
  const inner = memoryStore()
  const [get, clear] = [jest.fn(() => inner.get()), jest.fn(() => inner.clear())]
  const { session, endpoint } = bench({
    grant: { refreshTokenIn: 'cookie' },
    store: { get, set: (record) => inner.set(record), clear },
  })
  endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  expect(await session.getAccessToken()).toBeUndefined()
  expect([endpoint.asked.length, get.mock.calls.length, clear.mock.calls.length]).toEqual([1, 1, 0])
})
