import type { AskedGrant, Facts, Rule } from './journal.js'

/** A grant has this much of its deadline at least. */
const shortestAttemptMs = 5_000

/**
 * Behaviour 6. In one tab there is never a second one. Of the others one may still be out that its tab waits for no
 * longer, and its late answer is welcome: it was given up at its deadline, or another tab has renewed meanwhile and
 * its deadline has passed silently.
 */
export function oneGrant(): Rule {
  const askedAt = new Map<AskedGrant, number>()
  /** Those that may still be out, and from when on. */
  const mayBeOut = new Map<AskedGrant, number>()
  return {
    says: 'There is at most one grant on the wire.',
    on: {
      told({ tab, event }, { grants }) {
        for (const grant of grants) {
          if (grant.tab !== tab) continue
          if (event.type === 'grantFailed') mayBeOut.set(grant, 0)
          const from = (askedAt.get(grant) as number) + shortestAttemptMs
          if (event.type === 'adopted' && !mayBeOut.has(grant)) mayBeOut.set(grant, from)
        }
      },
      grant({ grant }, { grants, elapsed }) {
        askedAt.set(grant, elapsed)
        const { tab } = grant
        const other = grants.find((one) => one.tab === tab || elapsed < (mayBeOut.get(one) ?? Infinity))
        return other && `tab ${tab} asks while the grant of tab ${other.tab} is on the wire`
      },
    },
  }
}

/** Behaviours 23 and 34: what a grant brings may be the only refresh token that is good. */
export function noneCutShort(): Rule {
  /** Tabs whose session is over or has another refresh token, and those that have told that their grant failed. */
  const mayCut = new Set<number>()
  const cut = new Map<number, AskedGrant>()
  const isOver = ({ tab }: InTab): void => void (mayCut.add(tab), cut.delete(tab))
  return {
    says: 'No grant is cut short while its session goes on with the refresh token that was sent, and needs no other.',
    on: {
      login: isOver,
      logout: isOver,
      disposed: isOver,
      read({ tab, record }, { grants }) {
        const sent = grants.find((grant) => grant.tab === tab)?.refreshToken
        if (record?.tokens.refreshToken !== sent) isOver({ tab })
      },
      told({ tab, event: { type } }) {
        if (type === 'grantFailed' || type === 'loginRequired') isOver({ tab })
      },
      grant: ({ grant: { tab } }) => void mayCut.delete(tab),
      grantEnded({ grant }) {
        if (grant.how === 'left' && !mayCut.has(grant.tab)) cut.set(grant.tab, grant)
      },
      stepped({ seen }) {
        const needless = [...cut].find(([tab]) => seen[tab]?.status !== 'refreshing')
        cut.clear()
        return needless && `tab ${needless[0]} calls off its grant with ${needless[1].refreshToken}`
      },
    },
  }
}

/** How long a cool-down is at least. */
const coolDownMs = 500

/** After these the server has done nothing with the refresh token: it may come again at once. */
const definite = ['503', 'kept']

/** After these it must never come again. */
const final = ['rotated', 'refused']

/** One refresh token on the wire, and whether it may be there again. */
class Sent {
  readonly grant: AskedGrant
  /** It was sent again within the grace, which is to be had once. */
  readonly isGraced: boolean
  /** The store has what it brought. */
  isStored = false
  /** Its tab has logged in or out since: what was not stored yet is thrown away, and its session with it. */
  isLeft = false
  readonly #sentAt: number
  /** Since when the cool-down counts, by either clock. */
  #endedWall: number
  #endedAt: number
  /** While it was out, another was answered with the same one kept: a refusal that comes then may be the older. */
  #isProved = false
  /** Its tab has told that it failed, with no answer yet. */
  #isGivenUp = false
  #lateMs = 0
  #isPermitted = false

  constructor(grant: AskedGrant, isGraced: boolean, { wall, elapsed }: Facts) {
    this.grant = grant
    this.isGraced = isGraced
    this.#sentAt = this.#endedWall = wall
    this.#endedAt = elapsed
  }

  /** The app asks for a renewal. */
  permit(): void {
    this.#isPermitted = true
  }

  /** The token has proved to be good. */
  prove(): void {
    this.#isPermitted = true
    this.#isProved ||= this.grant.how === undefined
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

  get isFinal(): boolean {
    return final.includes(this.grant.how ?? '') && !(this.#isProved && this.grant.how === 'refused')
  }

  /**
   * Whether other tabs must know of its answer. At its deadline it keeps the lock for one cool-down; an answer that
   * comes later still is known to others when the store has it and tells them.
   */
  isCommon(isMisled: boolean): boolean {
    const isInTime = !this.isLeft && (!this.#isGivenUp || this.#lateMs < coolDownMs)
    return isInTime || (this.isStored && !isMisled)
  }

  isWithinGrace({ wall, rotationGraceMs }: Facts): boolean {
    return !this.isGraced && wall - this.#sentAt < rotationGraceMs
  }
}

/** All refresh tokens that were ever on the wire, the oldest first. */
class Wire {
  readonly #sent: Sent[] = []
  /** What they knew is lost. */
  readonly #disposed = new Set<number>()
  #stored: string | undefined
  /** Tabs whose last look told what was there when it began, and has been replaced since. */
  readonly #misled = new Set<number>()

  readonly look = (_: unknown, facts: Facts): void => this.#sent.forEach((one) => one.look(facts))

  readonly leave = ({ tab }: InTab): void => this.ofTab(tab).forEach((one) => (one.isLeft = true))

  readonly dispose = ({ tab }: InTab): void => void this.#disposed.add(tab)

  read(tab: number, refreshToken: string | undefined): void {
    if (refreshToken === this.#stored) this.#misled.delete(tab)
    else this.#misled.add(tab)
  }

  store(tab: number, refreshToken: string | undefined): void {
    this.#stored = refreshToken
    for (const one of this.ofTab(tab)) one.isStored = one.isFinal
  }

  ofTab(tab: number): readonly Sent[] {
    return this.#sent.filter(({ grant }) => grant.tab === tab)
  }

  of(grant: AskedGrant): Sent | undefined {
    return this.#sent.find((one) => one.grant === grant)
  }

  withToken(refreshToken: string): readonly Sent[] {
    return this.#sent.filter(({ grant }) => grant.refreshToken === refreshToken)
  }

  /** Adds one. Returns the one before because of which it must not be there. */
  add(grant: AskedGrant, facts: Facts): Sent | undefined {
    const before = this.withToken(grant.refreshToken)
    const ownLast = before.filter((one) => one.grant.tab === grant.tab).at(-1)
    const tooSoon = ownLast?.mayComeAgain ? undefined : ownLast
    this.#sent.push(new Sent(grant, tooSoon !== undefined, facts))
    const spent = before.find((one) => one.isFinal && this.#isKnown(one, grant.tab, facts))
    return spent ?? (tooSoon?.isWithinGrace(facts) ? undefined : tooSoon)
  }

  /** Whether that tab must know what became of it. */
  #isKnown(one: Sent, tab: number, { isTroubled }: Facts): boolean {
    const other = one.grant.tab
    if (other === tab) return true
    return one.isCommon(this.#misled.has(tab)) && !isTroubled && !this.#disposed.has(other)
  }
}

interface InTab {
  readonly tab: number
}

/**
 * Behaviour 25. What another tab did not get an answer to may be sent at once by this one: tabs do not share their
 * cool-down. What a tab knew when it was disposed of, and what a store did not take, is lost with it.
 */
export function noTokenTwice(): Rule {
  const wire = new Wire()
  return {
    says: 'No refresh token is sent twice, but after a definite refusal, or a cool-down, or within the grace.',
    on: {
      read: ({ tab, record }) => wire.read(tab, record?.tokens.refreshToken),
      stored: ({ tab, record }) => wire.store(tab, record?.tokens.refreshToken),
      login: wire.leave,
      logout: wire.leave,
      stepped: wire.look,
      jumped: wire.look,
      disposed: wire.dispose,
      refresh: ({ tab }) => wire.ofTab(tab).forEach((one) => one.permit()),
      told({ tab, event }, facts) {
        if (event.type !== 'grantFailed') return
        for (const one of wire.ofTab(tab)) if (one.grant.how === undefined) one.end(facts)
      },
      grantEnded({ grant }, facts) {
        // Called off: it had been given up, or belongs to another session.
        if (grant.how !== 'left') wire.of(grant)?.end(facts)
        if (grant.how === 'kept') for (const one of wire.withToken(grant.refreshToken)) one.prove()
      },
      grant({ grant }, facts) {
        wire.look(grant, facts)
        const wrong = wire.add(grant, facts)
        const { tab, refreshToken } = grant
        return wrong && `tab ${tab} sends ${refreshToken} again after "${wrong.grant.how ?? 'no answer'}"`
      },
    },
  }
}
