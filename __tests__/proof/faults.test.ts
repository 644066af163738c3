import fc from 'fast-check'
import { effort, tell, testTimeoutMs } from './effort.js'
import { faults } from './faults.js'
import { loadEdited } from './edited-source.js'
import { programs } from './programs.js'
import { run } from './run.js'

const { programsPerFault: most, seed } = effort

it.each(faults)(
  'the proof finds: $name',
  async ({ name, edits }) => {
    const subject = loadEdited(edits)
    let count = 0
    let complaint = ''
    const property = fc.asyncProperty(programs, async (program) => {
      count++
      const { complaints } = await run(program, subject)
      // What the package itself does wrong is no sign of the fault.
      const isFound = complaints.length > 0 && (await run(program)).complaints.length === 0
      complaint = isFound ? (complaints[0]?.split('\n')[0] ?? '') : 'not found'
      return !isFound
    })
    const { failed } = await fc.check(property, { numRuns: most, seed, endOnFailure: true })
    tell(`${String(count).padStart(6)} programs to find: ${name}\n${' '.repeat(26)}${complaint}`)
    if (!failed) throw new Error(`${count} programs did not find it (seed ${seed})`)
  },
  testTimeoutMs,
)

it('a fault whose place in the source is gone is told', () => {
  const gone = { file: 'session/core.ts', find: 'no such text', replace: '' }
  expect(() => loadEdited([gone])).toThrow(
    'Expected src/session/core.ts to hold this exactly once, found it 0 times',
  )
})

it('the copy without a fault is as the package is', async () => {
  const subject = loadEdited([])
  const property = fc.asyncProperty(
    programs,
    async (program) => (await run(program, subject)).complaints.length === 0,
  )
  expect((await fc.check(property, { numRuns: 50, seed })).failed).toBe(false)
})
