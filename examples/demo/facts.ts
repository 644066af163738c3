import { pageWidth, paint, say } from './paint.js'

interface Fact {
  readonly text: string
  readonly isTrue: boolean
}

/** What an act claims: each claim is checked, and a false one fails the demo. */
export class Facts {
  readonly #facts: Fact[] = []

  get count(): number {
    return this.#facts.length
  }

  /** The claims that did not hold, in words. */
  get broken(): string[] {
    return this.#facts.filter(({ isTrue }) => !isTrue).map(({ text }) => text)
  }

  /** Claims that there are so many; the number that is shown is the counted one. */
  counted(actual: number, expected: number, what: string): void {
    const isTrue = actual === expected
    this.#facts.push({
      isTrue,
      text: isTrue ? `${actual} ${what}` : `${actual} ${what} (expected ${expected})`,
    })
  }

  /** Claims that something is so. */
  holds(isTrue: boolean, what: string): void {
    this.#facts.push({ isTrue, text: isTrue ? what : `not so: ${what}` })
  }

  /** Prints all claims, as many to a line as the page takes. */
  print(): void {
    let line: string[] = []
    for (const fact of this.#facts) {
      const text = `${fact.isTrue ? '✓' : '✗'} ${fact.text}`
      if ([...line, text].join('   ').length > pageWidth - 4) line = flush(line)
      line.push(text)
    }
    flush(line)
  }
}

function flush(line: readonly string[]): string[] {
  const painted = line.map((text) => paint(text.startsWith('✓') ? 'green' : 'red', text))
  if (painted.length > 0) say(painted.join('   '))
  return []
}
