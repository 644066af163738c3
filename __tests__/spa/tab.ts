import type { BrowserContext, Page } from 'playwright-core'
import type { Demonstration, Version } from './demonstration.js'

/** How long a fact may take to become one, on a machine that has other things to do. */
const patienceMs = 20_000

/** One tab with one version of the app, and what a user does and sees there. */
export class Tab {
  readonly page: Page
  readonly #demonstration: Demonstration
  readonly #version: Version
  /** What went wrong in the page without being caught. */
  readonly failures: string[] = []

  private constructor(page: Page, demonstration: Demonstration, version: Version) {
    this.page = page
    this.#demonstration = demonstration
    this.#version = version
    page.setDefaultTimeout(patienceMs)
    page.on('pageerror', ({ message }) => this.failures.push(message))
  }

  /** Opens a version of the app, or one of its routes, in a new tab. */
  static async open(
    context: BrowserContext,
    demonstration: Demonstration,
    version: Version,
    route = '',
  ): Promise<Tab> {
    const tab = new Tab(await context.newPage(), demonstration, version)
    await tab.page.goto(demonstration.addressOf(version, route))
    return tab
  }

  /** Signs in on the pages of the authorization server. */
  async signIn(name = 'ada', password = 'lovelace'): Promise<void> {
    await this.onSignInPage()
    await this.press('Sign in')
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(password)
    await this.press('Sign in')
  }

  /** Signs in, waits for the dashboard, and has the servers count from zero. */
  async begin(): Promise<void> {
    await this.signIn()
    await this.allAnswered()
    await this.page.locator('.user-name', { hasText: 'ada' }).waitFor()
    await this.#demonstration.reset()
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click()
  }

  /** Goes to another page of the app, as a user does. */
  async follow(name: string): Promise<void> {
    await this.page.getByRole('link', { name, exact: true }).click()
  }

  /** Resolves when the dashboard says that everything was answered. */
  async allAnswered(): Promise<void> {
    await this.says('12 of 12 answered')
  }

  /** Resolves when a status says this. */
  async says(text: string): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: text }).waitFor()
  }

  async onSignInPage(): Promise<void> {
    await this.page.getByRole('heading', { name: 'Please sign in' }).waitFor()
  }

  /** The route below the version's own path, with its query. */
  route(): string {
    return this.page.url().slice(this.#demonstration.addressOf(this.#version).length)
  }

  /** The figures of the laboratory, as the page shows them. */
  async tiles(): Promise<Record<string, number>> {
    const tiles = await this.page.locator('.tile').all()
    const pairs = tiles.map(async (tile) => [
      await tile.getAttribute('data-count'),
      Number(await tile.getByRole('definition').textContent()),
    ])
    return Object.fromEntries(await Promise.all(pairs)) as Record<string, number>
  }
}

/** Resolves when it is so. Asks again and again, and tells what it saw last if it never is. */
export async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (Date.now() > deadline) throw new Error(`Expected something else than ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
