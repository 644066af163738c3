import { drain, end } from './end.js'
import { genuine, type Subject } from './subject.js'
import { inWorld } from './in-world.js'
import { take, type Step } from './steps.js'
import type { Habits } from './programs.js'
import type { World, WorldOptions } from './world.js'

/** What a counterexample is: a world and what happens in it. It can be printed, pasted and run again. */
export interface Program {
  readonly world: WorldOptions
  readonly steps: readonly Step[]
  /** 'drain': the outside answers everything at last, then all tabs are disposed of; else that comes at once. */
  readonly end: 'drain' | 'dispose'
}

/** A step of the outside that is known only when it comes: the n-th thing that can happen, by habit. */
export type Drawn = readonly ['any', number, number]

/** A random program. What comes of it is printed as a {@link Program}. */
export interface DrawnProgram extends Omit<Program, 'steps'> {
  readonly habits: Habits
  readonly steps: readonly (Step | Drawn)[]
}

/** What came of a run. */
export interface Run {
  readonly complaints: readonly string[]
  /** The program as it can be pasted, and below each step what followed. */
  readonly print: () => string
}

/** Runs a program and looks for what must not be. */
export async function run(program: Program | DrawnProgram, subject: Subject = genuine): Promise<Run> {
  const { complaints, story } = await inWorld(program.world, subject, async (world) => {
    for (const drawn of program.steps) {
      const step = drawn[0] === 'any' ? stepOf(world, drawn, (program as DrawnProgram).habits) : drawn
      if (step) await tellAndTake(world, step)
      if (world.complaints.length) return
    }
    if (program.end === 'drain') {
      world.story.push('// the outside answers everything')
      await drain(world)
    }
    if (world.complaints.length) return
    world.story.push('// every tab is disposed of')
    await end(world, program.end === 'drain')
  })
  return { complaints, print: () => print(program, story) }
}

/** Takes a step, with a line of its own above what followed. */
export async function tellAndTake(world: World, step: Step): Promise<boolean> {
  const { story } = world
  const { length } = story
  const done = await take(world, step)
  if (done === undefined) return false
  story.splice(length, 0, `${JSON.stringify(step).replaceAll('"', "'").replaceAll(',', ', ')}, // ${done}`)
  return true
}

/** What a drawn step comes to in this world at this moment. */
function stepOf({ outside }: World, [, nth, habit]: Drawn, habits: Habits): Step | undefined {
  const { ready } = outside
  const pending = ready[nth % ready.length]
  if (!pending) return undefined
  const { kind } = pending
  const hows = habits[kind]
  return [kind, outside.of(kind).indexOf(pending), hows[habit % hows.length]] as unknown as Step
}

/** As it is pasted into counterexamples.test.ts. */
export function print(
  { world, end: ending }: Pick<Program, 'world' | 'end'>,
  story: readonly string[],
): string {
  const options = Object.entries(world).map(([name, value]) =>
    typeof value === 'string' ? `${name}: '${value}'` : `${name}: ${value}`,
  )
  return [
    '{',
    `  world: { ${options.join(', ')} },`,
    '  steps: [',
    ...story.map((line) => `    ${line}`),
    '  ],',
    `  end: '${ending}',`,
    '}',
  ].join('\n')
}
