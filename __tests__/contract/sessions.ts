import { inspect } from 'node:util'
import { getSessionError, isLoginRequired, isRefreshConfiguration, isSessionChanged } from 'tokenflight'
import { held, rejected, type Case } from './world.js'

/** Behaviours 24 to 30: how a session ends, changes, and outlives an outage. */
export const sessions: readonly Case[] = [
  [
    '24 27 at the end of a session all who wait reject with the 401 that they got, and a login is asked for once',
    async (begin) => {
      const { adapter, client, auth, loginsRequired, session, api } = await begin()
      auth.revoke()
      const errors = await Promise.all(['/0', '/1', '/2'].map((url) => rejected(client.send({ url }))))
      expect(errors.map((error) => isLoginRequired(error))).toEqual([true, true, true])
      expect(errors.map((error) => adapter.answerIn(error)?.status)).toEqual([401, 401, 401])
      expect(new Set(errors).size).toBe(3)
      expect(loginsRequired()).toBe(1)
      expect(session.getSnapshot().status).toBe('signedOut')
      expect((await client.send({ url: '/bare' })).status).toBe(401)
      expect(api.authorizations.at(-1)).toBeUndefined()
    },
  ],
  [
    '24 one who was held and never sent rejects without an answer',
    async (begin) => {
      const { adapter, client, auth, session, api } = await begin()
      auth.revoke()
      auth.hold()
      const first = rejected(client.send({ url: '/first' }))
      await auth.asked(1)
      const second = rejected(client.send({ url: '/second' }))
      await held(session, 2)
      auth.release()
      expect(adapter.answerIn(await first)?.status).toBe(401)
      expect(adapter.answerIn(await second)).toBeUndefined()
      expect(isLoginRequired(await second)).toBe(true)
      expect(api.count('/second')).toBe(0)
    },
  ],
  [
    '25 an outage keeps the tokens and forces no login; when it is over all goes on',
    async (begin) => {
      const { client, auth, loginsRequired, session } = await begin()
      auth.expireAll()
      auth.down({ status: 500 })
      const error = await rejected(client.send({ url: '/me' }))
      expect(getSessionError(error)).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        status: 500,
        ambiguous: true,
      })
      expect(loginsRequired()).toBe(0)
      expect(await session.getTokens()).toBeDefined()
      auth.up()
      await session.refresh()
      expect((await client.send({ url: '/me' })).status).toBe(200)
    },
  ],
  [
    '26 a mistake in the set-up keeps the tokens, forces no login and says what to set',
    async (begin) => {
      const { client, auth, loginsRequired } = await begin()
      auth.expireAll()
      auth.down({ status: 400, body: { error: 'unauthorized_client' } })
      const error = await rejected(client.send({ url: '/me' }))
      expect(isRefreshConfiguration(error)).toBe(true)
      expect(loginsRequired()).toBe(0)
    },
  ],
  [
    '28 a logout while requests are held: they reject, and are never sent',
    async (begin) => {
      const { client, auth, session, api } = await begin()
      auth.expireAll()
      auth.hold()
      const first = rejected(client.send({ url: '/first' }))
      await auth.asked(1)
      const second = rejected(client.send({ url: '/second' }))
      await held(session, 2)
      await session.logout()
      expect([isSessionChanged(await first), isSessionChanged(await second)]).toEqual([true, true])
      auth.release()
      await client.send({ url: '/after' })
      expect(api.requests.map(({ path, authorization }) => [path, Boolean(authorization)])).toEqual([
        ['/first', true],
        ['/after', false],
      ])
    },
  ],
  [
    '28 a login while requests are held: they are never sent as the next user',
    async (begin) => {
      const { client, auth, session, api } = await begin()
      auth.expireAll()
      auth.hold()
      const first = rejected(client.send({ url: '/of-ada' }))
      await auth.asked(1)
      await session.login(auth.issue('bob'))
      expect(isSessionChanged(await first)).toBe(true)
      expect((await client.send({ url: '/of-bob' })).status).toBe(200)
      auth.release()
      expect(api.count('/of-ada')).toBe(1)
    },
  ],
  ...(['ada', 'bob'] as const).map(
    (next): Case => [
      `30 acquire after the end of the session of ada: with tokens of ${next} her held request ${next === 'ada' ? 'goes on' : 'rejects'}`,
      async (begin) => {
        const acquired: string[] = []
        const { client, auth, session, loginsRequired } = await begin({
          session: {
            acquire: async ({ reason }) => {
              acquired.push(reason)
              return { ...auth.issue(next), subject: next }
            },
          },
        })
        await session.login({ ...auth.issue('ada'), subject: 'ada' })
        auth.revoke()
        const outcome: unknown = await client.send({ url: '/me' }).catch((error: unknown) => error)
        if (next === 'ada') expect(outcome).toMatchObject({ status: 200 })
        else expect(isSessionChanged(outcome)).toBe(true)
        expect(acquired).toEqual(['ended'])
        expect(loginsRequired()).toBe(0)
        expect((await client.send({ url: '/me' })).status).toBe(200)
      },
    ],
  ),
  [
    '33 requests before the first look into the store wait for it, in the order of asking',
    async (begin) => {
      let open: (() => void) | undefined
      const { client, session, api } = await begin({
        signedOut: true,
        session: {
          store: {
            get: () => new Promise((resolve) => (open = () => resolve(undefined))),
            set: async () => {},
            clear: async () => {},
          },
        },
      })
      const sent = ['/0', '/1'].map((url) => client.send({ url }))
      await held(session, 2)
      expect(api.count()).toBe(0)
      open?.()
      await Promise.all(sent)
      expect(api.count()).toBe(2)
    },
  ],
  [
    '36 37 no event, snapshot or error holds a token, and a listener that throws breaks nothing',
    async (begin) => {
      const { client, auth, session, events } = await begin()
      const tokens = [await session.getAccessToken()]
      session.on(({ type }) => {
        if (type === 'sent') throw new Error('of the app')
      })
      auth.expireAll()
      await client.send({ url: '/me?token=secret' })
      tokens.push(await session.getAccessToken(), (await session.getTokens())?.refreshToken)
      auth.revoke()
      const error = await rejected(client.send({ url: '/me' }))
      const shown = inspect([events, session.getSnapshot(), getSessionError(error)], { depth: 9 })
      for (const token of tokens) expect(shown).not.toContain(token)
      expect(shown).not.toContain('secret')
      expect(events.some(({ type }) => type === 'problem')).toBe(true)
    },
  ],
]
