import { LoopbackServer } from '../../examples/servers/loopback-server.js'
import { createFetch, getSessionError, isBodyNotReplayable, type SessionFetchInit } from 'tokenflight/fetch'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejected } from '../contract/world.js'
import { worlds } from './signed-in.js'

failOnLeaks()
const begin = worlds()

const big = new Uint8Array(3_000_000).map((_, index) => index % 251)

describe("18 a Request's own body replays with the same bytes", () => {
  const made: readonly (readonly [string, () => BodyInit])[] = [
    ['a string', () => 'häuser'],
    ['URLSearchParams', () => new URLSearchParams({ text: 'häuser' })],
    ['a Blob', () => new Blob(['häuser'])],
    ['an ArrayBuffer', () => new TextEncoder().encode('häuser').buffer],
    ['three megabytes', () => big],
  ]

  test.each(made)('%s', async (_kind, body) => {
    const { send, api, auth } = await begin()
    auth.expireAll()
    const request = new Request(`${api.origin}/me`, { method: 'POST', body: body() })
    expect((await send(request)).status).toBe(200)
    const [first, second] = api.requests
    expect(first?.bytes.length).toBeGreaterThan(6)
    expect(second?.bytes.equals(first!.bytes)).toBe(true)
    expect(second?.headers['content-type']).toBe(first?.headers['content-type'])
  })

  test('FormData keeps the boundary that its Request has', async () => {
    const { send, api, auth } = await begin()
    auth.expireAll()
    const body = new FormData()
    body.append('file', new Blob(['häuser']), 'streets.txt')
    expect((await send(new Request(`${api.origin}/me`, { method: 'POST', body }))).status).toBe(200)
    const [first, second] = api.requests
    expect(first?.text).toContain('häuser')
    expect(second?.text).toBe(first?.text)
    expect(second?.headers['content-type']).toBe(first?.headers['content-type'])
  })
})

describe('18 a Request is copied only where its own body may have to be sent twice', () => {
  const withBody = { method: 'POST', body: 'x' }
  const requests: readonly { which: string; copies: number; init: RequestInit; over?: SessionFetchInit }[] = [
    { which: 'with a body', copies: 1, init: withBody },
    { which: 'without one', copies: 0, init: {} },
    { which: 'whose body an init replaces', copies: 0, init: withBody, over: { body: 'y' } },
    {
      which: 'that has a header of the caller',
      copies: 0,
      init: { ...withBody, headers: { authorization: 'Basic abc' } },
    },
    { which: 'that skips the session', copies: 0, init: withBody, over: { skipSession: true } },
  ]

  test.each(requests)('one $which: $copies', async ({ copies, init, over }) => {
    const { send, api } = await begin()
    const request = new Request(`${api.origin}/me`, init)
    const clone = jest.spyOn(request, 'clone')
    await send(request, over)
    expect(clone).toHaveBeenCalledTimes(copies)
  })

  test('one that goes elsewhere: its copy is let go at once', async () => {
    const { send, server } = await begin()
    const stranger = await server()
    const request = new Request(stranger.origin, { method: 'POST', body: 'x' })
    const clone = jest.spyOn(request, 'clone')
    await send(request)
    const copy = clone.mock.results[0]?.value as Request
    expect(copy.bodyUsed).toBe(true)
    expect(stranger.requests.map(({ text }) => text)).toEqual(['x'])
  })

  test('one that is replayed: once for both', async () => {
    const { send, api, auth } = await begin()
    auth.expireAll()
    const request = new Request(`${api.origin}/me`, { method: 'POST', body: 'x' })
    const clone = jest.spyOn(request, 'clone')
    expect((await send(request)).status).toBe(200)
    expect(clone).toHaveBeenCalledTimes(1)
  })
})

describe('18 a stream is read once', () => {
  test('its 401 comes back with the reason, and the session is renewed for the next', async () => {
    const { send, auth, api } = await begin()
    auth.expireAll()
    const body = new Blob(['once']).stream()
    const response = await send('/me', { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(401)
    expect(isBodyNotReplayable(response)).toBe(true)
    expect(Object.keys(response)).not.toContain('cause')
    expect(await response.text()).toBe('once')
    expect((await send('/me')).status).toBe(200)
    expect(api.count()).toBe(2)
  })

  test('an async iterable counts as one', async () => {
    const { send, auth } = await begin()
    auth.expireAll()
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('once')
    }
    const init = { method: 'POST', body: chunks(), duplex: 'half' } as unknown as RequestInit
    expect((await send('/me', init)).status).toBe(401)
  })
})

describe('3 a 401 that comes back as it came says why to who asks', () => {
  test('nobody is signed in', async () => {
    const { send } = await begin({ signedOut: true })
    const response = await send('/me')
    expect(getSessionError(response)).toMatchObject({ code: 'ERR_LOGIN_REQUIRED', reason: 'no_session' })
  })

  test('also where the answer cannot be written on', async () => {
    const frozen = Object.freeze(new Response('', { status: 401 }))
    const { send } = await begin({ signedOut: true, fetch: async () => frozen })
    expect(await send('/me')).toBe(frozen)
  })
})

describe('19 the body of a refused answer', () => {
  /** Answers dead tokens with a 401 whose body never ends. */
  async function endless(): Promise<{
    server: LoopbackServer
    cut: Promise<void>
    isCut: () => boolean
    allow: (token: string | undefined) => void
  }> {
    const gone = deferred()
    let isCut = false
    let allowed: string | undefined
    const server = await new LoopbackServer(async (request, response) => {
      if (request.headers.authorization === `Bearer ${allowed}`) return void response.end('fine')
      response.writeHead(401).write('and so on ')
      response.on('close', () => ((isCut = true), gone.resolve()))
    }).start()
    return { server, cut: gone.promise, isCut: () => isCut, allow: (token) => (allowed = token) }
  }

  test('is let go just before the replay, and not while the grant is on its way', async () => {
    const { session, auth } = await begin()
    const { server, cut, isCut, allow } = await endless()
    session.on(({ type }) => {
      if (type === 'granted') void session.getAccessToken().then(allow)
    })
    const send = createFetch(session, { baseUrl: server.origin })
    auth.hold()
    const sent = send('/me')
    await auth.asked(1)
    expect(isCut()).toBe(false)
    auth.release()
    await cut
    await sent.finally(() => server.close())
  })

  test('is kept for the caller where there will be no replay', async () => {
    const { session, auth } = await begin()
    const { server } = await endless()
    auth.down({ status: 500 })
    const error = await rejected(createFetch(session, { baseUrl: server.origin })('/me'))
    const reader = getSessionError(error)!.response!.body!.getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value)).toBe('and so on ')
    await reader.cancel()
    await server.close()
  })
})
