/** Step-up, moment by moment: who comes, goes, logs in or out while the app obtains the better token. */
import type { OnStepUp, StepUpRequest, TokenResponse } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import type { ApiReply } from '../support/api-double.js'
import { deferred, type Deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf, sessionErrorOf, watch } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

type Brought = Awaited<ReturnType<OnStepUp>>

interface Asked {
  readonly request: StepUpRequest
  readonly signal: AbortSignal
  readonly answer: Deferred<Brought>
}

interface SteppingUp extends Bench {
  /** Each call of `onStepUp`; it is answered by the test. */
  readonly asked: Asked[]
  /** The paths that a token is not good enough for, and what they want. */
  readonly wants: Map<string, string>
  /** The paths that each token is good for. */
  readonly goodFor: Map<string, string[]>
}

const scope = (name: string): string => `error="insufficient_scope", scope="${name}"`

async function signedIn(options: BenchOptions = {}, first: TokenResponse = tokens(1)): Promise<SteppingUp> {
  const asked: Asked[] = []
  const onStepUp: OnStepUp = (request, { signal }) => {
    const answer = deferred<Brought>()
    asked.push({ request, signal, answer })
    return answer.promise
  }
  const one = bench({ onStepUp, ...options })
  const wants = new Map([
    ['/admin', scope('admin')],
    ['/audit', scope('audit')],
  ])
  const goodFor = new Map([['better', ['/admin', '/audit']]])
  one.api.answer = (request): ApiReply => {
    const token = request.authorization?.slice('Bearer '.length) ?? ''
    const wanted = wants.get(request.path)
    if (!wanted || goodFor.get(token)?.includes(request.path)) return one.api.judge(request)
    return { status: 403, headers: { 'www-authenticate': `Bearer ${wanted}` } }
  }
  await one.session.login(first)
  return { ...one, asked, wants, goodFor }
}

const better = { access_token: 'better', refresh_token: 'better-refresh', scope: 'admin', expires_in: 3600 }

/** Lets the answers come, and the time go by in which what is asked at once is gathered. */
const gathered = (): Promise<void> => pass(50)

/** Has obtained the better token for /admin. */
async function steppedUp(brought: TokenResponse = better): Promise<SteppingUp> {
  const one = await signedIn()
  const admin = one.http.get('/admin')
  await gathered()
  one.asked[0]!.answer.resolve(brought)
  expect((await admin).data.token).toBe('better')
  return one
}

it('one dialog at a time: who is challenged meanwhile waits for it, however long it is open (13)', async () => {
  const { http, asked, goodFor, session } = await signedIn()
  const admin = http.get('/admin')
  await gathered()
  const audit = http.get('/audit')
  await pass(600_000)
  expect([asked.length, session.getSnapshot().held]).toEqual([1, 2])
  goodFor.set('better', ['/admin'])
  asked[0]!.answer.resolve(better)
  expect((await admin).data.token).toBe('better')
  await turn()
  expect([asked.length, asked[1]?.request.challenge.parameters['scope']]).toEqual([2, 'audit'])
  goodFor.set('best', ['/audit'])
  asked[1]!.answer.resolve({ ...better, access_token: 'best' })
  expect((await audit).data.token).toBe('best')
})

it('a request sent with the better token that is challenged all the same asks anew (13)', async () => {
  const { http, asked, goodFor, api } = await steppedUp()
  goodFor.clear()
  const again = http.get('/admin')
  await gathered()
  expect(asked).toHaveLength(2)
  goodFor.set('best', ['/admin'])
  asked[1]!.answer.resolve({ ...better, access_token: 'best' })
  expect((await again).data.token).toBe('best')
  expect(api.requests).toHaveLength(4)
})

it('the late challenge lets its own request go on, and nobody who waits for another dialog (13)', async () => {
  const one = await signedIn()
  const { http, asked, api, goodFor } = one
  const held = deferred()
  const { answer } = api
  api.answer = async (request) => {
    const reply = await answer(request)
    if (request.index === 1) await held.promise
    return reply
  }
  goodFor.set('better', ['/admin'])
  const slow = http.get('/admin')
  const admin = http.get('/admin')
  await gathered()
  asked[0]!.answer.resolve(better)
  await admin
  const audit = watch(http.get('/audit'))
  await gathered()
  expect(asked).toHaveLength(2)
  held.resolve()
  expect((await slow).data.token).toBe('better')
  await turn()
  expect([audit.settled, asked.length, api.pathsWith('better')]).toEqual([
    false,
    2,
    ['/admin', '/audit', '/admin'],
  ])
  goodFor.set('best', ['/audit'])
  asked[1]!.answer.resolve({ ...better, access_token: 'best' })
  expect((await audit.promise).data.token).toBe('best')
})

it('the late challenge asks nobody where the token was granted more than was asked for (13)', async () => {
  const one = await signedIn()
  const { http, asked, api } = one
  const held = deferred()
  const { answer } = api
  api.answer = async (request) => {
    const reply = await answer(request)
    if (request.index === 1) await held.promise
    return reply
  }
  const audit = http.get('/audit')
  const admin = http.get('/admin')
  await gathered()
  asked[0]!.answer.resolve({ ...better, scope: 'admin audit' })
  await admin
  held.resolve()
  await gathered()
  expect((await audit).data.token).toBe('better')
  expect(asked).toHaveLength(1)
})

it('a dialog that brings nothing tells nobody who waits for a renewal (7, 13)', async () => {
  const { http, session, asked, endpoint, api } = await signedIn()
  const admin = sessionErrorOf(http.get('/admin'))
  await gathered()
  api.dead.add('access-1')
  const grant = deferred()
  endpoint.answer = async () => (await grant.promise, { body: tokens(2) })
  const refused = watch(http.get('/me'))
  await turn()
  expect(session.getSnapshot().held).toBe(2)
  asked[0]!.answer.resolve()
  expect(await admin).toMatchObject({ code: 'ERR_STEP_UP_REQUIRED' })
  expect([refused.settled, session.getSnapshot().held]).toEqual([false, 1])
  grant.resolve()
  expect((await refused.promise).data.token).toBe('access-2')
})

it('the process stays while those who ask at once are gathered (13, 37)', async () => {
  const { http, asked } = await signedIn()
  const timers = jest.spyOn(globalThis, 'setTimeout')
  const admin = rejectionOf(http.get('/admin'))
  await turn()
  const staying = timers.mock.results.filter(({ value }) => (value as NodeJS.Timeout).hasRef())
  timers.mockRestore()
  await gathered()
  asked[0]!.answer.resolve()
  await admin
  expect(staying).toHaveLength(1)
})

it('its signal aborts no more once it has answered (28)', async () => {
  const { session, asked } = await steppedUp()
  await session.login(tokens(5))
  expect(asked[0]!.signal.aborted).toBe(false)
})

it.each(['login', 'logout'] as const)(
  'a %s in the moment in which it answers: what it brings is not used (28)',
  async (what) => {
    const { http, session, asked } = await signedIn()
    const admin = rejectionOf(http.get('/admin'))
    await gathered()
    asked[0]!.answer.resolve(better)
    await (what === 'login' ? session.login(tokens(5)) : session.logout())
    expect((await admin).code).toBe('ERR_CANCELED')
    await pass(1_000)
    expect((await session.getTokens())?.accessToken).toBe(what === 'login' ? 'access-5' : undefined)
  },
)

/** The better tokens are there, and before anyone goes on with them a listener logs in or out. */
async function changedByListener(what: 'login' | 'logout'): Promise<SteppingUp> {
  const one = await signedIn()
  const admin = rejectionOf(one.http.get('/admin'))
  await gathered()
  const stop = one.session.on(({ type }) => {
    if (type !== 'granted') return
    stop()
    void (what === 'login' ? one.session.login(tokens(5)) : one.session.logout())
  })
  one.asked[0]!.answer.resolve(better)
  expect((await admin).code).toBe('ERR_CANCELED')
  await pass(1_000)
  return one
}

it.each(['login', 'logout'] as const)(
  'a %s by a listener that is told of the better tokens counts, and they do not come back (28)',
  async (what) => {
    const { session, takeProblems } = await changedByListener(what)
    expect((await session.getTokens())?.accessToken).toBe(what === 'login' ? 'access-5' : undefined)
    takeProblems()
  },
)

it('nor is that login a problem of onStepUp, which did bring a better token (28)', async () => {
  const { takeProblems } = await changedByListener('login')
  expect(takeProblems()).toEqual([])
})

it('another tab’s renewal that is found on the way does not lose what the user did (13, 34)', async () => {
  const place = sharedPlace()
  const one = await signedIn({ store: place.open() })
  const admin = one.http.get('/admin')
  await gathered()
  const other = bench({ store: place.open() })
  await other.session.refresh()
  one.asked[0]!.answer.resolve(better)
  expect((await admin).data.token).toBe('better')
  expect(place.found).toMatchObject({ tokens: { accessToken: 'better' } })
})

it('another user’s tokens are not used either where only a renewal meanwhile has said who is signed in (13, 28)', async () => {
  const idToken = (sub: string): string => `x.${btoa(JSON.stringify({ sub }))}.x`.replace(/=/g, '')
  const { http, session, endpoint, asked, takeProblems } = await signedIn()
  const admin = sessionErrorOf(http.get('/admin'))
  await gathered()
  const grant = deferred()
  endpoint.answer = async () => (await grant.promise, { body: tokens(2, { id_token: idToken('ada') }) })
  const renewed = session.refresh()
  await endpoint.reached(1)
  asked[0]!.answer.resolve({ ...better, id_token: idToken('bob') })
  await turn()
  grant.resolve()
  await renewed
  expect((await admin).code).toBe('ERR_STEP_UP_REQUIRED')
  expect(session.getSnapshot()).toMatchObject({ status: 'active', subject: 'ada', lastError: undefined })
  expect(await session.getAccessToken()).toBe('access-2')
  expect(takeProblems()).toHaveLength(1)
})

it('what it rejects with is told by name, and without the tokens that it may quote (13, 36)', async () => {
  const first = { ...tokens(1), id_token: 'identity-1' }
  const { http, asked, takeProblems } = await signedIn({}, first)
  const admin = rejectionOf(http.get('/admin'))
  await gathered()
  asked[0]!.answer.reject(new Error('refused: access-1, refresh-1, identity-1'))
  await admin
  const [problem] = takeProblems()
  expect(problem).toMatchObject({ message: expect.stringContaining('`onStepUp`') })
  expect((problem?.cause as Error).message).toMatch(/^refused: /)
  expect((problem?.cause as Error).message).not.toMatch(/access-1|refresh-1|identity-1/)
})

it('an answer without an access token is none where the token goes in a header (13, 23)', async () => {
  const { http, asked, session, takeProblems } = await signedIn()
  const admin = sessionErrorOf(http.get('/admin'))
  await gathered()
  asked[0]!.answer.resolve({ expires_in: 60 })
  expect(await admin).toMatchObject({ code: 'ERR_STEP_UP_REQUIRED' })
  expect(takeProblems()).toHaveLength(1)
  expect((await session.getTokens())?.accessToken).toBe('access-1')
})

it('where the token is a cookie it may be in the cookie alone: the request goes out once more (13)', async () => {
  const one = await signedIn({ accessTokenIn: 'cookie' }, { refresh_token: 'refresh-1', expires_in: 3600 })
  one.api.answer = ({ index }) =>
    index > 1
      ? { status: 200, body: 'served' }
      : { status: 403, headers: { 'www-authenticate': `Bearer ${scope('admin')}` } }
  const admin = one.http.get('/admin')
  await gathered()
  one.asked[0]!.answer.resolve({ expires_in: 60 })
  expect((await admin).data).toBe('served')
  expect([one.asked.length, one.api.requests.length]).toEqual([1, 2])
})
