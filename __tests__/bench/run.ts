import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SingleBar } from 'cli-progress'
import { planOf, type Step } from './plan.js'
import { plots } from './plots.js'
import { compileMeasure } from './processes.js'
import { withDetails, withSpeed } from './readme.js'
import { machine, type Results } from './results.js'
import { report } from './report.js'

const root = join(__dirname, '../..')
const bench = join(root, '__tests__/bench')
const isQuick = process.argv.includes('--quick')

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})

async function main(): Promise<void> {
  prepare()
  const script = await compileMeasure(root)
  const began = performance.now()
  const measured = await perform(planOf({ root, script, isQuick }))
  const date = new Date().toISOString().slice(0, 10)
  const results = { date, machine: machine(root), isQuick, ...measured } as Results
  console.log(report(results))
  const folder = isQuick ? join(bench, 'node_modules/.bench/results') : join(bench, 'results')
  await keep(results, folder)
  console.log(`${Math.round((performance.now() - began) / 1000)} s. JSON and plots are in ${folder}`)
}

/** The package as it would be published, and what it is measured beside. */
function prepare(): void {
  if (newest(join(root, 'src')) > newest(join(root, 'dist'))) npm(['run', 'build'], root)
  if (!existsSync(join(bench, 'node_modules/@observablehq/plot'))) npm(['ci'], bench)
}

function npm(parameters: readonly string[], cwd: string): void {
  execFileSync('npm', [...parameters, '--silent'], { cwd, stdio: 'inherit' })
}

function newest(folder: string): number {
  if (!existsSync(folder)) return 0
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return Math.max(0, ...files.map((file) => statSync(join(folder, file)).mtimeMs))
}

/** One after the other: nothing is measured while something else runs. */
async function perform(steps: readonly Step[]): Promise<Record<string, unknown>> {
  const total = steps.reduce((sum, { rounds }) => sum + rounds, 0)
  const bar = new SingleBar({ format: '{bar} {percentage} % · {what}', hideCursor: true, noTTYOutput: false })
  bar.start(total, 0, { what: '' })
  const measured: Record<string, unknown> = {}
  for (const { name, what, isOneOf, run } of steps) {
    bar.update({ what })
    const came = await run(() => bar.increment())
    if (isOneOf) measured[name] = [...((measured[name] as unknown[] | undefined) ?? []), came]
    else measured[name] = came
  }
  bar.stop()
  return measured
}

async function keep(results: Results, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`)
  const drawn = Object.entries(await plots(results, bench))
  for (const [name, svg] of drawn) writeFileSync(join(folder, `${name}.svg`), svg)
  if (isQuick) return
  for (const [path, write] of [
    [join(root, 'README.md'), withSpeed],
    [join(bench, 'README.md'), withDetails],
  ] as const)
    writeFileSync(path, write(readFileSync(path, 'utf8'), results))
}
