import { credentialOf, type Credential } from '../session/state.js'
import { freshnessOf, windowsOf } from '../session/windows.js'
import { make, setAttribute, setStyle, setText } from './dom.js'
import { duration } from './story.js'
import type { Inside } from './inside.js'

/** The access token's life as a bar that shrinks, with both windows marked. What it is made of stays unread. */
export class TokenBar {
  readonly element: HTMLElement
  readonly #inside: Inside
  readonly #left = make('strong')
  readonly #note = make('span', { className: 'note' })
  readonly #spent = make('i', { className: 'spent' })
  readonly #ahead = make('i', { className: 'window ahead' })
  readonly #short = make('i', { className: 'window short' })
  readonly #meter: HTMLElement

  constructor(inside: Inside) {
    this.#inside = inside
    this.#meter = make(
      'div',
      { className: 'meter', role: 'meter', 'aria-label': 'Life of the access token', 'aria-valuemin': 0 },
      this.#ahead,
      this.#short,
      this.#spent,
    )
    const words = make('div', { className: 'words' }, this.#left, this.#note)
    this.element = make('div', { className: 'token' }, words, this.#meter)
  }

  render(now: number): void {
    const credential = credentialOf(this.#inside.core.state)
    const expiresAt = credential?.tokens.expiresAt
    if (credential && expiresAt !== undefined) this.#show(credential, expiresAt, now)
    else this.#showNone(credential)
  }

  /** In words: "14 s", for the closed panel. */
  static shortly({ core }: Inside, now: number): string | undefined {
    const expiresAt = credentialOf(core.state)?.tokens.expiresAt
    return expiresAt === undefined ? undefined : duration(Math.ceil((expiresAt - now) / 1000) * 1000)
  }

  #show(credential: Credential, expiresAt: number, now: number): void {
    const { settings } = this.#inside.core
    const lifetimeMs = Math.max(1, expiresAt - credential.issuedAt)
    const leftMs = Math.max(0, expiresAt - now)
    const [aheadMs, minValidityMs] = windowsOf(credential, expiresAt, settings)
    const left = leftMs ? `${TokenBar.shortly(this.#inside, now)} left` : 'expired'
    const windows = credential.isRenewable
      ? `renewed ahead at ${duration(aheadMs)}, held below ${duration(minValidityMs)}`
      : 'cannot be renewed: its 401 decides'
    setText(this.#left, left)
    const marks = credential.isRenewable
      ? ` · ahead ${duration(aheadMs)} · min ${duration(minValidityMs)}`
      : ''
    setText(this.#note, leftMs ? `of ${duration(lifetimeMs)}${marks}` : 'the next request renews it')
    setAttribute(this.#meter, 'data-freshness', leftMs ? freshnessOf(credential, now, settings) : 'short')
    this.#place(
      leftMs / lifetimeMs,
      credential.isRenewable ? [aheadMs, minValidityMs].map((ms) => ms / lifetimeMs) : [],
    )
    setAttribute(this.#meter, 'aria-valuemax', String(Math.round(lifetimeMs / 1000)))
    setAttribute(this.#meter, 'aria-valuenow', String(Math.round(Math.min(leftMs, lifetimeMs) / 1000)))
    setAttribute(this.#meter, 'aria-valuetext', `${left} of ${duration(lifetimeMs)}; ${windows}`)
    setAttribute(this.element, 'title', `Access token: ${left} of ${duration(lifetimeMs)}; ${windows}`)
  }

  #showNone(credential: Credential | undefined): void {
    setText(this.#left, credential ? 'no known end' : 'no token')
    setText(this.#note, credential ? 'a 401 will tell' : '')
    setAttribute(this.#meter, 'data-freshness', 'none')
    this.#place(credential ? 1 : 0, [])
    setAttribute(this.#meter, 'aria-valuemax', '1')
    setAttribute(this.#meter, 'aria-valuenow', credential ? '1' : '0')
    setAttribute(this.#meter, 'aria-valuetext', credential ? 'its end is not known' : 'there is no token')
    setAttribute(
      this.element,
      'title',
      credential ? 'The end of the access token is not known' : 'No access token',
    )
  }

  #place(share: number, [ahead = 0, short = 0]: readonly number[]): void {
    setStyle(this.#spent, 'width', `${(100 - Math.min(1, share) * 100).toFixed(2)}%`)
    setStyle(this.#ahead, 'width', `${(ahead * 100).toFixed(2)}%`)
    setStyle(this.#short, 'width', `${(short * 100).toFixed(2)}%`)
  }
}
