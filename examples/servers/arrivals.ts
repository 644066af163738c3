/** Counts what has arrived and tells when there are enough, so that a test waits for a fact and not for a time. */
export class Arrivals {
  #count = 0
  #expected: { readonly count: number; readonly tell: () => void }[] = []

  /** How many have arrived so far. */
  get count(): number {
    return this.#count
  }

  /** One more is here. */
  add(): void {
    this.#count++
    const reached = this.#expected.filter(({ count }) => count <= this.#count)
    this.#expected = this.#expected.filter(({ count }) => count > this.#count)
    for (const { tell } of reached) tell()
  }

  /** Resolves when `count` have arrived since the start, at once where they have. */
  reached(count: number): Promise<void> {
    if (count <= this.#count) return Promise.resolve()
    return new Promise((tell) => this.#expected.push({ count, tell }))
  }
}
