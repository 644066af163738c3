import { drain, end } from './end.js'
import { genuine, type Subject } from './subject.js'
import { inWorld, type Lived } from './in-world.js'
import { take, type Step } from './steps.js'
import type { Habits } from './programs.js'
import type { World } from './world.js'
import type { WorldOptions } from './world-options.js'

/** What a counterexample is: a world and what happens in it. It can be printed, pasted and run again. */
export interface Program {
  readonly world: WorldOptions
  readonly steps: readonly Step[]
  /** 'drain': the outside answers everything at last, then all tabs are disposed of; else that comes at once. */
  readonly end: 'drain' | 'dispose'
}

/** A step of the outside that is known only when it comes: the n-th thing that can happen, by habit. */
export type Drawn = readonly ['any', number, number]

/** A random program. What comes of it is a {@link Program}. */
export interface DrawnProgram extends Omit<Program, 'steps'> {
  readonly habits: Habits
  readonly steps: readonly (Step | Drawn)[]
}

/** What came of a run. */
export interface Run {
  readonly complaints: readonly string[]
  /** What was run, with none of its steps drawn any more. */
  readonly program: Program
  /** The program as it can be pasted, and below each step what followed. */
  readonly print: () => string
}

/** Runs a program and looks for what must not be. */
export async function run(program: Program | DrawnProgram, subject: Subject = genuine): Promise<Run> {
  const lived = await inWorld(program.world, subject, async (world) => {
    for (const drawn of program.steps) {
      const step = drawn[0] === 'any' ? stepOf(world, drawn, (program as DrawnProgram).habits) : drawn
      if (step) await tellAndTake(world, step)
      if (world.complaints.length) return
    }
    await finish(world, program.end)
  })
  return asRun(lived, program)
}

/** The end of every program. */
export async function finish(world: World, how: Program['end']): Promise<void> {
  if (how === 'drain') {
    world.story.push('// the outside answers everything')
    await drain(world)
  }
  if (world.complaints.length) return
  world.story.push('// every tab is disposed of')
  await end(world, how === 'drain')
}

/** Takes a step, with a line of its own above what followed. */
export async function tellAndTake(world: World, step: Step): Promise<boolean> {
  const { story, taken } = world
  const { length } = story
  const done = await take(world, step)
  if (done === undefined) return false
  taken.push(step)
  story.splice(length, 0, `${shown(step)}, // ${done}`)
  return true
}

/** What came of a world that was lived in. */
export function asRun(
  { complaints, taken, story }: Lived,
  { world, end: ending }: Pick<Program, 'world' | 'end'>,
): Run {
  const program = { world, steps: taken, end: ending }
  return { complaints, program, print: () => print(program, story) }
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

/** As it is pasted into counterexamples.test.ts, or as the witness of a fault. */
function print({ world, end: ending }: Program, story: readonly string[]): string {
  const options = Object.entries(world).map(([name, value]) => `${name}: ${quoted(value)}`)
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

function shown(step: Step): string {
  return `[${step.map(quoted).join(', ')}]`
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}
