import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { App } from '../page/app.js'
import { launchBrowser } from '../../spa/browser.js'
import { buildScript, startSite, type Site } from './site.js'

/** What runs in the page finds the app here. */
declare global {
  interface Window {
    app: App
  }
}

/** A page of the site with somebody signed in, and the panel mounted. */
export interface OpenedPage {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page has said on its console, but for the 401s that a browser reports by itself. */
  readonly complaints: string[]
  /** The text of what is found in the panel. */
  text(selector: string): Promise<string>
  /** One of the panel's own numbers. */
  count(name: string): Promise<number>
}

/** When the panel draws: see `lateFrames`. */
type Frames = 'late' | 'as they come'

interface OpenOptions {
  readonly isOpen?: boolean
  readonly isSignedIn?: boolean
}

/** What the tests of one file share. */
export interface Stand {
  readonly site: Site
  open(options?: BrowserContextOptions & OpenOptions): Promise<OpenedPage>
}

/** To be called once at the top of a file: a site of its own for each test, one browser for all. */
export function useStand(): Stand {
  let browser: Browser
  let script: string
  let site: Site
  let contexts: BrowserContext[] = []
  beforeAll(async () => {
    ;[browser, script] = await Promise.all([launchBrowser(), buildScript()])
  }, 30_000)
  afterAll(() => browser.close())
  beforeEach(async () => void (site = await startSite({ latencyMs: 0, script })))
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    contexts = []
    await site.close()
  })
  return {
    get site() {
      return site
    },
    async open({ isOpen = true, isSignedIn = true, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options })
      contexts.push(context)
      const opened = await openPage(context, site)
      if (isSignedIn) await opened.page.evaluate((tokens) => window.app.login(tokens), site.auth.issue('ada'))
      await opened.page.evaluate((open) => window.app.mount(open), isOpen)
      return opened
    },
  }
}

/**
 * The panel draws a tenth of a second late, as on a busy machine: a test that reads what is not drawn yet
 * fails each time, not once in many runs.
 */
const lateFrames = `
  window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 100)
  window.cancelAnimationFrame = (id) => clearTimeout(id)`

/** Opens the site's page in a context. */
export async function openPage(
  context: BrowserContext,
  site: Site,
  frames: Frames = 'late',
): Promise<OpenedPage> {
  const page = await context.newPage()
  if (frames === 'late') await page.addInitScript(lateFrames)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(site.origin)
  return {
    page,
    context,
    complaints,
    text: (selector) => page.locator(selector).innerText(),
    count: async (name) => Number((await page.locator(`[data-count=${name}]`).innerText()).replace(',', '')),
  }
}
