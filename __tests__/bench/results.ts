import { existsSync, readFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { names } from './columns.js'
import type { Hour } from './hour.js'
import type { Weight } from './memory.js'
import type { Profile } from './profile.js'
import type { Row } from './rounds.js'
import type { Sizes } from './size.js'
import type { Start } from './start.js'
import type { StormRow } from './storm.js'

/** Everything that one run measured. */
export interface Results {
  /** The day, as in 2030-01-31. */
  readonly date: string
  readonly machine: string
  /** True: too few rounds to go by. */
  readonly isQuick: boolean
  /** Microseconds for a request with a good token; `atOnce`: how many are on their way at the same time. */
  readonly goodToken: readonly {
    readonly way: 'adapter' | 'http' | 'fetch'
    readonly atOnce: number
    readonly rows: readonly Row[]
  }[]
  readonly storms: readonly {
    readonly kind: 'axios' | 'fetch'
    readonly held: number
    readonly rows: readonly StormRow[]
  }[]
  readonly memory: readonly Weight[]
  readonly hours: readonly { readonly viewEveryMs: number; readonly rows: readonly Hour[] }[]
  readonly sizes: Sizes
  readonly start: Start
  readonly profiles: readonly Profile[]
}

/** What this was measured on. */
export function machine(root: string): string {
  const [cpu] = cpus()
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/axios/package.json'), 'utf8')) as {
    version: string
  }
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  const model = cpu?.model.trim() || 'unknown processor'
  return `${cpus().length} × ${model}, ${gigabytes} GB, ${type()}, Node ${process.versions.node}, axios ${version}`
}

/** What the last full run wrote; undefined where there was none. */
export function readResults(folder: string): Results | undefined {
  const path = join(folder, 'results.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : undefined
}

/** The row of a column; throws where it was not measured. */
export function rowOf<T extends { readonly name: string }>(rows: readonly T[], name: string): T {
  const row = rows.find((one) => one.name === name)
  if (!row) throw new Error(`Nothing was measured for "${name}"`)
  return row
}

/** What was to be reached, and what was. */
export interface Goal {
  readonly what: string
  readonly goal: number
  readonly reached: number
  /** Within the goal, or within the spread of the baseline against itself. */
  readonly isReached: boolean
  readonly unit: 'ratio' | 'bytes' | 'kB' | 'ms' | ''
}

/** Judges a run by what was to be reached. */
export function goalsOf(results: Results): Goal[] {
  return [...ofGoodTokens(results), ...ofStorms(results), ...ofTheRest(results)]
}

function ofGoodTokens({ goodToken }: Results): Goal[] {
  const limits = { adapter: 1, http: 1.02, fetch: 1.3 }
  const ways = {
    adapter: 'good token, axios with an instant adapter',
    http: "good token, axios's http adapter by name",
    fetch: 'good token, fetch over a stub',
  }
  return goodToken
    .filter(({ atOnce, way }) => atOnce === 1 || way === 'http')
    .map(({ way, rows }) => {
      const { ours, again } = names[way === 'fetch' ? 'fetch' : 'axios']
      const { median } = rowOf(rows, ours).ratio
      const isReached = median <= Math.max(limits[way], rowOf(rows, again).ratio.q3)
      return { what: ways[way], goal: limits[way], reached: median, isReached, unit: 'ratio' }
    })
}

function ofStorms({ storms }: Results): Goal[] {
  const limits: Readonly<Record<string, number>> = {
    'axios 100': 0.3,
    'axios 1000': 0.2,
    'axios 10000': 0.25,
    'fetch 100': 1.2,
    'fetch 1000': 1.2,
    'fetch 10000': 1.2,
  }
  return storms.flatMap(({ kind, held, rows }): Goal[] => {
    const goal = limits[`${kind} ${held}`]
    if (goal === undefined) return []
    const { ratio, lost, grants } = rowOf(rows, names[kind].ours)
    const isReached = ratio.median <= goal && lost === 0 && grants === 1
    return [{ what: `storm of ${held} on ${kind}`, goal, reached: ratio.median, isReached, unit: 'ratio' }]
  })
}

function ofTheRest({ memory, hours, sizes, start }: Results): Goal[] {
  const atMost = (what: string, goal: number, reached: number, unit: Goal['unit']): Goal => ({
    what,
    goal,
    reached,
    isReached: reached <= goal,
    unit,
  })
  const bytes = (name: string): number =>
    rowOf(
      memory.filter(({ held }) => held === 10_000),
      name,
    ).bytes ?? NaN
  const [page] = hours
  const ofHour = (Object.values(names) as { ours: string }[]).map(({ ours }) => rowOf(page?.rows ?? [], ours))
  const worst = (value: (hour: Hour) => number): number => Math.max(...ofHour.map(value))
  const [axios, fetch] = sizes.ours
  return [
    atMost('memory of a held request on axios', 3200, bytes(names.axios.ours), 'bytes'),
    atMost('memory of a held request on fetch', 3500, bytes(names.fetch.ours), 'bytes'),
    atMost(
      'an hour: waited on a grant, of 1,000 requests',
      0,
      worst((hour) => hour.waitedPer1000),
      '',
    ),
    atMost(
      'an hour: 401s on the wire per expiry',
      0,
      worst((hour) => hour.refusalsPerExpiry),
      '',
    ),
    atMost(
      "an hour: p99 latency over the bare client's",
      1,
      worst((hour) => hour.p99Ratio),
      'ratio',
    ),
    atMost('size, core + axios + storageStore', 8, (axios?.gzipped ?? NaN) / 1000, 'kB'),
    atMost('size, core + fetch', 7, (fetch?.gzipped ?? NaN) / 1000, 'kB'),
    ...(start.browser
      ? [
          atMost('start in a page that was visited before', 1, start.browser.laterVisit.median, 'ms'),
          atMost('start at the first visit', 1, start.browser.firstVisit.median, 'ms'),
        ]
      : []),
    atMost('start in a new process of Node', 1, start.bundled.median, 'ms'),
  ]
}
