import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { titlesIn } from './test-titles.js'

/** One line of the table. */
interface Row {
  readonly specification: string
  readonly where: string
  readonly word: string
  readonly demand: string
  readonly evidence: string
}

const tests = join(__dirname, '..')
const table = readFileSync(join(__dirname, 'README.md'), 'utf8')
/** The titles of a file that was looked at already. */
const seen = new Map<string, readonly string[]>()
const rows = table.split(/^## /m).slice(1).flatMap(rowsOf)

function rowsOf(section: string): Row[] {
  const [specification = '', ...lines] = section.split('\n')
  const cells = lines
    .filter((line) => /^\| (?!Where|---)/.test(line))
    .map((line) => line.slice(2, -2).split(' | '))
  return cells.map(([where = '', word = '', demand = '', evidence = '', ...more]) => {
    if (more.length > 0) throw new Error(`Expected four cells, got more at "${demand}"`)
    return { specification, where, word, demand, evidence }
  })
}

/** The tests that a row names; none where it says that it is not done, or not ours. */
function namedBy({ evidence }: Row): (readonly [file: string, title: string])[] {
  if (/^Not (done|ours): ./.test(evidence)) return []
  return evidence.split('<br>').map((named) => {
    const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(named) ?? []
    return [file, title]
  })
}

it.each(['RFC 6749', 'RFC 6750', 'RFC 9700', 'RFC 9470', 'RFC 7009', 'RFC 8414', 'OpenID Connect Core'])(
  '%s has its rows',
  (name) => {
    expect(rows.filter(({ specification }) => specification.startsWith(name)).length).toBeGreaterThan(2)
  },
)

it('each row says where it stands, how strongly, and what it asks', () => {
  const word = /^(MUST|MUST NOT|SHOULD|SHOULD NOT|RECOMMENDED|NOT RECOMMENDED|MAY|–)$/
  const wrong = rows.filter(
    (row) => !/^§[\d.]+(, §[\d.]+)*$/.test(row.where) || !word.test(row.word) || !row.demand,
  )
  expect(wrong).toEqual([])
})

it('each row has a test that is there and runs, or says why it has none', () => {
  const missing = rows.flatMap((row) =>
    namedBy(row)
      .filter(([file, title]) => !existsSync(join(tests, file)) || !file || !titlesOf(file).includes(title))
      .map(([file, title]) => `${row.specification} ${row.where} names ${file || row.evidence}: ${title}`),
  )
  expect(missing).toEqual([])
})

it('the README leads here', () => {
  expect(readFileSync(join(tests, '..', 'README.md'), 'utf8')).toContain('__tests__/conformance/README.md')
})

function titlesOf(file: string): readonly string[] {
  const known = seen.get(file) ?? titlesIn(join(tests, file))
  seen.set(file, known)
  return known
}
