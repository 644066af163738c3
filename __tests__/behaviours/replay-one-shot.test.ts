import FormDataPackage from 'form-data'
import { Readable } from 'node:stream'
import axios, { type AxiosInstance } from 'axios'
import {
  attachSession,
  BodyNotReplayableError,
  createSession,
  getSessionError,
  isBodyNotReplayable,
} from 'tokenflight/axios'
import {
  refusing,
  refusingAdapter,
  rejectionOf,
  scriptedAdapter,
  type ScriptedAdapter,
  type SessionUnderTest,
  useBench,
} from '../support/session-under-test.js'

const bench = useBench()
afterEach(() => void jest.useRealTimers())
const baseURL = 'https://api.example.com'
const minute = 60_000

let subject: SessionUnderTest

async function attached(adapter: ScriptedAdapter): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  const transformRequest = (data: unknown): unknown => data
  return subject.instance({ baseURL, adapter, transformRequest })
}

const kinds: [string, () => unknown][] = [
  ['a Node stream', () => Readable.from(['one ', 'shot'])],
  ['the form-data package', () => packageForm()],
  ['a ReadableStream', () => new Blob(['one shot']).stream()],
  ['an async iterable', () => chunks()],
  ['an object with an async iterator', () => ({ [Symbol.asyncIterator]: () => chunks() })],
  ['anything with .pipe', () => ({ pipe: () => undefined })],
]

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('one shot')
}

function packageForm(): FormDataPackage {
  const form = new FormDataPackage()
  form.append('name', 'Ada')
  return form
}

describe.each(kinds)('%s', (_, make) => {
  test('goes out at once with a good token (18)', async () => {
    const adapter = scriptedAdapter()
    await (await attached(adapter)).post('/up', make())
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1'])
    expect(subject.grants).toBe(0)
  })

  test('is never replayed: the caller gets the original 401 and the reason (18)', async () => {
    const adapter = refusingAdapter('access-1')
    const api = await attached(adapter)
    const error = await rejectionOf(api.post('/up', make()))
    expect(error).toMatchObject({ isAxiosError: true, code: 'ERR_BAD_REQUEST', response: { status: 401 } })
    expect(error.cause).toBeInstanceOf(BodyNotReplayableError)
    expect(isBodyNotReplayable(error)).toBe(true)
    expect(adapter.sent).toHaveLength(1)
    await api.get('/next')
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
    expect(subject.grants).toBe(1)
  })

  test('waits for the renewal inside the ahead window (18)', async () => {
    const adapter = scriptedAdapter()
    const api = await attached(adapter)
    subject.now += 59.5 * minute
    subject.gate.hold()
    const upload = api.post('/up', make())
    await subject.holding(1)
    expect([adapter.sent.length, subject.grants]).toStrictEqual([0, 1])
    subject.gate.release()
    await upload
    expect(adapter.authorizations).toStrictEqual(['Bearer access-2'])
  })
})

test('a body that replays does not wait inside the ahead window (18)', async () => {
  const adapter = scriptedAdapter()
  const api = await attached(adapter)
  subject.now += 59.5 * minute
  subject.gate.hold()
  await api.post('/small', '{}')
  expect(adapter.authorizations).toStrictEqual(['Bearer access-1'])
  const upload = api.post('/up', chunks())
  await subject.holding(1)
  expect(subject.grants).toBe(1)
  subject.gate.release()
  await upload
  expect(adapter.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
})

test('where the renewal ahead fails, it goes out with what is left of the token (18)', async () => {
  const adapter = scriptedAdapter()
  const api = await attached(adapter)
  subject.now += 59.5 * minute
  subject.failure = { status: 500 }
  await api.post('/up', chunks())
  expect(adapter.authorizations).toStrictEqual(['Bearer access-1'])
  expect(subject.grants).toBe(1)
})

test('a late 401 for it starts no grant, and it is not replayed (18)', async () => {
  const adapter = scriptedAdapter(async ({ authorization }) => {
    if (authorization !== 'Bearer access-1') return {}
    await subject.session.refresh()
    return { status: 401 }
  })
  const api = await attached(adapter)
  const error = await rejectionOf(api.post('/up', chunks()))
  expect(getSessionError(error)).toMatchObject({ code: 'ERR_BODY_NOT_REPLAYABLE' })
  expect([adapter.sent.length, subject.grants]).toStrictEqual([1, 1])
})

test('a 401 that validateStatus lets through stays the answer, unreplayed (18)', async () => {
  const adapter = refusingAdapter('access-1')
  const api = await attached(adapter)
  const { status } = await api.post('/up', chunks(), { validateStatus: null })
  expect([status, adapter.sent.length]).toStrictEqual([401, 1])
  await subject.granting(1)
})

test('ten uploads that get 401s at once make one grant (18)', async () => {
  const adapter = refusingAdapter('access-1')
  const api = await attached(adapter)
  const errors = await Promise.all(Array.from({ length: 10 }, () => rejectionOf(api.post('/up', chunks()))))
  expect(errors.every(isBodyNotReplayable)).toBe(true)
  await subject.granting(1)
  expect([adapter.sent.length, subject.grants]).toStrictEqual([10, 1])
})

test('nobody is signed in, but acquire may help: it is asked before the body is spent (18)', async () => {
  const session = createSession({ acquire: async () => ({ access_token: 'fresh' }) })
  const adapter = scriptedAdapter(({ authorization }) => ({ status: authorization ? 200 : 401 }))
  const api = axios.create({ baseURL, adapter, transformRequest: (data: unknown): unknown => data })
  attachSession(api, session)
  await api.post('/up', chunks())
  expect(adapter.authorizations).toStrictEqual(['Bearer fresh'])
  session.dispose()
})

test('it goes out at once with a token that is good, although a renewal is under way (7, 18)', async () => {
  const adapter = scriptedAdapter()
  const api = await attached(adapter)
  subject.gate.hold()
  const renewed = subject.session.refresh()
  await subject.granting(1)
  await api.post('/up', chunks())
  expect(adapter.authorizations).toStrictEqual(['Bearer access-1'])
  subject.gate.release()
  await renewed
})

describe('on the wire', () => {
  test.each<[string, string, () => unknown]>([
    ['a Node stream', 'http', () => Readable.from(['one ', 'shot'])],
    ['a form of the form-data package', 'http', () => packageForm()],
    ['a ReadableStream', 'fetch', () => new Blob(['one shot']).stream()],
  ])('%s arrives whole, once, with a token that is not about to end (18)', async (_, adapter, make) => {
    subject = await bench.signedIn()
    const server = await bench.server(refusing(['access-1']))
    const api = subject.instance({ baseURL: server.origin, adapter })
    subject.now += 59.5 * minute
    await api.post('/up', make())
    expect(server.authorizations).toStrictEqual(['Bearer access-2'])
    expect(server.requests[0]!.text).toMatch(/^one shot$|name="name"\r\n\r\nAda/)
  })
})

test('it is not sent with a token that was refused, though a cool-down keeps the next one away (7, 18)', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
  const adapter = refusingAdapter('access-1')
  const api = await attached(adapter)
  subject.failure = { status: 500 }
  await rejectionOf(api.get('/first'))
  subject.failure = undefined
  const refused = api.get('/second')
  await subject.holding(1)
  const upload = api.post('/up', chunks())
  await subject.holding(2)
  subject.now += 1_000
  await jest.advanceTimersByTimeAsync(1_000)
  expect([(await refused).status, (await upload).status]).toStrictEqual([200, 200])
  const ups = adapter.sent.filter(({ url }) => url === '/up')
  expect(ups.map(({ authorization }) => authorization)).toStrictEqual(['Bearer access-3'])
})
