import { Panel } from './panel.js'
import type { Session } from '../session/session.js'
import { styles } from './styles.js'

/** The custom element: set its `session`, and it draws it. */
export interface DevtoolsElement extends HTMLElement {
  /** What it draws; undefined: nothing. */
  session: Session | undefined
  /** Whether it begins open. Default: as it was left in this tab, else closed. */
  open: boolean | undefined
  /** How many requests it keeps. Default 2 000. */
  limit: number | undefined
}

/** Where a tab remembers whether the panel is open, and nothing else. */
const memoryKey = 'tokenflight.devtools'

/**
 * Defines the custom element `<tokenflight-devtools>`. Nothing is defined on import; {@link mountDevtools} calls it.
 * Called again it does nothing.
 *
 * @param name another name for it
 * @returns the element's class
 * @example
 * defineDevtools()
 * document.querySelector('tokenflight-devtools').session = session
 */
export function defineDevtools(name = 'tokenflight-devtools'): new () => DevtoolsElement {
  const known = customElements.get(name)
  if (known) return known as new () => DevtoolsElement
  customElements.define(name, devtoolsClass())
  return customElements.get(name) as new () => DevtoolsElement
}

/** A class of its own for each definition, and none at import: where there is no page there is no HTMLElement. */
function devtoolsClass(): new () => DevtoolsElement {
  return class extends HTMLElement implements DevtoolsElement {
    open: boolean | undefined
    limit: number | undefined
    #session: Session | undefined
    #panel: Panel | undefined

    get session(): Session | undefined {
      return this.#session
    }

    set session(session: Session | undefined) {
      this.#unmount()
      this.#session = session
      if (this.isConnected) this.#mount()
    }

    connectedCallback(): void {
      this.#session ??= takeEarly(this)
      this.#mount()
    }

    disconnectedCallback(): void {
      this.#unmount()
    }

    #mount(): void {
      if (!this.#session || this.#panel) return
      const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
      adopt(root)
      const isOpen = this.open ?? (this.hasAttribute('open') || wasOpen())
      this.#panel = new Panel(this.#session, { isOpen, limit: this.limit, onToggle: remember })
      root.append(this.#panel.element)
      this.#panel.start()
    }

    #unmount(): void {
      this.#panel?.stop()
      this.#panel?.element.remove()
      this.#panel = undefined
    }
  }
}

/** A session that was set before the element was defined hides the accessor: it is taken away again. */
function takeEarly(element: Partial<DevtoolsElement>): Session | undefined {
  const early = Object.getOwnPropertyDescriptor(element, 'session')?.value as Session | undefined
  if (early) delete element.session
  return early
}

/** Where sheets can be constructed, a strict Content-Security-Policy has nothing against them. */
function adopt(root: ShadowRoot): void {
  if (root.querySelector('style') || root.adoptedStyleSheets?.length) return
  if (root.adoptedStyleSheets && typeof CSSStyleSheet.prototype.replaceSync === 'function') {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    root.adoptedStyleSheets = [sheet]
  } else {
    const style = document.createElement('style')
    style.textContent = styles
    root.append(style)
  }
}

function remember(isOpen: boolean): void {
  try {
    sessionStorage.setItem(memoryKey, isOpen ? 'open' : 'closed')
  } catch {
    // Storage may be forbidden; then nothing is remembered.
  }
}

function wasOpen(): boolean {
  try {
    return sessionStorage.getItem(memoryKey) === 'open'
  } catch {
    return false
  }
}
