import fc from 'fast-check'
import { effort, tell, testTimeoutMs } from './effort.js'
import { paceOf, progress } from './progress.js'
import { programs } from './programs.js'
import { run, type DrawnProgram } from './run.js'
import { smallestRun } from './witness.js'

const { programs: count, seed } = effort

it(
  `no rule is broken by ${count} random programs`,
  async () => {
    const started = performance.now()
    const show = progress('programs', count)
    let done = 0
    const property = fc.asyncProperty(programs, async (program) => {
      const { complaints } = await run(program)
      show(++done)
      return complaints.length === 0
    })
    const result = await fc.check<[DrawnProgram]>(property, { numRuns: count, seed })
    tell(`${paceOf(done, performance.now() - started)}: ${result.numRuns} programs, seed ${seed}`)
    if (result.counterexample) throw new Error(await complaintOf(result.counterexample[0]))
    expect(result.failed).toBe(false)
  },
  testTimeoutMs,
)

/** The smallest program that breaks the same rule, with all that happened. */
async function complaintOf(drawn: DrawnProgram): Promise<string> {
  const { complaints, print } = await smallestRun(drawn)
  return `${complaints.join('\n')}\nseed ${seed}\n${print()}`
}
