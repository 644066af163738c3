import type { Browser } from '../engines/engine.js'
import type { SessionConfig, TabConfig } from '../page/tab-state.js'
import type { Site } from '../site/site.js'
import { Tab } from './tab.js'

/** What a tab is opened with, where it differs: one session 'main' in localStorage. */
export type TabOptions = Partial<SessionConfig> &
  Pick<TabConfig, 'hasLocks'> & { sessions?: TabConfig['sessions'] }

/** A case's browser, site and tabs. */
export class World {
  readonly browser: Browser
  readonly site: Site
  readonly #tabs = new Set<Tab>()

  constructor(browser: Browser, site: Site) {
    this.browser = browser
    this.site = site
  }

  /** The tabs that are open now. */
  get tabs(): readonly Tab[] {
    return [...this.#tabs]
  }

  async open(name: string, options: TabOptions = {}): Promise<Tab> {
    const tab = new Tab(name, await this.browser.open(this.address(name, options)))
    this.#tabs.add(tab)
    return tab
  }

  /** Opens a tab, signs in there, then opens the others: they find the session in the store. */
  async openSignedIn(count: number, options: TabOptions = {}): Promise<readonly Tab[]> {
    const first = await this.open('t1', options)
    await first.login()
    const names = Array.from({ length: count - 1 }, (_, index) => `t${index + 2}`)
    const others = await Promise.all(names.map((name) => this.open(name, options)))
    return [first, ...others]
  }

  address(tab: string, { hasLocks = true, sessions, ...session }: TabOptions = {}): string {
    const main = { name: 'main', store: 'localStorage', ...session } as const
    return this.site.address({ tab, hasLocks, sessions: sessions ?? [main] })
  }

  /** Closes a tab in the middle of what it does. */
  async close(tab: Tab): Promise<void> {
    this.#tabs.delete(tab)
    await tab.page.close()
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.tabs.map((tab) => this.close(tab)))
  }
}
