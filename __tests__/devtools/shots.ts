import { chromium } from 'playwright-core'
import { startSite } from './support/site.js'
const out = process.argv[2] ?? '/tmp/dt'
async function main() {
  const site = await startSite({ lifetimeMs: 20_000, latencyMs: 60 })
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const log: string[] = []
  async function shot(name: string, scheme: 'light' | 'dark', width: number, height: number) {
    site.api.requests.length = 0
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      deviceScaleFactor: 2,
    })
    const page = await context.newPage()
    page.on('console', (m) => log.push(m.text()))
    page.on('pageerror', (e) => log.push(String(e)))
    await page.goto(site.origin)
    await page.evaluate(`app.mount(true)`)
    await page.evaluate(`app.login(${JSON.stringify(site.auth.issue('ada'))})`)
    const ev = (code: string) => page.evaluate(`(async () => { ${code} })()`)
    await page.screenshot({ path: `${out}/${name}-0.png` })
    // A dashboard loads with a live token.
    await ev(`await Promise.all(['/me','/orders','/team','/messages?unread=1'].map(p => app.api.get(p)))`)
    await page.waitForTimeout(150)
    // The token dies under load.
    site.auth.expireAll()
    site.auth.hold()
    site.api.hold('/slow')
    await ev(`
    const go = (m, p, c) => app.api.request({ method: m, url: p, ...c }).catch(() => {});
    window.all = ['/me','/orders','/team','/revenue/2026','/messages','/weather','/reports/weekly','/stock'].map(p => go('get', p));
    await new Promise(r => setTimeout(r, 110));
    window.all.push(go('post', '/orders', { data: { a: 1 } }), go('get', '/profile/avatar'));
    const c = new AbortController(); window.all.push(go('get', '/search', { signal: c.signal }));
    setTimeout(() => c.abort(), 60);
  `)
    await page.waitForTimeout(220)
    await page.screenshot({ path: `${out}/${name}-held.png` })
    site.auth.release()
    await ev(`await Promise.all(window.all)`)
    await ev(
      `window.slow = app.api.get('/slow').catch(() => {}); await app.api.put('/profile', { name: 'Ada' }); await app.api.get('/nowhere', { skipSession: true }).catch(() => {})`,
    )
    await page.waitForTimeout(300)
    const row = page.locator('.row').nth(6)
    if (width > 700) await row.hover()
    await page.waitForTimeout(100)
    await page.screenshot({ path: `${out}/${name}-done.png` })
    site.api.release()
    site.auth.down({ status: 500 })
    await ev(`await app.session.refresh().catch(() => {}); await app.api.get('/me').catch(() => {})`)
    await page.waitForTimeout(200)
    await page.screenshot({ path: `${out}/${name}-error.png` })
    site.auth.up()
    await page.locator('.toggle').click()
    await page.waitForTimeout(100)
    await page.screenshot({ path: `${out}/${name}-closed.png` })
    await context.close()
  }
  try {
    await shot('desktop-light', 'light', 1280, 720)
    await shot('desktop-dark', 'dark', 1280, 720)
    await shot('phone-dark', 'dark', 390, 844)
  } finally {
    console.log(log.join('\n'))
    await browser.close()
    await site.close()
  }
}
void main()
