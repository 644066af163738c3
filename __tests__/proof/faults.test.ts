import fc from 'fast-check'
import { effort, tell, testTimeoutMs } from './effort.js'
import { endRules } from './end.js'
import { faults, type Fault } from './faults.js'
import { Figures } from './figures.js'
import { loadEdited } from './edited-source.js'
import { programs } from './programs.js'
import { rules } from './rules.js'
import { run } from './run.js'
import type { Subject } from './subject.js'
import { brokenRules, searchOrders, searchPrograms, smallestWitness, tellApart } from './witness.js'

const { isLong, programsPerFault: most, seed } = effort
const figures = new Figures('faults')

it.each(faults)(
  'the proof finds: $name',
  async ({ name, edits, witness }) => {
    const subject = loadEdited(edits)
    const found = await tellApart(witness, subject)
    if (!found) throw new Error(await otherWitness(subject))
    figures.hold(name, witness.steps.length, brokenRules(found)[0] as string)
  },
  testTimeoutMs,
)

/** What whoever has changed the source has to do about a witness that shows its fault no more. */
async function otherWitness(subject: Subject): Promise<string> {
  const other = (await searchPrograms(subject, { most, seed })) ?? (await searchOrders(subject))
  if (!other)
    return `Nothing finds it any more: not its witness, not ${most} programs (seed ${seed}), no order`
  const { print } = await smallestWitness(other.run, subject)
  return `Its witness shows it no more. This one does; put it in its place:\n${print()}`
}

it(
  'every rule is broken by one of the faults',
  async () => {
    const broken = new Set<string>()
    for (const { edits, witness } of faults) {
      const found = await tellApart(witness, loadEdited(edits))
      for (const rule of found ? brokenRules(found) : []) broken.add(rule)
    }
    const all = [...rules().map(({ says }) => says), ...endRules]
    tell(`${faults.length} faults break ${broken.size} of ${all.length} rules`)
    expect(all.filter((rule) => !broken.has(rule))).toEqual([])
  },
  testTimeoutMs,
)

it('README.md tells of each fault, and of no other', () => {
  figures.holdOnly(faults.map(({ name }) => name))
})

// The witnesses are known. That whoever knows none finds the faults too is shown here.
const search = isLong ? findsEach : findsMost

it(
  `random programs find ${isLong ? 'each fault that is not rare' : 'most faults'} by themselves`,
  search,
  testTimeoutMs,
)

async function findsEach(): Promise<void> {
  const missed: string[] = []
  const common = faults.filter(({ isRare }) => !isRare)
  for (const fault of common) if (!(await isFound(fault, searchOrders))) missed.push(fault.name)
  expect(missed).toEqual([])
}

/** Chance must not fail a test: more than half is far less than there are. */
async function findsMost(): Promise<void> {
  let found = 0
  for (const fault of faults) if (await isFound(fault)) found++
  tell(`${found} of ${faults.length} faults are found by ${most} random programs each, seed ${seed}`)
  expect(found).toBeGreaterThan(faults.length / 2)
}

async function isFound({ name, edits }: Fault, other?: typeof searchOrders): Promise<boolean> {
  const subject = loadEdited(edits)
  const found = (await searchPrograms(subject, { most, seed })) ?? (await other?.(subject))
  tell(`${(found?.tried ?? 'not found').padStart(15)}: ${name}`)
  return found !== undefined
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
