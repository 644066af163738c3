import { join } from 'node:path'
import { textOf } from '../support/readme-blocks.js'
import { summary } from './profile.js'
import { withDetails, withSpeed } from './readme.js'
import { report } from './report.js'
import { goalsOf, readResults, type Results } from './results.js'
import { inTurns } from './rounds.js'
import { figureOf, ratiosOf, seeded, shuffled } from './statistics.js'
import { virtualTime } from './virtual-time.js'

test('a figure is the median with its quartiles', () => {
  expect(figureOf([5, 1, 3, 2, 4])).toEqual({ median: 3, q1: 2, q3: 4 })
  expect(figureOf([1, 2])).toEqual({ median: 1.5, q1: 1.25, q3: 1.75 })
  expect(ratiosOf([2, 9], [1, 3])).toEqual([2, 3])
})

test('the same seed gives the same numbers, another one others', () => {
  const draw = (seed: number): number[] => Array.from({ length: 5 }, seeded(seed))
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(draw(1).every((value) => value >= 0 && value < 1)).toBe(true)
  expect(shuffled([1, 2, 3, 4], seeded(1)).sort()).toEqual([1, 2, 3, 4])
})

test('runners take turns: each once in a round, compared with the base of the same round', async () => {
  const calls: string[] = []
  const runner = (name: string, took: number) => ({
    name,
    run: async () => {
      calls.push(name)
      return took
    },
  })
  const rows = await inTurns([runner('bare', 2), runner('other', 3)], 'bare', { rounds: 3, warmUp: 1 })
  expect(rows.map(({ name, took, ratio }) => [name, took.median, ratio.median])).toEqual([
    ['bare', 2, 1],
    ['other', 3, 1.5],
  ])
  const rounds = [0, 2, 4, 6].map((at) => calls.slice(at, at + 2).sort())
  expect(rounds).toEqual(Array(4).fill(['bare', 'other']))
  await expect(inTurns([], 'bare', { rounds: 1 })).rejects.toThrow('"bare"')
})

test('virtual time runs what is due, in order, with all that follows, and leaves nothing behind', async () => {
  const { setTimeout: before } = globalThis
  const time = virtualTime(1000)
  const seen: [string, number][] = []
  const see = (what: string) => () => void seen.push([what, Date.now()])
  setTimeout(see('late'), 50)
  setTimeout(() => void Promise.resolve().then(() => setTimeout(see('after'), 5)), 10)
  clearTimeout(setTimeout(see('never'), 20))
  setTimeout(see('beyond'), 101)
  await time.pass(100)
  time.restore()
  expect(seen).toEqual([
    ['after', 1015],
    ['late', 1050],
  ])
  expect(globalThis.setTimeout).toBe(before)
  expect(Date.now()).toBeGreaterThan(1e12)
})

test('a profile is summed up by place, without what was idle', () => {
  const frames = [
    ['#go', 'file:///x/dist/esm/session/exchange.js'],
    ['request', 'file:///x/node_modules/axios/lib/core/Axios.js'],
    ['(idle)', ''],
    ['(garbage collector)', ''],
  ] as const
  const nodes = frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } }))
  const came = summary({ nodes, samples: [0, 1, 2, 3], timeDeltas: [100, 200, 5000, 100] })
  expect(came.places).toEqual({ axios: 0.5, tokenflight: 0.25, 'garbage collector': 0.25 })
  expect(came.functions).toEqual([{ name: '#go in session/exchange.js', share: 0.25 }])
})

describe('the results of the last full run', () => {
  const results = readResults(join(__dirname, 'results')) as Results

  test('are what the README shows', () => {
    const readme = textOf('README.md')
    expect(withSpeed(readme, results)).toBe(readme)
    expect(() => withSpeed('no marks', results)).toThrow('Expected the README to have')
    const details = textOf('__tests__/bench/README.md')
    expect(withDetails(details, results)).toBe(details)
  })

  test('lose nothing and take one grant where tokenflight is measured, whatever the load', () => {
    const ours = results.storms.flatMap(({ rows }) =>
      rows.filter(({ name }) => name.startsWith('tokenflight')),
    )
    expect(ours.length).toBeGreaterThan(5)
    expect(ours.filter(({ lost, grants }) => lost !== 0 || grants !== 1)).toEqual([])
  })

  test('are told with every goal', () => {
    const goals = goalsOf(results)
    expect(goals.length).toBeGreaterThan(15)
    const told = report(results)
    expect(goals.filter(({ what }) => !told.includes(what))).toEqual([])
    expect(results.sizes.unneeded).toEqual([])
    expect(results.start.isInert).toBe(true)
  })
})
