import fc from 'fast-check'
import { faults } from './faults.js'
import { loadEdited } from './edited-source.js'
import { programs } from './programs.js'
import { run } from './run.js'

/** More programs than this no fault may need; with each, the chance to miss it is told by the count that it needed. */
const most = Number(process.env['PROOF_FAULT_PROGRAMS'] ?? 3_000)

it.each(faults)('finds: $name', async ({ name, edits }) => {
  const subject = loadEdited(edits)
  const seed = Number(process.env['PROOF_SEED'] ?? Date.now() & 0x7fffffff)
  let count = 0
  let complaint = ''
  const result = await fc.check(
    fc.asyncProperty(programs, async (program) => {
      count++
      const { complaints } = await run(program, subject)
      complaint = complaints[0] ?? ''
      return complaints.length === 0
    }),
    { numRuns: most, seed, endOnFailure: true },
  )
  process.stderr.write(`${String(count).padStart(6)} programs to find: ${name}\n         ${complaint.split('\n')[0]}\n`)
  expect(result.failed).toBe(true)
}, 600_000)
