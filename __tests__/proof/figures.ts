import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const readme = join(__dirname, 'README.md')

/** Set to `write`: README.md is told what was measured. Else it has to say so already. */
const isWriting = process.env['PROOF_FIGURES'] === 'write'

/** One of the tables in README.md, between `<!-- name -->` and `<!-- end of name -->`; its rows by their first cell. */
export class Figures {
  readonly #name: string
  readonly #part: RegExp

  constructor(name: string) {
    this.#name = name
    this.#part = new RegExp(`(<!-- ${name} -->\n\n(?:.*\n){2})((?:.*\n)*?)(\n<!-- end of ${name} -->)`)
  }

  /** @throws Error where README.md says something else */
  hold(...cells: readonly [string, ...(string | number)[]]): void {
    const row = `| ${cells.join(' | ')} |`
    const rows = this.#rows()
    const at = rows.findIndex((one) => nameOf(one) === cells[0])
    if (rows[at] === row) return
    if (!isWriting) throw new Error(`README.md says\n${rows[at] ?? 'nothing'}\nand it is\n${row}\n${hint}`)
    this.#write(at < 0 ? [...rows, row] : rows.map((one, index) => (index === at ? row : one)))
  }

  /** Nothing else is told, and in this order. */
  holdOnly(names: readonly string[]): void {
    const rows = this.#rows()
    if (JSON.stringify(rows.map(nameOf)) === JSON.stringify(names)) return
    if (!isWriting)
      throw new Error(`The table "${this.#name}" of README.md has other rows than there are.\n${hint}`)
    this.#write(names.flatMap((name) => rows.filter((row) => nameOf(row) === name)))
  }

  #rows(): string[] {
    const [, , rows] = this.#part.exec(readFileSync(readme, 'utf8')) ?? []
    if (rows === undefined) throw new Error(`README.md has no table "${this.#name}"`)
    return rows.split('\n').filter(Boolean)
  }

  #write(rows: readonly string[]): void {
    const text = readFileSync(readme, 'utf8')
    const lines = rows.map((row) => `${row}\n`).join('')
    writeFileSync(
      readme,
      text.replace(this.#part, (_, head: string, __, foot: string) => head + lines + foot),
    )
  }
}

const hint = 'PROOF_FIGURES=write npm run test:proof puts it there.'

function nameOf(row: string): string | undefined {
  return row.split(' | ')[0]?.slice(2)
}
