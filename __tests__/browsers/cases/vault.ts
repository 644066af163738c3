import type { Case } from './case.js'
import { expectAllAnswered, kindsOf, loginsRequiredWhen, sendAll } from './scenes.js'

/** A refresh token that is kept apart, behind a prompt. */
export const vault: readonly Case[] = [
  {
    title:
      'a prompt of the vault that the user refuses is no logout; granted, it is one grant for all tabs (35)',
    async run(world) {
      const tabs = await world.openSignedIn(3, { hasVault: true })
      const stored = await tabs[0]?.page.evaluate<string>('JSON.stringify({ ...localStorage })')
      expect(stored).toMatch(/at-/)
      expect(stored).not.toMatch(/refreshToken\\?":/)
      await Promise.all(tabs.map((tab) => tab.answerPrompts(false)))
      world.site.auth.expireAll()
      await sendAll(tabs)
      expect(await kindsOf(tabs)).toEqual(['ERR_REFRESH_UNAVAILABLE vault'])
      expect(await loginsRequiredWhen(tabs, 'active')).toEqual([0, 0, 0])
      expect(world.site.auth.counts.asked).toBe(0)
      await Promise.all(tabs.map((tab) => tab.answerPrompts(true)))
      await expectAllAnswered(tabs)
      expect(world.site.auth.counts).toEqual({ asked: 1, granted: 1, refused: 0, reused: 0 })
    },
  },
]
