import { names } from './columns.js'
import { detailsOf } from './details.js'
import { whole } from './report.js'
import type { Results } from './results.js'

/** The README with the figures of this run between its two marks; throws where it has none. */
export function withSpeed(readme: string, results: Results): string {
  return between(readme, 'speed', speed(results))
}

/** The bench's own README with the details of this run between its marks; throws where it lacks one. */
export function withDetails(readme: string, results: Results): string {
  const details = Object.entries(detailsOf(results))
  return details.reduce((text, [mark, detail]) => between(text, mark, detail), readme)
}

function between(readme: string, mark: string, content: string): string {
  const begin = `<!-- ${mark}: written by npm run bench -->\n`
  const end = `<!-- /${mark} -->`
  const [before, rest] = readme.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined)
    throw new Error(`Expected the README to have ${begin.trim()} and ${end}`)
  return before + begin + content + end + after
}

/** The columns that a reader chooses from. */
const shown = [
  names.axios.bare,
  'hand-rolled queue',
  'axios-auth-refresh',
  'axios-auth-refresh, no dedup',
  'axios-auth-refresh-queue',
  'axios-jwt',
  names.axios.ours,
  names.fetch.bare,
  '@badgateway/oauth2-client',
  names.fetch.ours,
]

function speed(results: Results): string {
  const rows = shown.map((name) => `| ${name} | ${cellsOf(results, name).join(' | ')} |`)
  return [
    `${results.isQuick ? 'A quick run, with too few rounds to go by. ' : ''}Measured on ${results.date}, ${results.machine}: medians, each column in turns with the bare client that it is a part of.`,
    '',
    '| | good token | over http | storm of 1,000 | lost, grants | held request | waited, of 1,000 | 401s per expiry |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...['cost-per-request', 'storm', 'memory', 'size'].map(
      (name) => `![${name.replaceAll('-', ' ')}](__tests__/bench/results/${name}.svg)`,
    ),
    '',
  ].join('\n')
}

function cellsOf({ goodToken, storms, memory, hours }: Results, name: string): string[] {
  const one = <T extends { readonly name: string }>(rows: readonly T[]): T | undefined =>
    rows.find((row) => row.name === name)
  const good = one(
    goodToken.filter(({ atOnce, way }) => atOnce === 1 && way !== 'http').flatMap(({ rows }) => rows),
  )
  const wire = one(goodToken.filter(({ way }) => way === 'http').flatMap(({ rows }) => rows))
  const storm = one(storms.filter(({ held }) => held === 1000).flatMap(({ rows }) => rows))
  const weight = one(memory.filter(({ held }) => held === 10_000))
  const hour = one(hours[0]?.rows ?? [])
  return [
    good ? `${good.ratio.median.toFixed(2)} (${good.took.median.toFixed(0)} µs)` : '–',
    wire ? wire.ratio.median.toFixed(2) : '–',
    storm && Number.isFinite(storm.took.median) ? storm.ratio.median.toFixed(2) : '–',
    storm ? `${whole(storm.lost)}, ${storm.grants}` : '–',
    weight?.bytes === undefined ? '–' : `${whole(weight.bytes)} B`,
    hour ? hour.waitedPer1000.toFixed(1) : '–',
    hour ? hour.refusalsPerExpiry.toFixed(1) : '–',
  ]
}
