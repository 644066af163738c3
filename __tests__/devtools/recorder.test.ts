/** What the panel draws: requests, grants and numbers, as they are written down. */
import { createSession, type SessionOptions } from 'tokenflight'
import { insideOf, sharedName } from '../../src/devtools/inside.js'
import type { Noted } from '../../src/devtools/record.js'
import { Recorder } from '../../src/devtools/recorder.js'
import { deferred } from '../support/deferred.js'
import { pass, start, turn, useFakeClock } from '../support/fake-clock.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'
import { useBench, type Bench } from '../support/bench.js'

const { bench } = useBench()
useFakeClock()

function recorded({ session }: Bench, limit?: number) {
  const noted: (Noted | undefined)[] = []
  return { recorder: new Recorder(session, (event) => void noted.push(event), limit), noted }
}

/** Two tabs over one store, signed in by the first. */
async function twoTabs(): Promise<{ made: Bench; other: Bench }> {
  const place = sharedPlace()
  const made = bench({ store: place.open({ hears: true }) })
  const other = bench({ store: place.open({ hears: true }) })
  await made.session.login(tokens(1))
  await turn()
  return { made, other }
}

it('nothing is there before anything happens', () => {
  const { recorder } = recorded(bench())
  expect(recorder.calls).toEqual([])
  expect(recorder.grants).toEqual([])
  expect(recorder.counts).toEqual({ requests: 0, sends: 0, replays: 0, held: 0, grants: 0, adopted: 0 })
  expect([recorder.problem, recorder.openGrant, recorder.isLive]).toEqual([undefined, undefined, false])
})

it('the numbers are those of the API and of the token endpoint', async () => {
  const { made, other } = await twoTabs()
  const { recorder } = recorded(made)
  made.api.dead.add('access-1')
  await Promise.all([made.http.get('/one'), made.http.get('/two')])
  await made.http.get('/three')
  expect(made.api.requests).toHaveLength(5)
  for (let count = 0; count < 2; count++) {
    await other.session.refresh()
    await turn()
  }
  expect(recorder.counts).toEqual({ requests: 3, sends: 5, replays: 2, held: 2, grants: 1, adopted: 2 })
})

it('something is under way while a request has not ended, and while a grant has not', async () => {
  const made = bench()
  await made.session.login(tokens(1))
  const { recorder } = recorded(made)
  const [late, answer] = [deferred(), deferred()]
  made.api.answer = async () => (await late.promise, { status: 200 })
  const request = made.http.get('/me')
  await turn()
  expect([recorder.isLive, recorder.openGrant]).toEqual([true, undefined])
  late.resolve()
  await request
  expect(recorder.isLive).toBe(false)
  made.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  const renewal = made.session.refresh()
  await made.endpoint.reached(1)
  expect([recorder.isLive, recorder.openGrant]).toEqual([true, recorder.grants[0]])
  answer.resolve()
  await renewal
  expect([recorder.isLive, recorder.openGrant]).toEqual([false, undefined])
})

describe('a grant ends', () => {
  it('with new tokens', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const { recorder } = recorded(made)
    const answer = deferred()
    made.endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
    const renewal = made.session.refresh()
    await made.endpoint.reached(1)
    await pass(212)
    answer.resolve()
    await renewal
    expect(recorder.grants).toEqual([
      { reason: 'requested', from: start, until: start + 212, outcome: 'granted', error: undefined },
    ])
    expect(recorder.problem).toBeUndefined()
  })

  it('with an error; one that is tried again within the same renewal has none of its own', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const { recorder } = recorded(made)
    made.endpoint.inTurn({ status: 503, headers: { 'retry-after': '2' } }, { status: 500 })
    const renewal = made.session.refresh().catch(() => {})
    await pass(10_000)
    await renewal
    const [first, second] = recorder.grants
    expect(recorder.grants).toHaveLength(2)
    expect(first).toMatchObject({ outcome: 'failed', error: undefined })
    expect(first?.until).toBe(second?.from)
    expect(second).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_REFRESH_UNAVAILABLE', status: 500 },
    })
  })

  it.each<[string, (made: Bench, other: Bench) => unknown]>([
    ['another login', ({ session }) => session.login(tokens(9))],
    ['a logout', ({ session }) => session.logout()],
    ['the end of everything', ({ session }) => session.dispose()],
    ['another tab’s login', (_made, { session }) => session.login(tokens(9))],
    ['another tab’s logout', (_made, { session }) => session.logout()],
  ])('unheeded, where %s comes first', async (_what, act) => {
    const place = sharedPlace()
    const made = bench({ store: place.open({ hears: true }) })
    const other = bench({ store: place.open({ hears: true }) })
    await made.session.login(tokens(1))
    await turn()
    const { recorder } = recorded(made)
    made.endpoint.always('never')
    const renewal = made.session.refresh().catch(() => {})
    await made.endpoint.reached(1)
    await pass(50)
    await act(made, other)
    await turn()
    expect(recorder.grants).toMatchObject([{ outcome: 'left', until: start + 50, error: undefined }])
    await renewal
  })

  it('not by a problem, which is told beside it', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const { recorder } = recorded(made)
    made.endpoint.always('never')
    const renewal = made.session.refresh().catch(() => {})
    await made.endpoint.reached(1)
    made.http.defaults.headers.common['Authorization'] = 'Basic b2xk'
    await made.http.get('/me')
    const [{ message } = { message: '' }] = made.takeProblems()
    expect(recorder.problem).toBe(message)
    expect(recorder.openGrant).toBe(recorder.grants[0])
    await made.session.logout()
    await renewal
    expect(recorder.problem).toBe(message)
  })
})

describe('beyond the limit the oldest are let go', () => {
  it('grants one by one', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const { recorder } = recorded(made, 2)
    for (let count = 0; count < 2; count++) await made.session.refresh()
    const [, second] = recorder.grants
    expect(recorder.grants).toHaveLength(2)
    await made.session.refresh()
    expect(recorder.grants).toHaveLength(2)
    expect(recorder.grants[0]).toBe(second)
    expect(recorder.counts.grants).toBe(3)
  })

  it('requests a hundred at a time, and they are still counted', async () => {
    const made = bench()
    await made.session.login(tokens(1))
    const { recorder } = recorded(made, 2)
    const ids = () => recorder.calls.map(({ id }) => id)
    for (let count = 0; count < 102; count++) await made.http.get('/me')
    expect(ids()).toHaveLength(102)
    await made.http.get('/me')
    expect(ids()).toEqual([102, 103])
    expect(recorder.counts).toMatchObject({ requests: 103, sends: 103 })
  })
})

it('one request can be let go, and one that has gone already takes no other with it', async () => {
  const made = bench()
  await made.session.login(tokens(1))
  const { recorder } = recorded(made)
  for (const path of ['/one', '/two', '/three']) await made.http.get(path)
  const paths = () => recorder.calls.map(({ path }) => path)
  recorder.forget(2)
  expect(paths()).toEqual(['/one', '/three'])
  recorder.forget(2)
  expect(paths()).toEqual(['/one', '/three'])
  recorder.forget(1)
  expect(paths()).toEqual(['/three'])
})

it('whoever listens is told of each event, of each change, and once of an end that no event tells', async () => {
  const place = sharedPlace()
  const made = bench({ store: place.open({ hears: true }) })
  const other = bench({ store: place.open({ hears: true }) })
  const { noted } = recorded(made)
  await made.session.login(tokens(1))
  await turn()
  expect(noted).toContain(undefined)
  await made.session.logout()
  await turn()
  await made.session.login(tokens(2))
  await turn()
  await other.session.logout()
  await turn()
  const told = noted.flatMap((event) => (event ? [event.type] : []))
  expect(told).toEqual(['login', 'logout', 'login', 'left'])
})

it('an end that no event tells is told whatever else happens in its turn', async () => {
  const { made, other } = await twoTabs()
  const { noted } = recorded(made)
  made.session.subscribe(() => {
    throw new Error('a subscriber of the app')
  })
  await other.session.logout()
  await turn()
  expect(noted.flatMap((event) => (event ? [event.type] : []))).toEqual(['problem', 'left'])
  expect(made.takeProblems()).toHaveLength(1)
})

it('a request that was on the wire before the record began is written down as such once it is refused', async () => {
  const made = bench()
  await made.session.login(tokens(1))
  const late = deferred()
  const { answer } = made.api
  made.api.answer = async (request) => (await late.promise, answer(request))
  made.api.dead.add('access-1')
  const request = made.http.get('/me')
  await turn()
  const { recorder } = recorded(made)
  await pass(30)
  late.resolve()
  await request
  const at = start + 30
  expect(recorder.calls[0]?.stays).toEqual([
    { place: 'wire', from: at, until: at },
    { place: 'held', from: at, until: at, waitsFor: 'renewal' },
    { place: 'replay', from: at, until: at },
  ])
})

describe('the name under which tabs share a session', () => {
  const refresh = { tokenEndpoint: 'https://auth.example.com/token' }
  const bare = async () => tokens(2)
  const unnamed = { get: () => undefined, set: () => {}, clear: () => {} }
  const named = { ...unnamed, name: 'mine' }

  it.each<[string, SessionOptions, string | undefined]>([
    ['is its store’s', { refresh: bare, store: named }, 'mine'],
    [
      'is its store’s before its token endpoint’s',
      { refresh: { ...refresh, refreshTokenIn: 'cookie' }, store: named },
      'mine',
    ],
    [
      'is its token endpoint’s where the refresh token is a cookie',
      { refresh: { ...refresh, refreshTokenIn: 'cookie' } },
      refresh.tokenEndpoint,
    ],
    ['is none where the store has no name', { refresh: bare, store: unnamed }, undefined],
    ['is none where the token is in the memory of the page', { refresh }, undefined],
    ['is none where there is no grant at all', { acquire: bare }, undefined],
  ])('%s', (_what, options, name) => {
    const session = createSession(options)
    expect(sharedName(insideOf(session))).toBe(name)
    session.dispose()
  })
})
