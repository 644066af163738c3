import { memoryStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { rejectionOf, sessionErrorOf } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'
import { VaultDouble } from '../support/vault-double.js'

const { bench } = useBench()

const failing = (vault: VaultDouble): void => void (vault.onSet = () => Promise.reject(new Error('locked')))

describe('a refresh token that the vault would not take', () => {
  it('is not lost where the server does not replace it: it is used again, and offered again (23, 35)', async () => {
    const vault = new VaultDouble()
    failing(vault)
    const one = bench({ vault })
    await one.session.login(tokens(1))
    one.endpoint.always({ body: tokens(2, { refresh_token: undefined }) })
    vault.onSet = () => undefined
    await one.session.refresh()
    await one.session.refresh()
    expect(one.takeProblems().length).toBe(1)
    expect([one.endpoint.sent, vault.held]).toEqual([['refresh-1', 'refresh-1'], 'refresh-1'])
  })

  it('is not lost by a step-up that brings none: it is offered again, and renews (13, 23, 35)', async () => {
    const vault = new VaultDouble()
    failing(vault)
    const one = bench({ vault, onStepUp: async () => ({ access_token: 'better', expires_in: 3600 }) })
    const wanting = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' }
    one.api.answer = ({ authorization }) =>
      authorization === 'Bearer better' ? { status: 200 } : { status: 403, headers: wanting }
    await one.session.login(tokens(1))
    vault.onSet = () => undefined
    expect((await one.http.get('/admin')).status).toBe(200)
    expect([one.takeProblems().length, vault.held]).toEqual([1, 'refresh-1'])
    await one.session.refresh()
    expect(one.endpoint.sent).toEqual(['refresh-1'])
  })

  it('of a second user: after a reload the first user’s, still in it, is not sent (28, 35)', async () => {
    const vault = new VaultDouble()
    const store = memoryStore()
    const one = bench({ vault, store })
    await one.session.login(tokens(1))
    failing(vault)
    await one.session.login(tokens(5))
    expect([one.takeProblems().length, vault.held]).toEqual([1, 'refresh-1'])
    one.session.dispose()
    const two = bench({ vault, store })
    two.api.dead.add('access-5')
    expect(await sessionErrorOf(two.http.get('/me'))).toMatchObject({ reason: 'no_refresh_token' })
    expect([two.endpoint.sent, vault.prompts]).toEqual([[], []])
  })
})

it('what a vault fails with keeps its name and its code, by which an app tells a refused prompt (35)', async () => {
  const vault = new VaultDouble()
  const one = bench({ vault })
  await one.session.login(tokens(1))
  const cause = { name: 'NotAllowedError', code: 'E_DENIED', message: 'denied for keychain-item-000000001' }
  vault.onPrompt = () => Promise.reject(Object.assign(new Error(), cause))
  const error = await rejectionOf(one.session.refresh())
  expect(error).toMatchObject({ reason: 'vault', cause: { ...cause, message: 'denied for …' } })
})

it('a second login while the vault takes the token of the first: the second’s is in it at last (28, 35)', async () => {
  const vault = new VaultDouble()
  const one = bench({ vault })
  const taken = deferred()
  vault.onSet = () => taken.promise
  const first = one.session.login(tokens(1))
  await turn()
  const second = one.session.login(tokens(5))
  taken.resolve()
  await Promise.all([first, second])
  expect([vault.held, vault.calls]).toEqual(['refresh-5', ['set', 'set']])
})

it.each([[null], [''], [5], [{}]])(
  'a vault that answers with %j holds no token: nothing is sent (35)',
  async (held) => {
    const vault = new VaultDouble()
    const one = bench({ vault })
    await one.session.login(tokens(1))
    vault.get = async () => held as never
    expect(await rejectionOf(one.session.refresh())).toMatchObject({ reason: 'no_refresh_token' })
    expect(one.endpoint.asked).toEqual([])
  },
)

it('a vault that neither takes nor clears: what it quotes of the token is not shown (35, 36)', async () => {
  const vault = new VaultDouble()
  failing(vault)
  vault.clear = () => Promise.reject(new Error('cannot clear refresh-1'))
  const one = bench({ vault })
  await one.session.login(tokens(1))
  await one.session.logout()
  const [, problem] = one.takeProblems()
  expect(problem).toMatchObject({ cause: { message: 'cannot clear [redacted]' } })
})

it('a refused token is taken out of the vault although no session was seen: no prompt for it again (27, 35)', async () => {
  const vault = new VaultDouble()
  vault.held = 'refresh-7'
  const one = bench({ vault })
  one.endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  await rejectionOf(one.session.refresh())
  expect([one.endpoint.sent, vault.held]).toEqual([['refresh-7'], undefined])
})

it('a login in another tab while the prompt is open: its token is not sent for the old session (34, 35)', async () => {
  const place = sharedPlace()
  const vault = new VaultDouble()
  // Neither hears of the other: only the store tells.
  const one = bench({ vault, store: place.open() })
  await one.session.login(tokens(1))
  const two = bench({ vault, store: place.open() })
  const prompt = deferred()
  vault.onPrompt = () => prompt.promise
  const refused = rejectionOf(two.session.refresh())
  await turn()
  await one.session.login(tokens(5))
  prompt.resolve()
  expect(await refused).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
  expect([two.endpoint.sent, await two.session.getAccessToken()]).toEqual([[], 'access-5'])
})

it('nobody is prompted for a refresh token that is a cookie (35)', async () => {
  const vault = new VaultDouble()
  const one = bench({ vault, grant: { refreshTokenIn: 'cookie' } })
  await one.session.login(tokens(1, { refresh_token: undefined }))
  await one.session.refresh()
  expect([vault.prompts, one.endpoint.asked.length]).toEqual([[], 1])
})

it('what `acquire` brings after the end has nothing in the vault: nobody is prompted for it (30, 35)', async () => {
  const vault = new VaultDouble()
  const one = bench({ vault, acquire: async () => ({ accessToken: 'access-9', subject: 'ada' }) })
  await one.session.login({ accessToken: 'access-1', refreshToken: 'refresh-1', subject: 'ada' })
  one.endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  await one.session.refresh().catch(() => {})
  expect(await one.session.getAccessToken()).toBe('access-9')
  const prompts = vault.prompts.length
  expect(await rejectionOf(one.session.refresh())).toMatchObject({ reason: 'no_refresh_token' })
  expect([vault.prompts.length - prompts, one.endpoint.asked.length]).toEqual([0, 1])
})

it('a refresh function that brings no refresh token: the vault has none, and nobody is prompted (23, 35)', async () => {
  const vault = new VaultDouble()
  const one = bench({ vault, refresh: async () => ({ access_token: 'access-2' }) })
  await one.session.login({ access_token: 'access-1' })
  await one.session.refresh()
  await one.session.refresh()
  expect(vault.prompts).toEqual([])
})

it('a cookie that is refused, where nobody was seen, leaves the store as it is (3, 33)', async () => {
  const clear = jest.fn()
  const store = { get: () => undefined, set: () => {}, clear }
  const one = bench({ store, grant: { refreshTokenIn: 'cookie' } })
  one.endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  await rejectionOf(one.http.get('/me'))
  expect([one.endpoint.asked.length, clear.mock.calls.length]).toEqual([1, 0])
})
