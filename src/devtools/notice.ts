import { make, setAttribute, setText } from './dom.js'
import type { Recorder } from './recorder.js'
import type { SessionError } from '../errors.js'

/** What to do, beyond what the error's own message says. */
const advice: Partial<Record<SessionError['code'], string>> = {
  ERR_REFRESH_UNAVAILABLE: '“Refresh now” asks again at once.',
  ERR_REFRESH_CONFIGURATION: 'It is a mistake in the set-up: nobody has to sign in again for it.',
}

/** The last error in words, with what to do; or the last thing that the app should mend. */
export class Notice {
  readonly element: HTMLElement
  readonly #code = make('code')
  readonly #what = make('strong')
  readonly #todo = make('span')

  constructor() {
    this.element = make(
      'p',
      { className: 'notice', hidden: true },
      this.#code,
      ' ',
      this.#what,
      ' ',
      this.#todo,
    )
  }

  render({ session, problem }: Recorder): void {
    const { lastError } = session.getSnapshot()
    const message = lastError?.message ?? problem
    this.element.hidden = message === undefined
    if (message === undefined) return
    const [, what = message, todo = ''] = /^(.*?\.) (.*)$/s.exec(message) ?? []
    setAttribute(this.element, 'data-kind', lastError ? 'error' : 'problem')
    setText(this.#code, lastError?.code ?? 'problem')
    setText(this.#what, what)
    setText(this.#todo, [todo, lastError && advice[lastError.code]].filter(Boolean).join(' '))
  }
}
