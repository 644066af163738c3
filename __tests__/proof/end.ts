import { kindly } from './outside.js'
import type { World } from './world.js'

/** More than any program needs to come to rest. */
const mostTurns = 1_000

/** The outside answers everything, and time passes while someone waits for it, unless it `mayPass` not. */
export async function drain(world: World, mayPass = true): Promise<void> {
  for (let turn = 0; turn < mostTurns; turn++) {
    const [next] = world.outside.ready
    if (next) next.settle(kindly[next.kind])
    else if (!mayPass || !world.unended.length || !world.clock.fireNext()) return
    await world.settled()
    if (world.complaints.length) return
  }
  world.complaints.push(`The world comes to rest.\n    it goes on after ${mostTurns} turns`)
}

/** Every tab is disposed of, and what was on its way comes back. `isDrained`: before that, nothing may be left. */
export async function end(world: World, isDrained: boolean): Promise<void> {
  if (isDrained) {
    demand(world, 'Every request ends.', world.unended.length)
    demand(world, 'At the end nothing is held.', sum(world.tabs.map(({ held }) => held)))
    demand(world, 'At the end no timer keeps the process.', world.clock.refs)
  }
  for (const tab of world.tabs) tab.dispose()
  await world.settled()
  await drain(world, false)
  demand(world, 'Every request ends, at the latest with its session.', world.unended.length)
  demand(world, 'No timer is left behind.', world.clock.timers)
  demand(world, 'No listener is left at the store.', world.place.listeners)
  demand(world, 'No listener is left at a signal.', world.abortListeners)
  demand(world, 'No lock is kept.', locksOf(world.place.name))
}

function demand(world: World, says: string, left: number): void {
  if (left) world.complaints.push(`${says}\n    ${left} left`)
}

/** How many turns of the package's own lock within a process are taken or waited for. */
function locksOf(name: string): number {
  const shared = globalThis as { [key: symbol]: ReadonlyMap<string, unknown> | undefined }
  return shared[Symbol.for('tokenflight.locks')]?.has(`tokenflight:${name}`) ? 1 : 0
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
