import type { Rule } from './journal.js'
import type { StoredRecord } from 'tokenflight'
import { readToken } from './token-server.js'
import { StoreTrouble } from './store-trouble.js'

/** Behaviours 23 and 33. A login need not wait for the store; what a grant brings must. */
export function storedFirst(): Rule {
  const stored = new Set<string | undefined>()
  const trouble = new StoreTrouble()
  return {
    says: 'New tokens are in the store before anyone is sent with them.',
    see(entry) {
      trouble.see(entry)
      if (entry.what === 'stored') stored.add(entry.record?.tokens.accessToken)
      if (entry.what !== 'sent' || !entry.token || trouble.isThere) return
      const isNew = readToken(entry.token).number > 1 && !stored.has(entry.token)
      return isNew
        ? `request ${entry.call.id} is sent with ${entry.token}, which is not stored yet`
        : undefined
    },
  }
}

/** Behaviour 34: after the answer it looks once more, and what it finds then it does not overwrite. */
export function overwritesNobody(): Rule {
  const found = new Map<number, string | undefined>()
  const trouble = new StoreTrouble()
  return {
    says: 'A renewal overwrites no other login that was there when it looked, and looks after its answer.',
    see(entry) {
      const wasThere = trouble.isThere
      trouble.see(entry)
      if (entry.what === 'grantEnded') found.delete(entry.grant.tab)
      if (entry.what === 'read') found.set(entry.tab, entry.record?.sessionId)
      if (entry.what !== 'stored' || !entry.record || wasThere) return
      const { before, record, tab } = entry
      // A login, or what `acquire` has brought.
      if (readToken(record.tokens.refreshToken as string).number === 1) return
      const isOwn = before?.sessionId === record.sessionId || found.get(tab) === record.sessionId
      return isOwn
        ? undefined
        : `tab ${tab} stores ${record.tokens.refreshToken} over ${before?.tokens.refreshToken ?? 'nothing'}`
    },
  }
}

/** Behaviours 24, 25 and 34: nobody is signed out by mistake. */
export function keepsSessions(): Rule {
  const user = new Map<number, string | undefined>()
  const refused = new Set<string>()
  const loggedOut = new Set<string>()
  const trouble = new StoreTrouble()
  return {
    says: 'Nobody is signed out but by a logout or by the server.',
    see(entry) {
      trouble.see(entry)
      if (entry.what === 'disposed') user.set(entry.tab, undefined)
      if (entry.what === 'logout') for (const one of user.values()) if (one) loggedOut.add(one)
      if (entry.what === 'grantEnded' && entry.grant.how === 'refused')
        refused.add(readToken(entry.grant.refreshToken).user)
      if (entry.what !== 'stepped') return
      let complaint: string | undefined
      entry.seen.forEach(({ status, subject }, tab) => {
        const was = user.get(tab)
        const isExplained = !was || loggedOut.has(was) || refused.has(was) || trouble.isThere
        if (status === 'signedOut' && !isExplained) complaint = `tab ${tab} has lost ${was}`
        user.set(tab, status === 'active' || status === 'refreshing' ? subject : undefined)
      })
      return complaint
    },
  }
}

/** Behaviour 24: whoever is refused looks once more, and clears nothing that is not what was refused. */
export function looksBeforeAnEnd(): Rule {
  let now: StoredRecord | undefined
  const others = new Map<number, StoredRecord>()
  return {
    says: 'Before a session ends the store is looked into: what is newer there stays.',
    see(entry) {
      if (entry.what === 'logout' || entry.what === 'login') others.delete(entry.tab)
      if (entry.what === 'grantEnded' && entry.grant.how === 'refused') {
        const isOther = now && now.tokens.refreshToken !== entry.grant.refreshToken
        if (now && isOther) others.set(entry.grant.tab, now)
      }
      if (entry.what !== 'stored') return
      now = entry.record
      const { tab, before, record } = entry
      const isKept = record !== undefined || before === undefined || others.get(tab) !== before
      return isKept ? undefined : `tab ${tab} clears ${before.tokens.refreshToken}, which nobody has refused`
    },
  }
}
