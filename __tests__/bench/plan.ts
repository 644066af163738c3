import { join } from 'node:path'
import { names } from './columns.js'
import type { Task } from './measure.js'
import { inProcess } from './processes.js'
import { profile } from './profile.js'
import { sizes } from './size.js'
import { start } from './start.js'
import type { Results } from './results.js'
import { warmUpOf } from './storm.js'

/** One thing that is measured. */
export interface Step {
  readonly name: keyof Results
  /** What the progress line says. */
  readonly what: string
  readonly rounds: number
  /** True: what comes of it is one member of a list. */
  readonly isOneOf: boolean
  run(onRound: () => void): Promise<unknown>
}

interface Setting {
  readonly root: string
  /** The compiled measure.ts. */
  readonly script: string
  readonly isQuick: boolean
}

/** Peers whose requests wait until a grant answers, so that they can be weighed. */
const held = [
  names.axios.bare,
  'hand-rolled queue',
  'axios-auth-refresh, no dedup',
  'axios-auth-refresh-queue',
  names.axios.ours,
  names.fetch.bare,
  '@badgateway/oauth2-client',
  names.fetch.ours,
]

/** What is measured, in order. A quick run does the same with few rounds: to see that it works, not what it is. */
export function planOf({ root, script, isQuick }: Setting): Step[] {
  const cwd = join(root, '__tests__/bench')
  const times = (rounds: number): number => (isQuick ? Math.min(rounds, 2) : rounds)
  const task = (given: Task, onRound?: () => void): Promise<unknown> =>
    inProcess(script, given, { cwd, ...(onRound && { onRound }) })

  const goodToken = (
    way: 'adapter' | 'http' | 'fetch',
    atOnce: number,
    requests: number,
    full: number,
  ): Step => {
    const rounds = isQuick ? 12 : full
    // What all axios columns have in common is compiled first: until each one's own is, it would seem slow beside it.
    const warmUp = isQuick ? 10 : 8_000 / requests
    const kind = way === 'fetch' ? 'fetch' : 'axios'
    const wire = way === 'http'
    const given: Task = { task: 'good-token', kind, wire, requests, rounds, warmUp, atOnce }
    return {
      name: 'goodToken',
      what: `a good token, ${way}, ${atOnce} at once`,
      rounds: rounds + warmUp,
      isOneOf: true,
      run: async (onRound) => ({ way, atOnce, rows: await task(given, onRound) }),
    }
  }

  const storm = (kind: 'axios' | 'fetch', count: number, full: number, only?: readonly string[]): Step => ({
    name: 'storms',
    what: `a storm of ${count}, ${kind}`,
    rounds: times(full) + warmUpOf(count),
    isOneOf: true,
    run: async (onRound) => ({
      kind,
      held: count,
      rows: await task(
        { task: 'storm', kind, held: count, rounds: times(full), ...(only && { only }) },
        onRound,
      ),
    }),
  })

  const few = ['hand-rolled queue', ...Object.values(names).flatMap(({ bare, ours }) => [bare, ours])]
  const largest = isQuick ? [] : [storm('axios', 100_000, 3, few), storm('fetch', 100_000, 3, few)]

  const memory = (column: string, count: number): Task => ({ task: 'memory', column, held: count })
  const weights = (isQuick ? [10_000] : [1000, 10_000, 50_000]).flatMap((count) =>
    held.map((column) => memory(column, count)),
  )

  const hour = (viewEveryMs: number): Step => ({
    name: 'hours',
    what: `an hour of a page, a view every ${viewEveryMs / 1000} s`,
    rounds: 13,
    isOneOf: true,
    run: async (onRound) => ({
      viewEveryMs,
      rows: await task({ task: 'hour', seed: 1, viewEveryMs }, onRound),
    }),
  })

  return [
    goodToken('adapter', 1, 200, 300),
    goodToken('adapter', 100, 400, 60),
    goodToken('http', 8, 40, 250),
    goodToken('fetch', 1, 200, 300),
    goodToken('fetch', 100, 400, 60),
    ...([100, 1000, 10_000] as const).flatMap((count) => [
      storm('axios', count, { 100: 100, 1000: 30, 10_000: 7 }[count]),
      storm('fetch', count, { 100: 200, 1000: 40, 10_000: 9 }[count]),
    ]),
    ...largest,
    {
      name: 'memory',
      what: 'memory of a held request',
      rounds: weights.length,
      isOneOf: false,
      async run(onRound) {
        const rows = []
        for (const given of weights) {
          rows.push(await task(given))
          onRound()
        }
        return rows
      },
    },
    ...(isQuick ? [4000] : [4000, 1000, 16_000]).map(hour),
    { name: 'sizes', what: 'size', rounds: 1, isOneOf: false, run: () => sizes(root) },
    {
      name: 'start',
      what: 'start',
      rounds: isQuick ? 6 : 60,
      isOneOf: false,
      run: (onRound) => start(root, isQuick ? 3 : 30, onRound),
    },
    ...profiles({ cwd, script, isQuick }),
  ]
}

/** Where tokenflight's time goes; the bare client runs beside it, and its time is in the places too. */
function profiles({ cwd, script, isQuick }: { cwd: string; script: string; isQuick: boolean }): Step[] {
  return (['axios', 'fetch'] as const).flatMap((kind) => {
    const { bare, ours } = names[kind]
    const only = [bare, ours]
    const good: Task = {
      task: 'good-token',
      kind,
      wire: false,
      requests: 200,
      rounds: isQuick ? 20 : 100,
      warmUp: isQuick ? 10 : 40,
      atOnce: 1,
      only,
    }
    const storm: Task = { task: 'storm', kind, held: 1000, rounds: isQuick ? 3 : 20, only }
    return [
      { name: `a good token on ${kind}`, task: good },
      { name: `a storm of 1,000 on ${kind}`, task: storm },
    ].map(
      ({ name, task }): Step => ({
        name: 'profiles',
        what: `profile of ${name}`,
        rounds: 1,
        isOneOf: true,
        run: () => profile(name, script, cwd, task),
      }),
    )
  })
}
