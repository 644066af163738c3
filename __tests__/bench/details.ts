import { names } from './columns.js'
import { goalCells, percent, whole } from './report.js'
import { rowOf, type Results } from './results.js'

/** What the bench's own README says besides the README: what was to be reached, growth, places; by its mark. */
export function detailsOf(results: Results): Readonly<Record<'goals' | 'growth' | 'places', string>> {
  return {
    goals: table(['', 'to reach', 'reached', ''], goalCells(results)),
    growth: [goodTokens, storms, memory, hours].map((growth) => growth(results)).join('\n'),
    places: places(results),
  }
}

const ours = [names.axios, names.fetch].map(({ ours: name }) => name)

function goodTokens({ goodToken }: Results): string {
  return table(
    ['a good token', 'µs a request', 'of bare'],
    goodToken.map(({ way, atOnce, rows }) => {
      const { took, ratio } = rowOf(rows, names[way === 'fetch' ? 'fetch' : 'axios'].ours)
      return [`${way}, ${atOnce} at once`, took.median.toFixed(1), ratio.median.toFixed(2)]
    }),
  )
}

function storms({ storms: all }: Results): string {
  const counts = [...new Set(all.map(({ held }) => held))]
  const cell = (name: string, held: number): string => {
    const rows = all.filter((storm) => storm.held === held).flatMap((storm) => storm.rows)
    const { took, ratio } = rowOf(rows, name)
    return `${((took.median * 1000) / held).toFixed(1)} (${ratio.median.toFixed(2)})`
  }
  return table(
    ['µs a request of a storm (of bare)', ...counts.map(whole)],
    ours.map((name) => [name, ...counts.map((held) => cell(name, held))]),
  )
}

function memory({ memory: all }: Results): string {
  const counts = [...new Set(all.map(({ held }) => held))]
  const cell = (name: string, held: number): string => {
    const rows = all.filter((weight) => weight.held === held)
    return whole(rowOf(rows, name).bytes ?? NaN)
  }
  return table(
    ['bytes of a held request', ...counts.map(whole)],
    ours.map((name) => [name, ...counts.map((held) => cell(name, held))]),
  )
}

function hours({ hours: all }: Results): string {
  const slowFirst = [...all].sort((one, other) => other.viewEveryMs - one.viewEveryMs)
  return table(
    ['an hour, a view every', ...slowFirst.map(({ viewEveryMs }) => `${viewEveryMs / 1000} s`)],
    ours.flatMap((name) => {
      const rows = slowFirst.map((hour) => rowOf(hour.rows, name))
      return [
        [
          `${name}: waited on a grant, of 1,000`,
          ...rows.map(({ waitedPer1000 }) => waitedPer1000.toFixed(2)),
        ],
        [`${name}: 401s per expiry`, ...rows.map(({ refusalsPerExpiry }) => refusalsPerExpiry.toFixed(2))],
      ]
    }),
  )
}

function places({ profiles }: Results): string {
  const all = [...new Set(profiles.flatMap((profile) => Object.keys(profile.places)))]
  return table(
    ['', ...all],
    profiles.map((profile) => [profile.name, ...all.map((place) => percent(profile.places[place] ?? 0))]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}
