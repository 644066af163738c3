/** Step-up (RFC 9470) and scope (RFC 6750 §3.1): a better token is obtained once, and what asked for it goes on. */
import axios from 'axios'
import {
  attachSession,
  getChallenges,
  isStepUpRequired,
  type OnStepUp,
  type SessionEvent,
  type SessionOptions,
  type StepUpRequest,
} from 'tokenflight/axios'
import { createFetch, getSessionError } from 'tokenflight/fetch'
import { Readable } from 'node:stream'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf, rejectionsOf, watch } from '../support/outcome.js'
import { scriptedServer, type ScriptedReply, type ScriptedServer } from '../support/scripted-server.js'
import { tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open, listen } = watchSessions()

let server: ScriptedServer
/** What the API wants besides a token, by path. A path that is not here wants nothing. */
let wants: Record<string, string>
/** What each token is good for: the paths that take it. */
let goodFor: Record<string, readonly string[]>

beforeEach(async () => {
  wants = {
    '/admin': 'error="insufficient_scope", scope="read admin"',
    '/audit': 'error="insufficient_scope", scope="audit"',
    '/pay': 'error="insufficient_user_authentication", acr_values="gold", max_age="60"',
  }
  goodFor = { better: ['/admin', '/audit', '/pay'] }
  server = await scriptedServer(({ path, authorization = '' }): ScriptedReply => {
    const token = authorization.replace('Bearer ', '')
    if (path === '/token') return { body: tokens('renewed') }
    if (token === 'dead') return { status: 401 }
    const isGood = !wants[path] || goodFor[token]?.includes(path)
    if (isGood) return { body: { path, token } }
    const status = path === '/pay' ? 401 : 403
    return { status, headers: { 'www-authenticate': `Bearer ${wants[path]}` }, body: { path } }
  })
})
afterEach(() => server.close())

async function signedIn(onStepUp?: OnStepUp, more: Partial<SessionOptions> = {}) {
  const refresh = { tokenEndpoint: `${server.origin}/token` }
  const session = open({ refresh, onStepUp, ...more } as SessionOptions)
  const events = listen(session)
  const http = axios.create({ baseURL: server.origin })
  attachSession(http, session)
  await session.login(tokens('plain', { scope: 'read write' }))
  return { session, http, events }
}

/** An `onStepUp` that waits until the test says what it brings. */
function dialog() {
  const asked: StepUpRequest[] = []
  const signals: AbortSignal[] = []
  const opened = deferred()
  const answer = deferred<Awaited<ReturnType<OnStepUp>>>()
  const onStepUp = jest.fn<ReturnType<OnStepUp>, Parameters<OnStepUp>>((request, { signal }) => {
    asked.push(request)
    signals.push(signal)
    opened.resolve()
    return answer.promise
  })
  return { asked, signals, opened: opened.promise, answer, onStepUp }
}

const better = tokens('better', { scope: 'read write admin' })
const sent = (): string[] =>
  server.requests.map(({ path, authorization = '' }) => `${path} ${authorization.slice(7)}`.trim())
const told = (events: readonly SessionEvent[], type: SessionEvent['type']) =>
  events.filter((event) => event.type === type)

it('a wider scope: asked for with what there is already, and just that request goes out once more (13)', async () => {
  const { asked, onStepUp, answer } = dialog()
  answer.resolve(better)
  const { http, session, events } = await signedIn(onStepUp)
  expect((await http.get('/admin')).data).toEqual({ path: '/admin', token: 'better' })
  expect(asked).toMatchObject([{ scope: 'read write admin', acrValues: undefined, maxAge: undefined }])
  expect(sent()).toEqual(['/admin plain', '/admin better'])
  expect(await session.getTokens()).toMatchObject({ accessToken: 'better', refreshToken: 'better-refresh' })
  expect(told(events, 'stepUp')).toMatchObject([
    { scope: 'read write admin', challenge: { parameters: { scope: 'read admin' } }, id: 1, path: '/admin' },
  ])
  expect(told(events, 'grant')).toEqual([])
})

it('a fresher or stronger sign-in (RFC 9470): its values can be read (13)', async () => {
  const { asked, onStepUp, answer } = dialog()
  answer.resolve(better)
  const { http } = await signedIn(onStepUp)
  expect((await http.get('/pay')).data.token).toBe('better')
  expect(asked).toMatchObject([{ acrValues: 'gold', maxAge: 60, scope: 'read write' }])
})

it('several at once are one call with the union of what they ask, and go on in their order (13, 20)', async () => {
  const { asked, onStepUp, answer, opened } = dialog()
  const { http, session } = await signedIn(onStepUp)
  const all = ['/admin', '/pay', '/audit', '/admin'].map((path) => http.get(path))
  await opened
  expect(session.getSnapshot()).toMatchObject({ held: 4, status: 'active' })
  answer.resolve(better)
  expect((await Promise.all(all)).map(({ data }) => data.token)).toEqual(Array(4).fill('better'))
  expect(onStepUp).toHaveBeenCalledTimes(1)
  expect(asked[0]?.scope?.split(' ').sort()).toEqual(['admin', 'audit', 'read', 'write'])
  expect(asked).toMatchObject([{ acrValues: 'gold', maxAge: 60 }])
  expect(server.requests).toHaveLength(8)
})

it('one that comes while the app is being asked joins, where that is enough; else it is the next call (13)', async () => {
  const first = dialog()
  const second = dialog()
  const dialogs = [first, second]
  const onStepUp: OnStepUp = (request, context) => dialogs.shift()!.onStepUp(request, context)
  const { http } = await signedIn(onStepUp)
  const admin = http.get('/admin')
  await first.opened
  const again = http.get('/admin')
  const audit = watch(http.get('/audit'))
  await server.arrived(3)
  goodFor['better'] = ['/admin']
  first.answer.resolve(better)
  expect((await Promise.all([admin, again])).map(({ data }) => data.token)).toEqual(['better', 'better'])
  await second.opened
  expect(second.asked[0]?.scope).toContain('audit')
  goodFor['best'] = ['/audit']
  second.answer.resolve(tokens('best'))
  expect((await audit.promise).data.token).toBe('best')
})

it('the late challenge of a request sent before: it goes out with the better token, nobody is asked again (13)', async () => {
  const { onStepUp, answer } = dialog()
  answer.resolve(better)
  const { http } = await signedIn(onStepUp)
  const held = deferred()
  const { script } = server
  server.script = async (request) => {
    const reply = script(request)
    if (request.query.has('slow') && request.authorization === 'Bearer plain') await held.promise
    return reply
  }
  const slow = http.get('/admin?slow')
  await server.arrived(1)
  await http.get('/admin')
  held.resolve()
  expect((await slow).data.token).toBe('better')
  expect(onStepUp).toHaveBeenCalledTimes(1)
})

it('requests that do not need it are not held meanwhile (7)', async () => {
  const { onStepUp, answer, opened } = dialog()
  const { http, session } = await signedIn(onStepUp)
  const admin = http.get('/admin')
  await opened
  expect((await http.get('/plain')).data.token).toBe('plain')
  expect(await session.getAccessToken()).toBe('plain')
  answer.resolve(better)
  await admin
})

it('a second challenge after that is the caller’s, with the reason (13)', async () => {
  const { onStepUp, answer } = dialog()
  answer.resolve(tokens('useless'))
  const { http } = await signedIn(onStepUp)
  const error = await rejectionOf(http.get('/admin'))
  expect(error.response).toMatchObject({ status: 403, data: { path: '/admin' } })
  expect([isStepUpRequired(error), getChallenges(error)[0]?.parameters['scope']]).toEqual([
    true,
    'read admin',
  ])
  expect([onStepUp.mock.calls.length, sent()]).toEqual([1, ['/admin plain', '/admin useless']])
})

it('after a renewal too: refused, renewed, challenged, stepped up (12, 13)', async () => {
  const { onStepUp, answer } = dialog()
  answer.resolve(better)
  const { http, session } = await signedIn(onStepUp)
  await session.login(tokens('dead'))
  expect((await http.get('/admin')).data.token).toBe('better')
  expect(sent()).toEqual(['/admin dead', '/token', '/admin renewed', '/admin better'])
})

it.each<[string, () => Promise<void>, boolean]>([
  ['brings nothing', async () => {}, false],
  ['rejects', () => Promise.reject(new Error('the dialog was closed')), true],
  ['throws', thrower, true],
  ['brings junk', async () => ({ access_token: '' }) as never, true],
])('where onStepUp %s, the answer is the caller’s as it came (13, 37)', async (_, onStepUp, isProblem) => {
  const { http, session, events } = await signedIn(onStepUp)
  const error = await rejectionOf(http.get('/admin'))
  expect(error.response).toMatchObject({ status: 403, data: { path: '/admin' } })
  expect(isStepUpRequired(error)).toBe(true)
  expect(told(events, 'problem')).toHaveLength(isProblem ? 1 : 0)
  expect(sent()).toEqual(['/admin plain'])
  expect(session.getSnapshot()).toMatchObject({ status: 'active', lastError: undefined })
  // And it is asked again the next time.
  expect(isStepUpRequired(await rejectionOf(http.get('/admin')))).toBe(true)
})

function thrower(): never {
  throw new Error('no dialog')
}

it('another user’s tokens are not used (13, 28)', async () => {
  const { onStepUp, answer } = dialog()
  answer.resolve({ accessToken: 'better', subject: 'eve' })
  const { http, session, events } = await signedIn(onStepUp)
  await session.login({ accessToken: 'plain', refreshToken: 'plain-refresh', subject: 'ada' })
  expect(isStepUpRequired(await rejectionOf(http.get('/admin')))).toBe(true)
  expect(await session.getTokens()).toMatchObject({ accessToken: 'plain', subject: 'ada' })
  expect(told(events, 'problem')).toMatchObject([
    { cause: { message: expect.stringContaining('another user') } },
  ])
})

it.each(['logout', 'login'] as const)('a %s meanwhile discards what it brings (28)', async (what) => {
  const { onStepUp, answer, opened, signals } = dialog()
  const { http, session } = await signedIn(onStepUp)
  const waiting = rejectionOf(http.get('/admin'))
  await opened
  await (what === 'login' ? session.login(tokens('next')) : session.logout())
  expect((await waiting).code).toBe('ERR_CANCELED')
  expect(signals[0]?.aborted).toBe(true)
  answer.resolve(better)
  await new Promise((next) => setImmediate(next))
  expect((await session.getTokens())?.accessToken).toBe(what === 'login' ? 'next' : undefined)
  expect(sent()).toEqual(['/admin plain'])
})

it('one that never answers blocks nobody after the next login (28)', async () => {
  const { onStepUp, opened } = dialog()
  const { http, session } = await signedIn(onStepUp)
  const waiting = rejectionOf(http.get('/admin'))
  await opened
  await session.login(tokens('next'))
  await waiting
  onStepUp.mockResolvedValueOnce(better)
  expect((await http.get('/admin')).data.token).toBe('better')
})

it('its own requests, which carry the signal, are left alone (8)', async () => {
  const { http } = await signedIn(async (_, { signal }) => {
    const { data } = await http.post('/plain', 'sign-in', { signal })
    expect(data).toEqual({ path: '/plain', token: '' })
    return better
  })
  expect((await http.get('/admin')).data.token).toBe('better')
  expect(sent()).toEqual(['/admin plain', '/plain', '/admin better'])
})

it('an aborted caller leaves at once; the others go on (10)', async () => {
  const { onStepUp, answer, opened } = dialog()
  const { http, session } = await signedIn(onStepUp)
  const controller = new AbortController()
  const gone = rejectionOf(http.get('/admin', { signal: controller.signal }))
  const stays = http.get('/admin')
  await opened
  controller.abort()
  expect((await gone).code).toBe('ERR_CANCELED')
  expect(session.getSnapshot().held).toBe(1)
  answer.resolve(better)
  expect((await stays).data.token).toBe('better')
  expect(sent()).toEqual(['/admin plain', '/admin plain', '/admin better'])
})

it('a one-shot body is never sent twice: nobody is asked (18)', async () => {
  const { onStepUp } = dialog()
  const { http } = await signedIn(onStepUp)
  const error = await rejectionOf(http.post('/admin', Readable.from(['body'])))
  expect([isStepUpRequired(error), onStepUp.mock.calls.length]).toEqual([true, 0])
})

it('without onStepUp they reject with the reason, all of them (13)', async () => {
  const { http } = await signedIn()
  const errors = await rejectionsOf([http.get('/admin'), http.get('/pay')])
  expect(errors.map(isStepUpRequired)).toEqual([true, true])
})

it('nobody signed in: nobody is asked (3)', async () => {
  const { onStepUp } = dialog()
  const { http, session } = await signedIn(onStepUp)
  await session.logout()
  expect(isStepUpRequired(await rejectionOf(http.get('/admin')))).toBe(true)
  expect(onStepUp).not.toHaveBeenCalled()
})

it('an answer without a refresh token keeps the one that a renewal has brought meanwhile (23)', async () => {
  const { onStepUp, answer, opened } = dialog()
  const { http, session } = await signedIn(onStepUp)
  const admin = http.get('/admin')
  await opened
  await session.refresh()
  answer.resolve({ access_token: 'better', expires_in: 60 })
  expect((await admin).data.token).toBe('better')
  expect(await session.getTokens()).toMatchObject({
    accessToken: 'better',
    refreshToken: 'renewed-refresh',
    scope: 'read write admin',
  })
})

it('it waits for a grant that is on its way: the rotated refresh token is not lost (6, 23)', async () => {
  const { onStepUp, answer, opened } = dialog()
  const { http, session } = await signedIn(onStepUp)
  const admin = http.get('/admin')
  await opened
  server.gate.hold()
  const renewed = session.refresh()
  await server.arrived(2)
  answer.resolve({ access_token: 'better', expires_in: 60 })
  await new Promise((next) => setImmediate(next))
  expect((await session.getTokens())?.accessToken).toBe('plain')
  server.gate.release()
  await renewed
  expect((await admin).data.token).toBe('better')
  expect((await session.getTokens())?.refreshToken).toBe('renewed-refresh')
})

it('with fetch: the answer resolves with the reason, or the request goes on (13)', async () => {
  const { onStepUp, answer } = dialog()
  const { session } = await signedIn(onStepUp)
  const api = createFetch(session, { baseUrl: server.origin })
  answer.resolve()
  const refused = await api('/admin')
  expect([refused.status, getSessionError(refused)?.code]).toEqual([403, 'ERR_STEP_UP_REQUIRED'])
  expect(getChallenges(refused)[0]?.parameters['scope']).toBe('read admin')
  onStepUp.mockResolvedValueOnce(better)
  expect(await (await api('/admin')).json()).toEqual({ path: '/admin', token: 'better' })
})

it('with a Request of fetch too: refused, renewed, challenged, stepped up, and each time its body (13, 18)', async () => {
  const { onStepUp, answer } = dialog()
  answer.resolve(better)
  const { session } = await signedIn(onStepUp)
  await session.login(tokens('dead'))
  const api = createFetch(session, { baseUrl: server.origin })
  const request = new Request(`${server.origin}/admin`, { method: 'POST', body: 'a body' })
  expect(await (await api(request)).json()).toEqual({ path: '/admin', token: 'better' })
  const posts = server.requests.filter(({ path }) => path === '/admin')
  expect(posts.map(({ text }) => text)).toEqual(['a body', 'a body', 'a body'])
})
