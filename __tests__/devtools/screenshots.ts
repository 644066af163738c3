/** `tsx __tests__/devtools/screenshots.ts`: plays one scene on the real servers and writes pictures of the panel. */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../spa/browser.js'
import { openPage } from './support/opened-page.js'
import { startSite, type Site } from './support/site.js'

const folder = resolve(__dirname, 'screenshots')
const sizes = { desktop: { width: 1120, height: 640 }, phone: { width: 390, height: 760 } }

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const browser = await launchBrowser()
  for (const size of ['desktop', 'phone'] as const)
    for (const colorScheme of ['light', 'dark'] as const) await take(browser, size, colorScheme)
  await browser.close()
}

async function take(
  browser: Browser,
  size: keyof typeof sizes,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const site = await startSite({ lifetimeMs: 20_000, latencyMs: 60 })
  const context = await browser.newContext({ viewport: sizes[size], colorScheme, deviceScaleFactor: 2 })
  const { page } = await openPage(context, site, 'as they come')
  const shoot = (name: string) =>
    page.locator('.dock').screenshot({ path: resolve(folder, `${size}-${colorScheme}${name}.png`) })
  await page.evaluate((tokens) => window.app.login(tokens), { ...site.auth.issue('ada'), subject: 'ada' })
  await page.evaluate(() => window.app.mount(true))
  await play(page, site)
  await page.locator('.row', { hasText: '/reports/weekly' }).hover()
  await page.locator('.story', { hasText: 'sent again' }).waitFor()
  await shoot('')
  site.api.release()
  await failNextGrant(page)
  await shoot('-failed')
  await page.getByRole('button', { name: 'tokenflight' }).click()
  await shoot('-closed')
  await context.close()
  await site.close()
}

/** A dashboard loads; the token dies; one more click and an aborted search meet the renewal; one report is slow. */
async function play(page: Page, site: Site): Promise<void> {
  await page.evaluate(() => Promise.all(['/me', '/team'].map((path) => window.app.api.get(path))))
  site.auth.expireAll()
  site.auth.hold()
  site.api.hold('/reports/yearly')
  const dashboard = page.evaluate(async () => {
    const { api } = window.app
    const paths = ['/revenue/2026', '/messages', '/weather', '/reports/weekly', '/stock']
    await Promise.all(paths.map((path) => api.get(path)))
  })
  await page.waitForFunction(() => window.app.session.getSnapshot().held >= 2)
  const clicks = page.evaluate(async () => {
    const { api } = window.app
    const caller = new AbortController()
    setTimeout(() => caller.abort(), 90)
    const search = api.get('/search', { signal: caller.signal }).catch(() => {})
    await Promise.all([api.post('/orders', { item: 7 }), search])
  })
  await site.auth.asked(1)
  await page.waitForTimeout(200)
  site.auth.release()
  await Promise.all([dashboard, clicks])
  void page.evaluate(() => window.app.api.get('/reports/yearly').then(() => {})).catch(() => {})
  await page.evaluate(() => window.app.api.put('/profile', { name: 'Ada' }).then(() => {}))
  await page.waitForTimeout(250)
}

async function failNextGrant(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Fail next grant' }).click()
  await page.getByRole('button', { name: 'Refresh now' }).click()
  await page.locator('.notice').waitFor()
}

void main()
