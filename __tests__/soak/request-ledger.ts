import { codeOf, requestOf, type Outcome } from './plan.js'

/** What the API counted besides the requests themselves. */
export interface LedgerCounts {
  arrived: number
  /** Came a second time after a 401, as it should. */
  replayed: number
  /** Came again although its first answer was none or was not a 401. Must be 0. */
  sentTwice: number
  /** Had a body that can be read only once, and came again. Must be 0. */
  streamSentTwice: number
  /** Had no token. Must be 0. */
  bare: number
  /** Had not the body that it was given. Must be 0. */
  garbled: number
}

/** The API's memory: for each id how often it came and what it was answered last, in one byte each. */
export class RequestLedger {
  readonly counts: LedgerCounts = {
    arrived: 0,
    replayed: 0,
    sentTwice: 0,
    streamSentTwice: 0,
    bare: 0,
    garbled: 0,
  }
  readonly arrivals: Uint8Array
  readonly answers: Uint8Array

  constructor(total: number) {
    this.arrivals = new Uint8Array(total)
    this.answers = new Uint8Array(total)
  }

  /** Notes an arrival; true for the first one of this id. */
  arrive(id: number): boolean {
    const { arrivals, answers, counts } = this
    const before = arrivals[id] ?? 0
    counts.arrived++
    arrivals[id] = before + 1
    if (before === 0) return true
    if (before === 1 && answers[id] === codeOf('401')) counts.replayed++
    else counts.sentTwice++
    if (requestOf(id).kind === 'stream') counts.streamSentTwice++
    return false
  }

  answer(id: number, outcome: Outcome): void {
    this.answers[id] = codeOf(outcome)
  }
}
