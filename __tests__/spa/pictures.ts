/** `tsx __tests__/spa/pictures.ts <folder>`: how the app looks, in both colour schemes, on a desktop and on a phone. */
import { resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './browser.js'
import { Demonstration, type Version } from './demonstration.js'
import { Tab, until } from './tab.js'

const folder = resolve(process.argv[2] ?? 'examples/spa/pictures')
const sizes = { desktop: { width: 1280, height: 1060 }, phone: { width: 390, height: 800 } } as const
/** The two that the README shows; a folder of its own gets them all. */
const shown = process.argv[2] ? undefined : ['after-desktop-light', 'after-phone-dark']

async function main(): Promise<void> {
  const [browser, demonstration] = await Promise.all([launchBrowser(), Demonstration.start()])
  try {
    for (const version of ['after', 'before'] as const)
      for (const size of ['desktop', 'phone'] as const)
        for (const scheme of ['light', 'dark'] as const) {
          const name = `${version}-${size}-${scheme}`
          if (!shown || shown.includes(name))
            await take(browser, demonstration, { version, size, scheme, name })
        }
  } finally {
    await Promise.all([browser.close(), demonstration.stop()])
  }
}

interface Picture {
  readonly version: Version
  readonly size: keyof typeof sizes
  readonly scheme: 'light' | 'dark'
  readonly name: string
}

/** After: in the middle of a storm. Before: after the authorization server was down for a moment. */
async function take(
  browser: Browser,
  demonstration: Demonstration,
  { version, size, scheme, name }: Picture,
): Promise<void> {
  const context = await browser.newContext({ viewport: sizes[size], colorScheme: scheme })
  const tab = await Tab.open(context, demonstration, version)
  await tab.begin()
  if (version === 'after' && size === 'desktop')
    await tab.page.locator('tokenflight-devtools .toggle').click()
  await demonstration.kill(version)
  await demonstration.set({ outage: version === 'before' })
  await tab.press('Load all')
  if (version === 'before') await tab.onSignInPage()
  else
    await until(
      () => tab.page.locator('.page-head').getByRole('status').textContent(),
      (text) => /^[3-9] of/.test(text ?? ''),
    )
  await tab.page.screenshot({ path: resolve(folder, `${name}.png`) })
  await demonstration.reset()
  await context.close()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
