import axios from 'axios'
import * as first from 'tokenflight/axios'
import { ApiDouble } from '../support/api-double.js'
import { deferred } from '../support/deferred.js'
import { turn } from '../support/fake-clock.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { secondCopy } from '../support/second-copy.js'
import { sharedPlace } from '../support/shared-store.js'
import { TokenEndpointDouble, tokens } from '../support/token-endpoint-double.js'

failOnLeaks()

const second = secondCopy()

it('the two copies share no class and no state (34)', () => {
  expect(second.createSession).not.toBe(first.createSession)
  expect(second.LoginRequiredError).not.toBe(first.LoginRequiredError)
})

it('sessions of two copies of the package take turns and share one grant (6, 34)', async () => {
  const place = sharedPlace()
  const endpoint = new TokenEndpointDouble()
  const api = new ApiDouble()
  const open = ({
    createSession,
    attachSession,
  }: typeof first): [first.Session, ReturnType<typeof axios.create>] => {
    const refresh = { tokenEndpoint: endpoint.url, fetch: endpoint.fetch }
    const session = createSession({ refresh, store: place.open() })
    const http = axios.create({ baseURL: 'https://api.example.com', adapter: api.adapter })
    attachSession(http, session)
    return [session, http]
  }
  const [one, http] = open(first)
  await one.login(tokens(1))
  const [two, otherHttp] = open(second)

  const answer = deferred()
  endpoint.answer = async ({ index }) => (await answer.promise, { body: tokens(index + 1) })
  api.dead.add('access-1')
  const answers = [http.get('/a'), otherHttp.get('/b'), http.get('/c')]
  await endpoint.reached(1)
  await turn()
  expect(endpoint.asked).toHaveLength(1)
  answer.resolve()
  for (const { data } of await Promise.all(answers)) expect(data.token).toBe('access-2')
  expect(endpoint.sent).toEqual(['refresh-1'])
  expect([one.getSnapshot().held, two.getSnapshot().held]).toEqual([0, 0])
  one.dispose()
  two.dispose()
})

it('an instance that one copy has attached is known to the other (21)', () => {
  const refresh = { tokenEndpoint: 'https://auth.example.com/token' }
  const [one, two] = [first.createSession({ refresh }), second.createSession({ refresh })]
  const http = axios.create({ baseURL: 'https://api.example.com' })
  const detach = first.attachSession(http, one)
  expect(second.attachSession(http, one)).toBe(detach)
  expect(() => second.attachSession(http, two)).toThrow(TypeError)
  detach()
  second.attachSession(http, two)()
  one.dispose()
  two.dispose()
})
