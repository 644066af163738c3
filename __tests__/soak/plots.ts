import type { Figures, Findings } from './figures.js'
import { drawPlot, type Point } from './svg.js'
import { fitHeap } from './slope.js'

/** So many spans a plot is cut into. */
const spans = 240

/** The plots, by their file names. */
export function plotsOf(figures: Figures, findings: Findings): Record<string, string> {
  const { load } = findings
  const seconds = (at: number): number => (at - load.startedAt) / 1000
  const { node, cpus } = figures.machine
  const place = `Node ${node}, ${cpus} CPUs, ${figures.date.slice(0, 10)}`
  const common = { place, end: seconds(load.endedAt), xLabel: 'seconds' }
  return {
    'heap.svg': heapPlot(figures, findings, common.place),
    'held.svg': drawPlot({
      ...common,
      title: 'Held requests',
      yLabel: 'most held at once',
      series: [{ name: 'held', kind: 'bars', points: highest(findings, common.end, seconds) }],
    }),
    'grants.svg': grantsPlot(findings, common, seconds),
  }
}

function heapPlot(figures: Figures, { load }: Findings, place: string): string {
  const { bytesAtStart, bytesPerRequest, from } = fitHeap(load.checkpoints)
  const points = load.checkpoints.map(({ done, heapBytes }): Point => [done / 1000, heapBytes / 2 ** 20])
  const line = load.checkpoints
    .slice(from)
    .map(({ done }): Point => [done / 1000, (bytesAtStart + bytesPerRequest * done) / 2 ** 20])
  return drawPlot({
    place,
    title: 'Heap after collection',
    end: figures.terms.requests / 1000,
    xLabel: 'thousand requests',
    yLabel: 'MiB',
    series: [
      { name: 'heap, nothing on its way', kind: 'dots', points },
      { name: `fitted line: ${bytesPerRequest.toFixed(2)} bytes a request`, kind: 'line', points: line },
    ],
  })
}

/** Of each span the most that were held. */
function highest({ load }: Findings, end: number, seconds: (at: number) => number): Point[] {
  const width = end / spans
  const tops = new Array<number>(spans).fill(0)
  for (const { at, held } of load.samples) {
    const span = Math.min(spans - 1, Math.max(0, Math.floor(seconds(at) / width)))
    tops[span] = Math.max(tops[span] ?? 0, held)
  }
  return tops.map((held, span) => [span * width, held])
}

function grantsPlot(
  { server }: Findings,
  common: { readonly place: string; readonly end: number; readonly xLabel: string },
  seconds: (at: number) => number,
): string {
  const sums = { asked: 0, expiry: 0, retry: 0, refusal: 0 }
  const lines = { asked: [[0, 0]], expiry: [[0, 0]], refusal: [[0, 0]], retry: [[0, 0]] } as Record<
    keyof typeof sums,
    Point[]
  >
  for (const { at, reason } of server.grants) {
    for (const name of ['asked', reason] as (keyof typeof sums)[]) {
      if (!(name in sums)) continue
      const points = lines[name]
      // A step: the count is the old one until this very moment.
      points.push([seconds(at), sums[name]], [seconds(at), ++sums[name]])
    }
  }
  const names = {
    asked: 'all grants',
    expiry: 'expiries',
    refusal: '401s of live tokens',
    retry: 'retries after faults',
  }
  return drawPlot({
    ...common,
    title: 'Grants',
    yLabel: 'grants so far',
    series: (Object.keys(names) as (keyof typeof sums)[]).map((name) => ({
      name: `${names[name]}: ${sums[name]}`,
      kind: 'line' as const,
      points: [...lines[name], [common.end, sums[name]] as Point],
    })),
  })
}
