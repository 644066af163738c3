/** Revocation (RFC 7009) beside a grant that is on its way, and beside stores that fail. */
import { inspect } from 'node:util'
import { memoryStore } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { rejectionOf, watch } from '../support/outcome.js'
import { TokenEndpointDouble, tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

const revocationEndpoint = 'https://auth.example.com/revoke'

interface Revoking extends Bench {
  /** The signals of what was asked of the server, in order. */
  readonly signals: (AbortSignal | null | undefined)[]
  /** The tokens that were revoked, in order. */
  revoked(): (string | null)[]
}

function make(options: BenchOptions = {}): Revoking {
  const endpoint = new TokenEndpointDouble()
  const signals: (AbortSignal | null | undefined)[] = []
  const fetch: typeof globalThis.fetch = (url, init) => {
    signals.push(init?.signal)
    return endpoint.fetch(url, init)
  }
  const one = bench({ ...options, grant: { revocationEndpoint, fetch, ...options.grant } })
  const revoked = (): (string | null)[] =>
    endpoint.asked
      .filter(({ url }) => url === revocationEndpoint)
      .map(({ text }) => new URLSearchParams(text).get('token'))
  return { ...one, endpoint, signals, revoked }
}

async function renewing(): Promise<Revoking & { answer: () => void; renewal: Promise<Error> }> {
  const one = make()
  const answer = deferred()
  one.endpoint.answer = async ({ index }) => {
    if (index === 1) await answer.promise
    return { body: index === 1 ? tokens(2) : {} }
  }
  await one.session.login(tokens(1))
  const renewal = rejectionOf(one.session.refresh())
  await one.endpoint.reached(1)
  return { ...one, renewal, answer: answer.resolve }
}

it('another login cuts a grant short although a logout could be told (11, 28)', async () => {
  const { session, signals, renewal } = await renewing()
  expect(signals[0]?.aborted).toBe(false)
  await session.login(tokens(5))
  expect(await renewal).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
  expect(signals[0]?.aborted).toBe(true)
})

it('a logout that revokes does not: what the grant brings is revoked as well (11, 29)', async () => {
  const { session, signals, renewal, answer, revoked } = await renewing()
  const done = watch(session.logout({ revoke: true }))
  await renewal
  await turn()
  expect([signals[0]?.aborted, revoked(), done.settled]).toEqual([false, ['refresh-1'], false])
  answer()
  await done.promise
  expect(revoked()).toEqual(['refresh-1', 'refresh-2'])
})

it('another login just before the grant is sent finds it cut short (11, 28)', async () => {
  const { session, signals } = make()
  await session.login(tokens(1))
  let relogin: Promise<void> | undefined
  session.on(({ type }) => {
    if (type === 'grant') queueMicrotask(() => void (relogin = session.login(tokens(5))))
  })
  expect(await rejectionOf(session.refresh())).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
  await relogin
  await turn()
  expect(signals.filter((signal) => !signal?.aborted)).toEqual([])
})

it('the process stays until the server has answered (29, 37)', async () => {
  const { session, endpoint } = make()
  await session.login(tokens(1))
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, {})
  const timers = jest.spyOn(globalThis, 'setTimeout')
  const done = session.logout({ revoke: true })
  await endpoint.reached(1)
  const made = timers.mock.results.map(({ value }) => value as NodeJS.Timeout)
  timers.mockRestore()
  expect(made.filter((timer) => timer.hasRef())).toHaveLength(1)
  answer.resolve()
  await done
})

it('a grant that a login overtakes before it is sent goes nowhere (11, 28)', async () => {
  const { session, signals } = make()
  await session.login(tokens(1))
  const stop = session.on(({ type }) => {
    if (type !== 'grant') return
    stop()
    void session.login(tokens(5))
  })
  await rejectionOf(session.refresh())
  await turn()
  expect(signals.filter((signal) => !signal?.aborted)).toEqual([])
  expect(await session.getAccessToken()).toBe('access-5')
})

it('why it failed is told without what the request held, the secret neither (29, 36)', async () => {
  const { session, endpoint, takeProblems } = make({ grant: { clientSecret: 'top-secret' } })
  await session.login({ ...tokens(1), id_token: 'identity-1' })
  endpoint.always(new Error('POST failed: refresh-1 access-1 identity-1 top-secret'))
  await session.logout({ revoke: true })
  const problems = takeProblems()
  expect(problems).toMatchObject([{ cause: { message: expect.stringMatching(/^POST failed: /) } }])
  expect(inspect(problems, { depth: 9, showHidden: true })).not.toMatch(
    /(refresh|access|identity)-1|top-secret/,
  )
})

it('a store that took nothing: what was in memory is revoked, and not what still lies there (29, 33)', async () => {
  const old = memoryStore()
  const first = bench({ store: old })
  await first.session.login(tokens(9))
  const full = (): never => {
    throw new Error('QuotaExceededError')
  }
  const { session, revoked, takeProblems } = make({ store: { get: () => old.get(), set: full, clear: full } })
  await session.login(tokens(1))
  await session.logout({ revoke: true })
  expect(revoked()).toEqual(['refresh-1'])
  expect(takeProblems()).not.toHaveLength(0)
})

it('a store that fails at the first look: the logout is one all the same, and nothing is asked (29, 33)', async () => {
  const get = async (): Promise<never> => Promise.reject(new Error('no such database'))
  const { session, endpoint, takeProblems } = make({ store: { get, set: () => {}, clear: () => {} } })
  await session.logout({ revoke: true })
  expect([session.getSnapshot().status, endpoint.asked]).toEqual(['signedOut', []])
  await turn()
  takeProblems()
})
