import { visit } from '../support/xhr-of-a-page.js'
import type { AxiosInstance } from 'axios'
import {
  refusing,
  rejectionOf,
  type SessionUnderTest,
  unauthorized,
  useBench,
} from '../support/session-under-test.js'
import type { Script, ScriptedServer } from '../support/scripted-server.js'

const bench = useBench()

let subject: SessionUnderTest
let server: ScriptedServer

async function attached(script: Script = refusing(['access-1'])): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  server = await bench.server(script)
  visit(server.origin)
  return subject.instance({ baseURL: server.origin, adapter: 'xhr' })
}

test('the xhr adapter: three 401s at once make one grant and three answers (21)', async () => {
  const api = await attached()
  subject.gate.hold()
  const requests = Promise.all(['/1', '/2', '/3'].map((path) => api.post(path, { path })))
  await subject.holding(3)
  subject.gate.release()
  const answers = await requests
  expect(answers.map(({ data, request }) => [data, request instanceof XMLHttpRequest])).toStrictEqual(
    Array(3).fill([{ ok: true }, true]),
  )
  expect(server.count()).toBe(6)
  expect(subject.grants).toBe(1)
  for (const { path, text, method } of server.requests) {
    expect([method, text]).toStrictEqual(['POST', JSON.stringify({ path })])
  }
})

test('the xhr adapter: a failed grant gives the 401 with its cause (21)', async () => {
  const api = await attached()
  subject.failure = { status: 400, body: { error: 'invalid_request' } }
  const error = await rejectionOf(api.get('/me'))
  expect(error).toMatchObject({
    isAxiosError: true,
    response: { status: 401, data: unauthorized.body },
    cause: { code: 'ERR_REFRESH_CONFIGURATION' },
  })
})

test('the xhr adapter: one aborted while it is held is not replayed (21)', async () => {
  const api = await attached()
  const controller = new AbortController()
  subject.gate.hold()
  const error = rejectionOf(api.get('/me', { signal: controller.signal }))
  await subject.holding(1)
  controller.abort()
  expect((await error).code).toBe('ERR_CANCELED')
  subject.gate.release()
  await api.get('/next')
  expect(server.requests.map(({ path }) => path)).toStrictEqual(['/me', '/next'])
})

test('the xhr adapter: a 401 that came from another origin than was asked renews nothing (5)', async () => {
  const other = await bench.server((request) => {
    const origin = String(request.headers['origin'])
    const headers = {
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization',
    }
    return request.method === 'OPTIONS' ? { status: 204, headers } : { status: 401, headers }
  })
  const api = await attached(() => ({ status: 307, headers: { location: `${other.origin}/me` } }))
  const error = await rejectionOf(api.get('/me'))
  expect(error.response?.status).toBe(401)
  expect([server.count(), subject.grants]).toStrictEqual([1, 0])
})
