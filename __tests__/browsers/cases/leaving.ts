import type { Case } from './case.js'
import {
  allWait,
  expectAllAnswered,
  expectLoginAgain,
  expectOneCleanLogin,
  firstGrantIsLeft,
  grantsReach,
  kindsOf,
  loginsRequiredWhen,
  sendAll,
} from './scenes.js'
import type { Tab } from './tab.js'
import type { World } from './world.js'

/** How a tab stops what it is doing. */
interface Leaving {
  readonly how: string
  leave(world: World, tab: Tab): Promise<void>
}

const leavings: readonly Leaving[] = [
  { how: 'closed', leave: (world, tab) => world.close(tab) },
  { how: 'reloaded', leave: (_, tab) => tab.page.reload() },
]

/** Another tab goes on: the server has not heard of the first grant. */
function before({ how, leave }: Leaving): Case {
  return {
    title: `a tab ${how} while it renews, before the server rotated: another tab renews, nobody is logged out (34)`,
    async run(world) {
      const { grants, auth } = world.site
      const { holder, others } = await allWait(world, await world.openSignedIn(3))
      await leave(world, holder)
      await firstGrantIsLeft(world.site)
      await grantsReach(world.site, 'before', 2)
      grants.release('before')
      expect(await kindsOf(others)).toEqual(['200'])
      expect(await loginsRequiredWhen(world.tabs, 'active')).toEqual(world.tabs.map(() => 0))
      await expectAllAnswered(world.tabs)
      expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    },
  }
}

/** The answer is lost for good: the only refresh token that still works was in it. */
function after({ how, leave }: Leaving): Case {
  return {
    title: `a tab ${how} while it renews, after the server rotated: one clean login in every tab (24, 34)`,
    async run(world) {
      const { grants, auth } = world.site
      const { holder, others } = await allWait(world, await world.openSignedIn(3), 'after')
      await leave(world, holder)
      await firstGrantIsLeft(world.site)
      grants.release('after')
      expect(await kindsOf(others)).toEqual(['ERR_LOGIN_REQUIRED refused'])
      expect(auth.counts).toEqual({ asked: 2, granted: 1, refused: 1, reused: 1 })
      await expectOneCleanLogin(others)
    },
  }
}

/** Tabs that leave in the middle of a grant, and one that comes. */
export const leaving: readonly Case[] = [
  ...leavings.map(before),
  ...leavings.map(after),
  {
    title:
      'a tab sent elsewhere while it renews does not hang the others, and costs one login at most (9, 34)',
    async run(world) {
      const { grants, auth } = world.site
      const tabs = await world.openSignedIn(3, { refreshTimeoutMs: 2_000 })
      const { holder, others } = await allWait(world, tabs)
      await holder.page.go(world.site.elsewhere)
      grants.release('before')
      // Chromium keeps the page and its lock for a while: then the others are told at their deadline.
      const kinds = [
        '200',
        'ERR_LOGIN_REQUIRED refused',
        'ERR_REFRESH_UNAVAILABLE lock',
        'ERR_REFRESH_UNAVAILABLE timeout',
      ]
      expect(kinds).toEqual(expect.arrayContaining(await kindsOf(others)))
      await holder.page.back()
      await sendAll(tabs)
      await Promise.all(tabs.map((tab) => tab.settled()))
      // Where it drops the page at last, the answer that came meanwhile is lost with it.
      if (auth.counts.reused) await expectLoginAgain(tabs)
      else expect(await loginsRequiredWhen(tabs, 'active')).toEqual([0, 0, 0])
      await expectAllAnswered(tabs)
      expect(auth.counts).toMatchObject({ granted: 1, refused: auth.counts.reused })
      expect(auth.counts.reused).toBeLessThanOrEqual(1)
    },
  },
  {
    title: 'a tab opened while another renews waits with the others: one grant (6, 34)',
    async run(world) {
      const tabs = await world.openSignedIn(3)
      await allWait(world, tabs)
      const late = await world.open('late')
      await late.send(3)
      await late.holds(3)
      world.site.grants.release('before')
      expect(await kindsOf(world.tabs)).toEqual(['200'])
      expect(world.site.auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    },
  },
  {
    title: 'a tab that comes back from elsewhere sees what was renewed meanwhile, and asks with that (34)',
    async run(world) {
      const [first, second] = (await world.openSignedIn(2)) as [Tab, Tab]
      await second.page.go(world.site.elsewhere)
      world.site.auth.expireAll()
      await expectAllAnswered([first])
      await second.page.back()
      await expectAllAnswered([first, second])
      expect(world.site.auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    },
  },
  {
    title: 'a tab that comes back from elsewhere after a logout in another is signed out too (34)',
    async run(world) {
      const [first, second] = (await world.openSignedIn(2)) as [Tab, Tab]
      await second.page.go(world.site.elsewhere)
      await first.logout()
      await second.page.back()
      expect(await loginsRequiredWhen(world.tabs, 'signedOut')).toEqual([0, 0])
    },
  },
]
