import type { SessionError } from '../errors.js'

/** Someone who waits for the session: a held request, `getAccessToken` or `refresh`. */
export interface Waiter {
  /** Its place: the order in which the app asked. */
  readonly sequence: number
  /** What it belongs to, so that a detached instance can call off its own. */
  readonly owner?: object | undefined
  /**
   * Goes on, synchronously. 'go': with what there is now, a token fresh from a grant is not weighed again.
   * 'admit': the token comes from elsewhere and is weighed as for a new request.
   */
  resume(how: 'go' | 'admit'): void
  /** Is told why there is no token. `isUsable`: the old one is still good for whoever has not been refused. */
  refuse(error: SessionError, isUsable: boolean): void
}

/**
 * All that wait, released in the order in which the app asked. A release empties the queue first: whoever has
 * to wait again joins anew, and is never told twice.
 */
export class Waiters {
  readonly #waiting = new Set<Waiter>()

  get size(): number {
    return this.#waiting.size
  }

  add(waiter: Waiter): void {
    this.#waiting.add(waiter)
  }

  /** True where it was waiting. */
  delete(waiter: Waiter): boolean {
    return this.#waiting.delete(waiter)
  }

  /** Takes all out, first asked first. 401s come in any order, so that the order of arrival is not it. */
  take(owner?: object): Waiter[] {
    const taken = [...this.#waiting].filter((waiter) => !owner || waiter.owner === owner)
    for (const waiter of taken) this.#waiting.delete(waiter)
    return taken.sort((one, other) => one.sequence - other.sequence)
  }
}
