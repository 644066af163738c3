import type { World } from './world.js'
import type { Kind } from './outside.js'

/** More than any program needs to come to rest. */
const mostTurns = 1_000

const kindly: Readonly<Record<Kind, string>> = {
  api: 'judge',
  grant: 'rotated',
  acquire: 'same',
  store: 'answer',
  lock: 'give',
  notice: 'deliver',
}

/** The outside answers everything, and time passes while someone waits for it, unless it `mayPass` not. */
export async function drain(world: World, mayPass = true): Promise<void> {
  for (let turn = 0; turn < mostTurns; turn++) {
    const [next] = world.outside.ready
    if (next) next.settle(kindly[next.kind])
    else if (!mayPass || !world.open_.length || !world.clock.fireNext()) return
    await world.settled()
    if (world.complaints.length) return
  }
  world.complaints.push(`The world comes to rest.\n    it goes on after ${mostTurns} turns`)
}

/** Every tab is disposed of, and what was on its way comes back. `isDrained`: before that, nothing may be left. */
export async function end(world: World, isDrained: boolean): Promise<void> {
  if (isDrained) {
    const [open] = world.open_
    if (open) world.complaints.push(`Every request ends.\n    request ${open.id} does not`)
    const held = world.tabs.reduce((sum, tab) => sum + tab.held, 0)
    if (held) world.complaints.push(`At the end nothing is held.\n    ${held} are`)
    if (world.clock.refs) world.complaints.push('At the end no timer keeps the process.\n    one does')
  }
  for (const tab of world.tabs) tab.dispose()
  await world.settled()
  for (let turn = 0; turn < mostTurns; turn++) {
    const [next] = world.outside.ready
    if (!next) break
    next.settle(kindly[next.kind])
    await world.settled()
  }
  const [open] = world.open_
  if (open)
    world.complaints.push(
      `Every request ends, at the latest with its session.\n    request ${open.id} does not`,
    )
  const { timers } = world.clock
  if (timers) world.complaints.push(`No timer is left behind.\n    ${timers} are`)
  const { listeners, name } = world.place
  const locks = (globalThis as { [key: symbol]: Map<string, unknown> | undefined })[
    Symbol.for('tokenflight.locks')
  ]
  if (locks?.has(`tokenflight:${name}`)) world.complaints.push('No lock is kept.\n    one is')
  if (listeners) world.complaints.push(`No listener is left at the store.\n    ${listeners} are`)
  const { abortListeners } = world
  if (abortListeners) world.complaints.push(`No listener is left at a signal.\n    ${abortListeners} are`)
}
