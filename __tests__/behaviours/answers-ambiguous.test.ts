import { useBench, type Bench } from '../support/bench.js'
import { elapsed, pass, useFakeClock } from '../support/fake-clock.js'
import { rejectionsOf, sessionErrorOf, watch } from '../support/outcome.js'
import { tokens, type GrantAnswer } from '../support/token-endpoint-double.js'
import { getSessionError } from 'tokenflight/axios'

const { bench } = useBench()
useFakeClock()

const lost: [string, GrantAnswer, string][] = [
  ['a network failure', new TypeError('fetch failed'), 'network'],
  ['HTTP 500', { status: 500 }, 'server'],
  ['HTTP 502', { status: 502, body: '<h1>Bad gateway</h1>' }, 'server'],
  ['HTTP 504', { status: 504 }, 'server'],
  ['server_error', { status: 400, body: { error: 'server_error' } }, 'server'],
  ['half an answer', { body: '{"access_token":' }, 'malformed'],
  ['a page of HTML', { body: '<!doctype html>' }, 'malformed'],
]

describe.each(lost)('%s may hide a rotation', (_, answer, reason) => {
  it('so that it is not sent again: all who wait are told at once, nothing is lost (25)', async () => {
    const { session, http, api, endpoint, stored, onLoginRequired } = bench()
    await session.login(tokens(1))
    const before = stored()
    api.dead.add('access-1')
    endpoint.always(answer)
    const errors = (await rejectionsOf(['/a', '/b', '/c'].map((path) => http.get(path)))).map(getSessionError)
    expect(errors).toEqual(Array(3).fill(expect.objectContaining({ reason, ambiguous: true })))
    expect(elapsed()).toBe(0)
    expect(endpoint.asked).toHaveLength(1)
    expect(stored()).toEqual(before)
    expect(session.getSnapshot()).toMatchObject({ status: 'active', held: 0, lastError: { reason } })
    expect(onLoginRequired).not.toHaveBeenCalled()
  })

  it('but for a server that forgives it is, once, and the caller never knows (25)', async () => {
    const { session, http, api, endpoint, told } = bench({ rotationGraceMs: 10_000 })
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.inTurn(answer, { body: tokens(2) })
    const response = http.get('/me')
    await pass(1_000)
    expect((await response).data.token).toBe('access-2')
    expect(endpoint.sent).toEqual(['refresh-1', 'refresh-1'])
    expect(told('grantFailed')).toBe(0)
  })
})

it('a token endpoint that never answers counts as lost at the deadline, and is not asked again (25)', async () => {
  const { session, http, api, endpoint, stored } = bench({ refreshTimeoutMs: 8_000 })
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.always('never')
  const error = watch(sessionErrorOf(http.get('/me')))
  await pass(7_999)
  expect(error.settled).toBe(false)
  await pass(1)
  expect(await error.promise).toMatchObject({ reason: 'timeout', ambiguous: true })
  expect(endpoint.asked).toHaveLength(1)
  expect(stored()?.tokens.refreshToken).toBe('refresh-1')
})

describe('rotationGraceMs', () => {
  async function dead(options: { rotationGraceMs: number }): Promise<Bench> {
    const one = bench(options)
    await one.session.login(tokens(1))
    one.api.dead.add('access-1')
    return one
  }

  it('allows one more attempt and no third (25)', async () => {
    const { http, endpoint } = await dead({ rotationGraceMs: 60_000 })
    endpoint.always({ status: 500 })
    const error = watch(sessionErrorOf(http.get('/me')))
    await pass(30_000)
    expect(await error.promise).toMatchObject({ reason: 'server', ambiguous: true })
    expect(endpoint.asked).toHaveLength(2)
  })

  it('counts from when the lost grant was sent: an answer that took longer is not asked for again (25)', async () => {
    const { http, endpoint } = await dead({ rotationGraceMs: 2_000 })
    endpoint.answer = () => new Promise((resolve) => setTimeout(() => resolve({ status: 502 }), 2_000))
    const error = watch(sessionErrorOf(http.get('/me')))
    await pass(20_000)
    expect(await error.promise).toMatchObject({ reason: 'server', ambiguous: true })
    expect(endpoint.asked).toHaveLength(1)
  })

  it('and an answer that took less is (25)', async () => {
    const { http, endpoint } = await dead({ rotationGraceMs: 2_000 })
    endpoint.answer = ({ index }) => {
      const answer = index === 1 ? { status: 502 } : { body: tokens(2) }
      return new Promise((resolve) => setTimeout(() => resolve(answer), 1_999))
    }
    const response = http.get('/me')
    await pass(20_000)
    expect((await response).data.token).toBe('access-2')
    expect(endpoint.asked).toHaveLength(2)
  })

  it('does not lengthen the deadline: with too little time left nothing is sent (25)', async () => {
    const { http, endpoint } = await dead({ rotationGraceMs: 60_000 })
    endpoint.answer = () => new Promise((resolve) => setTimeout(() => resolve({ status: 502 }), 29_000))
    const error = watch(sessionErrorOf(http.get('/me')))
    await pass(30_000)
    expect(await error.promise).toMatchObject({ ambiguous: true })
    expect(endpoint.asked).toHaveLength(1)
  })
})

it('a second attempt that is refused ends the session: then the first one had rotated (24, 25)', async () => {
  const { session, http, api, endpoint, onLoginRequired } = bench({ rotationGraceMs: 5_000 })
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.inTurn(new TypeError('fetch failed'), { status: 400, body: { error: 'invalid_grant' } })
  const error = sessionErrorOf(http.get('/me'))
  await pass(1_000)
  expect(await error).toMatchObject({ code: 'ERR_LOGIN_REQUIRED' })
  expect([endpoint.asked.length, onLoginRequired.mock.calls.length]).toEqual([2, 1])
})
