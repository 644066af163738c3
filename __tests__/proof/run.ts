import { runInThisContext } from 'node:vm'
import { drain, end } from './end.js'
import { genuine, type Subject } from './subject.js'
import { take, type Step } from './steps.js'
import { World, type WorldOptions } from './world.js'

/** What a counterexample is: a world and what happens in it. It can be printed, pasted and run again. */
export interface Program {
  readonly world: WorldOptions
  readonly steps: readonly Step[]
  /** 'drain': the outside answers everything at last, then all tabs are disposed of; else that comes at once. */
  readonly end: 'drain' | 'dispose'
}

/** What came of a run. */
export interface Run {
  readonly complaints: readonly string[]
  /** The program as it can be pasted, and below each step what followed. */
  readonly print: () => string
}

/** Jest gives tests a copy of `process`, and no event of the real one reaches it. */
const realProcess = runInThisContext('process') as NodeJS.Process

/** Runs a program and looks for what must not be. */
export async function run(program: Program, subject: Subject = genuine): Promise<Run> {
  return inWorld(program.world, subject, async (world, said) => {
    const isBad = (): boolean => world.complaints.length > 0
    for (const step of program.steps) {
      const done = await take(world, step)
      if (done !== undefined) said(`${JSON.stringify(step).replaceAll('"', "'")}, // ${done}`)
      if (isBad()) return
    }
    if (program.end === 'drain') {
      said('// the outside answers everything')
      await drain(world)
    }
    if (isBad()) return
    said('// every tab is disposed of')
    await end(world, program.end === 'drain')
  }).then((outcome) => ({ ...outcome, print: () => print(program, outcome.lines) }))
}

/** Makes a world, lets `live` live in it, and takes it away with everything that it has put on. */
export async function inWorld(
  options: WorldOptions,
  subject: Subject,
  live: (world: World, said: (line: string) => void) => Promise<void>,
): Promise<{ readonly complaints: readonly string[]; readonly lines: readonly string[] }> {
  const lines: string[] = []
  const rejections: unknown[] = []
  const note = (reason: unknown): void => void rejections.push(reason)
  realProcess.on('unhandledRejection', note)
  const world = new World(subject, options)
  const uninstall = world.clock.install()
  const { stackTraceLimit } = Error
  // Thousands of errors are made, and nobody reads where.
  Error.stackTraceLimit = 0
  const tell = (line?: string): void => {
    if (line) lines.push(`    ${line}`)
    lines.push(...world.story.splice(0).map((happened) => `    //   ${happened}`))
  }
  try {
    world.openAll()
    await world.settled()
    tell()
    await live(world, tell)
    tell()
  } finally {
    uninstall()
    Error.stackTraceLimit = stackTraceLimit
    realProcess.off('unhandledRejection', note)
  }
  return { complaints: [...world.complaints, ...rejections.map(unhandled)], lines }
}

function print({ world, end: ending }: Program, lines: readonly string[]): string {
  return [
    '{',
    `  world: ${JSON.stringify(world).replace(/"(\w+)":/g, ' $1: ').replaceAll('"', "'")},`,
    '  steps: [',
    ...lines,
    '  ],',
    `  end: '${ending}',`,
    '}',
  ].join('\n')
}

function unhandled(reason: unknown): string {
  return `No rejection is unhandled.\n    ${String((reason as Error)?.stack ?? reason)}`
}
