import { createFetch } from 'tokenflight/fetch'
import { failOnLeaks } from '../support/no-leaks.js'
import { worlds } from './signed-in.js'

failOnLeaks()
const begin = worlds()

type Call = readonly [input: string | Request, init: RequestInit]

/** A fetch that refuses the first and answers the second, and shows what it was called with. */
function recording(): { calls: Call[]; fetch: typeof fetch } {
  const calls: Call[] = []
  return {
    calls,
    fetch: async (input, init) => {
      calls.push([input as string | Request, { ...init }])
      return new Response('', { status: calls.length === 1 ? 401 : 200 })
    },
  }
}

test('16 every member of an init reaches fetch, at the first send and at the replay', async () => {
  const { calls, fetch } = recording()
  const { send } = await begin({ fetch })
  const init = {
    method: 'POST',
    body: 'x',
    cache: 'no-store',
    credentials: 'include',
    duplex: 'half',
    integrity: 'sha256-abc',
    keepalive: true,
    mode: 'cors',
    redirect: 'manual',
    referrer: 'about:client',
    referrerPolicy: 'no-referrer',
    priority: 'low',
    signal: new AbortController().signal,
    // What a framework adds is its own business.
    next: { revalidate: 60 },
  }
  expect((await send('/me', init as RequestInit)).status).toBe(200)
  expect(calls).toHaveLength(2)
  for (const [, { headers, ...passed }] of calls) {
    expect(passed).toEqual(init)
    expect([...new Headers(headers).keys()]).toEqual(['authorization'])
  }
})

test('16 nothing is said to fetch that the caller did not say, but the header', async () => {
  const { calls, fetch } = recording()
  const { send, api, events } = await begin({ fetch })
  await send('/me')
  await send(new Request(`${api.origin}/me`))
  expect(calls.map(([, init]) => Object.keys(init))).toEqual(Array(3).fill(['headers']))
  const sent = events.filter(({ type }) => type === 'sent')
  expect(sent).toMatchObject([{ method: 'GET' }, { method: 'GET' }])
})

test('16 headers as long as the session’s are not mistaken for it', async () => {
  const { calls, fetch } = recording()
  const { send } = await begin({ fetch })
  await send('/me', { headers: { 'X-Request-Tok': '1' } })
  expect(calls.map(([, init]) => new Headers(init.headers).get('x-request-tok'))).toEqual(['1', '1'])
})

test.each([
  ['an absolute address goes out as it was written', 'HTTPS://API.example.com:443/a/../me', undefined],
  ['a colon in a query makes no address absolute', 'me?at=a:b', 'https://api.example.com/v1/me?at=a:b'],
  [
    'nor does a whole address in it',
    'me?next=https://a.example/',
    'https://api.example.com/v1/me?next=https://a.example/',
  ],
])('16 %s', async (_fact, address, expected = address) => {
  const { calls, fetch } = recording()
  const { send } = await begin({ fetch, baseUrl: 'https://api.example.com/v1/' })
  await send(address)
  expect(calls[0]?.[0]).toBe(expected)
})

test('16 on a page, an address that only changes the query keeps the page’s path', async () => {
  const page = { baseURI: 'https://app.example.com/orders/list' }
  Object.defineProperty(globalThis, 'document', { value: page, configurable: true })
  try {
    const { calls, fetch } = recording()
    const { session } = await begin()
    await createFetch(session, { fetch })('?page=2')
    expect(calls[0]?.[0]).toBe('https://app.example.com/orders/list?page=2')
  } finally {
    Reflect.deleteProperty(globalThis, 'document')
  }
})

describe('18 a Request is kept for the replay, whatever its method is called', () => {
  test.each(['FORGET', 'HEADER'])('%s', async (method) => {
    const bodies: string[] = []
    const { send, api } = await begin({
      fetch: async (input) =>
        new Response('', { status: bodies.push(await (input as Request).text()) === 1 ? 401 : 200 }),
    })
    expect((await send(new Request(`${api.origin}/me`, { method, body: 'x' }))).status).toBe(200)
    expect(bodies).toEqual(['x', 'x'])
  })
})

describe('19 an answer that is replayed is let go of, however little of a body it has', () => {
  test.each([
    ['none', null],
    ['one that cannot be cancelled', {}],
  ])('%s', async (_what, body) => {
    const refusal = Object.defineProperty(new Response(null, { status: 401 }), 'body', { value: body })
    let count = 0
    const { send } = await begin({ fetch: async () => (++count === 1 ? refusal : new Response('fine')) })
    expect(await (await send('/me')).text()).toBe('fine')
  })
})

test('16 a polyfill’s Request that cannot be cloned is sent all the same', async () => {
  const { calls, fetch } = recording()
  const { send, api } = await begin({ fetch, signedOut: true })
  const request = { url: `${api.origin}/me`, method: 'POST', headers: new Headers() } as Request
  expect((await send(request)).status).toBe(401)
  expect(calls[0]?.[0]).toBe(request)
})

test('16 what fetch was called with first is not written over by the replay', async () => {
  const inits: (RequestInit | undefined)[] = []
  const { send } = await begin({
    fetch: async (_input, init) => new Response('', { status: inits.push(init) === 1 ? 401 : 200 }),
  })
  await send('/me')
  const [first, second] = inits.map((init) => new Headers(init?.headers).get('authorization'))
  expect(first).toMatch(/^Bearer ./)
  expect(second).toMatch(/^Bearer ./)
  expect(second).not.toBe(first)
})

test('16 a Request is passed on itself, with what a framework has put on it', async () => {
  const { calls, fetch } = recording()
  const { send, api } = await begin({ fetch })
  const request = new Request(`${api.origin}/me`)
  expect((await send(request)).status).toBe(200)
  expect(calls.map(([input]) => input)).toEqual([request, request])
})

test('16 a Request that tells no one where it comes from goes on telling no one', async () => {
  const { calls, fetch } = recording()
  const { send, api } = await begin({ fetch })
  await send(new Request(`${api.origin}/me`, { referrerPolicy: 'no-referrer', referrer: '' }))
  await send(new Request(`${api.origin}/me`, { referrerPolicy: 'no-referrer' }), { cache: 'no-store' })
  expect(calls.map(([, init]) => [init.referrerPolicy, init.referrer])).toEqual([
    ['no-referrer', ''],
    ['no-referrer', ''],
    // An init over it makes fetch forget them, with and without a session.
    [undefined, undefined],
  ])
})

test('16 an init without a member that fetch knows makes it forget nothing of a Request', async () => {
  const { calls, fetch } = recording()
  const { send, api } = await begin({ fetch })
  const request = new Request(`${api.origin}/me`, { referrerPolicy: 'no-referrer', referrer: '' })
  for (const init of [{}, { skipSession: false }, { cache: undefined }] as RequestInit[])
    await send(request, init)
  const sent = calls.map((call) => new Request(...call))
  expect(sent.map(({ referrerPolicy, referrer }) => [referrerPolicy, referrer])).toEqual(
    calls.map(() => ['no-referrer', '']),
  )
})

test('no promise of ours lies between fetch and a good token but the one that looks at the answer', async () => {
  const answer = new Response('fine')
  const { send } = await begin({ fetch: () => Promise.resolve(answer) })
  const order: string[] = []
  const session = send('/me').then(() => order.push('session'))
  let ticks: Promise<unknown> = Promise.resolve()
  for (let tick = 1; tick <= 3; tick++) ticks = ticks.then(() => order.push(`tick ${tick}`))
  await Promise.all([session, ticks])
  expect(order.indexOf('session')).toBeLessThanOrEqual(2)
})

test('with a good token it is on its way before the call returns', async () => {
  const { calls, fetch } = recording()
  const { send } = await begin({ fetch })
  const sent = send('/me')
  expect(calls).toHaveLength(1)
  await sent
})

test('14 an answer that isUnauthorized has read is still whole for the caller', async () => {
  const { send } = await begin({
    script: () => ({ body: { code: 'FINE' } }),
    isUnauthorized: async (answer) => {
      await answer.json()
      return ((await answer.json()) as { code: string }).code !== 'FINE'
    },
  })
  const response = await send('/me')
  expect(response.bodyUsed).toBe(false)
  expect(await response.json()).toEqual({ code: 'FINE' })
})

describe('what else than a Response may come', () => {
  const first = (then: () => unknown): typeof fetch => {
    let calls = 0
    return (async () => (calls++ ? new Response('good') : then())) as typeof fetch
  }
  const thrown = (reason: unknown) => (): never => {
    throw reason
  }

  test('a Response that is thrown is an answer: its 401 renews', async () => {
    const { send, auth } = await begin({ fetch: first(thrown(new Response('', { status: 401 }))) })
    expect(await (await send('/me')).text()).toBe('good')
    expect(auth.counts.asked).toBe(1)
  })

  test('what is no Response is handed on as it came, whatever its status says', async () => {
    const mocked = { status: 401 }
    const { send, auth } = await begin({ fetch: first(() => mocked) })
    expect(await send('/me')).toBe(mocked)
    expect(auth.counts.asked).toBe(0)
  })

  test('a reason with a status is none: the caller is rejected with it', async () => {
    const reason = { status: 401 }
    const { send, auth } = await begin({ fetch: first(thrown(reason)) })
    await expect(send('/me')).rejects.toBe(reason)
    expect(auth.counts.asked).toBe(0)
  })

  test('nothing at all, answered or thrown, is handed on', async () => {
    const { send } = await begin({ fetch: first(() => undefined) })
    expect(await send('/me')).toBeUndefined()
    const { send: other } = await begin({ fetch: first(thrown(undefined)) })
    await expect(other('/me')).rejects.toBeUndefined()
  })
})
