import type { SessionOptions } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { turn } from '../support/fake-clock.js'
import { sessionErrorOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench, expectConsoleError } = useBench()

const bug = new Error('a bug of the app')

/** Both ways in which the app's own function can fail. */
const failures: [string, () => never][] = [
  [
    'throws',
    () => {
      throw bug
    },
  ],
  ['rejects', () => Promise.reject(bug) as never],
]

async function ended(options: BenchOptions): Promise<Bench> {
  const one = bench(options)
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  one.endpoint.always({ status: 401 })
  const errors = await Promise.all(['/a', '/b'].map((path) => sessionErrorOf(one.http.get(path))))
  expect(errors).toEqual(Array(2).fill(expect.objectContaining({ code: 'ERR_LOGIN_REQUIRED' })))
  await turn()
  return one
}

describe.each(failures)('the app’s own function that %s', (_, fail) => {
  it('as onLoginRequired ends the session all the same, and is reported once as a problem (37)', async () => {
    const onLoginRequired = jest.fn(fail)
    const { session, stored, takeProblems } = await ended({ onLoginRequired })
    expect(onLoginRequired).toHaveBeenCalledTimes(1)
    expect([session.getSnapshot().status, stored()]).toEqual(['signedOut', undefined])
    expect(takeProblems()).toEqual([
      { type: 'problem', message: expect.stringContaining('onLoginRequired'), cause: bug },
    ])
  })

  it('as onLoginRequired is reported once on the console, where nobody listens (37)', async () => {
    expectConsoleError(/tokenflight: onLoginRequired.*a bug of the app/s)
    await ended({ onLoginRequired: fail, listens: false })
  })

  it('as a subscriber keeps nobody else from hearing, and is reported (37)', async () => {
    const { session, http, takeProblems } = bench()
    const before = jest.fn()
    const after = jest.fn()
    session.subscribe(before)
    const unsubscribe = session.subscribe(fail)
    session.subscribe(after)
    await session.login(tokens(1))
    expect((await http.get('/me')).data.token).toBe('access-1')
    await turn()
    unsubscribe()
    expect(before.mock.calls.length).toBeGreaterThan(0)
    expect(after.mock.calls.length).toBe(before.mock.calls.length)
    const problems = takeProblems()
    expect(problems).toHaveLength(before.mock.calls.length)
    expect(problems[0]).toMatchObject({ message: expect.stringContaining('subscriber'), cause: bug })
  })

  it('as a listener of events keeps nobody else from hearing, and is reported once for each event (37)', async () => {
    const { session, http, told, takeProblems } = bench()
    session.on((event) => (event.type === 'login' ? fail() : undefined))
    await session.login(tokens(1))
    expect((await http.get('/me')).data.token).toBe('access-1')
    await turn()
    expect([told('login'), told('sent'), told('settled')]).toEqual([1, 1, 1])
    expect(takeProblems()).toEqual([
      { type: 'problem', message: expect.stringContaining('session.on'), cause: bug },
    ])
  })

  it('as a listener that fails on problems too goes to the console, without a loop (37)', async () => {
    const store = {
      get: () => undefined,
      set: () => {
        throw new Error('full')
      },
      clear() {},
    }
    expectConsoleError(/session\.on.*a bug of the app/s)
    const { session } = bench({ store, listens: false })
    session.on((event) => (event.type === 'problem' ? fail() : undefined))
    await session.login(tokens(1))
    await turn()
  })

  it('as refreshWhen asks for nothing: the token is used (37)', async () => {
    const { session, http, endpoint, takeProblems } = bench({ refreshWhen: fail })
    await session.login(tokens(1))
    expect((await http.get('/me')).data.token).toBe('access-1')
    await turn()
    expect(endpoint.asked).toHaveLength(0)
    expect(takeProblems()).toEqual([
      { type: 'problem', message: expect.stringContaining('refreshWhen'), cause: bug },
    ])
  })

  it('as isSessionOver decides nothing: the answer is judged without it (37)', async () => {
    const { session, http, api, endpoint, onLoginRequired, takeProblems } = bench({ isSessionOver: fail })
    await session.login(tokens(1))
    api.dead.add('access-1')
    expect((await http.get('/me')).data.token).toBe('access-2')
    endpoint.always({ status: 403 })
    api.dead.add('access-2')
    expect(await sessionErrorOf(http.get('/me'))).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
    await turn()
    expect(onLoginRequired).not.toHaveBeenCalled()
    const problems = takeProblems()
    expect(problems[0]).toMatchObject({ message: expect.stringContaining('isSessionOver'), cause: bug })
    expect(problems).toHaveLength(2)
  })

  it('as allowedOrigins allows nothing: the request goes out bare (1, 37)', async () => {
    const allowedOrigins = fail as unknown as SessionOptions['allowedOrigins'] & {}
    const { session, http, api, takeProblems } = bench({ allowedOrigins })
    await session.login(tokens(1))
    await http.get('/me').catch(() => {})
    await turn()
    expect(api.authorizations).toEqual([undefined])
    expect(takeProblems()).toEqual([
      { type: 'problem', message: expect.stringContaining('allowedOrigins'), cause: bug },
    ])
  })
})

describe('a listener', () => {
  it('that is taken off hears no more, and taking it off twice does nothing (37)', async () => {
    const { session } = bench()
    const listener = jest.fn()
    const subscriber = jest.fn()
    const off = session.on(listener)
    const unsubscribe = session.subscribe(subscriber)
    await session.login(tokens(1))
    const calls = [listener.mock.calls.length, subscriber.mock.calls.length]
    off()
    unsubscribe()
    off()
    unsubscribe()
    await session.logout()
    expect([listener.mock.calls.length, subscriber.mock.calls.length]).toEqual(calls)
  })

  it('that is given twice hears twice, and each is taken off by itself (37)', async () => {
    const { session } = bench()
    const listener = jest.fn()
    const [off] = [session.on(listener), session.on(listener)]
    await session.login(tokens(1))
    expect(listener).toHaveBeenCalledTimes(2)
    off?.()
    await session.logout()
    expect(listener).toHaveBeenCalledTimes(3)
  })

  it('that takes itself off or adds another while it is called disturbs nobody (37)', async () => {
    const { session } = bench()
    const after = jest.fn()
    const late = jest.fn()
    const off = session.on(() => {
      off()
      session.on(late)
    })
    session.on(after)
    await session.login(tokens(1))
    await session.logout()
    expect([after.mock.calls.length, late.mock.calls.length]).toEqual([2, 1])
  })

  it('that logs out in the middle of everything leaves nothing held and nothing unanswered (28, 37)', async () => {
    const { session, http, api, endpoint, onLoginRequired } = bench()
    await session.login(tokens(1))
    api.dead.add('access-1')
    session.on((event) => void (event.type === 'granted' && session.logout()))
    const codes = await Promise.all(
      ['/a', '/b', '/c'].map((path) => http.get(path).catch((error: { code?: string }) => error.code)),
    )
    expect(codes).toEqual(Array(3).fill('ERR_CANCELED'))
    expect([session.getSnapshot().status, endpoint.asked.length]).toEqual(['signedOut', 1])
    expect(onLoginRequired).not.toHaveBeenCalled()
  })
})

it('a throw inside onLoginRequired that logs in again leaves the new login in place (27, 37)', async () => {
  const one = bench({
    onLoginRequired: () => {
      void one.session.login(tokens(9))
      throw bug
    },
  })
  const { session, http, api, endpoint, takeProblems } = one
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.always({ status: 401 })
  expect(await sessionErrorOf(http.get('/me'))).toMatchObject({ code: 'ERR_LOGIN_REQUIRED' })
  await turn()
  expect((await http.get('/me')).data.token).toBe('access-9')
  expect(one.stored()?.tokens.accessToken).toBe('access-9')
  expect(takeProblems()).toHaveLength(1)
})

it('a listener or subscriber that another one has stopped is called no more (37)', async () => {
  const { session } = bench()
  const told = jest.fn()
  const first = [session.on(() => stops[0]!()), session.subscribe(() => stops[1]!())]
  const stops = [session.on(told), session.subscribe(told)]
  await session.login(tokens(1))
  for (const stop of first) stop()
  expect(told).not.toHaveBeenCalled()
})

it.each<[string, () => never]>([
  [
    'throws',
    () => {
      throw new Error('access-1 and refresh-1 are dead')
    },
  ],
  ['rejects', () => Promise.reject(new Error('access-1 and refresh-1 are dead')) as never],
])('an onLoginRequired that %s is reported without the tokens that it quotes (36, 37)', async (_, fail) => {
  const { takeProblems } = await ended({ onLoginRequired: fail })
  expect(takeProblems()).toEqual([
    expect.objectContaining({ cause: new Error('[redacted] and [redacted] are dead') }),
  ])
})
