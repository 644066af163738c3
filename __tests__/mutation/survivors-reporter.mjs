// After a run: which mutants survived without a reason in survivors.json, and which reasons are no longer needed.
import { readFileSync } from 'node:fs'

const LIST = new URL('./survivors.json', import.meta.url)
const oneLine = (text) => text.replace(/\s+/g, ' ').trim().slice(0, 120)

/** A mutant by what it does and not by its number or line, so that the list does not age with the file. */
export function nameOf(file, source, { location: { start, end }, replacement }) {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  const cut = lines.map((line, at) =>
    line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined),
  )
  return `${file} | ${oneLine(lines[0])} | ${oneLine(cut.join(' '))} -> ${oneLine(replacement ?? '')}`
}

export function survivorsOf({ files }) {
  return Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map((mutant) => nameOf(file, source, mutant)),
  )
}

export class SurvivorsReporter {
  onMutationTestReportReady(report) {
    const reasons = JSON.parse(readFileSync(LIST, 'utf8'))
    const listed = new Set(Object.values(reasons).flat())
    const survivors = survivorsOf(report)
    const unlisted = survivors.filter((name) => !listed.has(name))
    const tested = new Set(Object.keys(report.files))
    const stale = [...listed].filter((name) => tested.has(name.split(' | ')[0]) && !survivors.includes(name))
    const print = (title, names) => {
      if (names.length > 0) process.stdout.write(`\n${title}\n${names.map((name) => `  ${name}\n`).join('')}`)
    }
    process.stdout.write(
      `\n${survivors.length} mutants survived, ${unlisted.length} of them without a reason\n`,
    )
    print('Without a reason in survivors.json:', unlisted)
    print('Listed there, but killed or gone:', stale)
    if (unlisted.length > 0) process.exitCode = 1
  }
}
