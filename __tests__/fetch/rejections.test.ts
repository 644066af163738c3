import { inspect } from 'node:util'
import {
  getChallenges,
  getSessionError,
  isLoginRequired,
  LoginRequiredError,
  SessionError,
} from 'tokenflight/fetch'
import { failOnLeaks } from '../support/no-leaks.js'
import { held, rejected } from '../contract/world.js'
import { worlds } from './signed-in.js'

failOnLeaks()
const begin = worlds()

describe('a request for which no token can be had rejects with the SessionError', () => {
  async function ended(): Promise<SessionError[]> {
    const { send, auth } = await begin({
      script: () => ({ status: 401, body: 'refused', headers: { 'www-authenticate': 'Bearer realm="api"' } }),
    })
    auth.revoke()
    const errors = await Promise.all([rejected(send('/a')), rejected(send('/b'))])
    return errors as SessionError[]
  }

  test('its response is the 401 that was received, unread, each its own', async () => {
    const [one, other] = await ended()
    expect(one?.response).toBeInstanceOf(Response)
    expect(one?.response?.status).toBe(401)
    expect(one?.response).not.toBe(other?.response)
    expect(await one?.response?.text()).toBe('refused')
    expect(getChallenges(other)[0]?.parameters).toEqual({ realm: 'api' })
  })

  test('it is an Error in every respect', async () => {
    const [error] = await ended()
    expect(error).toBeInstanceOf(LoginRequiredError)
    expect(error).toBeInstanceOf(SessionError)
    expect(inspect(error)).toMatch(/^LoginRequiredError: The server refused/)
    expect(error?.stack).toContain(error?.message)
    // Tools that map stacks to sources write them anew.
    const stack = { writable: true, enumerable: false, configurable: true }
    expect(Object.getOwnPropertyDescriptor(error, 'stack')).toMatchObject(stack)
    expect(Object.prototype.toString.call(error)).toBe('[object Error]')
    expect(isLoginRequired(error)).toBe(true)
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: 'LoginRequiredError',
      code: 'ERR_LOGIN_REQUIRED',
      reason: 'refused',
      oauth: { error: 'invalid_grant' },
    })
  })

  test('the error that others see has no answer of ours', async () => {
    const { send, auth, session } = await begin()
    auth.revoke()
    await rejected(send('/me'))
    const { lastError } = session.getSnapshot()
    expect(lastError).toBeInstanceOf(LoginRequiredError)
    expect(lastError).not.toHaveProperty('response')
  })

  test('36 neither its text nor its JSON holds a token or the answer', async () => {
    const { send, auth, session } = await begin()
    const token = (await session.getAccessToken())!
    auth.revoke()
    const error = await rejected(send('/me'))
    for (const text of [inspect(error, { depth: 9, showHidden: false }), JSON.stringify(error)]) {
      expect(text).not.toContain(token)
      expect(text).not.toContain('Response')
    }
  })

  test('its cause is kept', async () => {
    const { send, auth } = await begin()
    auth.expireAll()
    auth.down('destroy')
    const error = getSessionError(await rejected(send('/me')))
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'network' })
    expect(error?.cause).toMatchObject({ message: expect.any(String) as string })
    expect(error?.response?.status).toBe(401)
  })
})

describe('10 an abort rejects with the reason of its signal', () => {
  const reasons: readonly (readonly [string, unknown])[] = [
    ['the default one', undefined],
    ['an error', new RangeError('mine')],
    ['a word', 'because'],
    ['something like an answer', { status: 401 }],
    ['nothing', null],
  ]

  test.each(reasons)('%s, sent, held and before', async (_kind, reason) => {
    const { send, auth, session, api } = await begin()
    const before = AbortSignal.abort(reason)
    expect(await rejected(send('/me', { signal: before }))).toBe(before.reason)
    expect(api.count()).toBe(0)

    auth.expireAll()
    auth.hold()
    const first = send('/first')
    await auth.asked(1)
    const controller = new AbortController()
    const waiting = rejected(send('/held', { signal: controller.signal }))
    const early = rejected(send('/held', { signal: before }))
    await held(session, 2)
    controller.abort(reason)
    expect(await waiting).toBe(controller.signal.reason)
    expect(await early).toBe(before.reason)
    auth.release()
    await first
    expect(api.count('/held')).toBe(0)

    const late = new AbortController()
    api.gate.hold()
    const sent = rejected(send('/sent', { signal: late.signal }))
    await api.arrived(3)
    late.abort(reason)
    expect(await sent).toBe(late.signal.reason)
  })

  const carried: readonly (readonly [
    string,
    (url: string, signal: AbortSignal) => [Request, RequestInit?],
  ])[] = [
    ['of a Request', (url, signal) => [new Request(url, { signal })]],
    ['of a clone', (url, signal) => [new Request(url, { signal }).clone()]],
    ['of an init over a Request', (url, signal) => [new Request(url), { signal }]],
  ]

  test.each(carried)('the signal %s', async (_whose, make) => {
    const { send, auth, session, api } = await begin()
    auth.expireAll()
    auth.hold()
    const first = send('/first')
    await auth.asked(1)
    const controller = new AbortController()
    const waiting = rejected(send(...make(`${api.origin}/held`, controller.signal)))
    await held(session, 2)
    controller.abort(new Error('enough'))
    expect(await waiting).toBe(controller.signal.reason)
    auth.release()
    await first
    expect(api.count('/held')).toBe(0)
  })

  test('a signal of null in the init takes off that of the Request', async () => {
    const { send, api } = await begin()
    const request = new Request(`${api.origin}/me`, { signal: AbortSignal.abort() })
    expect((await send(request, { signal: null })).status).toBe(200)
  })

  test('a time-out is told as one', async () => {
    const { send, auth } = await begin()
    auth.expireAll()
    auth.hold()
    const reason = await rejected(send('/me', { signal: AbortSignal.timeout(20) }))
    expect(reason).toMatchObject({ name: 'TimeoutError' })
  })

  test('20 whoever has been answered leaves no listener', async () => {
    const { send, auth } = await begin()
    const { signal } = new AbortController()
    const added = jest.spyOn(signal, 'addEventListener')
    const removed = jest.spyOn(signal, 'removeEventListener')
    auth.expireAll()
    await (await send('/me', { signal })).text()
    const ofOurs = ({ mock }: jest.SpyInstance): unknown[] =>
      mock.calls
        .filter(([type, , options]) => type === 'abort' && options === undefined)
        .map(([, one]) => one)
    expect(ofOurs(added)).toHaveLength(1)
    expect(ofOurs(removed)).toEqual(ofOurs(added))
  })
})
