import type { Events } from './events.js'
import { isTrustworthy, originOf, pageBase } from '../http/origin.js'
import type { Settings } from '../options.js'

/** Where the token may go; behaviours 1 and 4. One for each transport, which knows its own base. */
export class OriginRule {
  readonly #settings: Settings
  readonly #events: Events
  readonly #listed: ReadonlySet<string | undefined>
  #base: string | undefined
  #baseOrigin: string | undefined
  /** What an address to the base's own origin begins with: known without parsing it. */
  #prefix: string | undefined

  constructor(settings: Settings, events: Events) {
    const { allowedOrigins } = settings
    const listed = Array.isArray(allowedOrigins) ? (allowedOrigins as readonly (string | URL)[]) : []
    this.#settings = settings
    this.#events = events
    this.#listed = new Set(listed.map((origin) => originOf(origin)))
  }

  /** `url` as it will be sent; `base` as the transport has it at this moment. */
  allows(url: string, base: string | undefined): boolean {
    const effective = base || pageBase()
    if (effective !== this.#base) this.#rebase(effective)
    // An origin followed by a slash has its whole authority behind it: no userinfo or port can follow.
    return (this.#prefix !== undefined && url.startsWith(this.#prefix)) || this.#decides(url)
  }

  #rebase(base: string | undefined): void {
    this.#base = base
    this.#baseOrigin = base ? originOf(base, pageBase()) : undefined
    const isRuled = typeof this.#settings.allowedOrigins === 'function'
    const origin = this.#baseOrigin
    this.#prefix = origin && !isRuled && this.#isSafe(origin) ? `${origin}/` : undefined
  }

  #decides(url: string): boolean {
    const origin = originOf(url, pageBase())
    if (!origin) {
      // data:, blob: and the like have no origin, and nothing is wrong with that.
      if (/^[a-z][a-z\d+.-]*:/i.test(url)) return false
      const mend = 'Give the instance an absolute baseURL, or set allowedOrigins.'
      this.#events.problemOnce(`The token was withheld: the origin of a request cannot be known. ${mend}`)
      return false
    }
    if (!this.#isAllowed(url, origin)) return false
    if (this.#isSafe(origin)) return true
    this.#events.problemOnce(
      `The token was withheld from ${origin}: it is not https. Set allowInsecure to send it all the same.`,
    )
    return false
  }

  #isAllowed(url: string, origin: string): boolean {
    const { allowedOrigins } = this.#settings
    if (typeof allowedOrigins !== 'function') return origin === this.#baseOrigin || this.#listed.has(origin)
    return this.#events.guard('allowedOrigins', () => allowedOrigins(new URL(url, pageBase()))) === true
  }

  #isSafe(origin: string): boolean {
    return this.#settings.allowInsecure === true || isTrustworthy(origin)
  }
}
