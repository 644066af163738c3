import type { Case } from './case.js'
import { allWait, expectAllAnswered, firstGrantIsLeft, kindsOf, loginsRequiredWhen } from './scenes.js'

const hasLocks = false

function shareOneGrant(store: 'localStorage' | 'indexedDB'): Case {
  return {
    title: `without navigator.locks, tabs that wait for one grant share its result by ${store} (34)`,
    async run(world) {
      const tabs = await world.openSignedIn(3, { hasLocks, store })
      expect(await Promise.all(tabs.map(async (tab) => (await tab.state()).hasLocks))).not.toContain(true)
      for (let expiry = 0; expiry < 2; expiry++) {
        await allWait(world, tabs)
        world.site.grants.release('before')
        await Promise.all(tabs.map((tab) => tab.settled()))
      }
      expect(await kindsOf(tabs)).toEqual(['200'])
      expect(world.site.auth.counts).toEqual({ asked: 2, granted: 2, refused: 0, reused: 0 })
    },
  }
}

/** Pages that have no `navigator.locks`: a best effort that never hangs. */
export const withoutLocks: readonly Case[] = [
  {
    title: 'without navigator.locks, a tab closed while it renews does not hang the others (34)',
    async run(world) {
      const { holder, others } = await allWait(world, await world.openSignedIn(3, { hasLocks }))
      await world.close(holder)
      await firstGrantIsLeft(world.site)
      world.site.grants.release('before')
      expect(await kindsOf(others)).toEqual(['200'])
      expect(await loginsRequiredWhen(others, 'active')).toEqual([0, 0])
      await expectAllAnswered(others)
      expect(world.site.auth.counts).toMatchObject({ reused: 0 })
    },
  },
  ...(['localStorage', 'indexedDB'] as const).map(shareOneGrant),
]
