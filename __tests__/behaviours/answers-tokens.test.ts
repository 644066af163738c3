import { useBench } from '../support/bench.js'
import { pass, start, turn, useFakeClock } from '../support/fake-clock.js'
import { sessionErrorOf } from '../support/outcome.js'
import { tokens, type GrantReply } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

describe('a 2xx from the token endpoint', () => {
  it.each([200, 201, 202, 203, 206, 299])('with status %i brings the new token (23)', async (status) => {
    const { session, http, api, endpoint } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.always({ status, body: tokens(2) })
    expect((await http.get('/me')).data.token).toBe('access-2')
  })

  it.each<[string, GrantReply]>([
    ['no body', {}],
    ['no access_token', { body: { refresh_token: 'refresh-2' } }],
    ['an empty access_token', { body: { ...tokens(2), access_token: '' } }],
    ['null for access_token', { body: { ...tokens(2), access_token: null } }],
    ['a number for access_token', { body: { ...tokens(2), access_token: 12345 } }],
    ['an object for access_token', { body: { ...tokens(2), access_token: { value: 'access-2' } } }],
    ['a line break in access_token', { body: { ...tokens(2), access_token: 'access\r\nx: y' } }],
    ['a page of HTML', { headers: { 'content-type': 'text/html' }, body: '<!doctype html><p>Sign in</p>' }],
    ['half a JSON', { body: '{"access_token":"acc' }],
  ])('with %s is malformed: the caller is told, the old tokens stay (23)', async (_, answer) => {
    const { session, http, api, endpoint, stored, onLoginRequired } = bench()
    await session.login(tokens(1))
    const before = stored()
    api.dead.add('access-1')
    endpoint.always(answer)
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'malformed', ambiguous: true })
    expect(stored()).toEqual(before)
    expect(session.getSnapshot()).toMatchObject({ status: 'active', lastError: error })
    expect(api.authorizations).toEqual(['Bearer access-1'])
    expect(endpoint.asked).toHaveLength(1)
    expect(onLoginRequired).not.toHaveBeenCalled()
  })

  it('with an error member is a failure even beside a token (23)', async () => {
    const { session, http, api, endpoint, onLoginRequired } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.always({ body: { ...tokens(2), error: 'invalid_grant', error_description: 'It is spent' } })
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({
      reason: 'refused',
      oauth: { error: 'invalid_grant', errorDescription: 'It is spent' },
    })
    expect(onLoginRequired).toHaveBeenCalledTimes(1)
    expect(api.authorizations).toEqual(['Bearer access-1'])
  })

  it.each<[string, number, object | string | undefined]>([
    ['an empty 204', 204, undefined],
    ['{}', 200, {}],
    ['{"ok":true}', 200, { ok: true }],
    ['null', 200, 'null'],
  ])('with %s is enough where the access token is a cookie (23)', async (_, status, body) => {
    const { session, http, api, endpoint } = bench({
      accessTokenIn: 'cookie',
      grant: { refreshTokenIn: 'cookie' },
    })
    await session.login()
    endpoint.always({ status, ...(body !== undefined && { body }) })
    api.answer = ({ index }) => ({ status: index === 1 ? 401 : 200, body: { index } })
    expect((await http.get('/me')).data).toEqual({ index: 2 })
    expect(api.authorizations).toEqual([undefined, undefined])
    expect(endpoint.asked).toHaveLength(1)
  })
})

describe('without a new refresh token', () => {
  it.each([
    ['absent', undefined],
    ['null', null],
    ['empty', ''],
  ])('in the answer (%s) the old one is kept and sent the next time (23)', async (_, refresh_token) => {
    const { session, http, api, endpoint, stored } = bench()
    await session.login(tokens(1))
    endpoint.answer = ({ index }) => ({ body: { ...tokens(index + 1), refresh_token } })
    for (const n of [1, 2, 3]) {
      api.dead.add(`access-${n}`)
      expect((await http.get('/me')).data.token).toBe(`access-${n + 1}`)
      expect(stored()).toMatchObject({ version: n + 1, tokens: { refreshToken: 'refresh-1' } })
    }
    expect(endpoint.sent).toEqual(['refresh-1', 'refresh-1', 'refresh-1'])
  })
})

describe('expires_in', () => {
  it.each<[string, unknown, number | undefined]>([
    ['a number', 600, start + 600_000],
    ['a string', '600', start + 600_000],
    ['a fraction', 0.5, start + 500],
    ['absent', undefined, undefined],
    ['null', null, undefined],
    ['empty', '', undefined],
    ['no number at all', 'soon', undefined],
    ['an object', {}, undefined],
    ['zero', 0, start],
    ['negative', -5, start],
  ])('may be %s (23)', async (_, expires_in, expiresAt) => {
    const { session, http, api, endpoint } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    endpoint.always({ body: tokens(2, { expires_in }) })
    expect((await http.get('/me')).data.token).toBe('access-2')
    expect(session.getSnapshot().expiresAt).toBe(expiresAt)
  })

  it.each([1e12, 1e300, Infinity, '1e400', Number.MAX_SAFE_INTEGER])(
    'of %p, absurd as it is, does no harm (23)',
    async (expires_in) => {
      const { session, http, endpoint, stored } = bench()
      await session.login(tokens(1, { expires_in: String(expires_in) }))
      const { expiresAt } = session.getSnapshot()
      expect(new Date(expiresAt ?? NaN).getTime()).toBe(expiresAt)
      expect(JSON.parse(JSON.stringify(stored()))).toEqual(stored())
      await pass(24 * 3_600_000)
      expect((await http.get('/me')).data.token).toBe('access-1')
      expect(endpoint.asked).toHaveLength(0)
    },
  )

  it('of zero uses each new token for one request and renews before the next, without a loop (23)', async () => {
    const { session, http, api, endpoint } = bench()
    endpoint.answer = ({ index }) => ({ body: tokens(index + 1, { expires_in: 0 }) })
    await session.login(tokens(1, { expires_in: 0 }))
    await http.get('/one')
    await http.get('/two')
    await turn()
    expect(api.authorizations).toEqual(['Bearer access-2', 'Bearer access-3'])
    expect(endpoint.asked).toHaveLength(2)
  })
})
