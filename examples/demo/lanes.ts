import { paint, say, type Colour } from './paint.js'
import type { Stay } from './timeline.js'

/** Columns of the picture. */
const columns = 44
const labelWidth = 16
const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** Something that lasts, in milliseconds since the act began. */
export interface Span {
  readonly from: number
  readonly until?: number | undefined
}

/** The time that a picture shows: from 0 to `length` milliseconds. */
export class TimeAxis {
  readonly length: number

  constructor(length: number) {
    this.length = length
  }

  /** A bar for each column, as high as there are spans in it; `all` of them is the full height. */
  crowd(spans: readonly Span[], all: number): string[] {
    return this.#columns((from, until) => {
      const count = spans.filter((span) => touches(span, from, until)).length
      return count === 0 ? undefined : heights[Math.ceil((count / all) * heights.length) - 1]
    })
  }

  /** The mark of the last span that reaches into each column. */
  marks(spans: readonly (Span & { readonly mark: string })[]): string[] {
    return this.#columns((from, until) => spans.filter((span) => touches(span, from, until)).at(-1)?.mark)
  }

  /** Prints the time, below the lanes. */
  print(): void {
    const end = `${this.length.toFixed(0)} ms`
    say(paint('dim', ' '.repeat(labelWidth) + '0'.padEnd(columns - end.length) + end))
  }

  #columns(cell: (from: number, until: number) => string | undefined): string[] {
    const width = this.length / columns
    return Array.from({ length: columns }, (_, column) => cell(column * width, (column + 1) * width) ?? '·')
  }
}

function touches({ from, until = Infinity }: Span, start: number, end: number): boolean {
  return from < end && until > start
}

/** Prints one line of the picture: a label, what happened over time, and what it came to. */
export function printLane(label: string, colour: Colour, cells: readonly string[], note: string): void {
  const picture = cells
    .join('')
    .replace(/·+|[^·]+/g, (run) => paint(run.startsWith('·') ? 'dim' : colour, run))
  say(`${label.padEnd(labelWidth)}${picture} ${note}`)
}

/** A number and what it counts, so that the numbers of all lanes stand below each other. */
export function tally(count: number, what: string): string {
  return `${String(count).padStart(3)} ${what}`
}

/** The marks of one request's stays: on the wire, held, replayed. */
export function marksOf(stays: readonly Stay[]): (Span & { readonly mark: string })[] {
  const marks = { wire: '━', held: '░', replayed: '≡', settled: ' ' }
  return stays.map((stay) => ({ ...stay, mark: marks[stay.place] }))
}
