/** A place in a plot, in its own units. */
export type Point = readonly [x: number, y: number]

/** One set of points, drawn its own way. */
export interface PlotSeries {
  readonly name: string
  readonly kind: 'line' | 'dots' | 'bars'
  readonly points: readonly Point[]
}

/** What a plot shows; both axes begin at 0. */
export interface Plot {
  readonly title: string
  /** Where and when it was measured. */
  readonly place: string
  readonly xLabel: string
  readonly yLabel: string
  /** Where the x axis ends. */
  readonly end: number
  readonly series: readonly PlotSeries[]
}

const size = { width: 760, height: 320 }
const area = { left: 64, right: 744, top: 64, bottom: 268 }

/** Colours that can be told apart by the colour-blind (Okabe and Ito's), lighter ones on a dark page. */
const style = `
  svg { color-scheme: light dark; font: 12px system-ui, sans-serif; --ink: #1f2328; --faint: #d1d9e0; --paper: #fff }
  .s0 { --c: #0072b2 } .s1 { --c: #b35900 } .s2 { --c: #007a5a } .s3 { --c: #a3467f }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --faint: #3d444d; --paper: #0d1117 }
    .s0 { --c: #56b4e9 } .s1 { --c: #e69f00 } .s2 { --c: #2fc79b } .s3 { --c: #e08bc0 }
  }
  text { fill: var(--ink) } .title { font-size: 16px; font-weight: 600 } .paper { fill: var(--paper) }
  .grid { stroke: var(--faint) } .axis { stroke: var(--ink) }
  .line { fill: none; stroke: var(--c); stroke-width: 2 } .fill { fill: var(--c) }
`

/** Draws an SVG that reads well on light and on dark pages. */
export function drawPlot(plot: Plot): string {
  const highest = Math.max(0, ...plot.series.flatMap(({ points }) => points.map(([, y]) => y)))
  const [xTicks, yTicks] = [ticksTo(plot.end), ticksTo(highest || 1)]
  const top = yTicks.at(-1) ?? 1
  const place = ([x, y]: Point): Point => [
    area.left + (x / plot.end) * (area.right - area.left),
    area.bottom - (y / top) * (area.bottom - area.top),
  ]
  const parts = [
    `<rect class="paper" width="${size.width}" height="${size.height}" rx="6"/>`,
    text([area.left, 24], plot.title, 'class="title"'),
    text([area.right, 24], plot.place, 'text-anchor="end"'),
    ...xTicks
      .filter((x) => x <= plot.end)
      .map((x) => text([place([x, 0])[0], area.bottom + 18], label(x), middle)),
    ...yTicks.flatMap((y) => gridLine(place([0, y])[1], label(y))),
    text([(area.left + area.right) / 2, size.height - 12], plot.xLabel, middle),
    `<text transform="translate(16 ${(area.top + area.bottom) / 2}) rotate(-90)" ${middle}>${escape(plot.yLabel)}</text>`,
    ...plot.series.map((series, index) => drawSeries(series, index, place)),
    `<path class="axis" d="M${area.left} ${area.bottom}H${area.right}"/>`,
    ...legend(plot.series),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escape(plot.title)}">`,
    `<style>${style}</style>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

const middle = 'text-anchor="middle"'

function drawSeries({ kind, points }: PlotSeries, index: number, place: (point: Point) => Point): string {
  const placed = points.map(place)
  if (kind === 'line') {
    const path = placed.map(([x, y], at) => `${at ? 'L' : 'M'}${round(x)} ${round(y)}`).join('')
    return `<path class="line s${index}" d="${path}"/>`
  }
  if (kind === 'dots') {
    const dots = placed.map(([x, y]) => `<circle cx="${round(x)}" cy="${round(y)}" r="3"/>`)
    return `<g class="fill s${index}">${dots.join('')}</g>`
  }
  const width = (area.right - area.left) / Math.max(1, placed.length)
  const bars = placed
    .filter(([, y]) => y < area.bottom)
    .map(([x, y]) => `M${round(x)} ${area.bottom}V${round(y)}h${round(width)}V${area.bottom}z`)
  return `<path class="fill s${index}" d="${bars.join('')}"/>`
}

function legend(series: readonly PlotSeries[]): string[] {
  let x = area.left
  return series.map(({ name }, index) => {
    const entry = `<rect class="fill s${index}" x="${x}" y="40" width="10" height="10"/>${text([x + 15, 49], name, '')}`
    x += 36 + name.length * 6.4
    return entry
  })
}

function gridLine(y: number, tick: string): string[] {
  return [
    `<path class="grid" d="M${area.left} ${round(y)}H${area.right}"/>`,
    text([area.left - 8, y + 4], tick, 'text-anchor="end"'),
  ]
}

function text([x, y]: Point, words: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escape(words)}</text>`
}

/** From 0 in steps of 1, 2 or 5 times a power of ten, four to eight of them; the last one is at or past `end`. */
function ticksTo(end: number): number[] {
  const power = 10 ** Math.floor(Math.log10(end / 4))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => end / one <= 8) ?? end
  return Array.from({ length: Math.ceil(end / step) + 1 }, (_, index) => index * step)
}

function label(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en-US')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
