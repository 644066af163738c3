import axios, { type AxiosInstance } from 'axios'
import {
  abortListeners,
  refusing,
  refusingAdapter,
  rejectionOf,
  scriptedAdapter,
  type ScriptedAdapter,
  type SessionUnderTest,
  useBench,
} from '../support/session-under-test.js'

const bench = useBench()
const baseURL = 'https://api.example.com'

let subject: SessionUnderTest

async function attached(adapter: ScriptedAdapter): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  return subject.instance({ baseURL, adapter })
}

/** The ways in which axios lets a caller abort. */
const ways = {
  signal() {
    const controller = new AbortController()
    const { signal } = controller
    const abort = (): void => controller.abort()
    return { config: { signal }, abort, listeners: () => abortListeners(signal) }
  },
  cancelToken() {
    const { token, cancel } = axios.CancelToken.source()
    const listeners = (): number => (token as { _listeners?: unknown[] | null })._listeners?.length ?? 0
    return { config: { cancelToken: token }, abort: () => cancel('stop'), listeners }
  },
  both() {
    const { signal } = new AbortController()
    const { config, abort, listeners } = ways.cancelToken()
    return { config: { ...config, signal }, abort, listeners: () => listeners() + abortListeners(signal) }
  },
}

describe.each(Object.entries(ways))('aborted by %s', (_, way) => {
  test('while it is held for an expired token, it never reaches the wire (20)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    const { config, abort, listeners } = way()
    subject.now += 7_200_000
    subject.gate.hold()
    const error = rejectionOf(api.get('/gone', config))
    const stays = api.get('/stays')
    await subject.holding(2)
    abort()
    expect(await error).toMatchObject({ name: 'CanceledError', code: 'ERR_CANCELED', isAxiosError: true })
    expect(axios.isCancel(await error)).toBe(true)
    expect([subject.held, listeners()]).toStrictEqual([1, 0])
    subject.gate.release()
    await stays
    expect(adapter.sent.map(({ url }) => url)).toStrictEqual(['/stays'])
  })

  test('while its 401 is being renewed for, it is not replayed, and the grant goes on (20)', async () => {
    const adapter = refusingAdapter('access-1')
    const api = await attached(adapter)
    const { config, abort, listeners } = way()
    subject.gate.hold()
    const error = rejectionOf(api.get('/me', config))
    await subject.holding(1)
    abort()
    expect(axios.isCancel(await error)).toBe(true)
    expect([subject.held, listeners()]).toStrictEqual([0, 0])
    subject.gate.release()
    await api.get('/next')
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
    expect(subject.grants).toBe(1)
  })

  test('by what ran just before its release, it never reaches the wire (20)', async () => {
    const { config, abort, listeners } = way()
    const adapter = scriptedAdapter(({ url }) => {
      if (url === '/first') abort()
      return {}
    })
    const api = await attached(adapter)
    subject.now += 7_200_000
    subject.gate.hold()
    const first = api.get('/first')
    const error = rejectionOf(api.get('/gone', config))
    await subject.holding(2)
    subject.gate.release()
    await first
    expect(axios.isCancel(await error)).toBe(true)
    expect(adapter.sent.map(({ url }) => url)).toStrictEqual(['/first'])
    expect(listeners()).toBe(0)
  })

  test('at the moment of its 401, it is neither held nor replayed (20)', async () => {
    const { config, abort, listeners } = way()
    const adapter = scriptedAdapter(() => {
      abort()
      return { status: 401 }
    })
    const api = await attached(adapter)
    const error = await rejectionOf(api.get('/me', config))
    expect(axios.isCancel(error)).toBe(true)
    expect(adapter.sent).toHaveLength(1)
    expect([subject.held, listeners()]).toStrictEqual([0, 0])
  })

  test('not at all: it leaves no listener behind, held or not (20)', async () => {
    const { config, listeners } = way()
    const adapter = refusingAdapter('access-1')
    const api = await attached(adapter)
    subject.gate.hold()
    const answers = Array.from({ length: 8 }, () => api.get('/me', config))
    await subject.holding(8)
    expect(listeners()).toBeGreaterThanOrEqual(8)
    subject.gate.release()
    await Promise.all(answers)
    expect(listeners()).toBe(0)
    await api.get('/me', config)
    expect(listeners()).toBe(0)
  })

  test('not at all, but refused: it leaves no listener behind either (20)', async () => {
    const { config, listeners } = way()
    const api = await attached(refusingAdapter('access-1'))
    subject.failure = { status: 400, body: { error: 'invalid_request' } }
    await rejectionOf(api.get('/me', config))
    expect(listeners()).toBe(0)
  })
})

test('a reason given to abort is not lost where axios keeps it (20)', async () => {
  const api = await attached(refusingAdapter('access-1'))
  const source = axios.CancelToken.source()
  subject.gate.hold()
  const error = rejectionOf(api.get('/me', { cancelToken: source.token }))
  await subject.holding(1)
  source.cancel('the user left the page')
  expect((await error).message).toBe('the user left the page')
})

test('one that is on the wire is aborted by its own adapter, as without a session (20)', async () => {
  subject = await bench.signedIn()
  const server = await bench.server(() => 'hang')
  const api = subject.instance({ baseURL: server.origin })
  const controller = new AbortController()
  const error = rejectionOf(api.get('/me', { signal: controller.signal }))
  await server.arrived(1)
  controller.abort()
  expect((await error).code).toBe('ERR_CANCELED')
  expect(abortListeners(controller.signal)).toBe(0)
  expect(subject.grants).toBe(0)
})

test('one whose replay is on the wire is aborted too (20)', async () => {
  subject = await bench.signedIn()
  const server = await bench.server(refusing(['access-1'], () => 'hang'))
  const api = subject.instance({ baseURL: server.origin })
  const controller = new AbortController()
  const error = rejectionOf(api.get('/me', { signal: controller.signal }))
  await server.arrived(2)
  controller.abort()
  expect((await error).code).toBe('ERR_CANCELED')
  expect(abortListeners(controller.signal)).toBe(0)
})

test('one that is aborted before it begins starts nothing (20)', async () => {
  const adapter = scriptedAdapter()
  const api = await attached(adapter)
  subject.now += 7_200_000
  const error = await rejectionOf(api.get('/me', { signal: AbortSignal.abort() }))
  expect(axios.isCancel(error)).toBe(true)
  expect([adapter.sent.length, subject.grants]).toStrictEqual([0, 0])
})
