/** `navigator.locks`, where it is not what it should be: absent, obedient to its signal, or with locks that are stolen. */
import { memoryStore, type RefreshLock } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { useLocks } from '../support/locks-double.js'
import { sessionErrorOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()
const world = useLocks()

async function dead(store: BenchOptions['store'] = { ...memoryStore(), name: 'shared' }): Promise<Bench> {
  const one = bench({ store, refreshTimeoutMs: 9_000 })
  await one.session.login(tokens(1))
  one.api.dead.add('access-1')
  return one
}

it('a page whose navigator has no locks renews all the same (34)', async () => {
  Reflect.deleteProperty(world, 'locks')
  const { http, endpoint } = await dead()
  expect((await http.get('/me')).data.token).toBe('access-2')
  expect(endpoint.sent).toEqual(['refresh-1'])
})

it('a lock that is stolen while the grant is under way keeps no end from the app: it is told once (27, 34)', async () => {
  const request = async (_: string, __: object, callback: () => Promise<unknown>): Promise<never> => {
    void callback()
    throw new DOMException('The lock was stolen', 'AbortError')
  }
  Object.assign(world.locks, { request })
  const { http, endpoint, onLoginRequired } = await dead()
  const answer = deferred()
  endpoint.answer = async () => (await answer.promise, { status: 401 })
  const refused = sessionErrorOf(http.get('/me'))
  await turn()
  answer.resolve()
  expect(await refused).toMatchObject({ code: 'ERR_LOGIN_REQUIRED' })
  await turn()
  expect([endpoint.sent, onLoginRequired.mock.calls.length]).toEqual([['refresh-1'], 1])
})

it('who has waited in vain for navigator.locks does not ask for the store’s own lock as well (9, 34)', async () => {
  const request: RefreshLock['request'] = (_, { signal }) =>
    new Promise((__, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)))
  const asked = jest.fn()
  const lock: RefreshLock = { request: (...of) => (asked(), request(...of)) }
  Object.assign(world.locks, { request })
  const { http } = await dead({ ...memoryStore(), name: 'shared', lock })
  const refused = sessionErrorOf(http.get('/me'))
  await pass(9_000)
  expect(await refused).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'lock' })
  expect(asked).not.toHaveBeenCalled()
})
