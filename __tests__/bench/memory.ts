import type { Client, Column } from './columns.js'
import { collectGarbage, quiet } from './rounds.js'
import { World } from './world.js'

/** What requests weigh while they wait for a grant; a bare client's, while they wait for their answer. */
export interface Weight {
  readonly name: string
  readonly held: number
  /** Bytes of the heap for each request; absent where the column holds none. */
  readonly bytes: number | undefined
  readonly lost: number
}

/** Weighs so many held requests. The process is this column's alone, and was started with --expose-gc. */
export async function weigh(column: Column, held: number): Promise<Weight> {
  // A real transport too has a hold on each request that it is to answer.
  const unanswered: (() => void)[] = []
  const never = (): Promise<void> => new Promise((resolve) => void unanswered.push(resolve))
  // What the first requests leave behind for good is not what a request weighs.
  await fill(await column.open(new World()), 200)
  const world = column.isBare ? new World({ wire: { api: never, token: never } }) : new World()
  const client = await column.open(world)
  if (!column.isBare) world.kill()
  const before = heap()
  const all = hold(client, held)
  await quiet()
  const after = heap()
  const lost = all.settled()
  for (const answer of unanswered) answer()
  world.release()
  client.close?.()
  // Whoever does not hold them all holds something else.
  return { name: column.name, held, bytes: lost ? undefined : (after - before) / held, lost }
}

async function fill(client: Client, count: number): Promise<void> {
  const sent: Promise<unknown>[] = []
  for (let index = 0; index < count; index += 1) sent.push(client.send('/items'))
  await Promise.all(sent)
  client.close?.()
}

/** Keeps nothing but the promises, as an app does, and one count for all of them. */
function hold(client: Client, held: number): { settled(): number } {
  let settled = 0
  const count = (): void => {
    settled += 1
  }
  for (let index = 0; index < held; index += 1) void client.send('/items').then(count, count)
  return { settled: () => settled }
}

function heap(): number {
  for (let turn = 0; turn < 3; turn += 1) collectGarbage()
  return process.memoryUsage().heapUsed
}
