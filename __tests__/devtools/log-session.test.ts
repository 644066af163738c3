import { logSession } from 'tokenflight/devtools'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { tokens } from '../support/token-endpoint-double.js'
import { useBench, type Bench } from '../support/bench.js'

const { bench } = useBench()
useFakeClock()

/** A bench whose story is written down, without the time of day: that is the machine's own zone. */
function logged(made: Bench) {
  const lines: string[] = []
  const stop = logSession(made.session, (line) => void lines.push(line))
  const told = () => lines.map((line) => line.replace(/^\d\d:\d\d:\d\d/, '').trim())
  return { lines, stop, told }
}

it('a storm is told as lines: the first that is held, the grant, and how each request ended', async () => {
  const made = bench()
  const { session, http, api, endpoint } = made
  const { told, stop } = logged(made)
  await session.login(tokens(1))
  api.dead.add('access-1')
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { body: tokens(2, { expires_in: 20 }) })
  const requests = [http.get('/me'), http.post('/orders', { a: 1 })]
  await endpoint.reached(1)
  await pass(212)
  answer.resolve()
  await Promise.all(requests)
  expect(told()).toEqual([
    '.000  login          generation 1',
    '.000  request 1      GET /me is held, the first of those that wait',
    '.000  grant          a 401 refused the token',
    '.212  granted        new tokens after 212 ms, good for 20 s; 2 requests go on',
    '.212  request 1      GET /me was refused, held 212 ms for a renewal, then sent again and answered 200.',
    '.212  request 2      POST /orders was refused, held 212 ms for a renewal, then sent again and answered 200.',
  ])
  stop()
})

it('each line begins with the time of day by the session’s own clock', async () => {
  const made = bench()
  const { lines, stop } = logged(made)
  await pass(1_234)
  await made.session.login(tokens(1))
  const at = new Date()
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0'))
  expect(lines).toEqual([`${clock.join(':')}.234  login          generation 1`])
  stop()
})

it('when it stops, what is still under way is told with the time so far', async () => {
  const made = bench()
  const { told, stop } = logged(made)
  await made.session.login(tokens(1))
  made.endpoint.always('never')
  made.api.dead.add('access-1')
  const request = made.http.get('/me')
  await made.endpoint.reached(1)
  await pass(3_000)
  stop()
  expect(told().at(-1)).toBe(
    '.000  request 1      GET /me was refused and is held for a renewal, 3.0 s so far.',
  )
  await made.session.logout()
  await expect(request).rejects.toThrow()
  expect(told()).toHaveLength(4)
})

it('a session that ends is told with what to do, and each that waited with why it was rejected', async () => {
  const made = bench()
  const { told, stop } = logged(made)
  await made.session.login(tokens(1))
  made.endpoint.always({ status: 400, body: { error: 'invalid_grant' } })
  made.api.dead.add('access-1')
  await made.http.get('/me').catch(() => {})
  const why =
    'The server refused to renew the session (HTTP 400, invalid_grant). Sign in again and call session.login().'
  expect(told().slice(3)).toEqual([
    `.000  grant failed   ${why}`,
    `.000  session over   ${why}`,
    '.000  request 1      GET /me was refused, held 0 ms for a renewal, then rejected: the user has to sign in again.',
  ])
  stop()
})

it.each([
  ['aborted while it is held', 'GET /me was refused, held 40 ms for a renewal, then aborted by its caller.'],
  [
    'out of time while it is held',
    'GET /me was refused, held 40 ms for a renewal, then given up: its time ran out.',
  ],
  [
    'left by a logout',
    'GET /me was refused, held 40 ms for a renewal, then rejected: the session had changed while it waited.',
  ],
])('a request that is %s says so', async (what, story) => {
  const made = bench()
  const { told, stop } = logged(made)
  await made.session.login(tokens(1))
  made.endpoint.always('never')
  made.api.dead.add('access-1')
  const caller = new AbortController()
  const timeout = what.startsWith('out') ? { timeout: 40 } : {}
  const request = made.http.get('/me', { signal: caller.signal, ...timeout }).catch(() => {})
  await made.endpoint.reached(1)
  await pass(40)
  if (what.startsWith('aborted')) caller.abort()
  if (what.startsWith('left')) await made.session.logout()
  await request
  expect(
    told()
      .filter((line) => line.includes('request 1'))
      .at(-1),
  ).toBe(`.040  request 1      ${story}`)
  await made.session.logout()
  stop()
})

it('a request that met a 401 of a token renewed meanwhile was not held', async () => {
  const made = bench()
  const { session, http, api } = made
  const { told, stop } = logged(made)
  await session.login(tokens(1))
  const late = deferred()
  const { answer } = api
  api.answer = async (request) => {
    if (request.index === 1) await late.promise
    return request.index === 1 ? { status: 401 } : answer(request)
  }
  const slow = http.get('/slow')
  await turn()
  await session.refresh()
  late.resolve()
  await slow
  expect(told().at(-1)).toBe(
    '.000  request 1      GET /slow was refused with a token that had been renewed meanwhile, sent again and answered 200.',
  )
  stop()
})

it('by default the lines go to the console, and a problem is one of them', async () => {
  const spy = jest.spyOn(console, 'log').mockImplementation(() => {})
  const made = bench({ listens: false })
  const stop = logSession(made.session)
  made.http.defaults.headers.common['Authorization'] = 'Basic b2xk'
  await made.session.login(tokens(1))
  await made.http.get('/me')
  const lines = spy.mock.calls.map(([line]) => String(line).slice(14))
  stop()
  spy.mockRestore()
  expect(lines).toEqual([
    'login          generation 1',
    'problem        The session replaces the default Authorization header: remove it from axios.defaults or axios.create().',
    'request 1      GET /me was sent and answered 200 after 0 ms.',
  ])
})

it('no line holds a token', async () => {
  const made = bench()
  const { lines, stop } = logged(made)
  await made.session.login(tokens(1))
  made.api.dead.add('access-1')
  await made.http.get('/me?access_token=access-1')
  made.endpoint.always({
    status: 400,
    body: { error: 'invalid_grant', error_description: 'refresh-2 is dead' },
  })
  await made.session.refresh().catch(() => {})
  stop()
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.join('\n')).not.toMatch(/access-\d|refresh-\d/)
})
