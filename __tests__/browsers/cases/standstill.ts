import type { Case } from './case.js'
import {
  allWait,
  expectAllAnswered,
  firstGrantIsLeft,
  expectOneCleanLogin,
  kindsOf,
  loginsRequiredWhen,
} from './scenes.js'
import type { Tab } from './tab.js'
import type { World } from './world.js'

/** How long a renewal may take where a tab stands still, and how long it stands: longer. */
const refreshTimeoutMs = 2_000
const standstillMs = 5_000
/** What is left of so short a deadline may not be enough for a look into the store, on a busy machine. */
const problems = /could not be read: Error: It did not answer within/

/** The others are told at their deadline; when the tab goes on, its grant counts for all. */
async function standStill(
  world: World,
  stop: (holder: Tab) => Promise<() => Promise<unknown>>,
): Promise<void> {
  const { grants, auth } = world.site
  const { holder, others } = await allWait(world, await world.openSignedIn(3, { refreshTimeoutMs }))
  const goOn = await stop(holder)
  grants.release('before')
  expect(await kindsOf(others)).toEqual(['ERR_REFRESH_UNAVAILABLE lock'])
  await goOn()
  await holder.settled()
  expect(await loginsRequiredWhen(world.tabs, 'active')).toEqual([0, 0, 0])
  await expectAllAnswered(world.tabs)
  expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
}

/** The network fails, or a tab stands still, while it holds the lock. */
export const standstill: readonly Case[] = [
  {
    title:
      'a tab that is frozen while it renews does not hang the others, and its grant counts when it thaws (9, 34)',
    problems,
    engines: ['Chromium'],
    run: (world) =>
      standStill(world, async ({ page }) => {
        await page.freeze?.()
        return async () => page.thaw?.()
      }),
  },
  {
    title:
      'a tab whose thread is busy while it renews does not hang the others, and its grant counts after (9, 34)',
    problems,
    run: (world) =>
      standStill(world, async (holder) => {
        await holder.block(standstillMs)
        return () => holder.state()
      }),
  },
  {
    title:
      'the network cut at the tab that renews, before the server rotated: another renews for all (25, 34)',
    async run(world) {
      const { grants, auth } = world.site
      const { holder, others } = await allWait(world, await world.openSignedIn(3))
      grants.cut('before')
      expect(await kindsOf(others)).toEqual(['200'])
      // Chromium asks again by itself where a kept connection is cut; then the tab never hears of it.
      expect(['200', 'ERR_REFRESH_UNAVAILABLE network']).toEqual(
        expect.arrayContaining(await kindsOf([holder])),
      )
      expect(await loginsRequiredWhen(world.tabs, 'active')).toEqual([0, 0, 0])
      await expectAllAnswered(world.tabs)
      expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    },
  },
  {
    title:
      'the network cut at the tab that renews, after the server rotated: one clean login in every tab (24, 34)',
    async run(world) {
      const { grants, auth } = world.site
      const { holder, others } = await allWait(world, await world.openSignedIn(3), 'after')
      grants.cut('after')
      expect(await kindsOf(others)).toEqual(['ERR_LOGIN_REQUIRED refused'])
      expect(['ERR_LOGIN_REQUIRED refused', 'ERR_REFRESH_UNAVAILABLE network']).toEqual(
        expect.arrayContaining(await kindsOf([holder])),
      )
      expect(auth.counts).toMatchObject({ granted: 1, reused: 1 })
      await expectOneCleanLogin(world.tabs)
    },
  },
  {
    title: 'tabs that are offline when their turn comes let a tab go on that is not (25, 34)',
    engines: ['Chromium'],
    async run(world) {
      const { grants, auth } = world.site
      const { holder, others } = await allWait(world, await world.openSignedIn(3))
      const offline = others.slice(1)
      await Promise.all(offline.map(async ({ page }) => page.setOffline?.(true)))
      await world.close(holder)
      await firstGrantIsLeft(world.site)
      grants.release('before')
      expect(await kindsOf(others.slice(0, 1))).toEqual(['200'])
      expect(await kindsOf(offline)).not.toContain('200')
      await Promise.all(offline.map(async ({ page }) => page.setOffline?.(false)))
      await expectAllAnswered(others)
      expect(await loginsRequiredWhen(others, 'active')).toEqual([0, 0])
      expect(auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    },
  },
]
