import type { Rule } from './journal.js'
import type { SessionSnapshot, StoredRecord } from 'tokenflight'
import { readToken } from './token-server.js'

/** Behaviours 23 and 33. A login need not wait for the store; what a grant brings must. */
export function storedFirst(): Rule {
  const stored = new Set<string | undefined>()
  return {
    says: 'New tokens are in the store before anyone is sent with them.',
    on: {
      stored: ({ record }) => void stored.add(record?.tokens.accessToken),
      sent({ call, token }, { isTroubled }) {
        const isNew = token && readToken(token).number > 1 && !stored.has(token)
        return isNew && !isTroubled
          ? `request ${call.id} is sent with ${token}, which is not stored yet`
          : undefined
      },
    },
  }
}

/** Behaviour 34: after the answer it looks once more, and what it finds then it does not overwrite. */
export function overwritesNobody(): Rule {
  const found = new Map<number, string | undefined>()
  return {
    says: 'A renewal overwrites no other login that was there when it looked, and looks after its answer.',
    on: {
      grantEnded: ({ grant }) => void found.delete(grant.tab),
      read: ({ tab, record }) => void found.set(tab, record?.sessionId),
      stored({ tab, before, record }, { isTroubled }) {
        if (!record || isTroubled) return
        const { sessionId, tokens } = record
        // A login, or what `acquire` has brought.
        const isLogin = readToken(tokens.refreshToken as string).number === 1
        const isOwn = before?.sessionId === sessionId || found.get(tab) === sessionId
        return isLogin || isOwn
          ? undefined
          : `tab ${tab} stores ${tokens.refreshToken} over ${before?.tokens.refreshToken ?? 'nothing'}`
      },
    },
  }
}

/** Behaviours 24, 25 and 34: nobody is signed out by mistake. Whoever was there before a logout may be meant by it. */
export function keepsSessions(): Rule {
  const users: (string | undefined)[] = []
  const refused = new Set<string>()
  const replaced = new Set<string | undefined>()
  const leaving = new Set<number>()
  let loggedOut = 0
  const isExplained = (user: string | undefined): boolean => {
    if (user === undefined || refused.has(user) || Number(user.slice(1)) <= loggedOut) return true
    // Another login has taken its place, and that one is over.
    return replaced.has(user) && refused.size > 0
  }
  return {
    says: 'Nobody is signed out but by a logout or by the server.',
    on: {
      disposed: ({ tab }) => void (users[tab] = undefined),
      logout({ tab }, facts) {
        leaving.add(tab)
        loggedOut = facts.users
      },
      stored({ tab, before, record }, facts) {
        // A logout that was made before the first look clears whatever is there when its turn comes.
        if (!record && leaving.has(tab)) loggedOut = facts.users
        if (before?.tokens.subject !== record?.tokens.subject) replaced.add(before?.tokens.subject)
      },
      grantEnded({ grant: { how, refreshToken } }) {
        if (how === 'refused') refused.add(readToken(refreshToken).user)
      },
      stepped({ seen }, { isTroubled }) {
        const lost = seen.findIndex(({ status }, tab) => status === 'signedOut' && !isExplained(users[tab]))
        const complaint = lost < 0 || isTroubled ? undefined : `tab ${lost} has lost ${users[lost]}`
        seen.forEach((snapshot, tab) => (users[tab] = userIn(snapshot)))
        return complaint
      },
    },
  }
}

/** Behaviours 11, 28 and 29: what a tab has left it does not come back to. */
export function staysAway(): Rule {
  const users: (string | undefined)[] = []
  const left = new Set<string>()
  const leave = ({ tab }: { readonly tab: number }): void => void left.add(`${users[tab]} in tab ${tab}`)
  return {
    says: 'A user who was left by a login or a logout does not come back.',
    on: {
      login: leave,
      logout: leave,
      stepped({ seen }, { isTroubled }) {
        seen.forEach((snapshot, tab) => (users[tab] = userIn(snapshot)))
        const back = users.findIndex((user, tab) => user && left.has(`${user} in tab ${tab}`))
        return back < 0 || isTroubled ? undefined : `${users[back]} is in tab ${back} again`
      },
    },
  }
}

function userIn({ status, subject }: SessionSnapshot): string | undefined {
  return status === 'active' || status === 'refreshing' ? subject : undefined
}

/** Behaviour 24: whoever is refused looks once more, and clears nothing that is not what was refused. */
export function looksBeforeAnEnd(): Rule {
  let now: StoredRecord | undefined
  const others = new Map<number, StoredRecord>()
  // Its logout may still be on its way to a slow store: then it is not told from an end.
  const loggedOut = new Set<number>()
  return {
    says: 'Before a session ends the store is looked into: what is newer there stays.',
    on: {
      login: ({ tab }) => void others.delete(tab),
      logout: ({ tab }) => void loggedOut.add(tab),
      grantEnded({ grant: { how, tab, refreshToken } }) {
        if (how !== 'refused') return
        if (now && now.tokens.refreshToken !== refreshToken) others.set(tab, now)
        else others.delete(tab)
      },
      stored({ tab, before, record }, { isTroubled }) {
        now = record
        const isKept = !before || record || others.get(tab) !== before || loggedOut.has(tab) || isTroubled
        return isKept
          ? undefined
          : `tab ${tab} clears ${before.tokens.refreshToken}, which nobody has refused`
      },
    },
  }
}
