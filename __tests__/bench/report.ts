import type { Row } from './rounds.js'
import { goalsOf, type Goal, type Results } from './results.js'
import type { StormRow } from './storm.js'

/** The figures as tables for a terminal. */
export function report(results: Results): string {
  const { goodToken, storms, memory, hours, sizes, start, profiles, date, machine } = results
  return [
    `${date} · ${machine}`,
    ...goodToken.map(({ way, atOnce, rows }) =>
      table(`A good token, ${way}, ${atOnce} at once`, ['', 'µs', 'of bare', 'spread'], rows.map(ofRow)),
    ),
    ...storms.map(({ kind, held, rows }) =>
      table(
        `A storm of ${whole(held)} on ${kind}: from the grant's answer to the last one settled`,
        ['', 'ms', 'of bare', 'spread', 'lost', 'grants'],
        rows.map(ofStorm),
      ),
    ),
    table(
      'Memory of a held request',
      ['', 'held', 'bytes', 'lost'],
      memory.map(({ name, held, bytes, lost }) => [
        name,
        whole(held),
        bytes === undefined ? '–' : whole(bytes),
        whole(lost),
      ]),
    ),
    ...hours.map(({ viewEveryMs, rows }) =>
      table(
        `An hour of a page, a view every ${viewEveryMs / 1000} s, ${whole(rows[0]?.requests ?? 0)} requests`,
        ['', 'waited of 1,000', '401s per expiry', 'p99', 'slowest', 'grants', 'lost'],
        rows.map((row) => [
          row.name,
          row.waitedPer1000.toFixed(1),
          row.refusalsPerExpiry.toFixed(1),
          `${row.p99Ratio.toFixed(2)} ×`,
          `${row.slowestRatio.toFixed(2)} ×`,
          whole(row.grants),
          whole(row.lost),
        ]),
      ),
    ),
    table(
      'Size, without axios',
      ['', 'minified', 'gzipped'],
      [...sizes.ours, ...sizes.peers].map((size) => [size.name, whole(size.minified), whole(size.gzipped)]),
    ),
    ...sizes.ours.map(({ name, parts }) =>
      table(
        `The parts of ${name}`,
        ['', 'minified', 'gzipped, in proportion'],
        parts.map((part) => [part.name, whole(part.minified), whole(part.gzipped)]),
      ),
    ),
    `createSession alone brings what it does not need: ${sizes.unneeded.join(', ') || 'nothing'}`,
    startOf(start),
    ...profiles.map(({ name, places, functions }) => {
      const shares = Object.entries(places).map(([place, share]) => `${place} ${percent(share)}`)
      const most = functions.slice(0, 5).map((one) => `${one.name} ${percent(one.share)}`)
      return `Profile of ${name}, the bare client beside it: ${shares.join(', ')}\n  of tokenflight: ${most.join(', ')}`
    }),
    table('What was to be reached', ['', 'goal', 'reached', ''], goalCells(results)),
  ].join('\n\n')
}

function ofRow({ name, took, ratio }: Row): string[] {
  return [
    name,
    took.median.toFixed(1),
    ratio.median.toFixed(3),
    `${ratio.q1.toFixed(3)} – ${ratio.q3.toFixed(3)}`,
  ]
}

function ofStorm(row: StormRow): string[] {
  const isMeasured = Number.isFinite(row.took.median)
  const figures = isMeasured ? ofRow(row) : [row.name, '–', '–', '–']
  return [...figures, whole(row.lost), whole(row.grants)]
}

/** Of each goal: what it is about, what was to be reached, what was, and what became of it in a word. */
export function goalCells(results: Results): string[][] {
  return goalsOf(results).map((goal) => [
    goal.what,
    valueOf(goal, goal.goal),
    valueOf(goal, goal.reached),
    mark(goal),
  ])
}

/** The value with its unit. */
function valueOf({ unit }: Goal, value: number): string {
  if (unit === 'ratio') return value.toFixed(2)
  if (unit === 'bytes') return `${whole(value)} B`
  if (unit === '') return value.toFixed(1)
  return `${value.toFixed(unit === 'ms' ? 2 : 1)} ${unit}`
}

function mark({ isReached, reached, goal }: Goal): string {
  if (!isReached) return 'missed'
  return reached <= goal ? 'reached' : 'within the spread of the baseline'
}

/** A part of the whole. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** A number with its thousands set apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [title, line(head), ...rows.map(line)].join('\n')
}

function startOf({ browser, bundled, installed, isInert }: Results['start']): string {
  const ms = ({ median }: { readonly median: number }): string => `${median.toFixed(2)} ms`
  return [
    ...(browser
      ? [
          `Start, of the main thread of Chromium: ${ms(browser.firstVisit)} at the first visit, ${ms(browser.laterVisit)} later`,
        ]
      : []),
    `Start, in a new process of Node: ${ms(bundled)} bundled, ${ms(installed)} from its files`,
    `importing it touches ${isInert ? 'nothing' : 'something'}`,
  ].join('; ')
}
