import {
  chromium as playwright,
  type BrowserContext,
  type CDPSession,
  type Page as Tab,
} from 'playwright-core'
import type { Browser, Engine, Page } from './engine.js'

const program = '/usr/bin/chromium'

const programArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** What playwright adds so that tabs neither sleep in the background nor are kept for going back. A user's do. */
const unreal = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-back-forward-cache',
]

/** Debian's Chromium, driven over its own protocol. Tabs without an opener have a process each. */
export const chromium: Engine = {
  name: 'Chromium',
  programs: [program],
  async launch(): Promise<Browser> {
    const browser = await playwright.launch({
      executablePath: program,
      args: programArguments,
      ignoreDefaultArgs: unreal,
    })
    const context = await browser.newContext()
    const protocol = await browser.newBrowserCDPSession()
    return {
      open: (url) => open(context, url),
      async pageProcesses() {
        const { processInfo } = await protocol.send('SystemInfo.getProcessInfo')
        return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
      },
      close: () => browser.close(),
    }
  },
}

async function open(context: BrowserContext, url: string): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(url)
  return pageOf(tab, await context.newCDPSession(tab))
}

function pageOf(tab: Tab, protocol: CDPSession): Page {
  const become = (state: 'frozen' | 'active'): Promise<void> =>
    protocol.send('Page.setWebLifecycleState', { state }).then(nothing)
  return {
    evaluate: (expression) => tab.evaluate(expression),
    go: (url) => tab.goto(url).then(nothing),
    back: () => tab.goBack().then(nothing),
    reload: () => tab.reload().then(nothing),
    close: () => tab.close(),
    freeze: () => become('frozen'),
    thaw: () => become('active'),
    setOffline: (offline) =>
      protocol.send('Network.emulateNetworkConditions', throughputOf(offline)).then(nothing),
  }
}

/** No limits but the one that is asked for. */
function throughputOf(offline: boolean) {
  return { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
}

function nothing(): void {}
