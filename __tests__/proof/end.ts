import { kindly } from './outside.js'
import { comesToRest, type World } from './world.js'

/** More than any program needs to come to rest. */
const mostTurns = 1_000

/** What must be so when the outside has answered everything. */
const drained = {
  'Every request ends.': (world: World) => world.unended.length,
  'At the end no timer keeps the process.': (world: World) => world.clock.refs,
}

/** What must be so when every tab is disposed of besides. */
const over = {
  'Every request ends, at the latest with its session.': (world: World) => world.unended.length,
  'No timer is left behind.': (world: World) => world.clock.timers,
  'No listener is left at the store.': (world: World) => world.place.listeners,
  'No listener is left at a signal.': (world: World) => world.abortListeners,
  'No lock is kept.': (world: World) => locksOf(world.place.name),
}

/** Told by whoever makes a world. */
export const leavesNoRejection = 'No rejection is unhandled.'

/** The rules for the end of a program. */
export const endRules: readonly string[] = [
  comesToRest,
  leavesNoRejection,
  ...Object.keys(drained),
  ...Object.keys(over),
]

/** The outside answers everything, and time passes while someone waits for it, unless it `mayPass` not. */
export async function drain(world: World, mayPass = true): Promise<void> {
  for (let turn = 0; turn < mostTurns; turn++) {
    const [next] = world.outside.ready
    if (next) next.settle(kindly[next.kind])
    else if (!mayPass || !world.unended.length || !world.clock.fireNext()) return
    await world.settled()
    if (world.complaints.length) return
  }
  world.complaints.push(`${comesToRest}\n    it goes on after ${mostTurns} turns`)
}

/** Every tab is disposed of, and what was on its way comes back. `isDrained`: before that, nothing may be left. */
export async function end(world: World, isDrained: boolean): Promise<void> {
  if (isDrained) demand(world, drained)
  for (const tab of world.tabs) tab.dispose()
  await world.settled()
  await drain(world, false)
  demand(world, over)
}

/** Counts what is left of each kind. */
function demand(world: World, kinds: Readonly<Record<string, (world: World) => number>>): void {
  for (const [says, count] of Object.entries(kinds)) {
    const left = count(world)
    if (left) world.complaints.push(`${says}\n    ${left} left`)
  }
}

/** How many turns of the package's own lock within a process are taken or waited for. */
function locksOf(name: string): number {
  const shared = globalThis as { [key: symbol]: ReadonlyMap<string, unknown> | undefined }
  return shared[Symbol.for('tokenflight.locks')]?.has(`tokenflight:${name}`) ? 1 : 0
}
