import axios, { type AxiosInstance } from 'axios'
import { attachSession } from 'tokenflight/axios'
import {
  abortListeners,
  refusingAdapter,
  rejectionOf,
  scriptedAdapter,
  type ScriptedAdapter,
  useBench,
} from '../support/session-under-test.js'

const bench = useBench()

function instanceWith(adapter: ScriptedAdapter): AxiosInstance {
  return axios.create({ baseURL: 'https://api.example.com', adapter })
}

/** How many request interceptors an instance still has. */
function interceptors({ interceptors: { request } }: AxiosInstance): number {
  let count = 0
  ;(request as unknown as { forEach(visit: () => void): void }).forEach(() => void count++)
  return count
}

describe('attaching twice', () => {
  test('with the same session does nothing, and gives the same detach (21)', async () => {
    const subject = await bench.signedIn()
    const adapter = refusingAdapter('access-1')
    const api = instanceWith(adapter)
    const detach = attachSession(api, subject.session)
    expect(attachSession(api, subject.session)).toBe(detach)
    await api.get('/me')
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
    expect([interceptors(api), subject.grants]).toStrictEqual([1, 1])
    expect(subject.events.filter(({ type }) => type === 'settled')).toHaveLength(1)
    detach()
    expect(interceptors(api)).toBe(0)
  })

  test('with another session throws, and the first one stays attached (21)', async () => {
    const [subject, other] = [await bench.signedIn(), await bench.signedIn()]
    const adapter = scriptedAdapter()
    const api = instanceWith(adapter)
    attachSession(api, subject.session)
    const message = 'Another session is attached to this instance: detach that one first'
    expect(() => attachSession(api, other.session)).toThrow(new TypeError(message))
    await api.get('/me')
    expect(interceptors(api)).toBe(1)
    expect(subject.events.some(({ type }) => type === 'sent')).toBe(true)
    expect(other.events.some(({ type }) => type === 'sent')).toBe(false)
  })

  test('may be done with another session once the first is detached (21)', async () => {
    const [subject, other] = [await bench.signedIn(), bench.session()]
    await other.login({ access_token: 'other-1' })
    const adapter = scriptedAdapter()
    const api = instanceWith(adapter)
    attachSession(api, subject.session)()
    attachSession(api, other.session)
    await api.get('/me')
    expect(adapter.authorizations).toStrictEqual(['Bearer other-1'])
  })

  test('an instance made of an attached one is not attached (21)', async () => {
    const subject = await bench.signedIn()
    const adapter = scriptedAdapter()
    const api = instanceWith(adapter)
    attachSession(api, subject.session)
    await axios.create(api.defaults as object).get('/me')
    expect(adapter.authorizations).toStrictEqual([undefined])
  })

  const session = { openTransport() {} }
  const expected = 'Expected an axios instance and a session, got'

  test.each([
    ['no instance', {}, session, `${expected} object and object`],
    ['nothing', undefined, session, `${expected} undefined and object`],
    ['no session', axios.create(), {}, `${expected} function and object`],
    ['no session at all', axios.create(), undefined, `${expected} function and undefined`],
  ])('%s is told at once (21)', (_, instance, given, message) => {
    expect(() => attachSession(instance as AxiosInstance, given as never)).toThrow(new TypeError(message))
  })

  test('a sign of its own that is no function is told at once (14)', async () => {
    const { session } = await bench.signedIn()
    const attach = (): unknown => attachSession(axios.create(), session, { isUnauthorized: true as never })
    expect(attach).toThrow(new TypeError('Expected `isUnauthorized` to be a function, got boolean'))
  })
})

describe('detach', () => {
  test('makes the instance what it was before: requests go out bare, a 401 is a 401 (21)', async () => {
    const subject = await bench.signedIn()
    const adapter = scriptedAdapter(() => ({ status: 401 }))
    const api = instanceWith(adapter)
    attachSession(api, subject.session)()
    const error = await rejectionOf(api.get('/me'))
    expect(error.cause).toBeUndefined()
    expect(adapter.authorizations).toStrictEqual([undefined])
    expect([interceptors(api), subject.grants]).toStrictEqual([0, 0])
    expect(Reflect.ownKeys(api).filter((key) => typeof key === 'symbol')).toStrictEqual([])
  })

  test('rejects what is held, and leaves no listener (21)', async () => {
    const subject = await bench.signedIn()
    const adapter = refusingAdapter('access-1')
    const api = instanceWith(adapter)
    const detach = attachSession(api, subject.session)
    const { signal } = new AbortController()
    subject.gate.hold()
    const errors = [rejectionOf(api.get('/1', { signal })), rejectionOf(api.get('/2', { signal }))]
    await subject.holding(2)
    detach()
    expect(subject.held).toBe(0)
    for (const error of await Promise.all(errors)) {
      expect(error).toMatchObject({ isAxiosError: true, code: 'ERR_CANCELED' })
      expect(error.cause).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    }
    expect(abortListeners(signal)).toBe(0)
    subject.gate.release()
    expect(adapter.sent).toHaveLength(2)
  })

  test('leaves other instances of the session, and what they hold, alone (21)', async () => {
    const subject = await bench.signedIn()
    const adapter = refusingAdapter('access-1')
    const [one, two] = [instanceWith(adapter), instanceWith(adapter)]
    const detach = attachSession(one, subject.session)
    attachSession(two, subject.session)
    subject.gate.hold()
    const gone = rejectionOf(one.get('/one'))
    const stays = two.get('/two')
    await subject.holding(2)
    detach()
    await gone
    expect(subject.held).toBe(1)
    subject.gate.release()
    expect((await stays).status).toBe(200)
  })

  test('lets what is on the wire arrive, and renews nothing for its 401 (21)', async () => {
    const subject = await bench.signedIn()
    const adapter = scriptedAdapter(() => {
      detach()
      return { status: 401 }
    })
    const api = instanceWith(adapter)
    const detach = attachSession(api, subject.session)
    const error = await rejectionOf(api.get('/me'))
    expect(error.response?.status).toBe(401)
    expect([adapter.sent.length, subject.grants]).toStrictEqual([1, 0])
  })

  test('twice does nothing more, and undoes no later attachment (21)', async () => {
    const subject = await bench.signedIn()
    const adapter = scriptedAdapter()
    const api = instanceWith(adapter)
    const detach = attachSession(api, subject.session)
    detach()
    attachSession(api, subject.session)
    detach()
    await api.get('/me')
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1'])
    expect(attachSession(api, subject.session)).not.toBe(detach)
    expect(interceptors(api)).toBe(1)
  })

  test('leaves the session as it is: it can be attached again (21)', async () => {
    const subject = await bench.signedIn()
    const adapter = refusingAdapter('access-1')
    const api = instanceWith(adapter)
    attachSession(api, subject.session)()
    attachSession(api, subject.session)
    await api.get('/me')
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
  })
})

test('a session that is disposed of lets attached instances go on, bare (21)', async () => {
  const subject = await bench.signedIn()
  const adapter = scriptedAdapter()
  const api = instanceWith(adapter)
  attachSession(api, subject.session)
  subject.session.dispose()
  await api.get('/me')
  expect(adapter.authorizations).toStrictEqual([undefined])
})
