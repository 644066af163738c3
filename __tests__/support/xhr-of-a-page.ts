import { JSDOM, VirtualConsole } from 'jsdom'

/**
 * Gives this process the XMLHttpRequest of a page of this origin. Importing this file does it once, and has to
 * come before axios, which looks while it is loaded whether there is one.
 */
export function visit(origin: string): void {
  const { window } = new JSDOM('', { url: `${origin}/`, virtualConsole: new VirtualConsole() })
  Object.assign(globalThis, { XMLHttpRequest: window.XMLHttpRequest })
}

visit('http://127.0.0.1')
