import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium as playwright, type BrowserContext, type CDPSession } from 'playwright-core'
import { until } from '../cases/until.js'
import type { Browser, Engine, Page } from './engine.js'
import { startDebugged } from './program.js'

const program = '/usr/bin/chromium'

const connectLimitMs = 20_000

const programArguments = [
  '--headless=new',
  '--remote-debugging-port=0',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Debian's Chromium, driven over its own protocol. It is started here, without what playwright sets for other tests:
 * so tabs in the background are hidden, slowed down and frozen as a user's are. Each has a process of its own.
 */
export const chromium: Engine = {
  name: 'Chromium',
  programs: [program],
  async launch(): Promise<Browser> {
    const { browser, end } = await start().catch(start)
    const protocol = await browser.newBrowserCDPSession()
    return {
      open: (url) => open(browser.contexts()[0] as BrowserContext, url),
      async pageProcesses() {
        const { processInfo } = await protocol.send('SystemInfo.getProcessInfo')
        return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
      },
      async close() {
        await browser.close()
        await end()
      },
    }
  },
}

/** On a busy machine it may be connected to and never answer; then nothing of it is left, and another may be started. */
async function start() {
  const profile = await mkdtemp(join(tmpdir(), 'tokenflight-chromium-'))
  const running = await startDebugged(program, [...programArguments, `--user-data-dir=${profile}`])
  const end = async (): Promise<void> => {
    await running.end()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const options = { noDefaults: true, timeout: connectLimitMs }
    return { browser: await playwright.connectOverCDP(running.address, options), end }
  } catch (error) {
    await end()
    throw error
  }
}

async function open(context: BrowserContext, url: string): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(url)
  return {
    ...pageOf(await context.newCDPSession(tab)),
    go: (to) => tab.goto(to).then(nothing),
    reload: () => tab.reload().then(nothing),
    close: () => tab.close(),
  }
}

/** What playwright would wait for in vain: it does not know pages that come back as they were. */
function pageOf(protocol: CDPSession): Omit<Page, 'go' | 'reload' | 'close'> {
  const evaluate = async (expression: string) => {
    const answer = await protocol.send('Runtime.evaluate', { expression, returnByValue: true })
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description)
    return answer.result.value
  }
  const become = (state: 'frozen' | 'active'): Promise<void> =>
    protocol.send('Page.setWebLifecycleState', { state }).then(nothing)
  return {
    evaluate,
    async back() {
      const { entries, currentIndex } = await protocol.send('Page.getNavigationHistory')
      const { id = 0, url = '' } = entries[currentIndex - 1] ?? {}
      await protocol.send('Page.navigateToHistoryEntry', { entryId: id })
      const where = (): Promise<unknown> => evaluate('document.readyState + location.href')
      await until(`the tab to be back at ${url}`, where, (there) => there === `complete${url}`)
    },
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
