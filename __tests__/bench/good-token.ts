import { names, type AxiosSetting, type Client, type Column } from './columns.js'
import { inTurns, type Row, type Runner } from './rounds.js'
import { World } from './world.js'

/** How a request with a good token is measured. */
export interface GoodTokenOptions {
  /** Requests in a batch. */
  readonly requests: number
  readonly rounds: number
  /** Rounds before those that are measured. Default 10. */
  readonly warmUp?: number
  /** How many are on their way at the same time. */
  readonly atOnce: number
  /** Where axios sends to; default: the world's own adapter, which answers at once. */
  readonly http?: AxiosSetting | undefined
  readonly onRound?: () => void
}

/** Microseconds for each request with a good token, by column, and what was refused before it was measured. */
export async function goodToken(
  columns: readonly Column[],
  kind: 'axios' | 'fetch',
  { requests, rounds, warmUp = 10, atOnce, http, onRound }: GoodTokenOptions,
): Promise<Row[]> {
  const opened: Client[] = []
  const runners: Runner[] = []
  for (const column of columns.filter((one) => one.kind === kind)) {
    const world = new World()
    const client = await column.open(world, http)
    opened.push(client)
    runners.push({
      name: column.name,
      async run() {
        const before = world.counts.answers
        const started = performance.now()
        const answered = await sendAll(client, requests, atOnce)
        const took = performance.now() - started
        const counted = http ? answered : world.counts.answers - before
        if (answered !== requests || counted !== requests || world.counts.grants)
          throw new Error(`${column.name} did other work: ${answered} of ${requests} requests answered`)
        return (took / requests) * 1000
      },
    })
  }
  try {
    return await inTurns(runners, names[kind].bare, { rounds, warmUp, garbage: 'minor', onRound })
  } finally {
    for (const client of opened) client.close?.()
  }
}

/** Sends so many requests, a few at the same time; returns how many were answered with a 200. */
async function sendAll(client: Client, requests: number, atOnce: number): Promise<number> {
  let left = requests
  let answered = 0
  const sendOn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const { status } = await client.send('/items')
      if (status === 200) answered += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendOn))
  return answered
}
