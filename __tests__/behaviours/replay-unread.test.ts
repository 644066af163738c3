import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import { type AxiosAdapter, type AxiosError, type AxiosInstance, getAdapter } from 'axios'
import { attachSession } from 'tokenflight/axios'
import {
  refusing,
  rejectionOf,
  type SessionUnderTest,
  unauthorized,
  useBench,
} from '../support/session-under-test.js'
import type { ScriptedServer } from '../support/scripted-server.js'

const bench = useBench()
/** More than what fits into the buffers on the way: unread, it keeps its connection. */
const large = 'too large for a socket to swallow '.repeat(100_000)

let subject: SessionUnderTest
let server: ScriptedServer
let agent: Agent

/** An API whose 401s are large, asked over one connection, for streams. */
async function attached(): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  const refuse = refusing(['access-1'])
  server = await bench.server(async (request) => {
    const answer = await refuse(request)
    return answer === unauthorized ? { status: 401, body: large } : answer
  })
  agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return subject.instance({
    baseURL: server.origin,
    httpAgent: agent,
    responseType: 'stream',
    adapter: 'http',
  })
}

afterEach(() => agent?.destroy())

async function textOf(stream: unknown): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Keeps the bodies of 401s on their way through an adapter. */
function watching(name: 'http' | 'fetch', unread: unknown[], onSend: () => void = () => {}): AxiosAdapter {
  return async (config) => {
    onSend()
    try {
      return await getAdapter(name, config)(config)
    } catch (error) {
      unread.push((error as AxiosError).response?.data)
      throw error
    }
  }
}

test('one socket is enough for a 401 with an unread body and its replay (19)', async () => {
  const { data } = await (await attached()).get('/file')
  expect(await textOf(data)).toBe('{"ok":true}')
  expect(server.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
})

test('one socket is enough for the next request where the new token is refused too (19)', async () => {
  const api = await attached()
  server.script = refusing(['access-1', 'access-2'])
  const error = await rejectionOf(api.get('/file'))
  expect(JSON.parse(await textOf(error.response?.data))).toEqual(unauthorized.body)
  server.script = () => ({ body: 'next' })
  expect(await textOf((await api.get('/next')).data)).toBe('next')
})

test('the body is let go just before the replay, and not earlier (19)', async () => {
  const api = await attached()
  const unread: Readable[] = []
  const whenSent: boolean[] = []
  const adapter = watching(
    'http',
    unread,
    () => void whenSent.push(unread.some(({ destroyed }) => !destroyed)),
  )
  subject.gate.hold()
  const answer = api.get('/file', { adapter })
  await subject.holding(1)
  expect(unread.map(({ destroyed }) => destroyed)).toStrictEqual([false])
  subject.gate.release()
  expect(await textOf((await answer).data)).toBe('{"ok":true}')
  expect(unread[0]!.destroyed).toBe(true)
  expect(whenSent).toStrictEqual([false, false])
})

test('a failed grant hands the body over, readable (19)', async () => {
  const api = await attached()
  subject.failure = { status: 400, body: { error: 'invalid_request' } }
  const error = await rejectionOf(api.get('/file'))
  expect(error).toMatchObject({ response: { status: 401 }, cause: { code: 'ERR_REFRESH_CONFIGURATION' } })
  expect(await textOf(error.response?.data)).toBe(large)
})

test('the end of the session hands the body over, readable (19)', async () => {
  const api = await attached()
  subject.failure = { status: 401 }
  const error = await rejectionOf(api.get('/file'))
  expect(error).toMatchObject({ response: { status: 401 }, cause: { code: 'ERR_LOGIN_REQUIRED' } })
  expect(await textOf(error.response?.data)).toBe(large)
})

test('a one-shot body’s 401 is handed over, readable (19)', async () => {
  const api = await attached()
  const error = await rejectionOf(api.post('/file', Readable.from(['one shot'])))
  expect(await textOf(error.response?.data)).toBe(large)
  await subject.granting(1)
})

describe('a body that nobody gets any more keeps no socket:', () => {
  const endings: [string, (detach: () => void, controller: AbortController) => unknown][] = [
    ['after a logout', () => subject.session.logout()],
    ['after another login', () => subject.session.login({ access_token: 'another' })],
    ['after detaching', (detach) => detach()],
    ['after an abort', (_, controller) => controller.abort()],
  ]
  test.each(endings)('%s (19)', async (_, end) => {
    const api = await attached()
    const detach = attachSession(api, subject.session)
    const controller = new AbortController()
    const unread: Readable[] = []
    subject.gate.hold()
    const adapter = watching('http', unread)
    const error = rejectionOf(api.get('/file', { adapter, signal: controller.signal }))
    await subject.holding(1)
    await end(detach, controller)
    const given: unknown = (await error).response?.data
    expect(unread).toHaveLength(1)
    expect(unread[0]!.destroyed || unread[0] === given).toBe(true)
  })

  test('after its timeout (19)', async () => {
    const api = await attached()
    const unread: Readable[] = []
    subject.gate.hold()
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
    try {
      const error = rejectionOf(api.get('/file', { adapter: watching('http', unread), timeout: 5000 }))
      await subject.holding(1)
      jest.advanceTimersByTime(5000)
      expect((await error).code).toBe('ECONNABORTED')
    } finally {
      jest.useRealTimers()
    }
    expect(unread.map(({ destroyed }) => destroyed)).toStrictEqual([true])
  })
})

describe('through the fetch adapter', () => {
  test('the body is canceled just before the replay, and not earlier (19)', async () => {
    const api = await attached()
    const unread: ReadableStream[] = []
    subject.gate.hold()
    const answer = api.get('/file', { adapter: watching('fetch', unread) })
    await subject.holding(1)
    expect(unread.map(({ locked }) => locked)).toStrictEqual([false])
    subject.gate.release()
    expect(await textOf((await answer).data)).toBe('{"ok":true}')
    expect((await unread[0]!.getReader().read()).done).toBe(true)
  })

  test('a failed grant hands the body over, readable (19)', async () => {
    const api = await attached()
    subject.failure = { status: 400, body: { error: 'invalid_request' } }
    const error = await rejectionOf(api.get('/file', { adapter: 'fetch' }))
    expect(await textOf(error.response?.data)).toBe(large)
  })
})

test('a body that was read already is let alone, and readable where the grant fails (19)', async () => {
  const api = await attached()
  subject.failure = { status: 400, body: { error: 'invalid_request' } }
  const error = await rejectionOf(api.get('/file', { responseType: 'text' }))
  expect(error.response?.data).toBe(large)
})
