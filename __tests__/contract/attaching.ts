import type { Case } from './world.js'
import { deferred } from '../support/deferred.js'

/** Behaviours 1 to 5: which requests are the session's at all. */
export const attaching: readonly Case[] = [
  [
    '1 the token goes to the base address and to allowed origins, and nowhere else',
    async (begin) => {
      const { server, client, session, connect, auth } = await begin()
      const stranger = await server(() => ({ status: 401 }))
      const answer = await client.send({ url: `${stranger.origin}/me` })
      expect(answer.status).toBe(401)
      expect(stranger.authorizations).toEqual([undefined])
      expect(auth.counts.asked).toBe(0)
      const friendly = connect({ baseUrl: stranger.origin })
      await friendly.send({ url: '/me' })
      expect(stranger.authorizations[1]).toMatch(/^Bearer /)
      expect(session.getSnapshot().status).toBe('active')
    },
  ],
  [
    '1 a request to elsewhere is not held while the token is renewed',
    async (begin) => {
      const { server, client, auth, api } = await begin()
      const stranger = await server(() => ({ body: 'hello' }))
      auth.expireAll()
      auth.hold()
      const waiting = client.send({ url: '/me' })
      await auth.asked(1)
      expect(await client.send({ url: `${stranger.origin}/pixel` })).toMatchObject({
        status: 200,
        body: 'hello',
      })
      auth.release()
      expect((await waiting).status).toBe(200)
      expect(api.count()).toBe(2)
    },
  ],
  [
    '1 an address without a scheme is decided on where it leads',
    async (begin) => {
      const { server, api } = await begin()
      const stranger = await server(() => ({}))
      const { client } = await begin({ session: { allowedOrigins: [api.origin] } })
      await client.send({ url: stranger.origin.replace('http:', '') }).catch(() => undefined)
      expect(stranger.authorizations.filter(Boolean)).toEqual([])
    },
  ],
  [
    '1 a list of allowed origins and a rule of the app add to it or replace it',
    async (begin) => {
      const asked: string[] = []
      const { server, client } = await begin({
        session: {
          allowedOrigins: (url) => {
            asked.push(url.pathname)
            return url.pathname === '/mine'
          },
        },
      })
      const other = await server(() => ({}))
      await client.send({ url: `${other.origin}/mine` })
      await client.send({ url: `${other.origin}/theirs` })
      expect(other.authorizations.map(Boolean)).toEqual([true, false])
      expect(asked).toEqual(['/mine', '/theirs'])
    },
  ],
  [
    "2 a caller's own header wins, in any case: it is left alone, and its 401 comes back",
    async (begin) => {
      const { client, api, auth } = await begin()
      const answer = await client.send({ url: '/me', headers: { AUTHORIZATION: 'Basic abc' } })
      expect(answer.status).toBe(401)
      expect(api.authorizations).toEqual(['Basic abc'])
      expect(auth.counts.asked).toBe(0)
    },
  ],
  [
    '2 another header name: the session sets that one, and leaves Authorization to the caller',
    async (begin) => {
      const { client, api } = await begin({
        session: { headerName: 'X-Api-Token', authScheme: '' },
        script: () => ({}),
      })
      await client.send({ url: '/me', headers: { Authorization: 'Basic abc' } })
      expect(api.authorizations).toEqual(['Basic abc'])
      expect(api.requests[0]?.headers['x-api-token']).toMatch(/^at-/)
    },
  ],
  [
    '3 skipSession: no token, no hold, no renewal',
    async (begin) => {
      const { client, api, auth } = await begin()
      auth.expireAll()
      auth.hold()
      const waiting = client.send({ url: '/me' })
      await auth.asked(1)
      expect((await client.send({ url: '/open', skipSession: true })).status).toBe(401)
      auth.release()
      await waiting
      expect(auth.counts.asked).toBe(1)
      expect(api.requests.filter(({ path }) => path === '/open').map((r) => r.authorization)).toEqual([
        undefined,
      ])
    },
  ],
  [
    '3 without a session requests go out bare, and a 401 comes back as it came',
    async (begin) => {
      const script = () => ({ status: 401, body: 'who are you?' })
      const { client, api, auth, loginsRequired } = await begin({ signedOut: true, script })
      expect(await client.send({ url: '/me' })).toMatchObject({ status: 401, body: 'who are you?' })
      expect(api.authorizations).toEqual([undefined])
      expect(auth.counts.asked).toBe(0)
      expect(loginsRequired()).toBe(0)
    },
  ],
  [
    '3 a session that may exist unseen is looked for once before a 401 is believed',
    async (begin) => {
      let acquired = 0
      const { client, auth } = await begin({
        signedOut: true,
        session: {
          acquire: async () => {
            acquired++
            return auth.issue('ada')
          },
        },
      })
      const answers = await Promise.all([client.send({ url: '/a' }), client.send({ url: '/b' })])
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      expect(acquired).toBe(1)
    },
  ],
  [
    '4 over http the token goes to the loopback only, unless allowInsecure: elsewhere it is withheld and told once',
    async (begin) => {
      for (const allowInsecure of [false, true]) {
        const { api, connect, events } = await begin({ session: { allowInsecure }, script: () => ({}) })
        // The same server by an address that no rule takes for the loopback.
        const client = connect({ baseUrl: api.origin.replace('127.0.0.1', '[::ffff:7f00:1]') })
        for (const url of ['/a', '/b']) await client.send({ url })
        expect(api.authorizations.map(Boolean)).toEqual([allowInsecure, allowInsecure])
        expect(events.filter(({ type }) => type === 'problem')).toHaveLength(allowInsecure ? 0 : 1)
      }
    },
  ],
  [
    '5 a 401 from another origin than was asked renews nothing, and our header did not go there',
    async (begin) => {
      const elsewhere = deferred<string>()
      const { client, server, auth } = await begin({
        script: async () => ({ status: 302, headers: { location: await elsewhere.promise } }),
      })
      const stranger = await server(() => ({ status: 401, body: 'stranger' }))
      elsewhere.resolve(`${stranger.origin}/me`)
      expect(await client.send({ url: '/me' })).toMatchObject({ status: 401, body: 'stranger' })
      expect(stranger.authorizations).toEqual([undefined])
      expect(auth.counts.asked).toBe(0)
    },
  ],
  [
    '5 a redirect within the origin keeps the token, and a 401 after it renews',
    async (begin) => {
      const { client, api, auth, isAlive } = await begin({
        script: (request) =>
          request.path === '/old'
            ? { status: 307, headers: { location: '/new' } }
            : { status: isAlive(request) ? 200 : 401 },
      })
      auth.expireAll()
      expect((await client.send({ url: '/old' })).status).toBe(200)
      expect(api.requests.map(({ path }) => path)).toEqual(['/old', '/new', '/old', '/new'])
      expect(auth.counts.granted).toBe(1)
    },
  ],
]
