import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver'
import type { Browser, Engine, Page } from './engine.js'
import { processesBelow } from './processes.js'
import { startDisplay, startService } from './program.js'

const displayProgram = '/usr/bin/Xvfb'
const driverProgram = '/usr/bin/WebKitWebDriver'
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
const browserProgram = `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`

/** Runs one call after the other: WebDriver knows one current window, and each call says first which that is. */
type InTurn = <T>(call: () => Promise<T>) => Promise<T>

/** Debian's WebKitGTK in its own small browser, driven over WebDriver, on a display without a screen. */
export const webkit: Engine = {
  name: 'WebKitGTK',
  programs: [displayProgram, driverProgram, browserProgram],
  async launch(): Promise<Browser> {
    const screen = await startDisplay(displayProgram)
    const service = await startService(driverProgram, environmentOf(screen.display))
    const end = (): Promise<unknown> => service.end().then(() => screen.end())
    const windows = await connect(service.address).catch((error) => end().then(() => Promise.reject(error)))
    const home = await windows.getWindowHandle()
    const inTurn = turns()
    return {
      async open(url) {
        const handle = await inTurn(() => open(windows, home, url))
        return pageOf(windows, (call) => inTurn(() => windows.switchTo().window(handle).then(call)))
      },
      pageProcesses: () => Promise.resolve(processesBelow(service.pid, 'WebKitWebProcess')),
      async close() {
        await inTurn(() => windows.quit())
        await end()
      },
    }
  },
}

/** Without a graphics card: nothing is looked at. */
function environmentOf(display: string): Readonly<Record<string, string>> {
  return {
    DISPLAY: display,
    GDK_BACKEND: 'x11',
    WEBKIT_DISABLE_DMABUF_RENDERER: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
  }
}

async function connect(address: string): Promise<WebDriver> {
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary: browserProgram, args: ['--automation'] },
  })
  return new Builder().usingServer(address).withCapabilities(capabilities).build()
}

/** From `home`, which stays open: the window before may have been closed, and a closed one opens no other. */
async function open(windows: WebDriver, home: string, url: string): Promise<string> {
  await windows.switchTo().window(home)
  await windows.switchTo().newWindow('tab')
  await windows.get(url)
  return windows.getWindowHandle()
}

function pageOf(windows: WebDriver, inTab: InTurn): Page {
  return {
    evaluate: (expression) => inTab(() => windows.executeScript(`return (${expression})`)),
    go: (url) => inTab(() => windows.get(url)),
    back: () => inTab(() => windows.navigate().back()),
    reload: () => inTab(() => windows.navigate().refresh()),
    close: () => inTab(() => windows.close()),
  }
}

function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (call) => {
    const turn = last.then(call)
    last = turn.catch(() => undefined)
    return turn
  }
}
