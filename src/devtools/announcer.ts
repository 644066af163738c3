import { make, setText } from './dom.js'
import type { SessionEvent } from '../session/events.js'

/** Long enough for a storm to be over, short enough to belong to what was done. */
const quietMs = 800

/** Tells a screen reader what changed for the user, once it is quiet: the last of it, never a single request. */
export class Announcer {
  readonly element = make('div', { className: 'unseen', role: 'status' })
  #timer: ReturnType<typeof setTimeout> | undefined
  #text = ''

  note(event: SessionEvent): void {
    const text = sentenceOf(event)
    if (!text) return
    this.#text = text
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      setText(this.element, this.#text)
    }, quietMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

function sentenceOf(event: SessionEvent): string | undefined {
  switch (event.type) {
    case 'login':
      return 'Signed in.'
    case 'logout':
      return 'Signed out.'
    case 'granted':
      return 'The token was renewed.'
    case 'adopted':
      return 'Another tab renewed the session.'
    case 'grantFailed':
    case 'loginRequired':
      return event.error.message
    default:
      return undefined
  }
}
