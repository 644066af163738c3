import type { Facts, Rule } from './journal.js'
import type { RefreshReason } from 'tokenflight'
import { readToken } from './token-server.js'
import { StoreTrouble } from './store-trouble.js'

/**
 * Behaviours 27 and 34. A login is required only where the server has said no to this very login; once for each
 * end; and of a login that is over no refresh token is sent any more, by any tab.
 */
export function loginRequiredOnce(): Rule {
  const refused = new Map<number, number>()
  const over = new Map<number, number>()
  const last = new Map<number, number>()
  const trouble = new StoreTrouble()
  return {
    says: 'Login is required at most once for a session, for a reason, and no grant comes after it.',
    see(entry) {
      trouble.see(entry)
      if (entry.what === 'grant') {
        const { tab, refreshToken } = entry.grant
        const { login } = readToken(refreshToken)
        const ender = over.get(login)
        last.set(tab, login)
        const isKnown = ender === tab || (ender !== undefined && !trouble.isThere)
        return isKnown ? `tab ${tab} sends ${refreshToken}, whose login has been ended` : undefined
      }
      if (entry.what === 'grantEnded' && entry.grant.how === 'refused')
        refused.set(readToken(entry.grant.refreshToken).login, entry.grant.tab)
      if (entry.what !== 'loginRequired') return
      const login = last.get(entry.tab)
      if (login === undefined || !refused.has(login))
        return `tab ${entry.tab} requires a login without a refusal`
      if (over.get(login) === entry.tab) return `tab ${entry.tab} requires a login again for the same session`
      over.set(login, entry.tab)
      return undefined
    },
  }
}

/** Behaviours 11, 12 and 33: a tab never goes back to an older token of the same login. */
export function freshTokens(): Rule {
  const newest = new Map<string, number>()
  const answered = new Map<number, string>()
  const raise = (tab: number, token: string): number => {
    const { login, number } = readToken(token)
    const key = `${tab} ${login}`
    const before = newest.get(key) ?? 0
    newest.set(key, Math.max(before, number))
    return before
  }
  return {
    says: 'No request is sent with a token older than the one that its tab has got.',
    see(entry) {
      if (entry.what === 'grantEnded' && entry.issued && entry.grant.how === 'rotated')
        answered.set(entry.grant.tab, entry.issued)
      if (entry.what === 'told' && entry.event.type === 'granted') {
        const token = answered.get(entry.tab)
        if (token) raise(entry.tab, token)
        answered.delete(entry.tab)
      }
      if (entry.what !== 'sent' || !entry.token) return
      const before = raise(entry.call.tab, entry.token)
      const { number } = readToken(entry.token)
      return number < before
        ? `request ${entry.call.id} is sent with ${entry.token} after number ${before}`
        : undefined
    },
  }
}

/** Behaviours 6, 12 and 34: no grant for a token that is not known to be dead, be it renewed by whomever. */
export function neededGrants(): Rule {
  const reasons = new Map<number, RefreshReason>()
  const refused = new Map<string, number>()
  const issuedAt = new Map<string, number>()
  let hasJumped = false
  const trouble = new StoreTrouble()
  const isShort = (refreshToken: string, { wall, expiresIn = 0 }: Facts): boolean => {
    const at = issuedAt.get(refreshToken)
    return at === undefined || hasJumped || trouble.isThere || wall >= at + expiresIn * 1000 * 0.8
  }
  return {
    says: 'A grant is asked for where the token was refused or is at its end, and not for another reason.',
    see(entry, facts) {
      trouble.see(entry)
      if (entry.what === 'jumped') hasJumped = true
      if (entry.what === 'grantEnded' && entry.issued) issuedAt.set(entry.issued, entry.grant.wall)
      if (entry.what === 'answered' && entry.status === 401 && entry.token) {
        const { login, number } = readToken(entry.token)
        const key = `${entry.call.tab} ${login}`
        refused.set(key, Math.max(number, refused.get(key) ?? 0))
      }
      if (entry.what === 'told' && entry.event.type === 'grant') reasons.set(entry.tab, entry.event.reason)
      if (entry.what !== 'grant') return
      const { tab, refreshToken } = entry.grant
      const { login, number } = readToken(refreshToken)
      const reason = reasons.get(tab)
      const isRefused = (refused.get(`${tab} ${login}`) ?? 0) >= number
      if (reason === 'unauthorized' && !isRefused)
        return `tab ${tab} renews ${refreshToken} that nobody refused`
      const isTimed = reason === 'expired' || reason === 'ahead'
      return isTimed && !isShort(refreshToken, facts)
        ? `tab ${tab} renews ${refreshToken} too early`
        : undefined
    },
  }
}
