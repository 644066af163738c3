import type { AskedGrant, Facts, Rule } from './journal.js'
import { StoreTrouble } from './store-trouble.js'

/**
 * Behaviour 6. In one tab there is never a second one. Of the others one may still be out that its tab has given up
 * at its deadline: it has told so, and its late answer is welcome.
 */
export function oneGrant(): Rule {
  const givenUp = new Set<AskedGrant>()
  return {
    says: 'There is at most one grant on the wire.',
    see(entry, { grants }) {
      if (entry.what === 'told' && entry.event.type === 'grantFailed')
        for (const grant of grants) if (grant.tab === entry.tab) givenUp.add(grant)
      if (entry.what !== 'grant') return
      const { tab } = entry.grant
      const other = grants.find((grant) => grant.tab === tab || !givenUp.has(grant))
      return other && `tab ${tab} asks while the grant of tab ${other.tab} is on the wire`
    },
  }
}

/** How long a cool-down is at least. */
const coolDownMs = 500

interface Sent {
  readonly grant: AskedGrant
  readonly wall: number
  endedWall: number
  endedAt: number
  /** True once it may be sent again though no answer came: the cool-down is over, or the app asked. */
  isPermitted: boolean
  isGraced: boolean
  isGivenUp: boolean
}

const definite = ['503', 'kept']
const final = ['rotated', 'refused', 'invalid_grant']

/**
 * Behaviour 25. What another tab did not get an answer to may be sent at once by this one: tabs do not share their
 * cool-down. What a tab knew when it was disposed of, and what a store did not take, is lost with it.
 */
export function noTokenTwice(): Rule {
  const sent: Sent[] = []
  const trouble = new StoreTrouble()
  const disposed = new Set<number>()
  const permit = (facts: Facts): void => {
    for (const one of sent)
      one.isPermitted ||=
        facts.wall - one.endedWall >= coolDownMs || facts.elapsed - one.endedAt >= coolDownMs
  }
  const isKnown = (before: Sent, tab: number): boolean =>
    before.grant.tab === tab || !(trouble.isThere || disposed.has(before.grant.tab))
  const complain = ({ tab, refreshToken }: AskedGrant, facts: Facts): string | undefined => {
    const before = sent.filter(({ grant }) => grant.refreshToken === refreshToken)
    const spent = before.find((one) => final.includes(one.grant.how ?? '') && isKnown(one, tab))
    if (spent) return `tab ${tab} sends ${refreshToken} again after "${spent.grant.how}"`
    const last = before.filter(({ grant }) => grant.tab === tab).at(-1)
    if (!last || definite.includes(last.grant.how ?? '') || last.isPermitted) return
    const isGraced = !last.isGraced && facts.wall - last.wall < facts.rotationGraceMs
    return isGraced
      ? undefined
      : `tab ${tab} sends ${refreshToken} again after "${last.grant.how ?? 'no answer'}"`
  }
  return {
    says: 'No refresh token is sent twice, but after a definite refusal, or a cool-down, or within the grace.',
    see(entry, facts) {
      trouble.see(entry)
      permit(facts)
      if (entry.what === 'disposed') disposed.add(entry.tab)
      if (entry.what === 'refresh')
        for (const one of sent) if (one.grant.tab === entry.tab) one.isPermitted = true
      if (entry.what === 'told' && entry.event.type === 'grantFailed')
        for (const one of sent) if (one.grant.tab === entry.tab && !one.grant.how) end(one, facts)
      // It has just been used and is still good: the server does not rotate.
      if (entry.what === 'grantEnded' && entry.grant.how === 'kept')
        for (const one of sent) one.isPermitted ||= one.grant.refreshToken === entry.grant.refreshToken
      // Called off or answered late: its tab gave it up before, and has waited since.
      if (entry.what === 'grantEnded' && entry.grant.how !== 'left')
        for (const one of sent) if (one.grant === entry.grant && !one.isGivenUp) end(one, facts)
      if (entry.what !== 'grant') return
      const complaint = complain(entry.grant, facts)
      const { refreshToken, tab } = entry.grant
      const last = sent.filter(({ grant }) => grant.tab === tab && grant.refreshToken === refreshToken).at(-1)
      const isGraced = last !== undefined && !last.isPermitted && !definite.includes(last.grant.how ?? '')
      const { wall, elapsed } = facts
      sent.push({
        grant: entry.grant,
        wall,
        endedWall: wall,
        endedAt: elapsed,
        isPermitted: false,
        isGraced,
        isGivenUp: false,
      })
      return complaint
    },
  }
}

function end(one: Sent, facts: Facts): void {
  const isGivenUp = one.grant.how === undefined
  Object.assign(one, { endedWall: facts.wall, endedAt: facts.elapsed, isPermitted: false, isGivenUp })
}
