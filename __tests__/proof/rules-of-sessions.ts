import type { Facts, Rule } from './journal.js'
import type { RefreshReason } from 'tokenflight'
import { readToken, type ReadToken } from './token-server.js'

/** The sessions that have been ended, as a login was required for them. */
class Ended {
  /** By user: which tab has ended which login. What `acquire` brings after that is another login of the same user. */
  readonly #over = new Map<string, { readonly tab: number; readonly login: number }>()
  readonly #newest = new Map<string, number>()
  readonly #told = new Set<string>()

  /** A grant is asked for. Whether its session is known to be over, in that tab. */
  hasEnded({ user, login }: ReadToken, tab: number, isTroubled: boolean): boolean {
    this.#newest.set(user, Math.max(login, this.#newest.get(user) ?? 0))
    const end = this.#over.get(user)
    return end !== undefined && login <= end.login && (end.tab === tab || !isTroubled)
  }

  /** A tab requires a login. False where it has done so before. */
  add(user: string, tab: number): boolean {
    const login = this.#newest.get(user) ?? 0
    const key = `${user}.${login} in ${tab}`
    if (this.#told.has(key)) return false
    this.#told.add(key)
    this.#over.set(user, { tab, login })
    return true
  }
}

/**
 * Behaviours 27 and 34. A login is required only where the server has said no to this very user, be it in another
 * tab; once for each end; and of a session that is over no refresh token is sent any more, by any tab.
 */
export function loginRequiredOnce(): Rule {
  const refused = new Set<string>()
  const ended = new Ended()
  const users: (string | undefined)[] = []
  return {
    says: 'Login is required at most once for a session, for a reason, and no grant comes after it.',
    on: {
      stepped({ seen }) {
        seen.forEach(({ subject }, tab) => (users[tab] = subject ?? users[tab]))
      },
      sent({ call, token }) {
        if (token) users[call.tab] = readToken(token).user
      },
      grant({ grant: { tab, refreshToken } }, { isTroubled }) {
        const token = readToken(refreshToken)
        users[tab] = token.user
        return ended.hasEnded(token, tab, isTroubled)
          ? `tab ${tab} sends ${refreshToken}, whose session has been ended`
          : undefined
      },
      grantEnded({ grant: { how, refreshToken } }) {
        if (how === 'refused') refused.add(readToken(refreshToken).user)
      },
      loginRequired({ tab }) {
        const user = users[tab] ?? ''
        if (!refused.has(user)) return `tab ${tab} requires a login without a refusal`
        return ended.add(user, tab) ? undefined : `tab ${tab} requires a login again for the same session`
      },
    },
  }
}

/** Behaviours 11, 12 and 33: a tab never goes back to an older token of the same login. */
export function freshTokens(): Rule {
  const newest = new Map<string, number>()
  const answered: (string | undefined)[] = []
  const raise = (tab: number, token: string): number => {
    const { login, number } = readToken(token)
    const key = `${tab} ${login}`
    const before = newest.get(key) ?? 0
    newest.set(key, Math.max(before, number))
    return before
  }
  return {
    says: 'No request is sent with a token older than the one that its tab has got.',
    on: {
      grantEnded({ grant, issued }) {
        if (issued && grant.how === 'rotated') answered[grant.tab] = issued
      },
      told({ tab, event }) {
        const token = answered[tab]
        if (event.type !== 'granted' || !token) return
        raise(tab, token)
        answered[tab] = undefined
      },
      sent({ call, token }) {
        const before = token ? raise(call.tab, token) : 0
        const isOlder = token !== undefined && readToken(token).number < before
        return isOlder ? `request ${call.id} is sent with ${token} after number ${before}` : undefined
      },
    },
  }
}

/** Up to which number each tab has seen the tokens of each login refused. */
class Refused {
  readonly #numbers = new Map<string, number>()

  add(tab: number, token: string): void {
    const { login, number } = readToken(token)
    const key = `${tab} ${login}`
    this.#numbers.set(key, Math.max(number, this.#numbers.get(key) ?? 0))
  }

  has(tab: number, token: string): boolean {
    const { login, number } = readToken(token)
    return (this.#numbers.get(`${tab} ${login}`) ?? 0) >= number
  }
}

/** Before this share of its life is over no window asks for a renewal (behaviour 32). */
const windowShare = 0.8

/** Behaviours 6, 12 and 34: no grant for a token that is not known to be dead, be it renewed by whomever. */
export function neededGrants(): Rule {
  const reasons: RefreshReason[] = []
  const refused = new Refused()
  const issuedAt = new Map<string, number>()
  let hasJumped = false
  const isShort = (refreshToken: string, { wall, expiresIn = 0, isTroubled }: Facts): boolean => {
    const at = issuedAt.get(refreshToken)
    return at === undefined || hasJumped || isTroubled || wall >= at + expiresIn * 1000 * windowShare
  }
  return {
    says: 'A grant is asked for where the token was refused or is at its end, and not for another reason.',
    on: {
      jumped: () => void (hasJumped = true),
      grantEnded({ grant, issued }) {
        if (issued) issuedAt.set(issued, grant.wall)
      },
      answered({ call, status, token }) {
        if (status === 401 && token) refused.add(call.tab, token)
      },
      told({ tab, event }) {
        if (event.type === 'grant') reasons[tab] = event.reason
      },
      grant({ grant: { tab, refreshToken } }, facts) {
        const reason = reasons[tab]
        if (reason === 'unauthorized' && !refused.has(tab, refreshToken))
          return `tab ${tab} renews ${refreshToken} that nobody refused`
        const isTimed = reason === 'expired' || reason === 'ahead'
        return isTimed && !isShort(refreshToken, facts)
          ? `tab ${tab} renews ${refreshToken} too early`
          : undefined
      },
    },
  }
}
