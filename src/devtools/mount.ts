import { defineDevtools } from './element.js'
import { insideOf } from './inside.js'
import type { Session } from '../session/session.js'

/** What {@link mountDevtools} takes besides. */
export interface DevtoolsOptions {
  /** Where it is put. Default: the end of the body; it docks at the bottom of the window in any case. */
  readonly parent?: Node | undefined
  /** Whether it begins open. Default: as it was left in this tab, else closed. */
  readonly open?: boolean | undefined
  /** How many requests it keeps; older ones are let go. Default 2 000. */
  readonly limit?: number | undefined
}

/**
 * Shows a panel for development at the bottom of the page: the session as it happens. It never shows a token.
 * Where there is no page (server rendering) it does nothing.
 *
 * @returns the way to take it away again; nothing of it stays in the page or in the session
 * @throws TypeError where this is no session
 * @example
 * if (import.meta.env.DEV) import('tokenflight/devtools').then(({ mountDevtools }) => mountDevtools(session))
 */
export function mountDevtools(session: Session, options: DevtoolsOptions = {}): () => void {
  insideOf(session)
  if (typeof document === 'undefined') return () => {}
  const Devtools = defineDevtools()
  const element = new Devtools()
  element.open = options.open
  element.limit = options.limit
  element.session = session
  const { parent = document.body } = options
  parent.appendChild(element)
  return () => element.remove()
}
