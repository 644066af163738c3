import { inspect } from 'node:util'
import { memoryStore, type CommonOptions } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, sessionErrorOf, watch } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'
import { VaultDouble } from '../support/vault-double.js'

const { bench } = useBench()
useFakeClock()

/** Signed in with a vault; the access token is refused, so that the next request asks for a grant. */
async function dead(options: CommonOptions = {}): Promise<Bench & { vault: VaultDouble }> {
  const vault = new VaultDouble()
  const one = bench({ vault, ...options })
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  return { ...one, vault }
}

const refusal = new Error('The user cancelled')
const refusing = (vault: VaultDouble): void => void (vault.onPrompt = () => Promise.reject(refusal))

describe('the refresh token', () => {
  it('is in the vault alone: not in the store, not in getTokens, not in memory (35, 36)', async () => {
    const { session, vault, stored } = await dead()
    expect([vault.held, vault.prompts]).toEqual(['refresh-1', []])
    const { accessToken, ...rest } = stored()!.tokens
    expect([accessToken, JSON.stringify(rest)]).toEqual([
      'access-1',
      expect.not.stringContaining('refresh-1'),
    ])
    expect(await session.getTokens()).not.toHaveProperty('refreshToken')
    expect(inspect(session, { depth: 9, showHidden: true })).not.toContain('refresh-1')
  })

  it('is read once for each grant, with its reason, and the new one is put there before anyone goes on (23, 35)', async () => {
    const { http, vault, endpoint } = await dead()
    const written = deferred()
    vault.onSet = () => written.promise
    const answer = watch(http.get('/me'))
    await turn()
    expect([endpoint.sent, vault.prompts, answer.settled]).toEqual([['refresh-1'], ['unauthorized'], false])
    written.resolve()
    expect((await answer.promise).data.token).toBe('access-2')
    expect(vault.held).toBe('refresh-2')
  })

  it('that the server did not replace is not written again (23, 35)', async () => {
    const { http, vault, endpoint } = await dead()
    endpoint.always({ body: tokens(2, { refresh_token: undefined }) })
    await http.get('/me')
    expect([vault.calls, vault.held]).toEqual([['set'], 'refresh-1'])
  })

  it('is asked for once where the server is tried again within one renewal (25, 35)', async () => {
    const { http, vault, endpoint } = await dead()
    endpoint.answer = ({ index }) => (index < 3 ? { status: 503 } : { body: tokens(2) })
    const answer = http.get('/me')
    await pass(10_000)
    expect((await answer).data.token).toBe('access-2')
    expect([endpoint.asked.length, vault.prompts.length]).toEqual([3, 1])
  })

  it('of an app’s own refresh function comes from the vault too (35)', async () => {
    const vault = new VaultDouble()
    const seen: unknown[] = []
    const one = bench({ vault, refresh: async (current) => (seen.push(current?.refreshToken), tokens(2)) })
    await one.session.login(tokens(1))
    await one.session.refresh()
    expect([seen, vault.held]).toEqual([['refresh-1'], 'refresh-2'])
  })
})

describe('a prompt that the user refuses', () => {
  it('is no logout: who waits is told, tokens and vault are kept, nothing was sent (35)', async () => {
    const { http, vault, endpoint, session, onLoginRequired } = await dead()
    refusing(vault)
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'vault', ambiguous: false })
    expect(error['cause']).toMatchObject({ message: 'The user cancelled' })
    expect([endpoint.sent, vault.held, session.getSnapshot().status]).toEqual([[], 'refresh-1', 'active'])
    expect(onLoginRequired).not.toHaveBeenCalled()
  })

  it('is not shown again within the same renewal, and again when the app asks (35)', async () => {
    const { session, vault, endpoint } = await dead()
    refusing(vault)
    await rejectionOf(session.refresh())
    await pass(20_000)
    expect(vault.prompts).toEqual(['requested'])
    vault.onPrompt = () => undefined
    await session.refresh()
    expect([vault.prompts.length, endpoint.sent]).toEqual([2, ['refresh-1']])
  })

  it('that stays open is told at the deadline; unlocked later, nothing is sent (9, 35)', async () => {
    const { http, vault, endpoint } = await dead()
    const open = deferred()
    vault.onPrompt = () => open.promise
    const error = sessionErrorOf(http.get('/me'))
    await pass(30_000)
    expect(await error).toMatchObject({ reason: 'vault' })
    open.resolve()
    await turn()
    expect(endpoint.sent).toEqual([])
  })

  it('keeps the lock from nobody after its deadline (34, 35)', async () => {
    const place = sharedPlace()
    const vault = new VaultDouble()
    const [one, two] = [
      bench({ vault, store: place.open() }),
      bench({ vault, store: place.open({ hears: true }) }),
    ]
    await one.session.login(tokens(1))
    await turn()
    vault.onPrompt = () => new Promise(() => {})
    const refused = rejectionOf(one.session.refresh())
    await pass(30_000)
    await refused
    vault.onPrompt = () => undefined
    await two.session.refresh()
    expect(two.endpoint.sent).toEqual(['refresh-1'])
  })
})

describe('the vault is not opened', () => {
  it('behind the traffic: a token with life left is used up first (32, 35)', async () => {
    const vault = new VaultDouble()
    const one = bench({ vault, renewInBackground: true })
    await one.session.login(tokens(1))
    await pass(3_570_000)
    expect((await one.http.get('/me')).data.token).toBe('access-1')
    await pass(25_000)
    expect([vault.prompts, one.endpoint.asked.length]).toEqual([[], 0])
    await one.http.get('/me')
    expect(vault.prompts).toEqual(['expired'])
  })

  it('where has() says that there is nothing in it (35)', async () => {
    const vault = Object.assign(new VaultDouble(), { has: async () => false })
    const one = bench({ vault })
    expect((await rejectionOf(one.http.get('/me'))).response?.status).toBe(401)
    expect([vault.prompts, one.onLoginRequired.mock.calls.length]).toEqual([[], 0])
  })

  it('by a login, a logout or a start (35)', async () => {
    const { session, vault } = await dead()
    await session.logout()
    expect([vault.prompts, vault.held]).toEqual([[], undefined])
  })
})

describe('after a restart with nothing in memory', () => {
  const restarted = (): Bench & { vault: VaultDouble } => {
    const vault = new VaultDouble()
    vault.held = 'refresh-7'
    return { ...bench({ vault, store: memoryStore() }), vault }
  }

  it('refresh() brings the session back with what the vault holds (3, 35)', async () => {
    const { session, vault, endpoint } = restarted()
    expect(session.getSnapshot().status).toBe('signedOut')
    await session.refresh()
    expect([session.getSnapshot().status, endpoint.sent, vault.held]).toEqual([
      'active',
      ['refresh-7'],
      'refresh-2',
    ])
  })

  it('so does the first 401, or asking for a token (3, 35)', async () => {
    const { http, vault } = restarted()
    expect((await http.get('/me')).data.token).toBe('access-2')
    const other = restarted()
    expect(await other.session.getAccessToken()).toBe('access-2')
    expect([vault.prompts, other.vault.prompts]).toEqual([['first'], ['first']])
  })

  it('an empty vault is nobody signed in, and is asked once (3, 35)', async () => {
    const { http, vault, onLoginRequired } = restarted()
    vault.held = undefined
    for (let n = 0; n < 2; n++) expect((await rejectionOf(http.get('/me'))).response?.status).toBe(401)
    expect([vault.prompts.length, onLoginRequired.mock.calls.length]).toEqual([1, 0])
  })
})

describe('a vault that fails to keep a token', () => {
  it('loses none: it stays in memory, is used for the next grant, and the app is told (33, 35)', async () => {
    const { session, vault, endpoint, takeProblems } = await dead()
    vault.onSet = () => Promise.reject(new Error('keychain is locked: refresh-2'))
    await session.refresh()
    const [problem] = takeProblems()
    expect(problem?.message).toBe('The vault failed; the session goes on in memory')
    expect(inspect(problem, { depth: 9 })).not.toContain('refresh-2')
    vault.onSet = () => undefined
    await session.refresh()
    expect([endpoint.sent, vault.prompts, vault.held]).toEqual([
      ['refresh-1', 'refresh-2'],
      ['requested'],
      'refresh-3',
    ])
  })
})

it('a login without a refresh token takes the last user’s out of the vault (28, 35)', async () => {
  const { session, vault, http, onLoginRequired } = await dead()
  await session.login(tokens(5, { refresh_token: undefined }))
  expect(vault.held).toBeUndefined()
  expect((await http.get('/me')).data.token).toBe('access-5')
  expect(onLoginRequired).not.toHaveBeenCalled()
})

it('a session that the server ends empties the vault (27, 35)', async () => {
  const { http, vault, endpoint, onLoginRequired } = await dead()
  endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  await sessionErrorOf(http.get('/me'))
  expect([vault.held, onLoginRequired.mock.calls.length]).toEqual([undefined, 1])
})

it('a record from the store is renewed with what the vault holds (33, 35)', async () => {
  const store = memoryStore()
  const { session, vault } = await dead({ store })
  session.dispose()
  const one = bench({ vault, store })
  one.api.dead.add('access-1')
  expect((await one.http.get('/me')).data.token).toBe('access-2')
  expect(one.endpoint.sent).toEqual(['refresh-1'])
})

it('a vault without its methods is refused at once', () => {
  expect(() => bench({ vault: { get: () => 'refresh-1' } as never })).toThrow(
    'Expected `vault` to be an object with get, set, clear, got object',
  )
})
