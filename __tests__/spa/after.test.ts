import { playOn } from './spa-support.js'
import { until } from './tab.js'

jest.setTimeout(60_000)

const { servers, counts, open, signedIn } = playOn('after')

describe('signing in', () => {
  test('by the authorization code flow with PKCE, on the real pages', async () => {
    const tab = await open()
    await tab.onSignInPage()
    await tab.press('Sign in')
    await tab.page.getByLabel('Password').waitFor()
    expect(new URL(tab.page.url()).origin).not.toBe(new URL(servers().addressOf('after')).origin)
    await tab.page.getByLabel('Password').fill('wrong')
    await tab.press('Sign in')
    await tab.page.getByRole('alert').filter({ hasText: 'do not belong together' }).waitFor()
    await tab.page.getByLabel('Password').fill('lovelace')
    await tab.press('Sign in')
    await tab.allAnswered()
    expect(tab.route()).toBe('')
    expect(await counts()).toMatchObject({ signIns: 1, grants: 0, unauthorized: 0 })
  })

  test('an answer that this tab has not asked for signs nobody in', async () => {
    const tab = await open('callback?code=stolen&state=forged')
    await tab.onSignInPage()
    await tab.page.getByRole('alert').filter({ hasText: 'not begun in this tab' }).waitFor()
    expect(await tab.page.evaluate(() => localStorage.length)).toBe(0)
  })
})

describe('while tokens die under load', () => {
  test('each time one grant, every widget answered, and the page shows what the servers counted (6)', async () => {
    const tab = await signedIn()
    for (const round of [1, 2, 3]) {
      await servers().kill('after')
      await tab.press('Load all')
      await until(counts, ({ requests }) => requests === 24 * round)
      await tab.allAnswered()
      expect(await counts()).toMatchObject({ grants: round, unauthorized: 12 * round, lost: 0, twice: 0 })
    }
    const { signIns, refused, unavailable, ...shown } = await counts()
    await until(
      () => tab.tiles(),
      (tiles) =>
        JSON.stringify(Object.entries(tiles).sort()) === JSON.stringify(Object.entries(shown).sort()),
    )
    expect([signIns, refused, unavailable]).toEqual([0, 0, 0])
  })

  test('the panel of tokenflight/devtools tells of as many grants and requests as the servers', async () => {
    const tab = await signedIn()
    await tab.page.locator('tokenflight-devtools .toggle').click()
    const overview = tab.page.locator('tokenflight-devtools .overview')
    const told = async (): Promise<number[]> =>
      ((await overview.getAttribute('aria-label')) ?? '').match(/\d+/g)?.map(Number) ?? []
    const [requests = NaN, grants = NaN] = await until(told, ({ length }) => length === 2)
    for (const round of [1, 2]) {
      await servers().kill('after')
      await tab.press('Load all')
      await until(counts, (counted) => counted.requests === 24 * round)
      await tab.allAnswered()
      await until(told, (now) => now[0] === requests + 12 * round && now[1] === grants + round)
      expect(await counts()).toMatchObject({ grants: round, unauthorized: 12 * round })
    }
  })

  test('a report that is refused late is sent once more, without another grant (12)', async () => {
    const tab = await signedIn()
    await servers().hold('/report')
    await tab.follow('Report')
    await until(
      () => servers().state('after'),
      ({ waiting }) => waiting['/report'] === 1,
    )
    await servers().kill('after')
    await tab.follow('Today')
    await tab.press('Load all')
    await until(counts, ({ requests }) => requests === 25)
    await tab.allAnswered()
    await servers().release('/report')
    await tab.follow('Report')
    await tab.page.getByRole('cell', { name: '€' }).first().waitFor()
    expect(await counts()).toMatchObject({ grants: 1, unauthorized: 13, lost: 0 })
  })

  test('with traffic all the while, renewed behind it: nothing is refused (32)', async () => {
    await servers().giveTokens(20)
    const tab = await signedIn()
    await tab.page.getByLabel('Keep loading').check()
    const seen = await until(counts, ({ grants }) => grants === 1)
    await tab.allAnswered()
    expect(seen).toMatchObject({ unauthorized: 0, lost: 0, twice: 0 })
    expect(seen.requests).toBeGreaterThan(12)
  })
})

describe('while the authorization server is down', () => {
  test('nobody is signed out, and everything is answered when it is back (25)', async () => {
    const tab = await signedIn()
    await tab.page.getByRole('switch', { name: 'Authorization server down' }).click()
    await until(
      () => servers().state('after'),
      ({ faults }) => faults.outage,
    )
    await servers().kill('after')
    await tab.press('Load all')
    await until(counts, ({ unavailable, unauthorized }) => unavailable > 0 && unauthorized === 12)
    await tab.says('12 on the way')
    expect(tab.route()).toBe('')
    await servers().set({ outage: false })
    await tab.allAnswered()
    expect(await counts()).toMatchObject({ grants: 1, lost: 0, twice: 0 })
  })
})

describe('when the login is revoked', () => {
  test('the sign-in page comes, and after it the very route where the user was (27)', async () => {
    const tab = await signedIn()
    await tab.follow('Report')
    await tab.page.getByLabel('Quarter').selectOption('3')
    await tab.page.getByRole('cell', { name: '€' }).first().waitFor()
    expect(tab.route()).toBe('report?quarter=3')
    await servers().revoke('after')
    await tab.press('Run again')
    await tab.onSignInPage()
    await tab.page.getByText('/report?quarter=3').waitFor()
    expect(await counts()).toMatchObject({ refused: 1, reuse: 0 })
    await tab.signIn()
    await tab.page.getByRole('cell', { name: '€' }).first().waitFor()
    expect(tab.route()).toBe('report?quarter=3')
  })

  test('what was typed is still there, and is sent once', async () => {
    const tab = await signedIn()
    await tab.follow('Order')
    await tab.page.getByLabel('Title').fill('Salt and Slate')
    await servers().revoke('after')
    const { orders } = await servers().state('after')
    await tab.press('Place the order')
    await tab.signIn()
    expect(await tab.page.getByLabel('Title').inputValue()).toBe('Salt and Slate')
    await tab.press('Place the order')
    await tab.says('is in.')
    expect(await servers().state('after')).toMatchObject({ orders: orders + 1, counts: { twice: 0 } })
  })
})

describe('a dead token', () => {
  test('costs no order, and brings none twice (16)', async () => {
    const tab = await signedIn()
    const { orders } = await servers().state('after')
    await tab.follow('Order')
    await tab.page.getByLabel('Title').fill('Nightjar')
    await servers().kill('after')
    await tab.press('Place the order')
    await tab.says('is in.')
    expect(await servers().state('after')).toMatchObject({
      orders: orders + 1,
      counts: { lost: 0, twice: 0 },
    })
  })

  test('costs no upload, and the file arrives whole (18)', async () => {
    const tab = await signedIn()
    const { covers } = await servers().state('after')
    await tab.follow('Upload')
    const buffer = Buffer.alloc(1_000_000, 'cover')
    await tab.page.getByLabel('Cover').setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer })
    await servers().kill('after')
    await tab.press('Upload')
    await tab.says('cover.png is in: 1,000,000 bytes.')
    expect(await servers().state('after')).toMatchObject({
      covers: covers + 1,
      counts: { lost: 0, twice: 0 },
    })
  })

  test('whose end is known makes an upload wait, and travel once (7)', async () => {
    const tab = await signedIn()
    await tab.follow('Upload')
    const buffer = Buffer.alloc(1_000_000, 'cover')
    await tab.page.getByLabel('Cover').setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer })
    await servers().kill('after')
    await tab.page.evaluate(() => {
      const now = Date.now
      Date.now = () => now() + 700_000
    })
    await servers().hold('/token')
    await tab.press('Upload')
    await until(
      () => servers().state('after'),
      ({ waiting }) => waiting['/token'] === 1,
    )
    expect(await counts()).toMatchObject({ requests: 0 })
    await servers().release('/token')
    await tab.says('is in')
    const { sights } = await servers().state('after')
    expect(sights.filter(({ text }) => text.includes('401'))).toEqual([])
  })
})

test('the buttons beside the app break what they say', async () => {
  const tab = await signedIn()
  const isSeen = (words: string) =>
    until(
      () => servers().state('after'),
      ({ sights }) => sights.some(({ text }) => text.includes(words)),
    )
  await tab.press('Kill')
  await isSeen('killed')
  await tab.press('Load all')
  await until(counts, ({ requests }) => requests === 24)
  await tab.allAnswered()
  expect(await counts()).toMatchObject({ grants: 1, unauthorized: 12 })
  await tab.page.getByRole('switch', { name: 'Slow network' }).click()
  await until(
    () => servers().state('after'),
    ({ faults }) => faults.slow,
  )
  await tab.page.getByRole('switch', { name: 'Slow network' }).click()
  const opened = tab.page.context().waitForEvent('page')
  await tab.press('Open')
  const second = await opened
  await second.getByRole('status').filter({ hasText: '12 of 12 answered' }).waitFor()
  await second.close()
  await servers().reset()
  await tab.press('Revoke')
  await isSeen('revoked')
  await tab.press('Kill')
  await isSeen('killed')
  await tab.press('Load all')
  await tab.onSignInPage()
})

describe('signing out while a renewal is on its way', () => {
  test('stays signed out (28)', async () => {
    const tab = await signedIn()
    await servers().hold('/token')
    await servers().kill('after')
    await tab.press('Load all')
    await until(
      () => servers().state('after'),
      ({ waiting }) => waiting['/token'] === 1,
    )
    await tab.press('Sign out')
    await tab.onSignInPage()
    await servers().release('/token')
    await until(counts, ({ lost }) => lost === 12)
    await tab.page.reload()
    await tab.onSignInPage()
    expect(await tab.page.evaluate(() => localStorage.getItem('tokenflight'))).toBeNull()
  })
})

describe('two tabs', () => {
  test('make one grant together, and no refresh token is sent twice (34)', async () => {
    const tab = await signedIn()
    const second = await open()
    await second.allAnswered()
    await servers().reset()
    await servers().hold('/token')
    await servers().kill('after')
    await tab.press('Load')
    await until(counts, ({ unauthorized }) => unauthorized === 26)
    await servers().release('/token')
    await Promise.all([tab.allAnswered(), second.allAnswered()])
    await until(counts, ({ requests }) => requests === 52)
    expect(await counts()).toMatchObject({ grants: 1, reuse: 0, refused: 0, lost: 0 })
  })
})
