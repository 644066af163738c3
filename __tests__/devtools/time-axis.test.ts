/** Where the panel draws a moment, and what stands at the ticks. */
import { clock, TimeAxis, type Span } from '../../src/devtools/time-axis.js'

/** Noon by the clock of this machine, whatever its zone. */
const noon = new Date(2030, 0, 1, 12).getTime()
const span = (from: number, until: number): Span => ({ from: noon + from, until: noon + until })
const axisOf = (width: number, ...spans: readonly Span[]): TimeAxis => new TimeAxis(spans, width)
const sections = (axis: TimeAxis) =>
  axis.sections.map(({ from, until, x, width }) => [from - noon, until - noon, round(x), round(width)])
const round = (number: number): number => Number(number.toFixed(2))
const x = (axis: TimeAxis, ms: number): number => round(axis.x(noon + ms))

describe('stretches of time', () => {
  it('what overlaps, touches or lies a second apart is one, in the order of time', () => {
    const axis = axisOf(600, span(2_500, 3_000), span(0, 1_000), span(200, 500), span(1_000, 1_500))
    expect(sections(axis)).toEqual([[0, 3_000, 0, 600]])
    expect(axis.width).toBe(600)
  })

  it('more than a second in which nothing happens is cut out', () => {
    const axis = axisOf(626, span(0, 1_000), span(2_001, 3_001))
    expect(sections(axis)).toEqual([
      [0, 1_000, 0, 300],
      [2_001, 3_001, 326, 300],
    ])
  })

  it('one that has no length gets 20 ms, so that it can be drawn', () => {
    expect(sections(axisOf(600, span(0, 0)))).toEqual([[0, 20, 0, 600]])
    expect(sections(axisOf(600, span(0, 21)))).toEqual([[0, 21, 0, 600]])
  })

  it('widths go by length, and the shortest is wide enough to be seen', () => {
    // 26 pixels are the break; 44 are everyone's, and what is left is shared out.
    const axis = axisOf(626, span(0, 100), span(10_000, 19_900))
    expect(sections(axis)).toEqual([
      [0, 100, 0, 49.12],
      [10_000, 19_900, 75.12, 550.88],
    ])
  })

  it('where there is little room, no break takes more than its share and no stretch has less than half of its own', () => {
    const many = [0, 1, 2, 3, 4].map((index) => span(index * 10_000, index * 10_000 + 100 * (index + 1)))
    const axis = axisOf(100, ...many)
    // Four breaks of 7.5; 70 for the stretches, of which 7 is the least of each.
    expect(sections(axis)).toEqual([
      [0, 100, 0, 9.33],
      [10_000, 10_200, 16.83, 11.67],
      [20_000, 20_300, 36, 14],
      [30_000, 30_400, 57.5, 16.33],
      [40_000, 40_500, 81.33, 18.67],
    ])
  })

  it('with no width at all, and with nothing to draw, there is nothing', () => {
    expect(sections(axisOf(0, span(0, 100), span(5_000, 5_100)))).toEqual([
      [0, 100, 0, 0],
      [5_000, 5_100, 0, 0],
    ])
    expect(axisOf(600).sections).toEqual([])
    expect(axisOf(600).ticks()).toEqual([])
    expect(x(axisOf(600), 5)).toBe(0)
    // A panel that is folded away may be narrower than nothing.
    expect(sections(axisOf(-12, span(0, 100)))).toEqual([[0, 100, 0, 0]])
  })
})

describe('a moment', () => {
  const axis = axisOf(626, span(0, 1_000), span(3_000, 4_000))

  it.each([
    [0, 0],
    [250, 75],
    [1_000, 300],
    [3_000, 326],
    [3_500, 476],
    [4_000, 626],
  ])('of %d ms is drawn where time has come to', (ms, at) => {
    expect(x(axis, ms)).toBe(at)
  })

  it('in a break is drawn in its middle, and not before what came before it', () => {
    expect(x(axis, 2_000)).toBe(313)
    // Its break is 15 pixels wide, less than two halves of 13.
    const narrow = axisOf(50, span(0, 1_000), span(3_000, 4_000))
    expect(sections(narrow)[1]?.[2]).toBe(32.5)
    expect(x(narrow, 2_000)).toBe(19.5)
    const tight = axisOf(20, span(0, 1_000), span(3_000, 4_000))
    expect(x(tight, 2_000)).toBe(7)
  })

  it('before all or after all is drawn at the edge', () => {
    expect(x(axis, -5_000)).toBe(0)
    expect(x(axis, 9_000)).toBe(626)
  })
})

describe('ticks', () => {
  const labels = (axis: TimeAxis) => axis.ticks().map((tick) => [round(tick.x), tick.label])

  it('a stretch begins with the time of day, and goes on in round steps that leave room for their labels', () => {
    expect(labels(axisOf(600, span(0, 1_000)))).toEqual([
      [0, '12:00:00'],
      [120, '+200 ms'],
      [240, '+400 ms'],
      [360, '+600 ms'],
      [480, '+800 ms'],
    ])
  })

  it.each([
    ['1', 1_480, 20, ['+1 ms']],
    ['1 where less would do', 3_000, 20, ['+1 ms']],
    ['2', 740, 20, ['+2 ms']],
    ['5', 740, 50, ['+5 ms']],
    ['5 where 2 is too little', 740, 21, ['+5 ms']],
    ['10', 740, 51, ['+10 ms']],
    ['a second', 740, 10_000, ['+1 s', '+2 s']],
    ['half a minute, in seconds', 370, 100_000, ['+20 s', '+40 s']],
  ])('a step is 1, 2 or 5 times a power of ten: %s', (_what, width, length, first) => {
    const made = axisOf(width, span(0, length)).ticks()
    expect(made.slice(1, 1 + first.length).map(({ label }) => label)).toEqual(first)
  })

  it('a second stretch has its own time of day and its own steps, from where it begins', () => {
    const axis = axisOf(626, span(0, 1_000), span(60_000, 61_000))
    expect(labels(axis)).toEqual([
      [0, '12:00:00'],
      [150, '+500 ms'],
      [326, '12:01:00'],
      [476, '+500 ms'],
    ])
  })

  it('none stands where its label would leave the stretch, and none at its very end', () => {
    // 500 ms would be at 74.5, 1 s at 149.
    expect(labels(axisOf(149, span(0, 1_000)))).toEqual([
      [0, '12:00:00'],
      [74.5, '+500 ms'],
    ])
    expect(labels(axisOf(94, span(0, 1_000)))).toEqual([[0, '12:00:00']])
    // A second would be at 190.48 of 200, and at 200 of 220 there is just room for it.
    expect(labels(axisOf(200, span(0, 1_050)))).toEqual([
      [0, '12:00:00'],
      [95.24, '+500 ms'],
    ])
    expect(labels(axisOf(220, span(0, 1_100)))).toEqual([
      [0, '12:00:00'],
      [100, '+500 ms'],
      [200, '+1 s'],
    ])
    expect(labels(axisOf(300, span(0, 530)))).toEqual([
      [0, '12:00:00'],
      [113.21, '+200 ms'],
      [226.42, '+400 ms'],
    ])
    expect(labels(axisOf(220, span(0, 630)))).toEqual([
      [0, '12:00:00'],
      [174.6, '+500 ms'],
    ])
  })
})

it('the time of day has two digits for each of its parts', () => {
  expect(clock(new Date(2030, 0, 1, 3, 4, 5).getTime())).toBe('03:04:05')
  expect(clock(new Date(2030, 0, 1, 23, 59, 10).getTime())).toBe('23:59:10')
})
