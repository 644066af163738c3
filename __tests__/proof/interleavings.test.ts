import fc from 'fast-check'
import { programs } from './programs.js'
import { run } from './run.js'

const count = Number(process.env['PROOF_PROGRAMS'] ?? 2_000)

it(`no program of ${count} breaks a rule`, async () => {
  const seed = Number(process.env['PROOF_SEED'] ?? Date.now() & 0x7fffffff)
  const started = performance.now()
  const result = await fc.check(
    fc.asyncProperty(programs, async (program) => (await run(program)).complaints.length === 0),
    { numRuns: count, seed },
  )
  process.stderr.write(`${result.numRuns} programs, seed ${seed}, ${Math.round(performance.now() - started)} ms\n`)
  if (!result.failed) return
  const found = await run(result.counterexample![0])
  throw new Error(`${found.complaints.join('\n')}\nseed ${seed}\n${found.print()}`)
}, 600_000)
