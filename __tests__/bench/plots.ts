import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { JSDOM } from 'jsdom'
import { names } from './columns.js'
import { whole } from './report.js'
import type { Results } from './results.js'

/** What is used of Observable Plot, which only the bench has installed. */
interface Plot {
  plot(options: object): { outerHTML: string; setAttribute(name: string, value: string): void }
  barX(data: readonly object[], options: object): object
  ruleX(data: readonly unknown[], options?: object): object
  ruleY(data: readonly unknown[], options?: object): object
  link(data: readonly object[], options: object): object
  text(data: readonly unknown[], options: object): object
  line(data: readonly object[], options: object): object
  dot(data: readonly object[], options: object): object
  selectLast(options: object): object
}

interface Bar {
  readonly name: string
  readonly value: number
  readonly label: string
  readonly from?: number
  readonly to?: number
}

const isOurs = (name: string): boolean => name.startsWith('tokenflight') || name.startsWith('core')
const fill = ({ name }: { name: string }): string => (isOurs(name) ? '#e8590c' : '#8b949e')
const width = 760

/** Draws the plots: SVG that is read in light and in dark. */
export async function plots(results: Results, bench: string): Promise<Record<string, string>> {
  const path = createRequire(join(bench, 'package.json')).resolve('@observablehq/plot')
  const plot = (await import(pathToFileURL(path).href)) as Plot
  const { document } = new JSDOM('').window
  const draw = (title: string, options: object): string =>
    finish(title, results, plot, Object.assign({ document }, options))
  const bars = (title: string, unit: string, data: readonly Bar[]): string =>
    draw(title, barsOf(plot, unit, data))
  return {
    'cost-per-request': bars(
      'A request with a good token, as a part of the bare client’s',
      '× bare',
      costs(results),
    ),
    storm: draw(
      'Milliseconds from the grant’s answer to the last of the held requests',
      linesOf(plot, results),
    ),
    memory: bars('Memory of a held request, 10,000 of them', 'bytes', weights(results)),
    size: bars('Size, minified and gzipped, without axios', 'bytes', sizesOf(results)),
  }
}

function costs({ goodToken }: Results): Bar[] {
  return goodToken
    .filter(({ atOnce, way }) => atOnce === 1 && way !== 'http')
    .flatMap(({ rows }) => rows)
    .map(({ name, ratio, took }) => ({
      name,
      value: ratio.median,
      label: `${ratio.median.toFixed(2)} · ${took.median.toFixed(1)} µs`,
      from: ratio.q1,
      to: ratio.q3,
    }))
}

function weights({ memory }: Results): Bar[] {
  return memory
    .filter(({ held }) => held === 10_000)
    .flatMap(({ name, bytes }) => {
      const shown = Object.values(names).some(({ bare }) => bare === name)
        ? `${name}, waiting for its answer`
        : name
      return bytes === undefined ? [] : { name: shown, value: bytes, label: whole(bytes) }
    })
}

function sizesOf({ sizes }: Results): Bar[] {
  return [...sizes.ours, ...sizes.peers].map(({ name, gzipped }) => ({
    name,
    value: gzipped,
    label: whole(gzipped),
  }))
}

function barsOf(plot: Plot, unit: string, data: readonly Bar[]): object {
  const longest = Math.max(...data.map(({ to, value }) => to ?? value))
  return {
    marginLeft: 250,
    height: 122 + data.length * 22,
    x: { label: unit, grid: true, domain: [0, longest * 1.2], ticks: 5 },
    y: { label: null, domain: data.map(({ name }) => name) },
    marks: [
      plot.barX(data, { x: 'value', y: 'name', fill }),
      plot.link(
        data.filter(({ from }) => from !== undefined),
        { x1: 'from', x2: 'to', y: 'name', stroke: 'currentColor', strokeWidth: 1.5 },
      ),
      plot.text(data, {
        x: ({ to, value }: Bar) => to ?? value,
        y: 'name',
        text: 'label',
        textAnchor: 'start',
        dx: 6,
      }),
      plot.ruleX([0]),
    ],
  }
}

/** A line for each column; those that lose requests are not drawn: their time says nothing. */
function linesOf(plot: Plot, { storms }: Results): object {
  const data = storms
    .flatMap(({ held, rows }) => rows.map((row) => ({ ...row, held })))
    .filter(
      ({ name, lost, took }) => lost === 0 && Number.isFinite(took.median) && !/again|synchronous/.test(name),
    )
    .map(({ name, held, took }) => ({ name, held, ms: took.median }))
  const shared = { x: 'held', y: 'ms', z: 'name', stroke: fill }
  return {
    height: 427,
    marginLeft: 50,
    marginRight: 210,
    x: { type: 'log', label: 'requests held', grid: true, tickFormat: ',' },
    y: { type: 'log', label: null, grid: true, tickFormat: ',' },
    marks: [
      plot.line(data, shared),
      plot.dot(data, { ...shared, stroke: 'none', fill }),
      ...labels(plot, data),
    ],
  }
}

interface Point {
  readonly name: string
  readonly held: number
  readonly ms: number
}

/** At the end of each line, apart from one another: two lines may end at the same place. */
function labels(plot: Plot, data: readonly Point[]): object[] {
  const most = Math.max(...data.map(({ held }) => held))
  const least = Math.min(...data.map(({ ms }) => ms))
  const highest = Math.max(...data.map(({ ms }) => ms))
  const pixels = (ms: number): number => (Math.log(highest / ms) / Math.log(highest / least)) * 305
  const ends = data.filter(({ held }) => held === most).sort((one, other) => other.ms - one.ms)
  let next = -Infinity
  return ends.map((end) => {
    const y = Math.max(pixels(end.ms), next)
    next = y + 15
    return plot.text([end], {
      x: 'held',
      y: 'ms',
      text: 'name',
      textAnchor: 'start',
      dx: 8,
      dy: y - pixels(end.ms),
      fill,
    })
  })
}

function finish(
  title: string,
  { date, machine }: Results,
  plot: Plot,
  options: object & { marks?: object[]; marginLeft?: number },
): string {
  const { marks = [], marginLeft = 40 } = options
  const svg = plot.plot({
    ...options,
    width,
    marginLeft,
    marginTop: 60,
    marginBottom: 62,
    style: { fontSize: '12px' },
    marks: [
      ...marks,
      plot.text([title], {
        frameAnchor: 'top-left',
        textAnchor: 'start',
        dx: 16 - marginLeft,
        dy: -48,
        fontSize: 15,
        fontWeight: 600,
      }),
      plot.text([`${date} · ${machine}`], {
        frameAnchor: 'bottom-right',
        dy: 44,
        fontSize: 10,
        fillOpacity: 0.7,
      }),
    ],
  })
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return `${svg.outerHTML.replace('<style>', `<style>${scheme}`)}\n`
}

const scheme =
  'svg{background:#fff;color:#1f2328;font-family:system-ui,sans-serif}@media (prefers-color-scheme:dark){svg{background:#0d1117;color:#e6edf3}}'
