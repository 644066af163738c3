import { canExpire, expireToken, GrantFault } from './controls.js'
import { make, setAttribute, setText } from './dom.js'
import type { Recorder } from './recorder.js'
import { TokenBar } from './token-bar.js'

const words = {
  loading: 'Loading',
  signedOut: 'Signed out',
  active: 'Signed in',
  refreshing: 'Renewing',
} as const

/** The panel's first line: the way to open and close it, the state, the token and the buttons. */
export class Head {
  readonly element: HTMLElement
  readonly toggle: HTMLButtonElement
  readonly #recorder: Recorder
  readonly #token: TokenBar
  readonly #fault: GrantFault
  readonly #state = make('span', { className: 'state' })
  readonly #brief = make('span', { className: 'brief' })
  readonly #who = make('div', { className: 'who' })
  readonly #expire = button(
    'Treat as expired',
    'The next request waits for a new token. The store keeps what it has.',
  )
  readonly #refresh = button('Refresh now', 'Renews the token, whatever its expiry says.')
  readonly #fail = button(
    'Fail next grant',
    'The next grant fails as though the network were down. Nothing is sent for it.',
  )
  readonly #signOut = button('Sign out', 'Ends the session here and clears the store.')

  constructor(recorder: Recorder, onChange: () => void) {
    this.#recorder = recorder
    this.#token = new TokenBar(recorder.inside)
    this.#fault = new GrantFault(recorder.inside, onChange)
    const dot = make('i', { className: 'dot', 'aria-hidden': true })
    this.toggle = make('button', { className: 'toggle', type: 'button', 'aria-controls': 'body' }, dot)
    this.toggle.append(make('span', { className: 'brand' }, 'tokenflight'), this.#state, this.#brief)
    this.toggle.append(make('i', { className: 'chevron', 'aria-hidden': true }))
    const buttons = [this.#expire, this.#refresh, this.#fail, this.#signOut]
    const tools = make('div', { className: 'tools', role: 'group', 'aria-label': 'Try it' }, ...buttons)
    this.element = make('header', {}, this.toggle, this.#who, this.#token.element, tools)
    this.#wire()
  }

  render(now: number): void {
    const { session, inside } = this.#recorder
    const { status, generation, subject, held } = session.getSnapshot()
    setAttribute(this.element, 'data-status', status)
    setText(this.#state, words[status])
    const brief = [TokenBar.shortly(inside, now), held ? `${held} held` : undefined]
    setText(this.#brief, brief.filter(Boolean).join(' · '))
    setText(this.#who, [subject, `generation ${generation}`].filter(Boolean).join(' · '))
    this.#token.render(now)
    const isOut = status === 'signedOut' || status === 'loading'
    disable(this.#expire, !canExpire(inside))
    disable(this.#refresh, status === 'loading')
    disable(this.#signOut, isOut)
    setAttribute(this.#fail, 'aria-pressed', String(this.#fault.isArmed))
  }

  /** Nothing of this panel stays in the session. */
  stop(): void {
    this.#fault.disarm()
  }

  #wire(): void {
    const { session, inside } = this.#recorder
    this.#expire.addEventListener('click', () => isEnabled(this.#expire) && expireToken(inside))
    // Why it failed is in the snapshot, and shown.
    this.#refresh.addEventListener(
      'click',
      () => void (isEnabled(this.#refresh) && session.refresh().catch(() => {})),
    )
    this.#fail.addEventListener('click', () => this.#fault.toggle())
    this.#signOut.addEventListener(
      'click',
      () => void (isEnabled(this.#signOut) && session.logout().catch(() => {})),
    )
  }
}

function button(text: string, title: string): HTMLButtonElement {
  return make('button', { type: 'button', title }, text)
}

/** By the attribute, so that a button which has the focus keeps it. */
function disable(node: HTMLElement, isDisabled: boolean): void {
  setAttribute(node, 'aria-disabled', isDisabled ? 'true' : undefined)
}

function isEnabled(node: HTMLElement): boolean {
  return !node.hasAttribute('aria-disabled')
}
