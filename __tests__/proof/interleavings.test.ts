import fc from 'fast-check'
import { effort, tell, testTimeoutMs } from './effort.js'
import { programs } from './programs.js'
import { run, type DrawnProgram } from './run.js'

const { programs: count, seed } = effort

it(
  `no rule is broken by ${count} random programs`,
  async () => {
    const started = performance.now()
    let done = 0
    const property = fc.asyncProperty(programs, async (program) => {
      const { complaints } = await run(program)
      if (++done % 5_000 === 0) tell(`${done} of ${count} programs, ${seconds(started)} s`)
      return complaints.length === 0
    })
    const result = await fc.check<[DrawnProgram]>(property, { numRuns: count, seed })
    tell(`${result.numRuns} programs, seed ${seed}, ${seconds(started)} s`)
    if (result.counterexample) await complain(result.counterexample[0])
    expect(result.failed).toBe(false)
  },
  testTimeoutMs,
)

/** Runs the smallest program once more, and prints it with all that happened. */
async function complain(program: DrawnProgram): Promise<never> {
  const { complaints, print } = await run(program)
  throw new Error(`${complaints.join('\n')}\nseed ${seed}\n${print()}`)
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}
