import type { Checkpoint } from './load.js'

/** A straight line through the heap sizes, by least squares. */
export interface HeapLine {
  readonly bytesAtStart: number
  readonly bytesPerRequest: number
  /** By how much the line rises from the first of its checkpoints to the last. */
  readonly riseBytes: number
  /** Which checkpoints it goes through: those after the first fifth, when caches and code have settled. */
  readonly from: number
}

/** Fits the line. */
export function fitHeap(checkpoints: readonly Checkpoint[]): HeapLine {
  const from = Math.floor(checkpoints.length / 5)
  const settled = checkpoints.slice(from)
  const meanOf = (of: (one: Checkpoint) => number): number =>
    settled.reduce((sum, one) => sum + of(one), 0) / settled.length
  const meanDone = meanOf(({ done }) => done)
  const meanHeap = meanOf(({ heapBytes }) => heapBytes)
  const covariance = meanOf(({ done, heapBytes }) => (done - meanDone) * (heapBytes - meanHeap))
  const variance = meanOf(({ done }) => (done - meanDone) ** 2)
  const bytesPerRequest = variance ? covariance / variance : 0
  const span = (settled.at(-1)?.done ?? 0) - (settled[0]?.done ?? 0)
  return {
    bytesAtStart: meanHeap - bytesPerRequest * meanDone,
    bytesPerRequest,
    riseBytes: bytesPerRequest * span,
    from,
  }
}

/** The heap counts as flat where the line rises by no more than this over all of its checkpoints: 2 MiB, or 4 bytes a request. */
export function flatHeapLimit(requests: number): number {
  return Math.max(2 * 1024 * 1024, 4 * requests)
}
