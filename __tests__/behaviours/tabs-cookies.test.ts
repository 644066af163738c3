import { storageStore } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { useLocks } from '../support/locks-double.js'
import { tokens } from '../support/token-endpoint-double.js'
import { mapStorage } from '../support/watched-sessions.js'

const { bench } = useBench()
useLocks()

const cookies = { access_token: undefined, refresh_token: undefined }

/** Two tabs of one browser: the cookies are theirs alike, and each has a session of its own. */
function pair(options: {
  storage?: ReturnType<typeof mapStorage>
  accessTokenIn?: 'cookie'
}): [Bench, Bench] {
  const { storage, accessTokenIn } = options
  const open = (first?: Bench): Bench =>
    bench({
      ...(accessTokenIn && { accessTokenIn }),
      ...(storage && { store: storageStore(storage) }),
      grant: { refreshTokenIn: 'cookie', ...(first && { fetch: first.endpoint.fetch }) },
    })
  const one = open()
  return [one, open(one)]
}

it('a refresh token in a cookie is shared without any store: one grant at a time (6, 34)', async () => {
  const [one, two] = pair({})
  let flying = 0
  let most = 0
  const answer = deferred()
  one.endpoint.answer = async ({ index }) => {
    most = Math.max(most, ++flying)
    await answer.promise
    flying--
    return { body: { ...tokens(index + 1), refresh_token: undefined } }
  }
  const answers = [one, two].map(({ http }) => http.get('/me'))
  await one.endpoint.reached(1)
  await turn()
  answer.resolve()
  expect((await Promise.all(answers)).map(({ data }) => data.token)).toEqual(['access-2', 'access-3'])
  expect([most, one.endpoint.asked.length]).toEqual([1, 2])
})

describe('with both tokens in cookies and a store that the tabs share', () => {
  it('what is stored is when it was renewed, and no token (34, 36)', async () => {
    const storage = mapStorage()
    const [one] = pair({ storage, accessTokenIn: 'cookie' })
    await one.session.login({ ...tokens(1), ...cookies })
    const record = JSON.parse(storage.items.get('tokenflight')!) as object
    expect(record).toEqual({
      format: 1,
      sessionId: expect.any(String),
      version: 1,
      issuedAt: expect.any(Number),
      tokens: { expiresAt: expect.any(Number) },
    })
  })

  it('one tab renews for all: the others’ 401s are late, and their requests are sent once more (6, 12, 34)', async () => {
    const [one, two] = pair({ storage: mapStorage(), accessTokenIn: 'cookie' })
    await one.session.login({ ...tokens(1), ...cookies })
    await turn()
    const both = [one, two]
    // The API looks at the cookie: dead until the server has renewed it.
    for (const { api } of both)
      api.answer = () => (one.endpoint.asked.length ? { status: 200, body: 'ok' } : { status: 401 })
    one.endpoint.always({ body: { ...tokens(2), ...cookies } })
    const answers = await Promise.all([one, two, one, two].map(({ http }) => http.get('/me')))
    expect(answers.map(({ data }) => data as string)).toEqual(Array(4).fill('ok'))
    expect(one.endpoint.asked.length).toBe(1)
  })
})
