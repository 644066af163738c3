import { Announcer } from './announcer.js'
import { Foot } from './foot.js'
import { Head } from './head.js'
import { make, setAttribute } from './dom.js'
import { Notice } from './notice.js'
import { Overview } from './overview.js'
import { Recorder } from './recorder.js'
import { RequestList } from './request-list.js'
import { Tabs } from './tabs.js'
import type { Session } from '../session/session.js'
import type { Noted } from './record.js'

/** How often the picture moves where nothing but time does: the token's bar. */
const idleMs = 500

/** How a panel begins. */
export interface PanelOptions {
  readonly isOpen: boolean
  readonly limit?: number | undefined
  /** Told when the user opens or closes it. */
  readonly onToggle: (isOpen: boolean) => void
}

/** One session, drawn. It draws once per frame at most, and only what has changed. */
export class Panel {
  readonly element: HTMLElement
  readonly #recorder: Recorder
  readonly #head: Head
  readonly #notice: Notice
  readonly #overview: Overview
  readonly #list: RequestList
  readonly #foot: Foot
  readonly #tabs: Tabs
  readonly #announcer = new Announcer()
  readonly #body: HTMLElement
  readonly #sizes = observeSize(() => this.#measure())
  readonly #theme = globalThis.matchMedia?.('(prefers-color-scheme: dark)')
  readonly #calm = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)')
  readonly #onTheme = (): void => this.#measure()
  #isOpen: boolean
  #frame = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #isOver = false

  constructor(session: Session, { isOpen, limit, onToggle }: PanelOptions) {
    this.#isOpen = isOpen
    this.#recorder = new Recorder(session, (event) => this.#noted(event), limit)
    const draw = (): void => this.#draw()
    this.#head = new Head(this.#recorder, draw)
    this.#notice = new Notice(this.#recorder)
    this.#overview = new Overview(this.#recorder)
    this.#list = new RequestList(this.#recorder, draw)
    this.#tabs = new Tabs(this.#recorder)
    this.#foot = new Foot(this.#recorder, this.#tabs.element)
    this.#body = make('div', { id: 'body', className: 'body' }, this.#notice.element, this.#overview.element)
    this.#body.append(legend(), this.#list.element, this.#foot.element)
    const parts = [this.#head.element, this.#body, this.#announcer.element]
    this.element = make('section', { className: 'dock', 'aria-label': 'tokenflight session' }, ...parts)
    this.#head.toggle.addEventListener('click', () => onToggle(this.#toggle()))
    this.#theme?.addEventListener('change', this.#onTheme)
    this.#show()
  }

  /** To be called once it is in the page. */
  start(): void {
    // The list changes its height with the notice above it.
    for (const element of [this.element, this.#list.element]) this.#sizes?.observe(element)
    this.#measure()
  }

  stop(): void {
    this.#isOver = true
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#timer)
    this.#sizes?.disconnect()
    this.#theme?.removeEventListener('change', this.#onTheme)
    for (const part of [this.#announcer, this.#tabs, this.#head, this.#recorder]) part.stop()
  }

  #toggle(): boolean {
    this.#isOpen = !this.#isOpen
    this.#show()
    this.#measure()
    return this.#isOpen
  }

  #show(): void {
    this.#body.hidden = !this.#isOpen
    setAttribute(this.#head.toggle, 'aria-expanded', String(this.#isOpen))
    setAttribute(this.element, 'data-open', String(this.#isOpen))
  }

  #measure(): void {
    if (this.#isOpen) {
      this.#overview.measure()
      this.#list.measure()
    }
    this.#draw()
  }

  #noted(event: Noted | undefined): void {
    if (event) this.#announcer.note(event)
    // A problem goes to the console where nobody listens, and the panel is no reason to keep it from there.
    if (event?.type === 'problem')
      console.error(...[`tokenflight: ${event.message}`, event.cause].filter(Boolean))
    this.#draw()
  }

  /** At the next frame; with reduced motion no more than twice a second, unless something happened. */
  #draw(): void {
    if (this.#isOver || this.#frame) return
    clearTimeout(this.#timer)
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#render()
      const isMoving = this.#isOpen && this.#recorder.isLive && !this.#calm?.matches
      if (isMoving) this.#draw()
      else this.#timer = setTimeout(() => this.#draw(), idleMs)
    })
  }

  #render(): void {
    const { now } = this.#recorder
    this.#head.render(now)
    if (!this.#isOpen) return
    this.#notice.render()
    this.#overview.render(now)
    this.#list.render(now)
    this.#tabs.render()
    this.#foot.render(this.#list.told, now)
  }
}

function observeSize(onChange: () => void): ResizeObserver | undefined {
  return typeof ResizeObserver === 'function' ? new ResizeObserver(onChange) : undefined
}

function legend(): HTMLElement {
  const places = { wire: 'on the wire', held: 'held', replay: 'sent again', grant: 'grant', bad: 'failed' }
  const entries = Object.entries(places).map(([place, text]) =>
    make('span', {}, make('i', { 'data-place': place }), text),
  )
  return make('div', { className: 'legend', 'aria-hidden': true }, ...entries)
}
