/** What the panel's buttons do to a session; that they are there and do it is tested in a browser. */
import { canExpire, expireToken, GrantFault } from '../../src/devtools/controls.js'
import { insideOf } from '../../src/devtools/inside.js'
import { deferred } from '../support/deferred.js'
import { pass, start, turn, useFakeClock } from '../support/fake-clock.js'
import { tokens } from '../support/token-endpoint-double.js'
import { useBench } from '../support/bench.js'

const { bench } = useBench()
useFakeClock()

describe('a token that is to count as past its end', () => {
  it('makes the next request wait for one grant; the store keeps what it has', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    await pass(1_000)
    expireToken(insideOf(made.session))
    const { status, expiresAt } = made.session.getSnapshot()
    expect([status, expiresAt]).toEqual(['active', start + 1_000])
    expect(made.stored()?.tokens.expiresAt).toBe(start + 3_600_000)
    expect((await made.session.getTokens())?.refreshToken).toBe('refresh-1')
    await Promise.all([made.http.get('/one'), made.http.get('/two')])
    expect(made.endpoint.sent).toEqual(['refresh-1'])
    expect(made.told('held')).toBe(2)
    expect(made.api.authorizations).toEqual(['Bearer access-2', 'Bearer access-2'])
  })

  it('while it is renewed behind the traffic, makes the next request wait for that', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const answer = deferred()
    made.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
    await pass(3_560_000)
    await made.http.get('/before')
    await made.endpoint.reached(1)
    expireToken(insideOf(made.session))
    const request = made.http.get('/after')
    await turn()
    expect(made.session.getSnapshot()).toMatchObject({
      status: 'refreshing',
      held: 1,
      expiresAt: start + 3_560_000,
    })
    answer.resolve()
    await request
    expect(made.api.authorizations).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(made.endpoint.asked).toHaveLength(1)
  })

  it('is not used once more, be it fresh from a grant', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    made.endpoint.inTurn({ body: tokens(2, { expires_in: 0 }) }, { body: tokens(3) })
    await made.session.refresh()
    expireToken(insideOf(made.session))
    await made.http.get('/me')
    expect(made.api.authorizations).toEqual(['Bearer access-3'])
  })

  it('is none where nobody is signed in, and none before the first one has come', async () => {
    const made = bench({ refresh: undefined, acquire: async () => (await answer.promise, tokens(1)) })
    const answer = deferred()
    await turn()
    const inside = insideOf(made.session)
    const changed = jest.fn()
    made.session.subscribe(changed)
    expireToken(inside)
    expect(made.session.getSnapshot()).toMatchObject({ status: 'signedOut', expiresAt: undefined })
    const request = made.http.get('/me')
    await turn()
    const before = made.session.getSnapshot()
    changed.mockClear()
    expireToken(inside)
    expect(made.session.getSnapshot()).toBe(before)
    expect(changed).not.toHaveBeenCalled()
    answer.resolve()
    await request
    expect(made.api.authorizations.at(-1)).toBe('Bearer access-1')
  })
})

it('only a token that can be renewed can count as past its end', async () => {
  const made = bench({ acquire: () => new Promise<never>(() => {}) })
  const inside = insideOf(made.session)
  expect(canExpire(inside)).toBe(false)
  await turn()
  expect(canExpire(inside)).toBe(false)
  await made.session.login({ access_token: 'access-1' })
  expect(canExpire(inside)).toBe(false)
  await made.session.login(tokens(1))
  expect(canExpire(inside)).toBe(true)
  made.endpoint.always('never')
  const renewal = made.session.refresh().catch(() => {})
  await made.endpoint.reached(1)
  expect(made.session.getSnapshot().status).toBe('refreshing')
  expect(canExpire(inside)).toBe(true)
  await made.session.logout()
  expect(canExpire(inside)).toBe(false)
  await renewal
  await made.session.login(tokens(2))
  made.session.dispose()
  expect(canExpire(inside)).toBe(false)
})

it('while the first token is had there is none that could count as past its end', async () => {
  const made = bench({ refresh: undefined, acquire: () => new Promise<never>(() => {}) })
  const request = made.http.get('/me').catch(() => {})
  await turn()
  expect(made.session.getSnapshot().status).toBe('refreshing')
  expect(canExpire(insideOf(made.session))).toBe(false)
  made.session.dispose()
  await request
})

describe('a grant that is to fail', () => {
  it('fails as though the network were down, without being sent, and the one after it is sent', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const onChange = jest.fn()
    const fault = new GrantFault(insideOf(made.session), onChange)
    expect(fault.isArmed).toBe(false)
    fault.toggle()
    expect(fault.isArmed).toBe(true)
    expect(onChange).toHaveBeenCalledTimes(1)
    await expect(made.session.refresh()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      reason: 'network',
      ambiguous: true,
      message: expect.stringContaining('tokenflight/devtools failed this grant: nothing was sent.'),
    })
    expect(made.endpoint.asked).toHaveLength(0)
    expect(fault.isArmed).toBe(false)
    expect(onChange).toHaveBeenCalledTimes(2)
    await made.session.refresh()
    expect(made.endpoint.asked).toHaveLength(1)
  })

  it('is tried again as any other without an answer, where the server forgives that', async () => {
    const made = bench({ rotationGraceMs: 5_000 })
    await made.session.login(tokens(1))
    new GrantFault(insideOf(made.session), () => {}).toggle()
    const renewal = made.session.refresh()
    await pass(5_000)
    await renewal
    expect(made.told('grant')).toBe(2)
    expect(made.endpoint.asked).toHaveLength(1)
  })

  it('can be taken back, and a fault that was armed elsewhere is left alone', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const inside = insideOf(made.session)
    const [onChange, onOther] = [jest.fn(), jest.fn()]
    const [fault, other] = [new GrantFault(inside, onChange), new GrantFault(inside, onOther)]
    fault.toggle()
    fault.toggle()
    expect(fault.isArmed).toBe(false)
    expect(onChange).toHaveBeenCalledTimes(2)
    fault.disarm()
    expect(onChange).toHaveBeenCalledTimes(2)
    other.toggle()
    fault.disarm()
    expect([fault.isArmed, other.isArmed]).toEqual([false, true])
    other.disarm()
    await made.session.refresh()
    expect(made.endpoint.asked).toHaveLength(1)
  })
})
