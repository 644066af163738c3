import { credentialOf, expired } from '../session/state.js'
import type { Inside } from './inside.js'
import { RefreshUnavailableError } from '../errors.js'
import type { Verdict } from '../grant/answer.js'

/** The token counts as past its end from now on: the next request waits for a new one. The store keeps what it has. */
export function expireToken({ core }: Inside): void {
  core.transition(expired(core.state, core.settings.now()))
}

/** True where the token has windows: one that cannot be renewed is used to its end and beyond. */
export function canExpire({ core }: Inside): boolean {
  return credentialOf(core.state)?.isRenewable === true
}

/** Makes the next grant fail as though the network were down. Nothing is sent for it. */
export class GrantFault {
  readonly #inside: Inside
  readonly #answer: () => Verdict
  readonly #onChange: () => void

  constructor(inside: Inside, onChange: () => void) {
    this.#inside = inside
    this.#onChange = onChange
    this.#answer = () => {
      this.disarm()
      const hint = 'tokenflight/devtools failed this grant: nothing was sent.'
      return { type: 'unavailable', error: new RefreshUnavailableError('network', { ambiguous: true, hint }) }
    }
  }

  get isArmed(): boolean {
    return this.#inside.renewal.instead === this.#answer
  }

  toggle(): void {
    if (this.isArmed) return this.disarm()
    this.#inside.renewal.instead = this.#answer
    this.#onChange()
  }

  /** Another panel's fault is left alone. */
  disarm(): void {
    if (!this.isArmed) return
    this.#inside.renewal.instead = undefined
    this.#onChange()
  }
}
