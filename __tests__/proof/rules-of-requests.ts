import type { Call, Rule } from './journal.js'
import { readToken } from './token-server.js'

/** Behaviours 10 and 20. */
export function nothingAfterItsEnd(): Rule {
  return {
    says: 'Nothing is sent after its abort, nor after it has ended.',
    on: {
      sent: ({ call: { id, isAborted, outcome } }) =>
        isAborted || outcome ? `request ${id} is sent after ${outcome ?? 'its abort'}` : undefined,
    },
  }
}

/** Behaviour 10. */
export function abortedAtOnce(): Rule {
  let aborted: Call[] = []
  return {
    says: 'Who aborts leaves at once.',
    on: {
      aborted: ({ call }) => void aborted.push(call),
      stepped() {
        const left = aborted.find(({ outcome }) => outcome === undefined)
        aborted = []
        return left && `request ${left.id} goes on after its abort`
      },
    },
  }
}

/** Behaviours 12, 16 and 18. */
export function replays(): Rule {
  const times = new Map<number, number>()
  const refused = new Map<number, string | undefined>()
  return {
    says: 'A request is sent once more at most, after a 401 of its own and with another token; a one-shot never.',
    on: {
      answered({ call, status, token }) {
        if (status === 401) refused.set(call.id, token)
      },
      sent({ call: { id, by }, token }) {
        const time = (times.get(id) ?? 0) + 1
        times.set(id, time)
        const isRight = time === 1 || (time === 2 && by !== 'one-shot' && refused.has(id))
        if (!isRight) return `request ${id} (${by}) is sent for the ${time}. time`
        return time === 2 && refused.get(id) === token
          ? `request ${id} is sent again with ${token}`
          : undefined
      },
    },
  }
}

/** Behaviour 28. */
export function ownTokens(): Rule {
  return {
    says: 'A request made under one login is never sent under another.',
    on: {
      sent({ call, token, generation }) {
        if (generation !== call.generation)
          return `request ${call.id} of generation ${call.generation} is sent in generation ${generation}`
        const isOthers = token && call.user && readToken(token).user !== call.user
        return isOthers ? `request ${call.id} of ${call.user} is sent with ${token}` : undefined
      },
    },
  }
}

/**
 * Behaviour 20. What goes out in one go is in the order of asking; and nobody who was never sent is overtaken by
 * one who asked later. A one-shot body may wait for a better token, and a clock set back makes an old token good.
 */
export function inOrder(): Rule {
  let inThisStep: number[] = []
  const firstSent: number[] = []
  const sent = new Set<number>()
  let isSetBack = false
  const raise = (last: number[], { tab, id }: Call): number => {
    const before = last[tab] ?? 0
    last[tab] = Math.max(before, id)
    return before
  }
  return {
    says: 'Requests go out in the order in which the app made them.',
    on: {
      stepped: () => void (inThisStep = []),
      jumped: ({ ms }) => void (isSetBack ||= ms < 0),
      sent({ call }) {
        const isOneShot = call.by === 'one-shot'
        const isFirst = !sent.has(call.id)
        sent.add(call.id)
        const inGo = raise(inThisStep, call)
        const ever = isFirst && !isOneShot ? raise(firstSent, call) : 0
        const before = Math.max(inGo, isSetBack ? 0 : ever)
        return call.id < before && !isOneShot
          ? `request ${call.id} is sent after request ${before}`
          : undefined
      },
    },
  }
}

/** Every request ends, with its own answer; how often is counted by the session's own events. */
export function endsOnce(): Rule {
  const settled = new Set<string>()
  return {
    says: 'A request ends once, with an answer of its own.',
    on: {
      ended: ({ call: { id, outcome } }) =>
        outcome?.startsWith('the answer of') ? `request ${id} is given ${outcome}` : undefined,
      told({ event }) {
        if (event.type !== 'settled') return
        const isSecond = settled.has(event.path)
        settled.add(event.path)
        return isSecond ? `request ${event.path} is told to have settled twice` : undefined
      },
    },
  }
}

/** Behaviour 20; so at the end, when every request has ended, nothing is held. */
export function holdsNobodyGone(): Rule {
  const open: number[] = []
  return {
    says: 'Nobody is held who has gone.',
    on: {
      asked: ({ call: { tab } }) => void (open[tab] = (open[tab] ?? 0) + 1),
      ended: ({ call: { tab } }) => void (open[tab] = (open[tab] ?? 0) - 1),
      stepped({ seen }) {
        const tab = seen.findIndex(({ held }, index) => held > (open[index] ?? 0))
        return tab < 0 ? undefined : `tab ${tab} holds ${seen[tab]?.held}, and ${open[tab] ?? 0} wait`
      },
    },
  }
}
