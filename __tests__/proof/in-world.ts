import { runInThisContext } from 'node:vm'
import { leavesNoRejection } from './end.js'
import type { Step } from './steps.js'
import type { Subject } from './subject.js'
import { World } from './world.js'
import type { WorldOptions } from './world-options.js'

/** Jest gives tests a copy of `process`, and no event of the real one reaches it. */
const realProcess = runInThisContext('process') as NodeJS.Process

/** What became of a world. */
export interface Lived {
  readonly complaints: readonly string[]
  /** The steps that were taken, none drawn any more. */
  readonly taken: readonly Step[]
  readonly story: readonly string[]
}

/** Makes a world, lets `live` live in it, and takes away what it has put on. */
export async function inWorld(
  options: WorldOptions,
  subject: Subject,
  live: (world: World) => Promise<void>,
): Promise<Lived> {
  const rejections: unknown[] = []
  const note = (reason: unknown): void => void rejections.push(reason)
  const world = new World(subject, options)
  const { stackTraceLimit } = Error
  // What a planted fault leaves to nobody is no failure of the test that looks for it.
  const others = realProcess.listeners('unhandledRejection')
  realProcess.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
  const uninstall = world.clock.install()
  // Thousands of errors are made, and nobody reads where.
  Error.stackTraceLimit = 0
  try {
    world.openAll()
    await world.settled()
    await live(world)
  } finally {
    uninstall()
    Error.stackTraceLimit = stackTraceLimit
    realProcess.off('unhandledRejection', note)
    for (const other of others) realProcess.on('unhandledRejection', other)
  }
  const unhandled = rejections.map((reason) => `${leavesNoRejection}\n    ${String(reason)}`)
  const { complaints, taken, story } = world
  return { complaints: [...complaints, ...unhandled], taken, story }
}
