import type { AxiosInstance } from 'axios'
import { deferred } from '../support/deferred.js'
import {
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
  return another(adapter)
}

function another(adapter: ScriptedAdapter): AxiosInstance {
  return subject.instance({ baseURL, adapter })
}

function urls({ sent }: ScriptedAdapter): unknown[] {
  return sent.map(({ url }) => url)
}

test('requests held for an expired token go out in the order they were made (20)', async () => {
  const adapter = scriptedAdapter()
  const api = await attached(adapter)
  subject.now += 7_200_000
  subject.gate.hold()
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`)
  const answers = paths.map((path) => api.get(path))
  await subject.holding(20)
  subject.gate.release()
  await Promise.all(answers)
  expect(urls(adapter)).toStrictEqual(paths)
  expect(adapter.authorizations).toStrictEqual(Array(20).fill('Bearer access-2'))
})

test('replays go out in the order the requests were made, however their 401s came (20)', async () => {
  const refusals = Array.from({ length: 5 }, () => deferred())
  const adapter = scriptedAdapter(async ({ authorization }, index) => {
    if (authorization === 'Bearer access-2') return {}
    await refusals[index - 1]!.promise
    return { status: 401 }
  })
  const api = await attached(adapter)
  subject.gate.hold()
  const answers = ['/0', '/1', '/2', '/3', '/4'].map((path) => api.get(path))
  for (const [count, index] of [3, 0, 4, 2, 1].entries()) {
    refusals[index]!.resolve()
    await subject.holding(count + 1)
  }
  subject.gate.release()
  await Promise.all(answers)
  expect(urls(adapter).slice(5)).toStrictEqual(['/0', '/1', '/2', '/3', '/4'])
  expect(subject.grants).toBe(1)
})

test('replays and requests that were never sent are one line (20)', async () => {
  const late = deferred()
  const adapter = scriptedAdapter(async ({ authorization, url }) => {
    if (authorization === 'Bearer access-2') return {}
    if (url === '/1-sent') await late.promise
    return { status: 401 }
  })
  const api = await attached(adapter)
  subject.gate.hold()
  const answers = [api.get('/1-sent'), api.get('/2-sent')]
  await subject.holding(1)
  answers.push(api.get('/3-new'), api.get('/4-new'))
  await subject.holding(3)
  late.resolve()
  await subject.holding(4)
  subject.gate.release()
  await Promise.all(answers)
  expect(urls(adapter).slice(2)).toStrictEqual(['/1-sent', '/2-sent', '/3-new', '/4-new'])
})

test('requests of two instances are one line (20)', async () => {
  const adapter = scriptedAdapter()
  const one = await attached(adapter)
  const two = another(adapter)
  subject.now += 7_200_000
  subject.gate.hold()
  const answers = [one.get('/1'), two.get('/2'), two.get('/3'), one.get('/4')]
  await subject.holding(4)
  subject.gate.release()
  await Promise.all(answers)
  expect(urls(adapter)).toStrictEqual(['/1', '/2', '/3', '/4'])
})

test('they are released in one go: no request made on an answer comes between (20)', async () => {
  const adapter = refusingAdapter('access-1')
  const api = await attached(adapter)
  subject.gate.hold()
  const answers = [api.get('/1').then(() => api.get('/after-1')), api.get('/2'), api.get('/3')]
  await subject.holding(3)
  subject.gate.release()
  await Promise.all(answers)
  expect(urls(adapter).slice(3)).toStrictEqual(['/1', '/2', '/3', '/after-1'])
})

test('an adapter that throws at its release spoils only its own request (20)', async () => {
  const adapter = scriptedAdapter()
  const api = await attached(adapter)
  subject.now += 7_200_000
  subject.gate.hold()
  const broken = (): never => {
    throw new Error('no network here')
  }
  const answers = [api.get('/1'), rejectionOf(api.get('/2', { adapter: broken })), api.get('/3')]
  await subject.holding(3)
  subject.gate.release()
  const [, error] = await Promise.all(answers)
  expect(error).toMatchObject({ message: 'no network here' })
  expect(urls(adapter)).toStrictEqual(['/1', '/3'])
})

test('a logout by the code of one that was just released keeps those behind it off the wire (20)', async () => {
  const adapter = scriptedAdapter(({ url }) => {
    if (url === '/1') void subject.session.logout()
    return {}
  })
  const api = await attached(adapter)
  subject.now += 7_200_000
  subject.gate.hold()
  const answers = [api.get('/1'), rejectionOf(api.get('/2'))]
  await subject.holding(2)
  subject.gate.release()
  const [, error] = await Promise.all(answers)
  expect(error).toMatchObject({ code: 'ERR_CANCELED', cause: { code: 'ERR_SESSION_CHANGED' } })
  expect(urls(adapter)).toStrictEqual(['/1'])
})

describe('after the end of a session', () => {
  test('getAccessToken resolves with undefined (20)', async () => {
    await attached(scriptedAdapter())
    subject.failure = { status: 401 }
    await expect(subject.session.refresh()).rejects.toMatchObject({ code: 'ERR_LOGIN_REQUIRED' })
    await expect(subject.session.getAccessToken()).resolves.toBeUndefined()
    expect(subject.loginRequired).toHaveLength(1)
  })

  test('getAccessToken resolves with undefined also for those who waited for that end (20)', async () => {
    await attached(scriptedAdapter())
    subject.now += 7_200_000
    subject.failure = { status: 401 }
    subject.gate.hold()
    const waits = subject.session.getAccessToken()
    await subject.granting(1)
    subject.gate.release()
    await expect(waits).resolves.toBeUndefined()
  })

  test('getAccessToken resolves with undefined after a logout (20)', async () => {
    await attached(scriptedAdapter())
    await subject.session.logout()
    await expect(subject.session.getAccessToken()).resolves.toBeUndefined()
  })
})
