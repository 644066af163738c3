import type { Browser, BrowserContext } from 'playwright-core'
import { launchBrowser } from './browser.js'
import { Demonstration, type Version } from './demonstration.js'
import { Tab } from './tab.js'

/** The demonstration and a browser for the tests of a file, and a fresh profile for each of them. */
export function playOn(version: Version) {
  let browser: Browser
  let context: BrowserContext
  let demonstration: Demonstration
  let tabs: Tab[] = []

  beforeAll(async () => {
    ;[browser, demonstration] = await Promise.all([launchBrowser(), Demonstration.start()])
    await demonstration.hurry(0.1)
  }, 60_000)

  afterAll(async () => {
    await Promise.all([browser?.close(), demonstration?.stop()])
  })

  beforeEach(async () => {
    await demonstration.reset()
    // A slow machine must not see a token die that the test has not killed.
    await demonstration.giveTokens(600)
    context = await browser.newContext()
  })

  afterEach(async () => {
    await demonstration.reset()
    const failures = tabs.flatMap((tab) => tab.failures)
    tabs = []
    await context.close()
    expect(failures).toEqual([])
  })

  const open = async (route = ''): Promise<Tab> => {
    const tab = await Tab.open(context, demonstration, version, route)
    tabs.push(tab)
    return tab
  }

  return {
    servers: () => demonstration,
    /** What the servers have counted for this version. */
    counts: async () => (await demonstration.state(version)).counts,
    /** Another tab of the same browser. */
    open,
    /** A tab that is signed in and shows its dashboard; the servers have counted nothing yet. */
    async signedIn(): Promise<Tab> {
      const tab = await open()
      await tab.begin()
      return tab
    },
  }
}
