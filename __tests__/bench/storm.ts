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

/** Storms that come before those that are measured: the engine compiles what runs often. */
export function warmUpOf(held: number): number {
  return Math.max(2, Math.min(20, 10_000 / held))
}

/**
 * Storms of one size, in turns. Each column keeps its client, as a page does. Only the young garbage is collected
 * between two turns: a full collection, which no page has before every storm, also drops the compiled code for all
 * shapes that no object has just then, and a cold start would be measured.
 */
export async function storms(
  columns: readonly Column[],
  kind: 'axios' | 'fetch',
  { held, rounds, onRound }: { held: number; rounds: number; onRound?: () => void },
): Promise<StormRow[]> {
  const last = new Map<string, Storm>()
  const stages: Stage[] = []
  const runners: Runner[] = []
  for (const column of columns.filter((one) => one.kind === kind)) {
    const stage = await stageOf(column)
    stages.push(stage)
    const { name } = column
    runners.push({
      name,
      async run() {
        const came = await stormOn(stage, held)
        last.set(name, came)
        return came.took
      },
    })
  }
  try {
    const warmUp = warmUpOf(held)
    const rows = await inTurns(runners, names[kind].bare, { rounds, warmUp, garbage: 'minor', onRound })
    return rows.map((row) => ({ ...row, ...tellingOf(last.get(row.name) as Storm) }))
  } finally {
    for (const { client } of stages) client.close?.()
  }
}

function tellingOf({ lost, grants }: Storm): { lost: number; grants: number } {
  return { lost, grants }
}

/** Plays one storm; what it came to is counted by the world and by what the callers got. */
export async function storm(column: Column, held: number): Promise<Storm> {
  const stage = await stageOf(column)
  try {
    return await stormOn(stage, held)
  } finally {
    stage.client.close?.()
  }
}

/** A column's client on a world of its own. */
interface Stage {
  readonly column: Column
  readonly world: World
  readonly client: Client
}

async function stageOf(column: Column): Promise<Stage> {
  const world = new World()
  return { column, world, client: await column.open(world) }
}

async function stormOn({ column, world, client }: Stage, held: number): Promise<Storm> {
  const before = { ...world.counts }
  const came = column.isBare ? plainly(client, held) : throughADeadToken(client, world, held)
  const { took, answered } = await came
  const { answers, refusals, grants } = world.counts
  return {
    answers: answers - before.answers,
    refusals: refusals - before.refusals,
    grants: grants - before.grants,
    held,
    took,
    lost: held - answered,
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
  const { grants } = world.counts
  world.kill()
  const all = sendAtOnce(client, held)
  // All that can happen without the grant's answer has happened: everyone waits for it, or has lost.
  await quiet()
  const isAsked = world.counts.grants > grants
  // What the first sending left behind is not the replay's: the bare client begins on a clean heap too.
  collectGarbage('minor')
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
