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
