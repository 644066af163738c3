import type { TokenStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { slowPlace } from '../support/slow-store.js'
import { tokens } from '../support/token-endpoint-double.js'
import { VaultDouble } from '../support/vault-double.js'

const { bench } = useBench()
useFakeClock()

it('an end that cannot be written down leaves no tokens all the same (27, 33)', async () => {
  const place = sharedPlace()
  const inner = place.open()
  const set: TokenStore['set'] = (record) => {
    if (record.ended) throw new Error('QuotaExceededError')
    return inner.set(record)
  }
  const one = bench({ store: { ...inner, set } })
  await one.session.login(tokens(1))
  one.endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  await rejectionOf(one.session.refresh())
  expect([place.found, one.onLoginRequired.mock.calls.length]).toEqual([undefined, 1])
})

describe('a logout at once followed by dispose clears the store', () => {
  it('while a read is on its way (29, 37)', async () => {
    const place = slowPlace()
    const one = bench({ store: place.store })
    await pass(10)
    const login = one.session.login(tokens(1))
    await pass(20)
    await login
    place.tell()
    await turn()
    void one.session.logout()
    one.session.dispose()
    await pass(100)
    expect(place.found).toBeUndefined()
  })

  it('while a login is being written, and not before it is (29, 37)', async () => {
    const place = slowPlace({ set: 50 })
    const one = bench({ store: place.store })
    await pass(10)
    void one.session.login(tokens(1))
    await turn()
    void one.session.logout()
    one.session.dispose()
    await pass(100)
    expect(place.found).toBeUndefined()
  })

  it('after a vault that takes its time (29, 35, 37)', async () => {
    const vault = new VaultDouble()
    const place = sharedPlace()
    const one = bench({ vault, store: place.open() })
    await one.session.login(tokens(1))
    const emptied = deferred()
    vault.clear = () => emptied.promise
    void one.session.logout()
    one.session.dispose()
    emptied.resolve()
    await turn()
    expect(place.found).toBeUndefined()
  })
})

it('of two tabs that have never seen a session, both with its cookie, one renews and both are answered (3, 6, 34)', async () => {
  const place = sharedPlace()
  const grant = { refreshTokenIn: 'cookie' as const }
  const one = bench({ grant, store: place.open({ hears: true }) })
  const two = bench({ grant: { ...grant, fetch: one.endpoint.fetch }, store: place.open({ hears: true }) })
  one.endpoint.always({ body: tokens(2, { refresh_token: undefined }) })
  const answers = await Promise.all([one, two].map(({ http }) => http.get<{ token: string }>('/me')))
  expect(answers.map(({ data }) => data.token)).toEqual(['access-2', 'access-2'])
  expect(one.endpoint.asked.length).toBe(1)
})

it('a login that could not be stored is not undone by a tab of the user before (28, 33, 34)', async () => {
  const place = sharedPlace()
  const one = bench({ store: place.open({ hears: true }) })
  await one.session.login(tokens(1))
  const inner = place.open({ hears: true })
  const set = (): never => {
    throw new Error('QuotaExceededError')
  }
  const two = bench({ store: { ...inner, set } })
  await two.session.login(tokens(5))
  expect(two.takeProblems().length).toBe(1)
  await one.session.refresh()
  await turn()
  expect(await two.session.getAccessToken()).toBe('access-5')
})

it('the first tokens by a cookie do not overwrite a login that another tab has stored meanwhile (3, 11, 34)', async () => {
  const place = sharedPlace()
  const one = bench({ grant: { refreshTokenIn: 'cookie' }, store: place.open() })
  const two = bench({ store: place.open() })
  const answer = deferred()
  one.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const asked = one.session.getAccessToken()
  await one.endpoint.reached(1)
  await two.session.login(tokens(5))
  answer.resolve()
  expect(await asked).toBe('access-5')
  expect(place.found).toMatchObject({ tokens: { accessToken: 'access-5' } })
})
