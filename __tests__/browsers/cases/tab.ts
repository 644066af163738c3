import type { Page } from '../engines/engine.js'
import type { Outcome, SessionView, TabControls, TabState } from '../page/tab-state.js'
import { until } from './until.js'

/** A tab with the test page in it. */
export class Tab {
  readonly name: string
  readonly page: Page

  constructor(name: string, page: Page) {
    this.name = name
    this.page = page
  }

  state(): Promise<TabState> {
    return this.page.evaluate('window.tab.state()')
  }

  /** One session as the page sees it now. */
  async session(name = 'main'): Promise<SessionView> {
    const { sessions } = await this.state()
    return sessions[name] as SessionView
  }

  /** Begins so many requests for a user; they are not waited for. */
  send(count: number, { user = 'ada', session = 'main' } = {}): Promise<void> {
    return this.#call('send', session, user, count)
  }

  /** Logs in and waits until that is done. */
  async login(user = 'ada', session = 'main'): Promise<void> {
    await this.#call('login', session, user)
    await this.settled()
  }

  async logout(session = 'main'): Promise<void> {
    await this.#call('logout', session)
    await this.settled()
  }

  /** The user of this tab grants or refuses what the vault prompts for. */
  answerPrompts(isGranted: boolean): Promise<void> {
    return this.#call('answerPrompts', isGranted)
  }

  /** Keeps the tab's thread busy. */
  block(ms: number): Promise<void> {
    return this.#call('block', ms)
  }

  /** Resolves when nothing that was begun is still on its way, with what became of all requests. */
  async settled(): Promise<readonly Outcome[]> {
    const { outcomes } = await this.until('everything to settle', ({ pending }) => pending === 0)
    return outcomes
  }

  /** Resolves when so many requests wait for the session. */
  async holds(count: number, session = 'main'): Promise<void> {
    const isHeld = ({ sessions }: TabState): boolean => sessions[session]?.held === count
    await this.until(`${count} held requests`, isHeld, ({ pending }) => pending === 0)
  }

  /** Resolves when the session has come to this status. */
  async becomes(status: SessionView['status'], session = 'main'): Promise<void> {
    await this.until(`status ${status}`, ({ sessions }) => sessions[session]?.status === status)
  }

  /** Polls the page until it has come so far. */
  until(
    what: string,
    isEnough: (state: TabState) => boolean,
    isHopeless?: (state: TabState) => boolean,
  ): Promise<TabState> {
    return until(`${what} in tab ${this.name}`, () => this.state(), isEnough, isHopeless)
  }

  #call(control: keyof TabControls, ...values: readonly (string | number | boolean)[]): Promise<void> {
    // Nothing comes back: what an engine makes of undefined differs.
    return this.page.evaluate(
      `(window.tab.${control}(${values.map((value) => JSON.stringify(value)).join()}), null)`,
    )
  }
}
