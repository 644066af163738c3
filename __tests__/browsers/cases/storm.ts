import type { Case } from './case.js'
import { kindsOf, requestsEach, sendAll } from './scenes.js'
import type { Tab } from './tab.js'
import { until } from './until.js'
import type { World } from './world.js'

/** The great storm; the others show that another store or a cookie does the same. */
const great = { tabs: 12, expiries: 10 }
const small = { tabs: 6, expiries: 4 }

const cookies = { refreshTokenIn: 'cookie', accessTokenIn: 'cookie' } as const

/** Every token dies; all tabs ask at the same moment. Held, the grant's answer comes when all tabs wait for it. */
async function expire({ site }: World, tabs: readonly Tab[], isHeld: boolean): Promise<void> {
  if (isHeld) site.grants.hold('before')
  site.auth.expireAll()
  await sendAll(tabs)
  if (isHeld) {
    await Promise.all(tabs.map((tab) => tab.holds(requestsEach)))
    site.grants.release('before')
  }
  await Promise.all(tabs.map((tab) => tab.settled()))
}

/** One grant for each expiry, whatever the tabs do. */
async function run(world: World, tabs: readonly Tab[], rounds: number): Promise<void> {
  const { auth, api } = world.site
  for (let round = 0; round < rounds; round++) await expire(world, tabs, round % 2 === 0)
  expect(auth.counts).toEqual({ asked: rounds, granted: rounds, refused: 0, reused: 0 })
  expect(await kindsOf(tabs)).toEqual(['200'])
  expect(api.answered(200)).toHaveLength(tabs.length * rounds * requestsEach)
}

/** Many tabs, many expiries. */
export const storm: readonly Case[] = [
  {
    title: '12 tabs and 10 expiries at once make exactly 10 grants, and every request is answered (6, 34)',
    isAlone: true,
    async run(world) {
      const tabs = await world.openSignedIn(great.tabs)
      await run(world, tabs, great.expiries)
      // Or else nothing was shown: what tabs of one process share is never out of date.
      expect((await world.browser.pageProcesses()).length).toBeGreaterThanOrEqual(great.tabs)
    },
  },
  {
    title: 'a session in IndexedDB: 6 tabs and 4 expiries make exactly 4 grants (6, 34)',
    async run(world) {
      await run(world, await world.openSignedIn(small.tabs, { store: 'indexedDB' }), small.expiries)
    },
  },
  {
    title: 'both tokens in HttpOnly cookies: 6 tabs and 4 expiries make exactly 4 grants (6, 34)',
    server: { dialect: 'cookies' },
    isAlone: true,
    async run(world) {
      await run(world, await world.openSignedIn(small.tabs, cookies), small.expiries)
    },
  },
  {
    title:
      'both tokens in HttpOnly cookies and no shared store: tabs take turns, and no spent token is sent (6, 34)',
    server: { dialect: 'cookies' },
    isAlone: true,
    async run(world) {
      const tabs = await world.openSignedIn(small.tabs, { ...cookies, store: 'memory' })
      await expire(world, tabs, true)
      await expire(world, tabs, false)
      expect(await kindsOf(tabs)).toEqual(['200'])
      expect(world.site.auth.counts).toMatchObject({ refused: 0, reused: 0 })
    },
  },
  {
    title: 'a refresh token in an HttpOnly cookie: 6 tabs and 4 expiries make exactly 4 grants (6, 34)',
    server: { dialect: 'refresh-cookie' },
    isAlone: true,
    async run(world) {
      await run(world, await world.openSignedIn(small.tabs, { refreshTokenIn: 'cookie' }), small.expiries)
    },
  },
  {
    title: 'with renewInBackground and no traffic, one tab renews for all, every time (32)',
    // Only a tab that is shown renews by itself, and the other two show none.
    engines: ['Chromium'],
    isAlone: true,
    server: { accessTokenLifetimeMs: 3_000 },
    async run(world) {
      const { auth, api } = world.site
      await world.openSignedIn(3, { renewInBackground: true })
      const granted = (): number => auth.counts.granted
      await until('two renewals by the timer', granted, (count) => count >= 2)
      expect(auth.counts).toMatchObject({ refused: 0, reused: 0 })
      expect(api.requests).toEqual([])
    },
  },
]
