import { getSessionError } from 'tokenflight'
import { deferred } from '../support/deferred.js'
import { held, rejected, type Case, type World } from './world.js'

/** The moment that a token of an hour is this long before its end. */
const lifetimeMs = 3_600_000

/** A world whose clock is set by the case. */
async function beginWithClock(
  begin: Parameters<Case[1]>[0],
): Promise<World & { readonly leave: (ms: number) => void }> {
  const started = Date.now()
  let now = started
  const begun = await begin({ session: { now: () => now } })
  return { ...begun, leave: (ms) => void (now = started + lifetimeMs - ms) }
}

/** Behaviours 6 to 11, 20, 23 and 32: one grant, and who waits for it. */
export const granting: readonly Case[] = [
  [
    '6 twenty requests of two clients that are refused at once make one grant',
    async (begin) => {
      const { client, connect, auth, api } = await begin()
      const other = connect()
      auth.expireAll()
      const paths = Array.from({ length: 20 }, (_, n) => `/${n}`)
      const answers = await Promise.all(
        paths.map((url, n) => (n % 2 ? client : other).send({ method: 'POST', url, body: url })),
      )
      expect(answers.map(({ status, body }) => [status, body])).toEqual(paths.map((url) => [200, url]))
      expect(auth.counts).toMatchObject({ asked: 1, granted: 1, reused: 0 })
      expect(api.count()).toBe(40)
    },
  ],
  [
    '7 a request that begins while a refused token is renewed is held, not sent to fail',
    async (begin) => {
      const { client, auth, api, session } = await begin()
      auth.expireAll()
      auth.hold()
      const first = client.send({ url: '/first' })
      await auth.asked(1)
      const second = client.send({ url: '/second' })
      await held(session, 2)
      expect(api.requests.map(({ path }) => path)).toEqual(['/first'])
      auth.release()
      expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([200, 200])
      expect(api.requests.map(({ path }) => path)).toEqual(['/first', '/first', '/second'])
    },
  ],
  [
    '7 with a token still good a request goes out at once, and the renewal happens behind it',
    async (begin) => {
      const { client, auth, leave } = await beginWithClock(begin)
      leave(30_000)
      auth.hold()
      expect((await client.send({ url: '/me' })).status).toBe(200)
      await auth.asked(1)
      auth.release()
      expect(auth.counts.asked).toBe(1)
    },
  ],
  [
    '32 with a token too close to its end a request is held before it is sent at all',
    async (begin) => {
      const { client, auth, api, leave } = await beginWithClock(begin)
      leave(1000)
      expect((await client.send({ url: '/me' })).status).toBe(200)
      expect(api.count()).toBe(1)
      expect(auth.counts.granted).toBe(1)
    },
  ],
  [
    '8 a refresh function that calls the API with context.signal does not wait for itself',
    async (begin) => {
      const parts: Partial<World> = {}
      const begun = await begin({
        session: {
          refresh: async (_tokens, { signal }) => {
            await parts.client!.send({ url: '/renew', signal })
            return parts.auth!.issue('ada')
          },
        },
      })
      Object.assign(parts, begun)
      begun.auth.expireAll()
      expect((await begun.client.send({ url: '/me' })).status).toBe(200)
      expect(begun.api.requests.map(({ path, authorization }) => [path, Boolean(authorization)])).toEqual([
        ['/me', true],
        ['/renew', false],
        ['/me', true],
      ])
    },
  ],
  [
    '9 a refresh function that throws leaves the session able to renew again',
    async (begin) => {
      let isBroken = true
      const { client, auth, session } = await begin({
        session: {
          refresh: () => {
            if (isBroken) throw new Error('broken')
            return Promise.resolve(auth.issue('ada'))
          },
        },
      })
      auth.expireAll()
      const error = await rejected(client.send({ url: '/me' }))
      expect(getSessionError(error)?.code).toBe('ERR_REFRESH_UNAVAILABLE')
      isBroken = false
      await session.refresh()
      expect((await client.send({ url: '/me' })).status).toBe(200)
    },
  ],
  [
    '10 a caller who aborts leaves alone and at once; the grant goes on for the others',
    async (begin) => {
      const { adapter, client, auth, session, api } = await begin()
      const controller = new AbortController()
      auth.expireAll()
      auth.hold()
      const stays = client.send({ url: '/stays' })
      await auth.asked(1)
      const leaves = client.send({ url: '/leaves', signal: controller.signal })
      await held(session, 2)
      controller.abort(new Error('enough'))
      expect(adapter.isAbort(await rejected(leaves), controller.signal)).toBe(true)
      auth.release()
      expect((await stays).status).toBe(200)
      expect(api.count('/leaves')).toBe(0)
      expect(auth.counts.asked).toBe(1)
    },
  ],
  [
    '10 one who aborts with a 401 in hand is told so, and is not sent again',
    async (begin) => {
      const { adapter, client, auth, session, api } = await begin()
      const controller = new AbortController()
      auth.expireAll()
      auth.hold()
      const leaves = client.send({ url: '/leaves', signal: controller.signal })
      await auth.asked(1)
      await held(session, 1)
      controller.abort()
      expect(adapter.isAbort(await rejected(leaves), controller.signal)).toBe(true)
      auth.release()
      await client.send({ url: '/next' })
      expect(api.count('/leaves')).toBe(1)
    },
  ],
  [
    "11 a grant's result is committed even if no one waits any more",
    async (begin) => {
      const { client, auth, session, api } = await begin()
      const controller = new AbortController()
      auth.expireAll()
      auth.hold()
      const leaves = client.send({ url: '/leaves', signal: controller.signal })
      await auth.asked(1)
      controller.abort()
      await rejected(leaves)
      auth.release()
      expect((await client.send({ url: '/next' })).status).toBe(200)
      expect(session.getSnapshot().status).toBe('active')
      expect(api.requests.map(({ path }) => path)).toEqual(['/leaves', '/next'])
      expect(auth.counts.asked).toBe(1)
    },
  ],
  [
    '20 released requests go out in the order the app made them, whatever the order of their 401s',
    async (begin) => {
      const gates = new Map(['/0', '/1', '/2'].map((path) => [path, deferred()]))
      const { client, auth, events, api, isAlive, session } = await begin({
        script: async (request) => {
          if (isAlive(request)) return { status: 200 }
          await gates.get(request.path)?.promise
          return { status: 401 }
        },
      })
      auth.expireAll()
      auth.hold()
      const sent = ['/0', '/1', '/2'].map((url) => client.send({ url }))
      await api.arrived(3)
      for (const [waiting, path] of ['/2', '/0', '/1'].entries()) {
        gates.get(path)?.resolve()
        await held(session, waiting + 1)
      }
      const last = client.send({ url: '/3' })
      await held(session, 4)
      auth.release()
      await Promise.all([...sent, last])
      const out = events.flatMap((event) =>
        event.type === 'replayed' || (event.type === 'sent' && event.path === '/3') ? [event.path] : [],
      )
      expect(out).toEqual(['/0', '/1', '/2', '/3'])
    },
  ],
  [
    '23 the new refresh token is in the store before anyone moves on, and the old one is not sent again',
    async (begin) => {
      const stored = deferred()
      const kept: unknown[] = []
      const { client, auth, api, isAlive } = await begin({
        session: {
          store: {
            get: async () => undefined,
            set: (record) => {
              kept.push(record)
              return kept.length === 2 ? stored.promise : Promise.resolve()
            },
            clear: async () => {},
          },
        },
      })
      auth.expireAll()
      const sent = client.send({ url: '/me' })
      await auth.asked(1)
      await client.send({ url: '/open', skipSession: true })
      expect(api.requests.filter((request) => isAlive(request))).toEqual([])
      stored.resolve()
      expect((await sent).status).toBe(200)
      auth.expireAll()
      await client.send({ url: '/me' })
      expect(auth.counts).toMatchObject({ granted: 2, reused: 0 })
    },
  ],
]
