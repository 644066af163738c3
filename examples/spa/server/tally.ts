/** What the servers have seen of one version of the app. */
export interface Counts {
  /** Sign-ins: authorization codes exchanged. */
  readonly signIns: number
  /** Refresh token grants that brought new tokens. */
  readonly grants: number
  /** Refresh token grants that were refused for good (`invalid_grant`). */
  readonly refused: number
  /** Requests to the token endpoint that a 503 answered. */
  readonly unavailable: number
  /** Spent refresh tokens that were sent again: each makes the server revoke the whole login. */
  readonly reuse: number
  /** Requests that reached the API. */
  readonly requests: number
  /** Requests that the API answered with 401. */
  readonly unauthorized: number
  /** What the app asked for, never got, and has given up: so it says itself. */
  readonly lost: number
  /** What the app asked for once, and the API did more than once. */
  readonly twice: number
}

/** One line of what the servers saw; `times` tells how often in a row. */
export interface Sight {
  readonly id: number
  readonly at: number
  readonly text: string
  readonly tone: 'good' | 'bad' | 'plain'
  readonly times: number
}

type Counted = Exclude<keyof Counts, 'requests' | 'unauthorized' | 'lost' | 'twice'>

const sightsKept = 30

/** Counts for one version of the app, from what reached the servers and from nothing else. */
export class Tally {
  readonly #counted = { signIns: 0, grants: 0, refused: 0, unavailable: 0, reuse: 0 }
  /** By the id that the app gave each thing that it asked for: a replay carries the same. */
  readonly #calls = new Map<string, { done: number; isGivenUp: boolean }>()
  readonly #tell: () => void
  #requests = 0
  #unauthorized = 0
  #sights: Sight[] = []
  #nextSight = 1

  constructor(tell: () => void) {
    this.#tell = tell
  }

  get counts(): Counts {
    const calls = [...this.#calls.values()]
    return {
      ...this.#counted,
      requests: this.#requests,
      unauthorized: this.#unauthorized,
      lost: calls.filter(({ isGivenUp, done }) => isGivenUp && done === 0).length,
      twice: calls.filter(({ done }) => done > 1).length,
    }
  }

  /** The newest last. */
  get sights(): readonly Sight[] {
    return this.#sights
  }

  /** Something happened at the authorization server. */
  count(what: Counted, text: string, tone: Sight['tone'] = 'plain'): void {
    this.#counted[what]++
    this.see(text, tone)
  }

  /** A request has reached the API. */
  arrived(): void {
    this.#requests++
    this.#tell()
  }

  /** The API has refused a request. */
  refuse(): void {
    this.#unauthorized++
    this.see('API: 401, the token is dead', 'bad')
  }

  /** The API has done what was asked. */
  done(callId: string): void {
    const call = this.#call(callId)
    call.done++
    if (call.done > 1) this.see('API: the same request a second time', 'bad')
    this.#tell()
  }

  /** The app has told its user that this failed. */
  giveUp(callId: string): void {
    this.#call(callId).isGivenUp = true
    this.see('App: gave up a request', 'bad')
  }

  /** Adds a line, or one more to the same line. */
  see(text: string, tone: Sight['tone'] = 'plain'): void {
    const last = this.#sights.at(-1)
    if (last?.text === text) this.#sights[this.#sights.length - 1] = { ...last, times: last.times + 1 }
    else this.#sights.push({ id: this.#nextSight++, at: Date.now(), text, tone, times: 1 })
    this.#sights = this.#sights.slice(-sightsKept)
    this.#tell()
  }

  #call(id: string): { done: number; isGivenUp: boolean } {
    const call = this.#calls.get(id) ?? { done: 0, isGivenUp: false }
    this.#calls.set(id, call)
    return call
  }
}
