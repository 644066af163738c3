import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { playOn } from './spa-support.js'

jest.setTimeout(90_000)

const { servers, open, signedIn } = playOn('after')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

/** What axe has to say about a page as it stands, in light and in dark. */
async function complaintsAbout(page: Page): Promise<string[]> {
  const complaints: string[] = []
  await page.addScriptTag({ content: axe })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await page.evaluate<AxeResults>('axe.run()')
    complaints.push(...violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes[0]?.html}`))
  }
  return complaints
}

describe('every page is accessible, in light and in dark', () => {
  test('the start, and both pages of the sign-in', async () => {
    const tab = await open()
    const { page } = tab
    await tab.onSignInPage()
    expect(await complaintsAbout(page)).toEqual([])
    await tab.press('Sign in')
    await page.getByLabel('Password').waitFor()
    expect(await complaintsAbout(page)).toEqual([])
    await page.goto(new URL('/', servers().addressOf('after')).href)
    expect(await complaintsAbout(page)).toEqual([])
  })

  test('the app, with what went wrong', async () => {
    const tab = await signedIn()
    await servers().kill('after')
    await tab.press('Load all')
    await tab.allAnswered()
    expect(await complaintsAbout(tab.page)).toEqual([])
    for (const name of ['Order', 'Upload', 'Report']) {
      await tab.follow(name)
      await tab.page.getByRole('heading', { level: 1, name: new RegExp(name) }).waitFor()
      expect(await complaintsAbout(tab.page)).toEqual([])
    }
  })
})

test('no page is wider than a phone', async () => {
  const tab = await signedIn()
  await tab.page.setViewportSize({ width: 360, height: 740 })
  for (const name of ['Today', 'Order', 'Upload', 'Report']) {
    await tab.follow(name)
    const width = await tab.page.evaluate(() => document.documentElement.scrollWidth)
    expect(`${name}: ${width}`).toBe(`${name}: 360`)
  }
})
