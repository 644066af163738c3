import type { AxiosError, AxiosInstance } from 'axios'
import {
  refusingAdapter,
  rejectionOf,
  scriptedAdapter,
  type ScriptedAdapter,
  type SessionUnderTest,
  useBench,
} from '../support/session-under-test.js'

const bench = useBench()

let subject: SessionUnderTest

async function attached(adapter: ScriptedAdapter): Promise<AxiosInstance> {
  subject = await bench.signedIn()
  return subject.instance({ baseURL: 'https://api.example.com', adapter })
}

/** What a request is rejected with that is held until its timeout. */
async function timedOut(api: AxiosInstance): Promise<AxiosError> {
  const error = rejectionOf(api.get('/me', { timeout: 5000 }))
  await subject.holding(1)
  await jest.advanceTimersByTimeAsync(5000)
  return error
}

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }))
afterEach(() => void jest.useRealTimers())

test('axios’s timeout ends a hold, in axios’s own words, and the request never goes out (10)', async () => {
  const adapter = scriptedAdapter()
  const api = await attached(adapter)
  subject.now += 7_200_000
  subject.gate.hold()
  const settled = jest.fn()
  const error = rejectionOf(api.get('/me', { timeout: 5000 }))
  void error.then(settled)
  await subject.holding(1)
  await jest.advanceTimersByTimeAsync(4999)
  expect(settled).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(1)
  expect(await error).toMatchObject({
    isAxiosError: true,
    code: 'ECONNABORTED',
    message: 'timeout of 5000ms exceeded',
    config: { url: '/me', timeout: 5000 },
  })
  expect(subject.held).toBe(0)
  subject.gate.release()
  await api.get('/next')
  expect(adapter.sent.map(({ url }) => url)).toStrictEqual(['/next'])
  expect(subject.grants).toBe(1)
})

test('it ends the hold of a request that waits with its 401 as well (10)', async () => {
  const adapter = refusingAdapter('access-1')
  const api = await attached(adapter)
  subject.gate.hold()
  expect((await timedOut(api)).code).toBe('ECONNABORTED')
  subject.gate.release()
  await api.get('/next')
  expect(adapter.sent.map(({ url }) => url)).toStrictEqual(['/me', '/next'])
})

test('timeoutErrorMessage and clarifyTimeoutError are kept to (10)', async () => {
  const api = await attached(refusingAdapter('access-1'))
  subject.gate.hold()
  const error = rejectionOf(
    api.get('/me', {
      timeout: 5000,
      timeoutErrorMessage: 'too slow',
      transitional: { clarifyTimeoutError: true },
    }),
  )
  await subject.holding(1)
  await jest.advanceTimersByTimeAsync(5000)
  expect(await error).toMatchObject({ code: 'ETIMEDOUT', message: 'too slow' })
})

test('others with more time, or no timeout, stay held and are answered (10)', async () => {
  const adapter = refusingAdapter('access-1')
  const api = await attached(adapter)
  subject.gate.hold()
  const error = rejectionOf(api.get('/1', { timeout: 1000 }))
  const answers = [api.get('/2', { timeout: 9000 }), api.get('/3')]
  await subject.holding(3)
  await jest.advanceTimersByTimeAsync(1000)
  await error
  expect(subject.held).toBe(2)
  subject.gate.release()
  await Promise.all(answers)
  expect(adapter.sent.map(({ url }) => url)).toStrictEqual(['/1', '/2', '/3', '/2', '/3'])
})

test('a hold that ends in time leaves no timer behind (10)', async () => {
  const api = await attached(refusingAdapter('access-1'))
  subject.gate.hold()
  const controller = new AbortController()
  const answer = api.get('/1', { timeout: 5000 })
  const error = rejectionOf(api.get('/2', { timeout: 5000, signal: controller.signal }))
  await subject.holding(2)
  controller.abort()
  await error
  subject.gate.release()
  await answer
  expect(jest.getTimerCount()).toBe(0)
})

test('a timeout of 0 is none (10)', async () => {
  const api = await attached(refusingAdapter('access-1'))
  subject.gate.hold()
  const answer = api.get('/me', { timeout: 0 })
  await subject.holding(1)
  await jest.advanceTimersByTimeAsync(20_000)
  expect(subject.held).toBe(1)
  subject.gate.release()
  expect((await answer).status).toBe(200)
})

test.each([2 ** 31, Number.MAX_SAFE_INTEGER, Infinity])(
  'a timeout of %d ms, more than a timer can wait, does not end a hold at once (10)',
  async (timeout) => {
    const api = await attached(refusingAdapter('access-1'))
    subject.gate.hold()
    const answer = api.get('/me', { timeout })
    await subject.holding(1)
    await jest.advanceTimersByTimeAsync(20_000)
    expect(subject.held).toBe(1)
    subject.gate.release()
    expect((await answer).status).toBe(200)
  },
)

test('an instance whose defaults have lost `transitional` times out in axios’s words too (10)', async () => {
  const api = await attached(scriptedAdapter())
  delete api.defaults.transitional
  subject.now += 7_200_000
  subject.gate.hold()
  expect((await timedOut(api)).code).toBe('ECONNABORTED')
  subject.gate.release()
})
