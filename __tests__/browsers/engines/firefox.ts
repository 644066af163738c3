import { launch, type Browser as Program, type Page as Tab } from 'puppeteer-core'
import { until } from '../cases/until.js'
import type { Browser, Engine, Page } from './engine.js'
import { processesBelow } from './processes.js'

const program = '/usr/bin/firefox-esr'

/** Debian's Firefox, driven over WebDriver BiDi. */
export const firefox: Engine = {
  name: 'Firefox',
  programs: [program],
  async launch(): Promise<Browser> {
    const browser = await launch({
      browser: 'firefox',
      executablePath: program,
      headless: true,
      // One process for each tab, up to this many; by itself it gives four to all tabs of a site.
      extraPrefsFirefox: { 'dom.ipc.processCount.webIsolated': 16 },
    })
    const root = browser.process()?.pid ?? 0
    return {
      open: (url) => open(browser, url),
      pageProcesses: () => Promise.resolve(processesBelow(root, '-isForBrowser')),
      close: () => browser.close(),
    }
  },
}

async function open(browser: Program, url: string): Promise<Page> {
  const tab = await browser.newPage()
  await tab.goto(url)
  return pageOf(tab)
}

function pageOf(tab: Tab): Page {
  return {
    evaluate: (expression) => tab.evaluate(expression) as Promise<never>,
    go: (url) => tab.goto(url).then(nothing),
    back: () => back(tab),
    reload: () => tab.reload().then(nothing),
    close: () => tab.close(),
  }
}

/** puppeteer would wait in vain: a page that comes back as it was does not load. */
async function back(tab: Tab): Promise<void> {
  const from = tab.url()
  await tab.evaluate('history.back()')
  const where = (): Promise<unknown> => tab.evaluate('document.readyState + location.href')
  await until(
    `the tab to have left ${from}`,
    () => where().catch(() => from),
    // On the way there may be an empty page, and that is complete too.
    (there) => String(there).startsWith('completehttp') && !String(there).endsWith(from),
  )
}

function nothing(): void {}
