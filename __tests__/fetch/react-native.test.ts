import { createFetch, createSession, isLoginRequired, storageStore, type Session } from 'tokenflight/fetch'
import { LoopbackServer } from '../../examples/servers/loopback-server.js'
import { becomeReactNative } from './react-native.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { held, rejected } from '../contract/world.js'
import { deferred } from '../support/deferred.js'

failOnLeaks()
becomeReactNative()

/** API and token endpoint in one, in which nothing is used that has been taken away. */
class Backend {
  readonly bodies: string[] = []
  grants = 0
  isOver = false
  /** The token endpoint answers when this has resolved. */
  gate: Promise<void> = Promise.resolve()
  readonly server = new LoopbackServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const answer = await this.#answer(request.url === '/token', request.headers.authorization, body)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  })

  async #answer(isToken: boolean, authorization = '', body = ''): Promise<{ status: number; body: unknown }> {
    if (!isToken) {
      this.bodies.push(body)
      return { status: authorization === `Bearer access-${this.grants}` ? 200 : 401, body: { said: body } }
    }
    await this.gate
    if (this.isOver) return { status: 400, body: { error: 'invalid_grant' } }
    this.grants++
    const tokens = { access_token: `access-${this.grants}`, refresh_token: 'refresh' }
    return { status: 200, body: { ...tokens, token_type: 'Bearer', expires_in: 300 } }
  }
}

let backend: Backend
let session: Session
let send: typeof fetch

beforeEach(async () => {
  backend = new Backend()
  await backend.server.start()
  const kept = new Map<string, string>()
  session = createSession({
    refresh: { tokenEndpoint: `${backend.server.origin}/token`, clientId: 'my-app' },
    // The shape of AsyncStorage.
    store: storageStore({
      getItem: async (key: string) => kept.get(key) ?? null,
      setItem: async (key: string, value: string) => void kept.set(key, value),
      removeItem: async (key: string) => void kept.delete(key),
    }),
  })
  send = createFetch(session, { baseUrl: backend.server.origin })
  await session.login({
    access_token: 'dead',
    refresh_token: 'refresh',
    token_type: 'Bearer',
    expires_in: 300,
  })
})

afterEach(async () => {
  session.dispose()
  await backend.server.close()
})

test('without what React Native lacks, a storm makes one grant and every request its answer', async () => {
  const paths = ['/0', '/1', '/2', '/3']
  const answers = await Promise.all(paths.map((path) => send(path, { method: 'POST', body: path })))
  expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(paths.map((said) => ({ said })))
  expect(backend.grants).toBe(1)
})

test('a Request of its polyfill replays its body', async () => {
  const request = new Request(`${backend.server.origin}/me`, { method: 'POST', body: 'hello' })
  expect(await (await send(request)).json()).toEqual({ said: 'hello' })
  expect(backend.bodies).toEqual(['hello', 'hello'])
  expect(request.bodyUsed).toBe(true)
})

test('10 an abort while a request is held rejects with an AbortError, where signals have no reason', async () => {
  const gate = deferred()
  backend.gate = gate.promise
  const controller = new AbortController()
  const waiting = rejected(send('/held', { signal: controller.signal }))
  await held(session, 1)
  controller.abort()
  expect(await waiting).toMatchObject({ name: 'AbortError' })
  gate.resolve()
  await send('/next')
  expect(backend.bodies).toHaveLength(2)
})

test('27 the end of the session is told', async () => {
  backend.isOver = true
  const error = await rejected(send('/me'))
  expect(isLoginRequired(error)).toBe(true)
  expect(error).toMatchObject({ response: { status: 401 } })
})
