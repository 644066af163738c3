import type { Session, SessionEvent } from 'tokenflight/axios'

/** Where a request is: on its first way to the API, waiting, on its second way, or back with its caller. */
export type Place = 'wire' | 'held' | 'replayed' | 'settled'

/** One request in one place, in milliseconds since the act began. */
export interface Stay {
  readonly id: number
  readonly path: string
  readonly place: Place
  readonly from: number
  /** Undefined while it lasts. */
  readonly until: number | undefined
}

/** A grant under way. */
export interface GrantSpan {
  readonly from: number
  readonly until: number
  readonly succeeded: boolean
}

const placeAfter: Partial<Record<SessionEvent['type'], Place>> = {
  sent: 'wire',
  held: 'held',
  unauthorized: 'held',
  replayed: 'replayed',
  settled: 'settled',
}

/** What a grant ends with: new tokens, none for now, or the session's end. */
const landings = new Set<SessionEvent['type']>(['granted', 'grantFailed', 'loginRequired'])

/** Writes down what a session tells, with the time of each event. */
export class Timeline {
  readonly #stays: { -readonly [Key in keyof Stay]: Stay[Key] }[] = []
  readonly #grants: GrantSpan[] = []
  readonly #stop: () => void
  #grantSince = 0
  /** When the act began, by `performance.now()`. */
  readonly start = performance.now()
  /** The ids of the requests that went out after the latest grant, in the order of going. */
  released: number[] = []

  constructor(session: Session) {
    this.#stop = session.on((event) => this.#note(event))
  }

  /** Every stay in one of these places. */
  in(...places: Place[]): readonly Stay[] {
    return this.#stays.filter(({ place }) => places.includes(place))
  }

  /** Every stay of the requests for this path. */
  of(path: string): readonly Stay[] {
    return this.#stays.filter((stay) => stay.path === path)
  }

  get grants(): readonly GrantSpan[] {
    return this.#grants
  }

  /** Milliseconds since the act began. */
  get elapsed(): number {
    return performance.now() - this.start
  }

  /** How many requests have been there. */
  visitors(place: Place): number {
    return new Set(this.in(place).map(({ id }) => id)).size
  }

  /** Listens no more. */
  stop(): void {
    this.#stop()
  }

  #note(event: SessionEvent): void {
    if (event.type === 'grant') this.#grantSince = this.elapsed
    if (landings.has(event.type)) this.#land(event.type === 'granted')
    if (event.type === 'sent' || event.type === 'replayed') this.released.push(event.id)
    const place = placeAfter[event.type]
    if (place && 'id' in event) this.#move(event.id, event.path, place)
  }

  #land(succeeded: boolean): void {
    this.#grants.push({ from: this.#grantSince, until: this.elapsed, succeeded })
    this.released = []
  }

  #move(id: number, path: string, place: Place): void {
    const now = this.elapsed
    const before = this.#stays.filter((stay) => stay.id === id).at(-1)
    if (before?.place === place) return
    if (before) before.until = now
    this.#stays.push({ id, path, place, from: now, until: undefined })
  }
}
