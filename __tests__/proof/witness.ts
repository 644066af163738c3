import fc from 'fast-check'
import { explore } from './exhaustive.js'
import { programs } from './programs.js'
import { run, type DrawnProgram, type Program, type Run } from './run.js'
import { smallest } from './smallest.js'
import { smallWorlds } from './small-worlds.js'
import type { Subject } from './subject.js'

/** A program that tells a faulty copy from the package, and how much was tried to find it. */
export interface Witness {
  readonly run: Run
  readonly tried: string
}

/** The rules that were broken, in the order in which that was seen. */
export function brokenRules({ complaints }: Pick<Run, 'complaints'>): string[] {
  return complaints.map((complaint) => complaint.split('\n')[0] as string)
}

/** Runs a program with a faulty copy. What the package itself does wrong in the very same steps shows no fault. */
export async function tellApart(program: Program | DrawnProgram, subject: Subject): Promise<Run | undefined> {
  const faulty = await run(program, subject)
  if (!faulty.complaints.length) return undefined
  const { complaints } = await run(faulty.program)
  return complaints.length ? undefined : faulty
}

/** Looks for a witness among random programs. */
export async function searchPrograms(
  subject: Subject,
  { most, seed }: { readonly most: number; readonly seed: number },
): Promise<Witness | undefined> {
  let count = 0
  let found: Run | undefined
  const property = fc.asyncProperty(programs, async (program) => {
    count++
    found = await tellApart(program, subject)
    return !found
  })
  await fc.check(property, { numRuns: most, seed, endOnFailure: true })
  return found && { run: found, tried: `${count} programs` }
}

/** Looks for one among the orders of the small worlds. */
export async function searchOrders(subject: Subject): Promise<Witness | undefined> {
  let count = 0
  for (const small of smallWorlds) {
    const { orders, broken } = await explore(small, subject)
    count += orders
    const found = broken && (await tellApart(broken.program, subject))
    if (found) return { run: found, tried: `${count} orders` }
  }
  return undefined
}

/** The smallest witness of the same rule. */
export function smallestWitness(found: Run, subject: Subject): Promise<Run> {
  return smallestOf(found, (program) => tellApart(program, subject))
}

/** The smallest program with which the package itself breaks the same rule. */
export async function smallestRun(program: Program | DrawnProgram): Promise<Run> {
  return smallestOf(await run(program), (smaller) => run(smaller))
}

async function smallestOf(found: Run, runIt: (program: Program) => Promise<Run | undefined>): Promise<Run> {
  const [rule] = brokenRules(found)
  let least = found
  await smallest(found.program, async (program) => {
    const smaller = await runIt(program)
    if (!smaller || brokenRules(smaller)[0] !== rule) return undefined
    least = smaller
    return smaller.program
  })
  return least
}
