/** Behaviour 37 within this process: which timers would keep it alive. */
import axios from 'axios'
import { attachSession, type StoredRecord } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

const [set, clear] = [setTimeout, clearTimeout]
/** The timers that were started and neither fired nor were cleared. */
const running = new Map<unknown, NodeJS.Timeout>()
/** Browsers call a timer by a number, Node by an object with ref and unref. */
let areNumbers: boolean
let count = 0

/** How many timers keep this process alive. */
function alive(): number {
  return [...running.values()].filter((timer) => timer.hasRef()).length
}

beforeEach(() => {
  areNumbers = false
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((call: () => void, ms: number) => {
    const timer = set(() => (running.delete(name), call()), ms)
    const name = areNumbers ? ++count : timer
    running.set(name, timer)
    return name
  }) as never)
  jest.spyOn(globalThis, 'clearTimeout').mockImplementation((name) => {
    clear(running.get(name) ?? name)
    running.delete(name)
  })
})

afterEach(() => {
  const left = alive()
  jest.restoreAllMocks()
  for (const timer of running.values()) clear(timer)
  running.clear()
  expect(left).toBe(0)
})

it('a grant that another tab has overtaken keeps no process alive: nobody waits for it (34, 37)', async () => {
  const place = sharedPlace()
  const { session, endpoint } = bench({ store: place.open({ hears: true }) })
  endpoint.always('never')
  await session.login(tokens(1))
  const done = session.refresh()
  await endpoint.reached(1)
  const record = place.found as StoredRecord
  await place.open().set({ ...record, version: 2, tokens: { ...record.tokens, accessToken: 'access-7' } })
  await done
  expect(endpoint.asked).toHaveLength(1)
  expect([running.size > 0, alive()]).toEqual([true, 0])
})

it('a grant keeps the process alive while a request waits for it, and not once the last one has gone (37)', async () => {
  const { session, http, endpoint } = bench()
  endpoint.always('never')
  await session.login(tokens(1, { expires_in: 0 }))
  const [one, other] = [new AbortController(), new AbortController()]
  const gone = [one, other].map(({ signal }) => rejectionOf(http.get('/me', { signal })))
  await endpoint.reached(1)
  expect(alive()).toBeGreaterThan(0)
  one.abort()
  expect(alive()).toBeGreaterThan(0)
  other.abort()
  expect(alive()).toBe(0)
  await Promise.all(gone)
})

it('nor once the instance is detached of those that waited for it (37)', async () => {
  const { session, api, endpoint } = bench()
  endpoint.always('never')
  await session.login(tokens(1, { expires_in: 0 }))
  const http = axios.create({ baseURL: 'https://api.example.com', adapter: api.adapter })
  const detach = attachSession(http, session)
  const gone = rejectionOf(http.get('/me'))
  await endpoint.reached(1)
  expect(alive()).toBeGreaterThan(0)
  detach()
  expect(alive()).toBe(0)
  await gone
})

it('a grant behind the traffic does not, nor its pause before the next attempt (25, 32, 37)', async () => {
  let now = Date.now()
  const { session, http, endpoint } = bench({ now: () => now })
  endpoint.always({ status: 503 })
  await session.login(tokens(1))
  now += 3_570_000
  await http.get('/me')
  await endpoint.reached(1)
  expect(alive()).toBe(0)
  await turn()
  expect(alive()).toBe(0)
})

it('the pause before the next attempt keeps it alive while someone waits (25, 37)', async () => {
  const { session, endpoint } = bench()
  endpoint.always({ status: 503 })
  await session.login(tokens(1))
  const controller = new AbortController()
  const gone = rejectionOf(session.refresh({ signal: controller.signal }))
  await endpoint.reached(1)
  await turn()
  expect(alive()).toBe(3)
  controller.abort()
  expect(alive()).toBe(0)
  await gone
})

it('so does the timeout of a held request, where the renewal has no deadline (10, 30, 37)', async () => {
  const token = deferred<object>()
  const { http } = bench({ refresh: undefined, acquire: () => token.promise })
  const waits = http.get('/me', { timeout: 60_000 })
  await turn()
  expect(alive()).toBe(1)
  token.resolve({ access_token: 'access-1' })
  expect((await waits).data.token).toBe('access-1')
})

it('where timers are numbers, as in browsers, requests wait, leave and go on all the same (37)', async () => {
  areNumbers = true
  const { session, http, endpoint } = bench()
  const [answer, controller] = [deferred(), new AbortController()]
  endpoint.answer = async () => (await answer.promise, { body: tokens(2) })
  await session.login(tokens(1, { expires_in: 0 }))
  const gone = rejectionOf(http.get('/me', { timeout: 5_000, signal: controller.signal }))
  await endpoint.reached(1)
  controller.abort()
  expect((await gone).code).toBe('ERR_CANCELED')
  const waits = http.get('/me', { timeout: 5_000 })
  answer.resolve()
  expect((await waits).data.token).toBe('access-2')
  expect(running.size).toBe(0)
})
