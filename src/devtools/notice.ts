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
  readonly #recorder: Recorder
  readonly #code = make('code')
  readonly #what = make('strong')
  readonly #todo = make('span')

  readonly #dismiss = make('button', { type: 'button', className: 'dismiss' }, 'Dismiss')

  constructor(recorder: Recorder) {
    this.#recorder = recorder
    const parts = [this.#code, ' ', this.#what, ' ', this.#todo, this.#dismiss]
    this.element = make('div', { className: 'notice', hidden: true }, ...parts)
    this.#dismiss.addEventListener('click', () => this.#forget())
  }

  render(): void {
    const { session, problem } = this.#recorder
    const { lastError } = session.getSnapshot()
    const message = lastError?.message ?? problem
    this.element.hidden = message === undefined
    if (message === undefined) return
    const [, what = message, todo = ''] = /^(.*?\.) (.*)$/s.exec(message) ?? []
    setAttribute(this.element, 'data-kind', lastError ? 'error' : 'problem')
    setText(this.#code, lastError?.code ?? 'problem')
    setText(this.#what, what)
    this.#dismiss.hidden = lastError !== undefined
    setText(this.#todo, [todo, lastError && advice[lastError.code]].filter(Boolean).join(' '))
  }

  /** A problem is told once, and stands until it is dismissed; an error goes when there are tokens again. */
  #forget(): void {
    this.#recorder.problem = undefined
    this.render()
  }
}
