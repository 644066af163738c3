import type { Case } from './case.js'
import type { Tab } from './tab.js'
import type { World } from './world.js'

const tabCount = 12
const expiries = 10
const requestsEach = 2

/** Every token dies; all tabs ask at the same moment. Held, the grant's answer comes when all tabs wait for it. */
async function expire({ site }: World, tabs: readonly Tab[], isHeld: boolean): Promise<void> {
  if (isHeld) site.grants.hold('before')
  site.auth.expireAll()
  await Promise.all(tabs.map((tab) => tab.send(requestsEach)))
  if (isHeld) {
    await Promise.all(tabs.map((tab) => tab.holds(requestsEach)))
    site.grants.release('before')
  }
  await Promise.all(tabs.map((tab) => tab.settled()))
}

export const storm: Case[] = [
  {
    title: '12 tabs and 10 expiries at once make exactly 10 grants, and every request is answered (6, 34)',
    async run(world) {
      const { site } = world
      const tabs = await world.openSignedIn(tabCount)
      for (let round = 0; round < expiries; round++) await expire(world, tabs, round % 2 === 0)
      expect(site.auth.counts).toEqual({ asked: expiries, granted: expiries, refused: 0, reused: 0 })
      const outcomes = (await Promise.all(tabs.map((tab) => tab.settled()))).flat()
      expect(outcomes.filter(({ status }) => status !== 200)).toEqual([])
      expect(outcomes).toHaveLength(tabCount * expiries * requestsEach)
      expect((await world.browser.pageProcesses()).length).toBeGreaterThanOrEqual(tabCount)
    },
  },
]
