import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import { useStand, openPage, type OpenedPage } from './support/opened-page.js'

const stand = useStand()
jest.setTimeout(30_000)

/** Waits until this text stands there. */
const until = ({ page }: OpenedPage, selector: string, hasText: string | RegExp) =>
  page.locator(selector).filter({ hasText }).waitFor({ state: 'attached' })
/** What a screen reader is given of an element. */
async function spoken({ page, context }: OpenedPage, selector: string) {
  const client = await context.newCDPSession(page)
  const { root } = await client.send('DOM.getDocument', { depth: -1, pierce: true })
  const host = findNode(root, ({ localName }) => localName === 'tokenflight-devtools')
  const inside = host?.shadowRoots?.[0]?.nodeId ?? 0
  const { nodeId } = await client.send('DOM.querySelector', { nodeId: inside, selector })
  const { nodes } = await client.send('Accessibility.getPartialAXTree', { nodeId, fetchRelatives: false })
  return { name: nodes[0]?.name?.value as unknown, description: nodes[0]?.description?.value as unknown }
}

interface DomNode {
  readonly nodeId: number
  readonly localName: string
  readonly children?: DomNode[]
  readonly shadowRoots?: DomNode[]
}

function findNode(node: DomNode, isIt: (node: DomNode) => boolean): DomNode | undefined {
  if (isIt(node)) return node
  for (const child of node.children ?? []) {
    const found = findNode(child, isIt)
    if (found) return found
  }
  return undefined
}

/** Waits until so many requests are held. */
const untilHeld = ({ page }: OpenedPage, count: number) =>
  page.waitForFunction((all) => window.app.session.getSnapshot().held === all, count)

/** How many elements of the panel a frame changes at most, of ten in which every lane grows. */
const changes = ({ page }: OpenedPage) =>
  page.evaluate(async () => {
    const panel = document.querySelector('tokenflight-devtools')?.shadowRoot as Node
    const counts: number[] = []
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver((records) => {
        if (counts.push(new Set(records.map(({ target }) => target)).size) < 10) return
        observer.disconnect()
        resolve()
      })
      observer.observe(panel, { subtree: true, childList: true, attributes: true, characterData: true })
    })
    return Math.max(...counts)
  })

describe('the buttons act on the session', () => {
  it('“Treat as expired” makes the next request wait for one grant', async () => {
    const { site } = stand
    const opened = await stand.open()
    const { page } = opened
    await page.getByRole('button', { name: 'Treat as expired' }).click()
    expect(site.auth.counts.asked).toBe(0)
    expect(await page.evaluate(() => window.app.storm(3))).toBe(3)
    expect(site.auth.counts.asked).toBe(1)
    expect(site.api.answered(401)).toHaveLength(0)
    expect(site.api.answered(200)).toHaveLength(3)
    expect(await page.evaluate(() => window.app.events.filter(({ type }) => type === 'held').length)).toBe(3)
  })

  it('“Treat as expired” leaves alone what the store has: a reload brings the token back', async () => {
    const { page } = await stand.open()
    await page.getByRole('button', { name: 'Treat as expired' }).click()
    await page.reload()
    await page.evaluate(() => window.app.storm(1))
    expect(stand.site.auth.counts.asked).toBe(0)
  })

  it('“Refresh now” renews at once', async () => {
    const { page } = await stand.open()
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await page.waitForFunction(() => window.app.events.some(({ type }) => type === 'granted'))
    expect(stand.site.auth.counts).toMatchObject({ asked: 1, granted: 1 })
  })

  it('“Fail next grant” fails one grant without sending it, says so, and the next one is sent', async () => {
    const { site } = stand
    const opened = await stand.open()
    const { page } = opened
    const fail = page.getByRole('button', { name: 'Fail next grant' })
    await fail.click()
    await until(opened, '[aria-pressed=true]', 'Fail next grant')
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await page.locator('.notice').waitFor()
    expect(await opened.text('.notice')).toMatch(
      /^ERR_REFRESH_UNAVAILABLE The token was not renewed: .* The session is kept/,
    )
    await until(opened, '[aria-pressed=false]', 'Fail next grant')
    expect(site.auth.counts.asked).toBe(0)
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await page.locator('.notice').waitFor({ state: 'hidden' })
    expect(site.auth.counts.asked).toBe(1)
    expect(await opened.count('grants')).toBe(2)
  })

  it('“Fail next grant” can be taken back, and goes with the panel', async () => {
    const { page } = await stand.open()
    const fail = page.getByRole('button', { name: 'Fail next grant' })
    await fail.click()
    await fail.click()
    await page.evaluate(() => window.app.session.refresh())
    await fail.click()
    await page.evaluate(() => window.app.unmount())
    await page.evaluate(() => window.app.session.refresh())
    expect(stand.site.auth.counts.asked).toBe(2)
  })

  it('“Sign out” ends the session and clears the store', async () => {
    const opened = await stand.open()
    await opened.page.getByRole('button', { name: 'Sign out' }).click()
    await until(opened, '.state', 'Signed out')
    expect(await opened.page.evaluate(() => localStorage.getItem('tokenflight'))).toBeNull()
    const button = opened.page.getByRole('button', { name: 'Sign out' })
    expect(await button.getAttribute('aria-disabled')).toBe('true')
  })
})

describe('what it shows is so', () => {
  it('its numbers are those of the servers after a storm on a dead token', async () => {
    const { site } = stand
    const opened = await stand.open()
    site.auth.expireAll()
    site.auth.hold()
    const storm = opened.page.evaluate(() => window.app.storm(100))
    await untilHeld(opened, 100)
    site.auth.release()
    expect(await storm).toBe(100)
    await until(opened, '[data-count=replays]', /^100$/)
    expect(await opened.count('requests')).toBe(100)
    expect(await opened.count('sends')).toBe(site.api.requests.length)
    expect(await opened.count('replays')).toBe(site.api.answered(401).length)
    expect(await opened.count('grants')).toBe(site.auth.counts.asked)
    await opened.page.locator('.row').first().hover()
    await until(opened, '.story', 'was refused')
    expect(await opened.text('.story')).toMatch(
      /^GET \/api\/items\/\d+ was refused, held .+ for a renewal, then sent again and answered 200\.$/,
    )
  })

  it('a request that is pointed at tells its story', async () => {
    const opened = await stand.open()
    await opened.page.evaluate(() => window.app.api.get('/me'))
    await opened.page.locator('.row').hover()
    await until(opened, '.story', 'GET /api/me was sent')
    expect(await opened.text('.story')).toMatch(/^GET \/api\/me was sent and answered 200 after .+\.$/)
  })

  it('the end of a session is shown in words with what to do', async () => {
    const opened = await stand.open()
    stand.site.auth.revoke()
    await opened.page.evaluate(() => window.app.storm(1))
    await opened.page.locator('.notice').waitFor()
    expect(await opened.text('.notice')).toMatch(
      /^ERR_LOGIN_REQUIRED .*Sign in again and call session\.login\(\)\./,
    )
  })

  it('tabs that share the session and have a panel are counted, until they are closed', async () => {
    const { site } = stand
    const opened = await stand.open()
    await until(opened, '.tabs', /^shared, no other tab$/)
    const other = await openPage(opened.context, site)
    await other.page.evaluate(() => window.app.mount(false))
    await until(opened, '.tabs', '2 tabs share it')
    await other.page.close()
    await until(opened, '.tabs', 'shared, no other tab')
  })

  it('a sign-out in another tab is seen, and heard', async () => {
    const { site } = stand
    const opened = await stand.open()
    const other = await openPage(opened.context, site)
    await other.page.evaluate(() => window.app.session.logout())
    await until(opened, '.state', 'Signed out')
    await until(opened, '[role=status]', 'Signed out elsewhere.')
  })

  it('a request that the API wants a better token for tells so, and a screen reader hears it', async () => {
    const opened = await stand.open()
    const challenge = 'Bearer error="insufficient_scope", scope="admin"'
    await opened.page.route('**/api/books', (route) =>
      route.fulfill({ status: 403, headers: { 'www-authenticate': challenge } }),
    )
    await opened.page.evaluate(() => window.app.api.get('/books').catch(() => {}))
    await opened.page.locator('.row').hover()
    await until(opened, '.story', 'was sent and answered: the API asks for a better token (403).')
    await until(opened, '[role=status]', 'The API asks for a better token.')
  })

  it('no token is anywhere in the page', async () => {
    const { site } = stand
    const { page } = await stand.open()
    await page.evaluate(() => window.app.storm(3, '/items/?token=1&item='))
    site.auth.expireAll()
    await page.evaluate(() => window.app.storm(3))
    site.auth.down({ status: 400, body: { error: 'invalid_request', error_description: 'see the token' } })
    await page.evaluate(() => window.app.session.refresh().catch(() => {}))
    await page.locator('.notice').waitFor()
    const tokens = [...new Set(site.api.requests.map(({ authorization }) => authorization?.slice(7) ?? ''))]
    const stored = await page.evaluate(() => localStorage.getItem('tokenflight') ?? '')
    const { refreshToken } = (JSON.parse(stored) as { tokens: { refreshToken: string } }).tokens
    const html = await page.evaluate(
      () => document.querySelector('tokenflight-devtools')?.shadowRoot?.innerHTML,
    )
    expect(tokens).toHaveLength(2)
    for (const token of [...tokens, refreshToken]) {
      expect(token.length).toBeGreaterThan(8)
      expect(html).not.toContain(token)
    }
  })
})

describe('everyone can use it', () => {
  it.each([
    ['light', 'open'],
    ['dark', 'open'],
    ['light', 'closed'],
    ['dark', 'closed'],
  ] as const)('axe finds nothing against it: %s, %s', async (colorScheme, state) => {
    const { site } = stand
    const opened = await stand.open({ colorScheme, isOpen: state === 'open', reducedMotion: 'reduce' })
    const { page } = opened
    await page.evaluate(() => window.app.storm(2))
    if (state === 'open') await page.getByRole('button', { name: 'Fail next grant' }).click()
    await page.evaluate(() => window.app.session.refresh().catch(() => {}))
    if (state === 'open') await page.getByRole('button', { name: 'Fail next grant' }).click()
    site.auth.hold()
    await page.getByRole('button', { name: 'tokenflight' }).hover()
    void page.evaluate(() => (window.app.session.getSnapshot(), window.app.session.refresh())).catch(() => {})
    void page.evaluate(() => window.app.storm(2)).catch(() => {})
    // The page's policy allows no script of a test's own.
    const client = await opened.context.newCDPSession(page)
    await client.send('Runtime.evaluate', { expression: readFileSync(require.resolve('axe-core'), 'utf8') })
    const { violations, passes } = await page.evaluate(() =>
      (window as unknown as { axe: { run(context: object): Promise<AxeResults> } }).axe.run({
        include: [['tokenflight-devtools']],
      }),
    )
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    expect(passes.map(({ id }) => id)).toContain('color-contrast')
    site.auth.release()
  })

  it('the keyboard reaches everything in the order in which it stands, and the focus is seen', async () => {
    const opened = await stand.open()
    const { page } = opened
    await page.evaluate(() => window.app.storm(30))
    const focused = () =>
      page.evaluate(() => {
        const element = document.querySelector('tokenflight-devtools')?.shadowRoot?.activeElement
        const outline = element ? getComputedStyle(element).outlineStyle : 'none'
        return [element?.getAttribute('aria-label') ?? element?.textContent, outline]
      })
    const walk: unknown[] = []
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press('Tab')
      walk.push(await focused())
    }
    expect(walk.map((one) => (one as string[])[1])).toEqual(Array<string>(6).fill('solid'))
    expect(walk.map((one) => (one as string[])[0]?.replace(/Signed in.*/, ''))).toEqual([
      'tokenflight',
      'Treat as expired',
      'Refresh now',
      'Fail next grant',
      'Sign out',
      'Requests',
    ])
    const story = () => opened.text('.story')
    const chosen = () => page.locator('.row[aria-selected=true]').getAttribute('aria-posinset')
    await until(opened, '.story', '/items/30 ')
    await page.keyboard.press('Home')
    await until(opened, '.story', '/items/1 ')
    expect(await chosen()).toBe('1')
    await page.keyboard.press('ArrowDown')
    await until(opened, '.story', '/items/2 ')
    expect(await story()).toMatch(/^GET \/api\/items\/2 was sent and answered 200/)
    const active = await page.locator('[role=listbox]').getAttribute('aria-activedescendant')
    const { name, description } = await spoken(opened, `#${active}`)
    expect(name).toMatch(/^GET \/api\/items\/2 200 /)
    expect(description).toBe(await story())
    await page.keyboard.press('End')
    await until(opened, '.story', '/items/30 ')
  })

  it('it opens and closes by keyboard, the focus stays, and the tab remembers it', async () => {
    const { page } = await stand.open({ isOpen: false })
    const toggle = page.getByRole('button', { name: 'tokenflight' })
    await toggle.focus()
    await page.keyboard.press('Enter')
    expect(await toggle.getAttribute('aria-expanded')).toBe('true')
    await page.locator('.body').waitFor()
    expect(await page.evaluate(() => sessionStorage.length)).toBe(1)
    expect(await page.evaluate(() => sessionStorage.getItem('tokenflight.devtools'))).toBe('open')
    await page.keyboard.press('Enter')
    await page.locator('.body').waitFor({ state: 'hidden' })
    expect(
      await page.evaluate(
        () => document.querySelector('tokenflight-devtools')?.shadowRoot?.activeElement?.className,
      ),
    ).toBe('toggle')
  })

  it('a screen reader hears once that a storm is over, and not of its requests', async () => {
    const opened = await stand.open()
    const { page } = opened
    await page.evaluate(() => {
      const status = document
        .querySelector('tokenflight-devtools')
        ?.shadowRoot?.querySelector('[role=status]') as Node
      const said: (string | null)[] = []
      new MutationObserver(() => said.push(status.textContent)).observe(status, {
        childList: true,
        characterData: true,
        subtree: true,
      })
      Object.assign(window, { said })
    })
    stand.site.auth.expireAll()
    await page.evaluate(() => window.app.storm(50))
    await until(opened, '[role=status]', /./)
    expect(await page.evaluate('window.said')).toEqual(['The token was renewed.'])
  })

  it('with reduced motion nothing is animated', async () => {
    const { page } = await stand.open({ reducedMotion: 'reduce' })
    stand.site.auth.hold()
    void page.evaluate(() => window.app.session.refresh()).catch(() => {})
    await page.locator('[data-status=refreshing] .dot').waitFor()
    expect(await page.locator('.dot').evaluate((dot) => getComputedStyle(dot).animationName)).toBe('none')
    stand.site.auth.release()
  })
})

describe('it costs little', () => {
  it('of 1,000 held requests it keeps the rows in sight alone in the page, and a frame changes no more', async () => {
    const { site } = stand
    const opened = await stand.open()
    const { page } = opened
    site.auth.hold()
    await page.getByRole('button', { name: 'Treat as expired' }).click()
    const storm = page.evaluate(() => window.app.storm(1_000))
    await untilHeld(opened, 1_000)
    await until(opened, '[data-count=requests]', /^1,000$/)
    const changed = await changes(opened)
    expect(changed).toBeGreaterThan(0)
    expect(changed).toBeLessThan(100)
    expect(await page.locator('.row').count()).toBeLessThan(40)
    site.auth.release()
    expect(await storm).toBe(1_000)
    expect(site.auth.counts.asked).toBe(1)
  })

  it('taken away, it leaves nothing in the page and nothing in the session', async () => {
    const opened = await stand.open()
    const { page } = opened
    await page.evaluate(() => window.app.unmount())
    expect(await page.locator('tokenflight-devtools').count()).toBe(0)
    const frames = await page.evaluate(async () => {
      let count = 0
      const request = window.requestAnimationFrame.bind(window)
      window.requestAnimationFrame = (draw) => (count++, request(draw))
      await window.app.storm(5)
      await new Promise((resolve) => request(resolve))
      return count
    })
    expect(frames).toBe(0)
    const locks = await page.evaluate(async () =>
      (await navigator.locks.query()).held?.map(({ name }) => name ?? ''),
    )
    // The session's own marks are none of the panel's.
    expect(locks?.filter((name) => name.includes('devtools'))).toEqual([])
  })

  it('it works under a policy that allows no inline style, and complains of nothing', async () => {
    const { page, complaints } = await stand.open()
    await page.evaluate(() => window.app.storm(3))
    expect(await page.locator('.dock').evaluate((dock) => getComputedStyle(dock).position)).toBe('fixed')
    expect(complaints).toEqual([])
  })
})
