import { names } from './columns.js'
import { mark, percent, valueOf, whole } from './report.js'
import { goalsOf, rowOf, type Results } from './results.js'

/** What the bench's own README says besides the README: what was to be reached, growth, places; by its mark. */
export function detailsOf(results: Results): Readonly<Record<'goals' | 'growth' | 'places', string>> {
  return { goals: goals(results), growth: growth(results), places: places(results) }
}

const ours = [names.axios, names.fetch].map(({ ours: name }) => name)

function goals(results: Results): string {
  return table(
    ['', 'to reach', 'reached', ''],
    goalsOf(results).map((goal) => [
      goal.what,
      valueOf(goal, goal.goal),
      valueOf(goal, goal.reached),
      mark(goal),
    ]),
  )
}

function growth({ goodToken, storms, memory, hours }: Results): string {
  const counts = [...new Set(storms.map(({ held }) => held))]
  const weights = [...new Set(memory.map(({ held }) => held))]
  const slowFirst = [...hours].sort((one, other) => other.viewEveryMs - one.viewEveryMs)
  const good = goodToken.map(({ way, atOnce, rows }) => {
    const { ours: name } = names[way === 'fetch' ? 'fetch' : 'axios']
    const { took, ratio } = rowOf(rows, name)
    return [`${way}, ${atOnce} at once`, took.median.toFixed(1), ratio.median.toFixed(2)]
  })
  const ofStorm = (name: string, held: number): string => {
    const { took, ratio } = rowOf(
      storms.filter((storm) => storm.held === held).flatMap(({ rows }) => rows),
      name,
    )
    return `${((took.median * 1000) / held).toFixed(1)} (${ratio.median.toFixed(2)})`
  }
  const ofWeight = (name: string, held: number): string =>
    whole(
      rowOf(
        memory.filter((weight) => weight.held === held),
        name,
      ).bytes ?? NaN,
    )
  return [
    table(['a good token', 'µs a request', 'of bare'], good),
    table(
      ['µs a request of a storm (of bare)', ...counts.map(whole)],
      ours.map((name) => [name, ...counts.map((held) => ofStorm(name, held))]),
    ),
    table(
      ['bytes of a held request', ...weights.map(whole)],
      ours.map((name) => [name, ...weights.map((held) => ofWeight(name, held))]),
    ),
    table(
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
    ),
  ].join('\n')
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
