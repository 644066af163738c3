import fc from 'fast-check'
import { effort, tell, testTimeoutMs } from './effort.js'
import { explore } from './exhaustive.js'
import { faults } from './faults.js'
import { loadEdited } from './edited-source.js'
import { programs } from './programs.js'
import { run } from './run.js'
import { smallWorlds } from './small-worlds.js'
import type { Subject } from './subject.js'

const { programsPerFault: most, seed } = effort

it.each(faults)(
  'the proof finds: $name',
  async ({ name, edits }) => {
    const subject = loadEdited(edits)
    const found = (await byPrograms(subject)) ?? (await byOrders(subject))
    tell(`${found ?? `not found (seed ${seed})`}: ${name}`)
    expect(found).toBeDefined()
  },
  testTimeoutMs,
)

/** How many random programs it takes. What the package itself does wrong is no sign of the fault. */
async function byPrograms(subject: Subject): Promise<string | undefined> {
  let count = 0
  const property = fc.asyncProperty(programs, async (program) => {
    count++
    const { complaints } = await run(program, subject)
    return complaints.length === 0 || (await run(program)).complaints.length > 0
  })
  const { failed } = await fc.check(property, { numRuns: most, seed, endOnFailure: true })
  return failed ? `${String(count).padStart(6)} programs` : undefined
}

/** How many orders of small worlds it takes; every fault that needs that is found in the same one each time. */
async function byOrders(subject: Subject): Promise<string | undefined> {
  let count = 0
  for (const small of smallWorlds) {
    const { orders, broken } = await explore(small, subject)
    count += orders
    if (broken) return `${String(count).padStart(6)} orders, after ${most} programs`
  }
  return undefined
}

it('a fault whose place in the source is gone is told', () => {
  const gone = { file: 'session/core.ts', find: 'no such text', replace: '' }
  const complaint = 'Expected src/session/core.ts to hold this exactly once, found it 0 times'
  expect(() => loadEdited([gone])).toThrow(complaint)
})

it(
  'the copy without a fault is as the package is',
  async () => {
    const subject = loadEdited([])
    const property = fc.asyncProperty(programs, async (program) => {
      const [copy, genuine] = [await run(program, subject), await run(program)]
      return copy.print() === genuine.print()
    })
    expect((await fc.check(property, { numRuns: 100, seed })).failed).toBe(false)
  },
  testTimeoutMs,
)
