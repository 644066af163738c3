import type { AskedGrant, Facts, Rule } from './journal.js'

/**
 * Behaviour 6. In one tab there is never a second one. Of the others one may still be out that its tab has given up
 * at its deadline: it has told so, and its late answer is welcome.
 */
export function oneGrant(): Rule {
  const givenUp = new Set<AskedGrant>()
  return {
    says: 'There is at most one grant on the wire.',
    on: {
      told({ tab, event }, { grants }) {
        if (event.type !== 'grantFailed') return
        for (const grant of grants) if (grant.tab === tab) givenUp.add(grant)
      },
      grant({ grant: { tab } }, { grants }) {
        const other = grants.find((grant) => grant.tab === tab || !givenUp.has(grant))
        return other && `tab ${tab} asks while the grant of tab ${other.tab} is on the wire`
      },
    },
  }
}

/** How long a cool-down is at least. */
const coolDownMs = 500

const definite = ['503', 'kept']
const final = ['rotated', 'refused']

/** One refresh token on the wire, and whether it may be there again. */
class Sent {
  readonly grant: AskedGrant
  readonly isGraced: boolean
  readonly #sentAt: number
  #endedWall: number
  #endedAt: number
  #isGivenUp = false
  #lateMs = 0
  isStored = false
  /** Its tab has logged in or out since: what was not stored yet is thrown away, and its session with it. */
  isLeft = false
  #isPermitted = false

  constructor(grant: AskedGrant, isGraced: boolean, { wall, elapsed }: Facts) {
    this.grant = grant
    this.isGraced = isGraced
    this.#sentAt = this.#endedWall = wall
    this.#endedAt = elapsed
  }

  /** The app asks for a renewal, or the token has proved to be good. */
  permit(): void {
    this.#isPermitted = true
  }

  /** From here on the cool-down counts. Answered late, it was given up before, and its tab has waited since. */
  end({ wall, elapsed }: Facts): void {
    this.#lateMs = elapsed - this.#endedAt
    if (this.#isGivenUp) return
    this.#endedWall = wall
    this.#endedAt = elapsed
    this.#isPermitted = false
    this.#isGivenUp = this.grant.how === undefined
  }

  /** Time has passed, by whichever clock. */
  look({ wall, elapsed }: Facts): void {
    this.#isPermitted ||= wall - this.#endedWall >= coolDownMs || elapsed - this.#endedAt >= coolDownMs
  }

  get mayComeAgain(): boolean {
    return this.#isPermitted || definite.includes(this.grant.how ?? '')
  }

  /**
   * Whether other tabs must know of its answer. At its deadline it keeps the lock for one cool-down; an answer that
   * comes later still is known to others when the store has it.
   */
  get isCommon(): boolean {
    return this.isStored || (!this.isLeft && (!this.#isGivenUp || this.#lateMs < coolDownMs))
  }

  isWithinGrace({ wall, rotationGraceMs }: Facts): boolean {
    return !this.isGraced && wall - this.#sentAt < rotationGraceMs
  }
}

/**
 * Behaviour 25. What another tab did not get an answer to may be sent at once by this one: tabs do not share their
 * cool-down. What a tab knew when it was disposed of, and what a store did not take, is lost with it.
 */
export function noTokenTwice(): Rule {
  const sent: Sent[] = []
  const disposed = new Set<number>()
  const look = (_: unknown, facts: Facts): void => sent.forEach((one) => one.look(facts))
  const ofTab = (tab: number): Sent[] => sent.filter(({ grant }) => grant.tab === tab)
  const leave = ({ tab }: { readonly tab: number }): void => ofTab(tab).forEach((one) => (one.isLeft = true))
  return {
    says: 'No refresh token is sent twice, but after a definite refusal, or a cool-down, or within the grace.',
    on: {
      stored: ({ tab }) => ofTab(tab).forEach((one) => (one.isStored = final.includes(one.grant.how ?? ''))),
      login: leave,
      logout: leave,
      stepped: look,
      jumped: look,
      disposed: ({ tab }) => void disposed.add(tab),
      refresh: ({ tab }) => ofTab(tab).forEach((one) => one.permit()),
      told({ tab, event }, facts) {
        if (event.type === 'grantFailed')
          ofTab(tab).forEach((one) => one.grant.how === undefined && one.end(facts))
      },
      grantEnded({ grant }, facts) {
        // Called off: it had been given up, or belongs to another session.
        if (grant.how !== 'left') sent.find((one) => one.grant === grant)?.end(facts)
        if (grant.how !== 'kept') return
        for (const one of sent) if (one.grant.refreshToken === grant.refreshToken) one.permit()
      },
      grant({ grant }, facts) {
        look(undefined, facts)
        const { tab, refreshToken } = grant
        const before = sent.filter((one) => one.grant.refreshToken === refreshToken)
        const last = before.filter((one) => one.grant.tab === tab).at(-1)
        const isRepeated = last !== undefined && !last.mayComeAgain
        const isForgiven = !isRepeated || last.isWithinGrace(facts)
        sent.push(new Sent(grant, isRepeated, facts))
        const isKnown = (one: Sent): boolean =>
          one.grant.tab === tab || (one.isCommon && !facts.isTroubled && !disposed.has(one.grant.tab))
        const spent = before.find((one) => final.includes(one.grant.how ?? '') && isKnown(one))
        const wrong = spent ?? (isForgiven ? undefined : last)
        return wrong && `tab ${tab} sends ${refreshToken} again after "${wrong.grant.how ?? 'no answer'}"`
      },
    },
  }
}
