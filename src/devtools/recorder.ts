import { insideOf, type Inside } from './inside.js'
import type { Call, Counts, GrantSpan, Noted, Place } from './record.js'
import { credentialOf } from '../session/state.js'
import type { Session } from '../session/session.js'
import type { SessionEvent } from '../session/events.js'

/** An event about one request. */
type RequestEvent = Extract<SessionEvent, { readonly id: number }>

const placeOf: Partial<Record<SessionEvent['type'], Place>> = {
  held: 'held',
  sent: 'wire',
  replayed: 'replay',
}

/** Writes down what a session tells, with the time of each event by the session's own clock. */
export class Recorder {
  readonly session: Session
  readonly inside: Inside
  readonly counts: Counts = { requests: 0, sends: 0, replays: 0, held: 0, grants: 0, adopted: 0 }
  /** In the order in which the app made them; the oldest are let go beyond the limit. */
  readonly calls: Call[] = []
  readonly grants: GrantSpan[] = []
  /** The last thing that the app should mend. */
  problem: string | undefined
  readonly #limit: number
  readonly #open = new Map<number, Call>()
  readonly #stops: readonly (() => void)[]
  readonly #onChange: (event: Noted | undefined) => void
  /** The grant that the last event has ended. */
  landed: (GrantSpan & { readonly until: number }) | undefined
  #isSignedIn: boolean
  /** True from the end of the session until it is known what has ended it. */
  #isUnexplained: boolean | undefined

  /** `onChange` is called after each event, and without one when the snapshot changed. */
  constructor(session: Session, onChange: (event: Noted | undefined) => void, limit = 2_000) {
    this.session = session
    this.inside = insideOf(session)
    this.#isSignedIn = credentialOf(this.inside.core.state) !== undefined
    this.#limit = limit
    this.#onChange = onChange
    this.#stops = [session.on((event) => this.#note(event)), session.subscribe(() => this.#noteSnapshot())]
  }

  /** The session's own clock, in epoch milliseconds. */
  get now(): number {
    return this.inside.core.settings.now()
  }

  /** True while something is under way: then the picture moves. */
  get isLive(): boolean {
    return this.#open.size > 0 || this.openGrant !== undefined
  }

  /** The requests that have not ended. */
  get pending(): Iterable<Call> {
    return this.#open.values()
  }

  /** The grant that is under way. */
  get openGrant(): GrantSpan | undefined {
    const last = this.grants.at(-1)
    return last?.until === undefined ? last : undefined
  }

  /** Lets one request go. */
  forget(id: number): void {
    const index = this.calls.findIndex((call) => call.id === id)
    if (index >= 0) this.calls.splice(index, 1)
  }

  /** Listens no more. */
  stop(): void {
    for (const stop of this.#stops) stop()
    this.#isUnexplained = false
  }

  #note(event: SessionEvent): void {
    this.landed = undefined
    if (event.type === 'grant') this.#begin(event)
    else if ('id' in event) this.#move(event)
    else this.#noteSession(event)
    this.#onChange(event)
  }

  #begin({ reason }: Extract<SessionEvent, { type: 'grant' }>): void {
    // A definite failure was tried again: the attempt before it has ended without a word.
    this.#endGrant('failed')
    this.counts.grants++
    this.grants.push({ reason, from: this.now, until: undefined, outcome: undefined, error: undefined })
    if (this.grants.length > this.#limit) this.grants.shift()
  }

  #noteSession(event: SessionEvent): void {
    if (event.type === 'granted') this.#endGrant('granted')
    else if (event.type === 'grantFailed') this.#endGrant('failed', event.error)
    else if (event.type === 'problem') this.problem = event.message
    else this.#endGrant('left')
    if (event.type === 'adopted') this.counts.adopted++
    if (event.type === 'logout' || event.type === 'loginRequired') this.#isUnexplained = false
  }

  #endGrant(outcome: GrantSpan['outcome'], error?: GrantSpan['error']): void {
    this.landed = this.openGrant && Object.assign(this.openGrant, { outcome, error, until: this.now })
  }

  #noteSnapshot(): void {
    if (this.session.getSnapshot().status === 'signedOut') this.#endGrant('left')
    const { state } = this.inside.core
    const wasSignedIn = this.#isSignedIn
    this.#isSignedIn = credentialOf(state) !== undefined
    if (wasSignedIn && !this.#isSignedIn) this.#explain(state.status === 'disposed')
    this.#onChange(undefined)
  }

  /** The snapshot changes before its event is told. What none tells: it was disposed of, or another tab signed out. */
  #explain(isDisposed: boolean): void {
    this.#isUnexplained = true
    void Promise.resolve().then(() => {
      if (this.#isUnexplained) this.#onChange({ type: 'left', isDisposed })
    })
  }

  #move(event: RequestEvent): void {
    const at = this.now
    const call = this.#open.get(event.id) ?? this.#add(event, at)
    const isAnswer = event.type === 'unauthorized' || event.type === 'stepUp'
    // It was on its way before anything was written down.
    if (isAnswer && !call.stays.length) call.stays.push({ place: 'wire', from: at, until: undefined })
    if (event.type === 'stepUp') return void (call.isToStepUp = true)
    const last = call.stays.at(-1)
    if (last) last.until ??= at
    if (event.type === 'unauthorized') call.isRefused = true
    const place = placeOf[event.type]
    if (place) this.#enter(call, place, at)
    if (event.type !== 'settled') return
    this.#open.delete(call.id)
    call.ended = { at, status: event.status, reason: event.reason }
  }

  #enter(call: Call, place: Place, from: number): void {
    const isLoading = this.session.getSnapshot().status === 'loading'
    const waitsFor = call.isToStepUp ? 'stepUp' : isLoading ? 'store' : 'renewal'
    call.stays.push({ place, from, until: undefined, waitsFor: place === 'held' ? waitsFor : undefined })
    call.isToStepUp = false
    if (place === 'held') this.counts.held++
    else this.counts.sends++
    if (place === 'replay') this.counts.replays++
  }

  #add({ id, method, path }: RequestEvent, from: number): Call {
    const call: Call = {
      id,
      method,
      path,
      from,
      stays: [],
      isRefused: false,
      isToStepUp: false,
      ended: undefined,
    }
    this.#open.set(id, call)
    this.calls.push(call)
    this.counts.requests++
    // In portions: taking the first of a long list away moves all others.
    if (this.calls.length > this.#limit + 100) this.calls.splice(0, this.calls.length - this.#limit)
    return call
  }
}
