import type { Flight } from './flight.js'
import type { LoginRequiredError } from '../errors.js'
import type { RefreshReason } from '../grant/grant-options.js'
import type { Verdict } from '../grant/answer.js'

/** What an acquisition is made from. */
export interface AcquisitionPlan {
  readonly reason: RefreshReason
  readonly generation: number
  readonly version: number
  /** Why the session ended, where it did: what is told if nothing is acquired. */
  readonly ended?: LoginRequiredError | undefined
  /** Calls the app's `acquire`. */
  run(flight: Acquisition): Promise<Verdict>
  /** What becomes of its answer; called once, and not after it was abandoned. */
  done(flight: Acquisition, verdict: Verdict): void
}

/** One call of `acquire`: single flight like a grant, but outside the lock and the deadline; behaviour 30. */
export class Acquisition implements Flight {
  readonly #plan: AcquisitionPlan
  readonly #controller = new AbortController()
  readonly isWaiting = false
  #isDone = false

  constructor(plan: AcquisitionPlan) {
    this.#plan = plan
  }

  get reason(): RefreshReason {
    return this.#plan.reason
  }

  get generation(): number {
    return this.#plan.generation
  }

  get version(): number {
    return this.#plan.version
  }

  get ended(): LoginRequiredError | undefined {
    return this.#plan.ended
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  start(): void {
    void this.#plan.run(this).then((verdict) => {
      this.#isDone = true
      if (!this.signal.aborted) this.#plan.done(this, verdict)
    })
  }

  // A dialog or a socket keeps the process alive by itself; there is no deadline and no pause to cut short.
  hold(): void {}
  hurry(): void {}

  leave(): void {
    if (!this.#isDone) this.#controller.abort()
  }
}
