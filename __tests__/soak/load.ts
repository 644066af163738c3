import { setTimeout as pause } from 'node:timers/promises'
import { codeOf } from './plan.js'
import { Series } from './series.js'
import type { Sending } from './sending.js'
import type { Tab, Tabs } from './tabs.js'

/** The heap after a collection, when nothing was on its way. */
export interface Checkpoint {
  readonly at: number
  readonly done: number
  readonly heapBytes: number
}

/** How many were held at most in a span of time, and how many were answered in it. */
export interface Sample {
  readonly at: number
  readonly held: number
  readonly settled: number
}

/** What the load saw. */
export interface LoadResult {
  /** For each id what its caller got. */
  readonly outcomes: Uint8Array
  /** Callers that were told more than once. Must be 0. */
  readonly settledTwice: number
  readonly checkpoints: readonly Checkpoint[]
  readonly samples: readonly Sample[]
  readonly mostHeld: number
  readonly startedAt: number
  readonly endedAt: number
}

/** How far it is. */
export interface Progress {
  readonly done: number
  readonly held: number
  /** At the last checkpoint. */
  readonly heapBytes: number
}

/** What the load is. */
export interface LoadTerms {
  readonly requests: number
  /** How many requests each tab has on its way. */
  readonly atOnce: number
  readonly checkpoints: number
  readonly onProgress: (progress: Progress) => void
}

/** How often held requests are sampled. */
const sampleMs = 100

/** Sends every id once, over all tabs; between two checkpoints all that is on its way is waited for. */
export async function runLoad(tabs: Tabs, sending: Sending, terms: LoadTerms): Promise<LoadResult> {
  const { requests, checkpoints: count } = terms
  const outcomes = new Uint8Array(requests)
  const checkpoints: Checkpoint[] = []
  let settledTwice = 0
  let next = 0
  let done = 0
  const work = async (tab: Tab, end: number): Promise<void> => {
    while (next < end) {
      const id = next++
      const outcome = codeOf(await sending.send(id, tab))
      if (outcomes[id] !== 0) settledTwice++
      outcomes[id] = outcome
      done++
    }
  }
  const startedAt = Date.now()
  const tell = (held: number): void =>
    terms.onProgress({ done, held, heapBytes: checkpoints.at(-1)?.heapBytes ?? 0 })
  const sampler = sample(tabs, () => done, tell)
  for (let index = 1; index <= count; index++) {
    const end = Math.round((requests * index) / count)
    await Promise.all(tabs.all.flatMap((tab) => Array.from({ length: terms.atOnce }, () => work(tab, end))))
    checkpoints.push({ at: Date.now(), done, heapBytes: await settledHeap() })
  }
  return { outcomes, settledTwice, checkpoints, ...sampler.stop(), startedAt, endedAt: Date.now() }
}

/** What is still to be freed by finalizers and by closing sockets has its time first. */
async function settledHeap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await pause(20)
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

/** Between two samples the most that were held counts. */
function sample(
  tabs: Tabs,
  done: () => number,
  tell: (held: number) => void,
): { stop(): Pick<LoadResult, 'samples' | 'mostHeld'> } {
  const samples = new Series(3)
  let most = 0
  let mostHeld = 0
  let before = 0
  const look = (): void => void (most = Math.max(most, tabs.held()))
  const stops = tabs.all.map(({ session }) => session.subscribe(look))
  const timer = setInterval(() => {
    look()
    samples.add(Date.now(), most, done() - before)
    tell(most)
    mostHeld = Math.max(mostHeld, most)
    before = done()
    most = tabs.held()
  }, sampleMs)
  return {
    stop() {
      clearInterval(timer)
      for (const stop of stops) stop()
      const rows = samples.rows() as [number, number, number][]
      return {
        samples: rows.map(([at, held, settled]) => ({ at, held, settled })),
        mostHeld: Math.max(mostHeld, most),
      }
    },
  }
}
