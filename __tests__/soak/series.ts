/** Rows of numbers outside the JavaScript heap, so that what is measured does not grow by being measured. */
export class Series {
  readonly #width: number
  #values: Float64Array
  #length = 0

  /** @param width how many numbers a row has */
  constructor(width: number) {
    this.#width = width
    this.#values = new Float64Array(width * 1024)
  }

  add(...row: readonly number[]): void {
    const start = this.#length++ * this.#width
    if (start === this.#values.length) {
      const longer = new Float64Array(this.#values.length * 2)
      longer.set(this.#values)
      this.#values = longer
    }
    this.#values.set(row, start)
  }

  rows(): number[][] {
    return Array.from({ length: this.#length }, (_, index) => [
      ...this.#values.subarray(index * this.#width, (index + 1) * this.#width),
    ])
  }
}
