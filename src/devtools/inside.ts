import { expected } from '../options.js'
import { insideKey } from '../session/inside.js'
import type { Session } from '../session/session.js'
import type { Terms } from '../session/terms.js'

/** What a session is made of. Its tokens are in there too: what is shown never reads them. */
export type Inside = Pick<Terms, 'core' | 'renewal'>

/**
 * The inside of a session of this package, whichever copy made it.
 *
 * @throws TypeError where this is no session of `createSession`
 */
export function insideOf(session: Session): Inside {
  const open = (session as { [insideKey]?: () => Inside } | undefined)?.[insideKey]
  return open ? open() : expected('session', 'one of createSession', typeof session)
}

/** The name under which tabs share this session; undefined where they do not. */
export function sharedName({ core }: Inside): string | undefined {
  const { store, refresh } = core.settings
  const isCookie = typeof refresh === 'object' && refresh.refreshTokenIn === 'cookie'
  return store?.name ?? (isCookie ? String(refresh.tokenEndpoint) : undefined)
}
