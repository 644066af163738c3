import type { Case } from './case.js'
import {
  allWait,
  expectAllAnswered,
  expectOneCleanLogin,
  kindsOf,
  loginsRequiredWhen,
  sendAll,
} from './scenes.js'
import type { Tab } from './tab.js'

/** What one tab does to the session, seen in the others. */
export const changes: readonly Case[] = [
  {
    title: 'a login in one tab signs in the tabs that were open before it (34)',
    async run(world) {
      const first = await world.open('t1')
      const second = await world.open('t2')
      await first.login()
      expect(await loginsRequiredWhen([first, second], 'active')).toEqual([0, 0])
      await expectAllAnswered([first, second])
      expect(world.site.auth.counts.asked).toBe(0)
    },
  },
  {
    title: 'a renewal in one tab is adopted by the others before they ask (34)',
    async run(world) {
      const [first, ...others] = (await world.openSignedIn(3)) as [Tab, ...Tab[]]
      world.site.auth.expireAll()
      await expectAllAnswered([first])
      const isTold = (events: Readonly<Record<string, number>> = {}): boolean => events['adopted'] === 1
      await Promise.all(
        others.map((tab) => tab.until('its adoption', ({ sessions }) => isTold(sessions['main']?.events))),
      )
      await expectAllAnswered(others)
      expect(world.site.api.answered(401)).toHaveLength(2)
      expect(world.site.auth.counts.asked).toBe(1)
    },
  },
  {
    title:
      'a login as another user in one tab: what waits in all tabs rejects, and all go on as the other (28, 34)',
    async run(world) {
      const tabs = await world.openSignedIn(3)
      const { holder, others } = await allWait(world, tabs)
      await others[0]?.login('bob')
      expect(await kindsOf(tabs)).toEqual(['ERR_SESSION_CHANGED'])
      world.site.grants.release('before')
      expect(await loginsRequiredWhen(tabs, 'active')).toEqual([0, 0, 0])
      await expectAllAnswered([holder, ...others], 'bob')
      expect(world.site.auth.counts).toMatchObject({ refused: 0, reused: 0 })
    },
  },
  {
    title: 'a login as another user in the tab that renews: what waits in all tabs rejects (28, 34)',
    async run(world) {
      const tabs = await world.openSignedIn(3)
      const { holder } = await allWait(world, tabs)
      await holder.login('bob')
      expect(await kindsOf(tabs)).toEqual(['ERR_SESSION_CHANGED'])
      world.site.grants.release('before')
      expect(await loginsRequiredWhen(tabs, 'active')).toEqual([0, 0, 0])
      await expectAllAnswered(tabs, 'bob')
      expect(world.site.auth.counts).toMatchObject({ refused: 0, reused: 0 })
    },
  },
  {
    title: 'a logout in one tab signs out all of them: what waits rejects, and no hook is called (28, 34)',
    async run(world) {
      const tabs = await world.openSignedIn(3)
      const { others } = await allWait(world, tabs)
      await others[0]?.logout()
      expect(await kindsOf(tabs)).toEqual(['ERR_SESSION_CHANGED'])
      world.site.grants.release('before')
      await sendAll(tabs)
      expect(await kindsOf(tabs)).toEqual(['401', 'ERR_LOGIN_REQUIRED no_session', 'ERR_SESSION_CHANGED'])
      expect(await loginsRequiredWhen(tabs, 'signedOut')).toEqual([0, 0, 0])
      expect(world.site.auth.counts).toMatchObject({ refused: 0, reused: 0 })
    },
  },
  {
    title:
      'a refusal with all tabs waiting: one grant, every request rejects, onLoginRequired once in each (24, 27, 34)',
    async run(world) {
      const tabs = await world.openSignedIn(3)
      await allWait(world, tabs)
      world.site.auth.revoke()
      world.site.grants.release('before')
      expect(await kindsOf(tabs)).toEqual(['ERR_LOGIN_REQUIRED refused'])
      expect(world.site.auth.counts).toEqual({ asked: 1, granted: 0, refused: 1, reused: 0 })
      await expectOneCleanLogin(tabs)
      expect(world.site.auth.counts.asked).toBe(1)
    },
  },
]
