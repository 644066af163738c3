import type { Case } from './case.js'
import { allWait, expectAllAnswered, kindsOf, loginsRequiredWhen, requestsEach, sendAll } from './scenes.js'
import type { Tab } from './tab.js'

/** Fills localStorage until not one more character goes in. */
const fill = `(() => {
  let key = 0
  for (let length = 2 ** 20; length >= 1; length = Math.floor(length / 2))
    try { for (;;) localStorage.setItem('f' + key++, 'x'.repeat(length)) } catch {}
  return key
})()`

/** The storage that the tabs share fails, or is taken away. */
export const storage: readonly Case[] = [
  {
    title: 'with the storage full before the login, the session goes on in memory and says so (33)',
    problems: /could not be written/,
    async run(world) {
      const tab = await world.open('t1')
      await tab.page.evaluate(fill)
      await tab.login()
      await expectAllAnswered([tab])
      world.site.auth.expireAll()
      await expectAllAnswered([tab])
      const { problems } = await tab.state()
      expect(problems).not.toEqual([])
      expect(world.site.auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    },
  },
  {
    title: 'with the storage full after the login, the tabs go on sharing: one grant per expiry (33, 34)',
    async run(world) {
      const tabs = await world.openSignedIn(3)
      await tabs[0]?.page.evaluate(fill)
      for (let expiry = 0; expiry < 2; expiry++) {
        await allWait(world, tabs)
        world.site.grants.release('before')
        await Promise.all(tabs.map((tab) => tab.settled()))
      }
      expect(await kindsOf(tabs)).toEqual(['200'])
      expect(world.site.auth.counts).toEqual({ asked: 2, granted: 2, refused: 0, reused: 0 })
    },
  },
  {
    title:
      'storage cleared by the user: all tabs are signed out when they next look, and a login works in all (34)',
    async run(world) {
      const tabs = await world.openSignedIn(3)
      await tabs[0]?.page.evaluate('localStorage.clear()')
      world.site.auth.expireAll()
      await sendAll(tabs)
      expect(await kindsOf(tabs)).not.toContain('200')
      expect(await loginsRequiredWhen(tabs, 'signedOut')).toEqual([0, 0, 0])
      expect(world.site.auth.counts.asked).toBe(0)
      await tabs[1]?.login()
      await loginsRequiredWhen(tabs, 'active')
      await expectAllAnswered(tabs)
    },
  },
  {
    title:
      'storage cleared by the user while all wait for a grant: nothing hangs, and no token is sent twice (34)',
    async run(world) {
      const tabs = await world.openSignedIn(3)
      await allWait(world, tabs)
      await tabs[0]?.page.evaluate('localStorage.clear()')
      world.site.grants.release('before')
      await Promise.all(tabs.map((tab) => tab.settled()))
      expect(world.site.auth.counts).toMatchObject({ refused: 0, reused: 0 })
    },
  },
  {
    title: 'two sessions with different keys on one page do not meet (34)',
    async run(world) {
      const sessions = ['one', 'two'].map((key) => ({ name: key, key, store: 'localStorage' as const }))
      const first = await world.open('t1', { sessions })
      await first.login('ada', 'one')
      await first.login('bob', 'two')
      const tabs = [first, await world.open('t2', { sessions })]
      world.site.auth.expireAll()
      for (const tab of tabs) {
        await tab.send(requestsEach, { session: 'one', user: 'ada' })
        await tab.send(requestsEach, { session: 'two', user: 'bob' })
      }
      expect(await kindsOf(tabs)).toEqual(['200'])
      expect(world.site.auth.counts).toEqual({ asked: 2, granted: 2, refused: 0, reused: 0 })
      await first.logout('one')
      await Promise.all(tabs.map((tab) => tab.becomes('signedOut', 'one')))
      expect(await statusesOf(tabs, 'two')).toEqual(['active', 'active'])
    },
  },
  {
    title:
      'sessions in sessionStorage are of one tab each: a logout or a login in one leaves the others alone (34)',
    async run(world) {
      const first = await world.open('t1', { store: 'sessionStorage' })
      const second = await world.open('t2', { store: 'sessionStorage' })
      await first.login('ada')
      await second.login('bob')
      world.site.auth.expireAll()
      await expectAllAnswered([first], 'ada')
      await expectAllAnswered([second], 'bob')
      await first.logout()
      await expectAllAnswered([second], 'bob')
      expect(world.site.auth.counts).toEqual({ asked: 2, granted: 2, refused: 0, reused: 0 })
    },
  },
]

async function statusesOf(tabs: readonly Tab[], session: string): Promise<string[]> {
  const views = await Promise.all(tabs.map((tab) => tab.session(session)))
  return views.map(({ status }) => status)
}
