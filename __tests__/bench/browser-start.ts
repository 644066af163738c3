import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../spa/browser.js'
import { figureOf, type Figure } from './statistics.js'

/** What a page's main thread spends on the bundle and on `createSession`, in milliseconds, in Chromium. */
export interface BrowserStart {
  /** Nothing is cached, and the page's process is new. The script is compiled on another thread, as it comes. */
  readonly firstVisit: Figure
  /** The browser has the compiled script from the visits before. */
  readonly laterVisit: Figure
}

/** Chromium keeps what it has compiled of a script from the second visit on, and uses it from the third. */
const visitsUntilKept = 3

/** Measures it so many times, each with a profile of its own. `code` sets the global `tokenflight`. */
export async function browserStart(
  code: string,
  create: string,
  times: number,
  onRound: () => void,
): Promise<BrowserStart> {
  const server = await serve(code, create)
  const browser = await launchBrowser()
  try {
    const first: number[] = []
    const later: number[] = []
    for (let time = 0; time < times; time += 1) {
      const visits = await visitsOf(browser, server)
      first.push(visits[0] as number)
      later.push(visits.at(-1) as number)
      onRound()
    }
    return { firstVisit: figureOf(first), laterVisit: figureOf(later) }
  } finally {
    await browser.close()
    server.close()
  }
}

async function visitsOf(browser: Browser, server: Server): Promise<number[]> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const took: number[] = []
  for (let visit = 0; visit <= visitsUntilKept; visit += 1) took.push(await visitOf(page, server))
  await context.close()
  return took
}

async function visitOf(page: Page, server: Server): Promise<number> {
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return (await page.waitForFunction('globalThis.took')).jsonValue() as Promise<number>
}

/** Isolated, since only then a page's clock is finer than a tenth of a millisecond. */
async function serve(code: string, create: string): Promise<Server> {
  const bundle = `const began = performance.now()\n${code}\nconst ran = performance.now() - began\n`
  const page = `<!doctype html><title>start</title>
<script>
  function go() {
    const began = performance.now()
    const { createSession } = tokenflight
    ${create}
    const took = ran + performance.now() - began
    setTimeout(() => (globalThis.took = took))
  }
</script>
<script async src="/bundle.js" onload="go()"></script>`
  const server = createServer(({ url }, response) => {
    const isBundle = url === '/bundle.js'
    const type = isBundle ? 'text/javascript' : 'text/html'
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': isBundle ? 'max-age=3600' : 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
    response.end(isBundle ? bundle : page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
