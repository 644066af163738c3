/** What comes between the moment in which a request may go on and the one in which it goes. */
import { memoryStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { rejectionOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

it('a request is not sent as the user whom a subscriber signs in when a renewal behind it begins (28)', async () => {
  const { session, http, api } = bench()
  await session.login(tokens(1, { expires_in: 100 }))
  await pass(85_000)
  const stop = session.subscribe(() => {
    if (session.getSnapshot().status !== 'refreshing') return
    stop()
    void session.login(tokens(7))
  })
  const error = await rejectionOf(http.get('/me'))
  expect([error.code, api.authorizations]).toStrictEqual(['ERR_CANCELED', []])
})

it('a request that is aborted by what goes on before it ends once, in the events too (20)', async () => {
  const { session, http, api } = bench()
  await session.login(tokens(1))
  api.dead.add('access-1')
  const controller = new AbortController()
  const ended: number[] = []
  session.on((event) => {
    if (event.type === 'settled') ended.push(event.id)
    if (event.type === 'replayed') controller.abort()
  })
  const first = http.get('/first')
  const error = await rejectionOf(http.get('/second', { signal: controller.signal }))
  await first
  await turn()
  expect([error.code, ended.sort()]).toStrictEqual(['ERR_CANCELED', [1, 2]])
})

it('a request that is aborted as it begins to be held is not counted as held (10, 20)', async () => {
  const { session, http, api, endpoint } = bench()
  await session.login(tokens(1))
  api.dead.add('access-1')
  endpoint.always('never')
  const controller = new AbortController()
  session.on(({ type }) => void (type === 'held' && controller.abort()))
  const error = await rejectionOf(http.get('/me', { signal: controller.signal }))
  expect([error.code, session.getSnapshot().held]).toStrictEqual(['ERR_CANCELED', 0])
})

it('a store that quotes its record when it cannot be cleared gives no token away after the logout (36)', async () => {
  const clear = (): never => {
    throw new Error('cannot remove {"accessToken":access-1,"refreshToken":refresh-1}')
  }
  const { session, takeProblems } = bench({ store: { ...memoryStore(), clear } })
  await session.login(tokens(1))
  await session.logout()
  const problems = takeProblems().map(({ message, cause }) => `${message} ${String(cause)}`)
  expect(problems).toHaveLength(1)
  expect(problems.join()).not.toMatch(/access-1|refresh-1/)
})
