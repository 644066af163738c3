import { getChallenges, getSessionError } from 'tokenflight'
import { deferred } from '../support/deferred.js'
import { rejected, type Case } from './world.js'

/** What no renewal can mend; behaviour 13. */
const unmendable: readonly (readonly [status: number, challenge: string])[] = [
  [403, 'Bearer error="insufficient_scope", scope="admin"'],
  [401, 'Bearer error="insufficient_scope", scope="admin"'],
  [401, 'Bearer error="invalid_request"'],
  [401, 'Bearer error="insufficient_user_authentication", acr_values="gold"'],
  [401, 'Basic realm="a, \\"b\\"", Bearer error="insufficient_scope"'],
  [403, ''],
]

/** Behaviours 12 to 16 and 19: what an answer leads to. */
export const refused: readonly Case[] = [
  [
    '12 a late 401, of a token that was renewed meanwhile, is replayed without a grant',
    async (begin) => {
      const late = deferred()
      const { client, auth, api, isAlive } = await begin({
        script: async (request) => {
          const wasAlive = isAlive(request)
          if (request.path === '/late' && request.index <= 2) await late.promise
          return { status: wasAlive ? 200 : 401 }
        },
      })
      auth.expireAll()
      const lagging = client.send({ url: '/late' })
      await api.arrived(1)
      await client.send({ url: '/early' })
      late.resolve()
      expect((await lagging).status).toBe(200)
      expect(auth.counts.asked).toBe(1)
      expect(api.count('/late')).toBe(2)
    },
  ],
  [
    '12 a second 401 comes to the caller as it came, and is not sent a third time',
    async (begin) => {
      const { client, auth, api } = await begin({
        script: ({ index }) => ({ status: 401, body: `no ${index}` }),
      })
      expect(await client.send({ url: '/me' })).toMatchObject({ status: 401, body: 'no 2' })
      expect(api.count()).toBe(2)
      expect(auth.counts.asked).toBe(1)
    },
  ],
  [
    '12 a 401 of an older login is neither renewed nor replayed as the next user',
    async (begin) => {
      const late = deferred()
      const { client, auth, api, session } = await begin({
        script: async () => {
          await late.promise
          return { status: 401, body: 'of ada' }
        },
      })
      const lagging = client.send({ url: '/late' })
      await api.arrived(1)
      await session.login(auth.issue('bob'))
      late.resolve()
      expect(await lagging).toMatchObject({ status: 401, body: 'of ada' })
      expect(api.count()).toBe(1)
      expect(auth.counts.asked).toBe(0)
    },
  ],
  ...unmendable.map(
    ([status, challenge]): Case => [
      `13 ${status} ${challenge || 'with no challenge'} never renews and shows its challenge`,
      async (begin) => {
        const { client, auth, api } = await begin({
          script: () => ({ status, body: 'as it came', headers: { 'www-authenticate': challenge } }),
        })
        const answer = await client.send({ url: '/me' })
        expect(answer).toMatchObject({ status, body: 'as it came' })
        expect(api.count()).toBe(1)
        expect(auth.counts.asked).toBe(0)
        const last = getChallenges(answer).at(-1)?.parameters['error']
        expect(last).toBe(/error="(\w+)"/.exec(challenge)?.[1])
      },
    ],
  ),
  [
    '13 a 401 without a challenge renews: CORS may have hidden it',
    async (begin) => {
      const { client, auth, isAlive } = await begin({
        script: (request) => ({ status: isAlive(request) ? 200 : 401 }),
      })
      auth.expireAll()
      expect((await client.send({ url: '/me' })).status).toBe(200)
      expect(auth.counts.granted).toBe(1)
    },
  ],
  [
    "14 isUnauthorized names the app's own sign: a status",
    async (begin) => {
      const { client, auth, isAlive } = await begin({
        isUnauthorized: ({ status }) => status === 419,
        script: (request) => ({ status: isAlive(request) ? 200 : 419 }),
      })
      auth.expireAll()
      expect((await client.send({ url: '/me' })).status).toBe(200)
      expect(auth.counts.granted).toBe(1)
    },
  ],
  [
    '14 isUnauthorized may read the body, and the caller can still read it',
    async (begin) => {
      const { client, auth, isAlive } = await begin({
        isUnauthorized: async ({ json }) => ((await json()) as { code: string }).code === 'EXPIRED',
        script: (request) => ({ body: { code: isAlive(request) ? 'FINE' : 'EXPIRED' } }),
      })
      expect(await client.send({ url: '/me' })).toMatchObject({ status: 200, body: '{"code":"FINE"}' })
      auth.expireAll()
      expect(await client.send({ url: '/me' })).toMatchObject({ status: 200, body: '{"code":"FINE"}' })
      expect(auth.counts.granted).toBe(1)
    },
  ],
  [
    '15 when the budget is spent a 401 comes to the caller as it came',
    async (begin) => {
      const { client, auth } = await begin({
        session: { refreshBudget: { grants: 2, windowMs: 60_000 } },
        script: () => ({ status: 401, body: 'never' }),
      })
      for (let count = 0; count < 4; count++)
        expect(await client.send({ url: '/me' })).toMatchObject({ status: 401, body: 'never' })
      expect(auth.counts.asked).toBe(2)
    },
  ],
  [
    '16 the replay is the same request: method, address, headers and bytes, but for the token',
    async (begin) => {
      const { client, auth, api } = await begin()
      auth.expireAll()
      await client.send({
        method: 'PUT',
        url: '/things/ü?q=a%20b',
        headers: { 'X-Trace': 'one', Accept: 'text/plain' },
        body: 'bytes',
      })
      const [first, second] = api.requests.map((request) => {
        const headers = { ...request.headers, authorization: undefined }
        return [request.method, request.path, String(request.query), headers, request.text]
      })
      expect(second).toEqual(first)
      expect(new Set(api.authorizations).size).toBe(2)
    },
  ],
  [
    '19 a grant that fails hands over the 401 that was received, unread',
    async (begin) => {
      const { adapter, client, auth } = await begin({ script: () => ({ status: 401, body: 'still here' }) })
      auth.down({ status: 500 })
      const error = await rejected(client.send({ url: '/me' }))
      expect(getSessionError(error)).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'server' })
      const answer = adapter.answerIn(error)
      expect(answer?.status).toBe(401)
      expect(await (answer instanceof Response ? answer.text() : (answer as { data?: unknown }).data)).toBe(
        'still here',
      )
    },
  ],
]
