import { make, setText } from './dom.js'
import type { Noted } from './record.js'

/** Long enough for a storm to be over, short enough to belong to what was done. */
const quietMs = 800

/** Tells a screen reader what changed for the user, once it is quiet: the last of it, never a single request. */
export class Announcer {
  readonly element = make('div', { className: 'unseen', role: 'status' })
  #timer: ReturnType<typeof setTimeout> | undefined
  #text = ''

  note(event: Noted): void {
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

type Sentences = { readonly [T in Noted['type']]?: (event: Noted & { readonly type: T }) => string }

const sentences: Sentences = {
  login: () => 'Signed in.',
  logout: () => 'Signed out.',
  left: ({ isDisposed }) => (isDisposed ? 'The session was disposed of.' : 'Signed out elsewhere.'),
  granted: () => 'The token was renewed.',
  adopted: () => 'Another tab renewed the session.',
  grantFailed: ({ error }) => error.message,
  loginRequired: ({ error }) => error.message,
  stepUp: () => 'The API asks for a better token.',
}

function sentenceOf(event: Noted): string | undefined {
  return (sentences[event.type] as ((event: Noted) => string) | undefined)?.(event)
}
