import {
  createSession,
  memoryStore,
  type SessionOptions,
  type StoredRecord,
  type TokenResponse,
  type TokenSet,
} from 'tokenflight'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { failOnLeaks } from '../support/no-leaks.js'

failOnLeaks()

/**
 * A session whose grant is on the wire while another tab stores what its own grant has brought after all, with the
 * lock already free: what the session and the store have when that of this one has been answered.
 */
async function overtaken(
  stored: TokenSet,
  answer: TokenResponse,
  options: Pick<SessionOptions, 'vault'> = {},
): Promise<{ kept: TokenSet | undefined; record: StoredRecord }> {
  const store = { ...memoryStore(), name: 'shared' }
  const asked = deferred<void>()
  const granted = deferred<TokenResponse>()
  const session = createSession({ store, refresh: () => (asked.resolve(), granted.promise), ...options })
  await session.login({ accessToken: 'access-1', refreshToken: 'refresh-1' })
  const renewed = session.refresh()
  await asked.promise
  const record = store.get() as StoredRecord
  store.set({ ...record, version: 2, tokens: { ...record.tokens, ...stored } })
  granted.resolve(answer)
  await renewed
  await turn()
  const kept = await session.getTokens()
  session.dispose()
  return { kept, record: store.get() as StoredRecord }
}

describe('while a grant is on the wire, another tab stores what its own, late one has brought', () => {
  it('with the old refresh token: the answer that has replaced that one counts (23, 34)', async () => {
    const answer = { accessToken: 'access-3', refreshToken: 'refresh-3' }
    const { kept, record } = await overtaken({ accessToken: 'access-2' }, answer)
    expect(kept).toMatchObject(answer)
    expect(record).toMatchObject({ version: 3, tokens: answer })
  })

  it('with the old refresh token, which is kept by both: the newer record counts (34)', async () => {
    const { kept, record } = await overtaken({ accessToken: 'access-2' }, { accessToken: 'access-3' })
    expect(kept).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-1' })
    expect(record).toMatchObject({ version: 2, tokens: { accessToken: 'access-2' } })
  })

  it.each<[what: string, answer: TokenResponse]>([
    ['a new one', { accessToken: 'access-3', refreshToken: 'refresh-3' }],
    ['none', { accessToken: 'access-3' }],
  ])(
    'with a new refresh token: the record counts, though the answer has %s too (34)',
    async (_what, answer) => {
      const stored = { accessToken: 'access-2', refreshToken: 'refresh-2' }
      const { kept, record } = await overtaken(stored, answer)
      expect(kept).toMatchObject(stored)
      expect(record).toMatchObject({ version: 2, tokens: stored })
    },
  )

  it('with whatever refresh token in a vault: the answer with a new one counts, and is in the vault (34)', async () => {
    let vaulted: string | undefined
    const refreshTokenVault = {
      get: () => vaulted,
      set: (token: string) => void (vaulted = token),
      clear: () => void (vaulted = undefined),
    }
    const answer = { accessToken: 'access-3', refreshToken: 'refresh-3' }
    const { kept, record } = await overtaken({ accessToken: 'access-2' }, answer, {
      vault: refreshTokenVault,
    })
    expect(kept).toMatchObject({ accessToken: 'access-3' })
    expect([record.version, vaulted]).toEqual([3, 'refresh-3'])
  })
})
