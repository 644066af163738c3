import { names, type Client, type Column } from './columns.js'
import { collectGarbage, inTurns, quiet, type Row, type Runner } from './rounds.js'
import { World, type Counts } from './world.js'

/** One storm: so many requests at once, and all but the bare client's with a token that has died. */
export interface Storm extends Counts {
  readonly held: number
  /** From the grant's answer until the last request has settled, in milliseconds; for the bare client all of it. */
  readonly took: number
  /** Requests that their callers got no good answer to. */
  readonly lost: number
}

/** What a column did in storms of one size. */
export interface StormRow extends Row {
  /** Of the last storm: what the servers counted, and what was lost. */
  readonly lost: number
  readonly grants: number
}

/** Storms of one size, in turns. */
export async function storms(
  columns: readonly Column[],
  kind: 'axios' | 'fetch',
  { held, rounds, onRound }: { held: number; rounds: number; onRound?: () => void },
): Promise<StormRow[]> {
  const last = new Map<string, Storm>()
  const runners = columns
    .filter((column) => column.kind === kind)
    .map((column): Runner => {
      const { name } = column
      const run = async (): Promise<number> => {
        const came = await storm(column, held)
        last.set(name, came)
        return came.took
      }
      return { name, run }
    })
  const warmUp = held < 10_000 ? 3 : 1
  const rows = await inTurns(runners, names[kind].bare, { rounds, warmUp, onRound })
  return rows.map((row) => ({ ...row, ...tellingOf(last.get(row.name) as Storm) }))
}

function tellingOf({ lost, grants }: Storm): { lost: number; grants: number } {
  return { lost, grants }
}

/** Plays one storm; what it came to is counted by the world and by what the callers got. */
export async function storm(column: Column, held: number): Promise<Storm> {
  const world = new World()
  const client = await column.open(world)
  try {
    const { took, answered } = column.isBare
      ? await plainly(client, held)
      : await throughADeadToken(client, world, held)
    return { ...world.counts, held, took, lost: held - answered }
  } finally {
    client.close?.()
  }
}

interface Came {
  readonly took: number
  readonly answered: number
}

async function plainly(client: Client, held: number): Promise<Came> {
  const started = performance.now()
  const answered = await sendAtOnce(client, held)
  return { took: performance.now() - started, answered }
}

async function throughADeadToken(client: Client, world: World, held: number): Promise<Came> {
  world.kill()
  const all = sendAtOnce(client, held)
  // All that can happen without the grant's answer has happened: everyone waits for it, or has lost.
  await quiet()
  const isAsked = world.counts.grants > 0
  // What the first sending left behind is not the replay's: the bare client begins on a clean heap too.
  collectGarbage()
  const started = performance.now()
  world.release()
  const answered = await all
  return { took: isAsked ? performance.now() - started : NaN, answered }
}

async function sendAtOnce(client: Client, held: number): Promise<number> {
  const sent: Promise<{ readonly status: number }>[] = []
  for (let index = 0; index < held; index += 1) sent.push(client.send('/items'))
  const outcomes = await Promise.allSettled(sent)
  return outcomes.filter((one) => one.status === 'fulfilled' && one.value.status === 200).length
}
