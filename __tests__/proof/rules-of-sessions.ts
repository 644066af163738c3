import type { Facts, Rule } from './journal.js'
import type { RefreshReason } from 'tokenflight'
import { readToken } from './token-server.js'

/**
 * Behaviours 27 and 34. A login is required only where the server has said no to this very user, be it in another
 * tab; once for each end; and of a session that is over no refresh token is sent any more, by any tab.
 */
export function loginRequiredOnce(): Rule {
  const refused = new Set<string>()
  /** By user: which tab has ended which login. What `acquire` brings after that is another login of the same user. */
  const over = new Map<string, { readonly tab: number; readonly login: number }>()
  const newest = new Map<string, number>()
  const told = new Set<string>()
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
        const { user, login } = readToken(refreshToken)
        const end = over.get(user)
        users[tab] = user
        newest.set(user, Math.max(login, newest.get(user) ?? 0))
        const isKnown = end && login <= end.login && (end.tab === tab || !isTroubled)
        return isKnown ? `tab ${tab} sends ${refreshToken}, whose session has been ended` : undefined
      },
      grantEnded({ grant: { how, refreshToken } }) {
        if (how === 'refused') refused.add(readToken(refreshToken).user)
      },
      loginRequired({ tab }) {
        const user = users[tab] ?? ''
        const login = newest.get(user) ?? 0
        const key = `${user}.${login} in ${tab}`
        if (!refused.has(user)) return `tab ${tab} requires a login without a refusal`
        if (told.has(key)) return `tab ${tab} requires a login again for the same session`
        told.add(key)
        over.set(user, { tab, login })
        return undefined
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

/** Behaviours 6, 12 and 34: no grant for a token that is not known to be dead, be it renewed by whomever. */
export function neededGrants(): Rule {
  const reasons: RefreshReason[] = []
  const refused = new Map<string, number>()
  const issuedAt = new Map<string, number>()
  let hasJumped = false
  const isShort = (refreshToken: string, { wall, expiresIn = 0, isTroubled }: Facts): boolean => {
    const at = issuedAt.get(refreshToken)
    return at === undefined || hasJumped || isTroubled || wall >= at + expiresIn * 1000 * 0.8
  }
  return {
    says: 'A grant is asked for where the token was refused or is at its end, and not for another reason.',
    on: {
      jumped: () => void (hasJumped = true),
      grantEnded({ grant, issued }) {
        if (issued) issuedAt.set(issued, grant.wall)
      },
      answered({ call, status, token }) {
        if (status !== 401 || !token) return
        const { login, number } = readToken(token)
        const key = `${call.tab} ${login}`
        refused.set(key, Math.max(number, refused.get(key) ?? 0))
      },
      told({ tab, event }) {
        if (event.type === 'grant') reasons[tab] = event.reason
      },
      grant({ grant: { tab, refreshToken } }, facts) {
        const { login, number } = readToken(refreshToken)
        const reason = reasons[tab]
        const isRefused = (refused.get(`${tab} ${login}`) ?? 0) >= number
        if (reason === 'unauthorized' && !isRefused)
          return `tab ${tab} renews ${refreshToken} that nobody refused`
        const isTimed = reason === 'expired' || reason === 'ahead'
        return isTimed && !isShort(refreshToken, facts)
          ? `tab ${tab} renews ${refreshToken} too early`
          : undefined
      },
    },
  }
}
