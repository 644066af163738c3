/** Where requests wait until they are let on: with it a test or a demo decides what happens first, without sleeping. */
export class Gate {
  #closed = false
  readonly #waiting: (() => void)[] = []

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** From now on whoever comes waits. */
  hold(): void {
    this.#closed = true
  }

  /** Lets on `count` of those that wait, the first comers first; without a count all, and the gate stays open. */
  release(count = Infinity): void {
    if (count === Infinity) this.#closed = false
    for (const letOn of this.#waiting.splice(0, count)) letOn()
  }

  /** Resolves when this one may go on. */
  async pass(): Promise<void> {
    if (!this.#closed) return
    await new Promise<void>((letOn) => this.#waiting.push(letOn))
  }
}
