import type { SessionSnapshot } from 'tokenflight'
import { getEventListeners } from 'node:events'
import { Clock } from './clock.js'
import { show, type AskedGrant, type Call, type Entry, type Facts, type Rule } from './journal.js'
import { external, Outside, type Outcomes } from './outside.js'
import { inWords } from './story.js'
import { Place } from './place.js'
import { TokenServer } from './token-server.js'
import { rules } from './rules.js'
import { StoreTrouble } from './store-trouble.js'
import type { Step } from './steps.js'
import type { Subject } from './subject.js'
import { Tab } from './tab.js'
import { Turnstile } from './turnstile.js'
import type { WorldOptions } from './world-options.js'

/** Every step has an end, and so has every program. */
export const comesToRest = 'The world comes to rest.'

/** More than follow from any step. */
const mostEntries = 2_000

/** One process: pages, and everything outside of them. It runs what it is told to, and keeps the journal. */
export class World {
  readonly options: WorldOptions
  readonly clock = new Clock()
  readonly outside = new Outside()
  readonly place: Place
  readonly turnstile: Turnstile
  readonly server: TokenServer
  readonly tabs: Tab[] = []
  readonly complaints: string[] = []
  /** The steps that were taken, as they can be taken again. */
  readonly taken: Step[] = []
  /** The journal in words, for whoever reads a counterexample. */
  readonly story: string[] = []
  readonly #subject: Subject
  readonly #rules: readonly Rule[] = rules()
  readonly #trouble = new StoreTrouble()
  readonly #calls: Call[] = []
  readonly #grants = new Set<AskedGrant>()
  readonly #seen: SessionSnapshot[] = []
  readonly #signals: AbortSignal[] = []
  /** In this step. */
  #entries = 0

  constructor(subject: Subject, options: WorldOptions) {
    this.#subject = subject
    this.options = options
    const { expiresIn, rotationGraceMs: graceMs } = options
    this.server = new TokenServer({ expiresIn, graceMs }, () => this.clock.elapsed)
    this.place = new Place(options, this.outside, (entry) => this.note(entry))
    this.turnstile = new Turnstile(this.outside)
  }

  /** Opens the first pages; from here on the world's own clock has to be in place. */
  openAll(): void {
    for (let count = 0; count < this.options.tabs; count++) this.open()
  }

  open(): void {
    this.tabs.push(new Tab(this.#subject, this, this.tabs.length))
  }

  /** The requests that have not ended. */
  get unended(): readonly Call[] {
    return this.#calls.filter(({ outcome }) => outcome === undefined)
  }

  /** How many listeners are left on any signal that was ever handed over. */
  get abortListeners(): number {
    return this.#signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0)
  }

  note(entry: Entry): void {
    if (++this.#entries > mostEntries) return this.#stop(entry)
    const facts = this.#facts()
    for (const rule of this.#rules) {
      const complaint = show(rule, entry, facts)
      if (complaint) this.complaints.push(`${rule.says}\n    ${complaint}`)
    }
    this.#trouble.see(entry)
    const line = inWords(entry)
    if (line) this.story.push(`//   ${line}`)
  }

  /** It answers itself for ever, and the step would never be over: whatever takes part in it fails from now on. */
  #stop({ what }: Entry): void {
    const complaint = `${comesToRest}\n    one step has more than ${mostEntries} consequences`
    if (!this.complaints.includes(complaint)) this.complaints.push(complaint)
    if (what !== 'told') throw new Error(complaint)
  }

  #facts(): Facts {
    const { elapsed, wall } = this.clock
    const { expiresIn, rotationGraceMs } = this.options
    const isTroubled = this.#trouble.isThere
    return {
      elapsed,
      wall,
      users: this.server.users,
      grants: [...this.#grants],
      isTroubled,
      expiresIn,
      rotationGraceMs,
    }
  }

  call(facts: Pick<Call, 'tab' | 'by' | 'user' | 'generation'>): Call {
    const controller = new AbortController()
    const id = this.#calls.length + 1
    const call: Call = { ...facts, id, controller, isAborted: false, outcome: undefined }
    this.#calls.push(call)
    this.#signals.push(controller.signal)
    this.note({ what: 'asked', call })
    return call
  }

  callOf(id: number): Call {
    return this.#calls[id - 1] as Call
  }

  abort(call: Call): void {
    call.isAborted = true
    this.note({ what: 'aborted', call })
    call.controller.abort()
  }

  ended(call: Call, outcome: string): void {
    call.outcome = outcome
    this.note({ what: 'ended', call })
  }

  /** What a tab showed when the last step was over. */
  lastSeen(tab: number): Partial<SessionSnapshot> {
    return this.#seen[tab] ?? {}
  }

  /** All that follows from a step without the outside world has happened. */
  async settled(): Promise<void> {
    await new Promise((next) => setImmediate(next))
    if (this.complaints.length) return
    this.#entries = 0
    this.tabs.forEach(({ session }, index) => (this.#seen[index] = session.getSnapshot()))
    this.note({ what: 'stepped', seen: this.#seen })
  }

  /** A refresh token on its way to the server and back. */
  grant(tab: number, refreshToken: string, signal: AbortSignal | null | undefined): Promise<Response> {
    const grant: AskedGrant = { tab, refreshToken, wall: this.clock.wall, how: undefined }
    if (signal) this.#signals.push(signal)
    this.note({ what: 'grant', grant })
    this.#grants.add(grant)
    const end = (how: AskedGrant['how'], issued?: string): void => {
      grant.how = how
      this.#grants.delete(grant)
      this.note({ what: 'grantEnded', grant, issued })
    }
    const label = `grant with ${refreshToken}`
    const decide = (how: string, settle: Settle): void =>
      this.#answerGrant(grant, how as Outcomes['grant'], settle, end)
    return external<Response>(this.outside, { kind: 'grant', tab, label }, signal, decide, () => {
      if (this.options.actsOnLeft) this.server.grant(refreshToken, true)
      end('left')
    })
  }

  #answerGrant(
    { refreshToken }: AskedGrant,
    how: Outcomes['grant'],
    { resolve, reject }: Settle,
    end: (how: AskedGrant['how'], issued?: string) => void,
  ): void {
    const answer = (status: number, body: object | string): void =>
      resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }))
    if (how === 'invalid_grant') this.server.revoke(refreshToken)
    const isActing = /rotated|kept|lost|junk|invalid_grant/.test(how)
    const issued = isActing ? this.server.grant(refreshToken, how !== 'kept') : undefined
    const isDelivered = /rotated|kept|invalid_grant/.test(how)
    end(isDelivered && !issued ? 'refused' : how, issued?.refresh_token)
    if (how === 'lost' || how === 'offline') return reject(new TypeError('The network is down'))
    if (how === 'junk') return answer(200, '<html>')
    if (how === '503' || how === '500') return answer(Number(how), {})
    if (!issued) return answer(400, { error: 'invalid_grant' })
    answer(200, issued)
  }
}

type Settle = { resolve(value: Response): void; reject(reason: unknown): void }
