import { runInThisContext } from 'node:vm'
import type { Step } from './steps.js'
import type { Subject } from './subject.js'
import { World, type WorldOptions } from './world.js'

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
  realProcess.on('unhandledRejection', note)
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
  }
  const unhandled = rejections.map((reason) => `No rejection is unhandled.\n    ${String(reason)}`)
  const { complaints, taken, story } = world
  return { complaints: [...complaints, ...unhandled], taken, story }
}
