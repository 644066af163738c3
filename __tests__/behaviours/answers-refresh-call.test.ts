import { useBench, type Bench } from '../support/bench.js'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { watch } from '../support/outcome.js'
import { tokens, type GrantAnswer } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

/** Signed in with a token that has an hour to live. */
async function signedIn(answer: GrantAnswer): Promise<Bench> {
  const one = bench({ refreshTimeoutMs: 6_000 })
  await one.session.login(tokens(1))
  one.endpoint.always(answer)
  return one
}

it.each<[string, GrantAnswer, object]>([
  ['a lost answer', { status: 500 }, { code: 'ERR_REFRESH_UNAVAILABLE', reason: 'server', ambiguous: true }],
  [
    'a network failure',
    new TypeError('fetch failed'),
    { code: 'ERR_REFRESH_UNAVAILABLE', reason: 'network' },
  ],
  [
    'a server that is busy',
    { status: 503 },
    { code: 'ERR_REFRESH_UNAVAILABLE', reason: 'server', ambiguous: false },
  ],
  ['no answer', 'never', { code: 'ERR_REFRESH_UNAVAILABLE', reason: 'timeout' }],
  ['a mistake in the set-up', { status: 404 }, { code: 'ERR_REFRESH_CONFIGURATION', status: 404 }],
  ['a refusal', { status: 401 }, { code: 'ERR_LOGIN_REQUIRED', reason: 'refused' }],
])(
  'refresh() rejects after %s, though the old token is still good: nothing was renewed (25, 26)',
  async (_, answer, error) => {
    const { session } = await signedIn(answer)
    const outcome = watch(
      session.refresh().then(
        () => 'resolved',
        (reason: unknown) => reason,
      ),
    )
    await pass(6_000)
    expect(await outcome.promise).toMatchObject(error)
    session.dispose()
  },
)

it('while getAccessToken gives that token, which needs no renewal (25)', async () => {
  const { session, endpoint } = await signedIn({ status: 500 })
  await session.refresh().catch(() => {})
  expect(await session.getAccessToken()).toBe('access-1')
  expect(endpoint.asked).toHaveLength(1)
})

it('refresh() without anybody signed in says so and asks nothing (3)', async () => {
  const { session, endpoint, onLoginRequired } = bench()
  await expect(session.refresh()).rejects.toMatchObject({ code: 'ERR_LOGIN_REQUIRED', reason: 'no_session' })
  expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([0, 0])
})
