import type { Rule } from './journal.js'
import { readToken } from './token-server.js'

/** Behaviours 10 and 20. */
export function nothingAfterItsEnd(): Rule {
  return {
    says: 'Nothing is sent after its abort, nor after it has ended.',
    see(entry) {
      if (entry.what !== 'sent') return
      const { id, isAborted, outcome } = entry.call
      return isAborted || outcome ? `request ${id} is sent after ${outcome ?? 'its abort'}` : undefined
    },
  }
}

/** Behaviour 10. */
export function abortedAtOnce(): Rule {
  const aborted = new Set<{ readonly id: number; readonly outcome: string | undefined }>()
  return {
    says: 'Who aborts leaves at once.',
    see(entry) {
      if (entry.what === 'aborted') aborted.add(entry.call)
      if (entry.what !== 'stepped') return
      const left = [...aborted].filter(({ outcome }) => outcome === undefined)
      aborted.clear()
      return left[0] && `request ${left[0].id} goes on after its abort`
    },
  }
}

/** Behaviours 12, 16 and 18. */
export function replays(): Rule {
  const times = new Map<number, number>()
  const refused = new Map<number, string | undefined>()
  return {
    says: 'A request is sent once more at most, after a 401 of its own and with another token, a one-shot body never.',
    see(entry) {
      if (entry.what === 'answered' && entry.status === 401) refused.set(entry.call.id, entry.token)
      if (entry.what !== 'sent') return
      const { id, by } = entry.call
      const time = (times.get(id) ?? 0) + 1
      times.set(id, time)
      const isRight = time === 1 || (time === 2 && by !== 'one-shot' && refused.has(id))
      if (!isRight) return `request ${id} (${by}) is sent for the ${time}. time`
      return time === 2 && refused.get(id) === entry.token
        ? `request ${id} is sent again with ${entry.token}`
        : undefined
    },
  }
}

/** Behaviour 28. */
export function ownTokens(): Rule {
  return {
    says: 'A request made under one login is never sent under another.',
    see(entry) {
      if (entry.what !== 'sent') return
      const { call, token, generation } = entry
      if (generation !== call.generation)
        return `request ${call.id} of generation ${call.generation} is sent in generation ${generation}`
      const user = token && readToken(token).user
      return user && call.user && user !== call.user
        ? `request ${call.id} of ${call.user} is sent with ${token}`
        : undefined
    },
  }
}

/**
 * Behaviour 20. What goes out in one go is in the order of asking; and nobody who was never sent is overtaken by
 * one who asked later. A one-shot body may wait for a better token, and a clock set back makes an old token good.
 */
export function inOrder(): Rule {
  let inThisStep: number[] = []
  const firstSent = new Map<number, number>()
  const sent = new Set<number>()
  let isSetBack = false
  return {
    says: 'Requests go out in the order in which the app made them.',
    see(entry) {
      if (entry.what === 'stepped') inThisStep = []
      if (entry.what === 'jumped') isSetBack ||= entry.ms < 0
      if (entry.what !== 'sent') return
      const { tab, id, by } = entry.call
      const isFirst = !sent.has(id)
      const before = Math.max(inThisStep[tab] ?? 0, isFirst && !isSetBack ? (firstSent.get(tab) ?? 0) : 0)
      sent.add(id)
      inThisStep[tab] = Math.max(inThisStep[tab] ?? 0, id)
      if (isFirst && by !== 'one-shot') firstSent.set(tab, Math.max(firstSent.get(tab) ?? 0, id))
      return id < before && by !== 'one-shot' ? `request ${id} is sent after request ${before}` : undefined
    },
  }
}

/** Every request ends, with its own answer; how often is counted by the session's own events and by the caller. */
export function endsOnce(): Rule {
  const settled = new Set<string>()
  return {
    says: 'A request ends once, with an answer of its own.',
    see(entry) {
      if (entry.what === 'ended' && entry.call.outcome?.startsWith('the answer of'))
        return `request ${entry.call.id} is given ${entry.call.outcome}`
      if (entry.what !== 'told' || entry.event.type !== 'settled') return
      const { path } = entry.event
      if (settled.has(path)) return `request ${path} is told to have settled twice`
      settled.add(path)
      return undefined
    },
  }
}
