import { playOn } from './spa-support.js'
import { until } from './tab.js'

jest.setTimeout(60_000)

const { servers, counts, open, signedIn } = playOn('before')

const waitsAtTokenEndpoint = (count: number): Promise<unknown> =>
  until(
    () => servers().state('before'),
    ({ waiting }) => waiting['/token'] === count,
  )

test('the usual interceptor renews once for twelve requests that are refused together', async () => {
  const tab = await signedIn()
  await servers().hold('/token')
  await servers().kill('before')
  await tab.press('Load all')
  await until(counts, ({ unauthorized }) => unauthorized === 12)
  await servers().release('/token')
  await tab.allAnswered()
  expect(await counts()).toMatchObject({ grants: 1, lost: 0, twice: 0 })
})

describe('the usual interceptor', () => {
  test('renews again for a request that is refused late', async () => {
    const tab = await signedIn()
    await servers().hold('/report')
    await tab.follow('Report')
    await until(
      () => servers().state('before'),
      ({ waiting }) => waiting['/report'] === 1,
    )
    await servers().kill('before')
    await tab.follow('Today')
    await servers().hold('/token')
    await tab.press('Load all')
    await until(counts, ({ unauthorized }) => unauthorized === 12)
    await servers().release('/token')
    await tab.allAnswered()
    expect(await counts()).toMatchObject({ grants: 1 })
    await servers().release('/report')
    await tab.follow('Report')
    await tab.page.getByRole('cell', { name: '€' }).first().waitFor()
    expect(await counts()).toMatchObject({ grants: 2, unauthorized: 13 })
  })

  test('signs the user out when the authorization server is down for a moment, and loses what was asked for', async () => {
    const tab = await signedIn()
    await servers().set({ outage: true })
    await servers().kill('before')
    await tab.press('Load all')
    await tab.onSignInPage()
    await servers().set({ outage: false })
    await until(counts, ({ lost }) => lost === 12)
    expect((await counts()).grants).toBe(0)
    await tab.page.reload()
    await tab.onSignInPage()
  })

  test('sends a file twice where the token has expired', async () => {
    const tab = await signedIn()
    await tab.follow('Upload')
    const buffer = Buffer.alloc(1_000_000, 'cover')
    await tab.page.getByLabel('Cover').setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer })
    await servers().kill('before')
    const sent: number[] = []
    tab.page.on('request', (request) => {
      if (request.url().endsWith('/covers') && request.method() === 'POST') sent.push(1)
    })
    await tab.press('Upload')
    await tab.says('is in')
    expect(sent).toHaveLength(2)
  })

  test('signs the user in again who signs out while it renews', async () => {
    const tab = await signedIn()
    await servers().hold('/token')
    await servers().kill('before')
    await tab.press('Load all')
    await waitsAtTokenEndpoint(1)
    await tab.press('Sign out')
    await tab.onSignInPage()
    await servers().release('/token')
    await tab.page.waitForFunction(() => localStorage.getItem('refresh_token') !== null)
    await tab.page.goto(servers().addressOf('before'))
    await tab.allAnswered()
    await tab.page.locator('.user-name', { hasText: 'ada' }).waitFor()
  })

  test('sends one refresh token from two tabs, and so ends the login of both', async () => {
    const tab = await signedIn()
    const second = await open()
    await second.allAnswered()
    await servers().reset()
    await servers().hold('/token')
    await servers().kill('before')
    await tab.press('Load')
    await waitsAtTokenEndpoint(2)
    await servers().release('/token', 1)
    await until(counts, ({ grants }) => grants === 1)
    await servers().release('/token')
    await until(counts, ({ reuse }) => reuse === 1)
    await Promise.race([tab.onSignInPage(), second.onSignInPage()])
    await servers().kill('before')
    await tab.page.reload()
    await second.page.reload()
    await Promise.all([tab.onSignInPage(), second.onSignInPage()])
    expect(await counts()).toMatchObject({ grants: 1, reuse: 1 })
  })
})
