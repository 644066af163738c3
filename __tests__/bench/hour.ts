import type { Client, Column } from './columns.js'
import { quantile, seeded } from './statistics.js'
import { virtualTime } from './virtual-time.js'
import { World, type Counts } from './world.js'

const toApiMs = 50
const toTokenEndpointMs = 200
const tokenLifeSeconds = 300
const hourMs = 3_600_000

/** How busy the page is. */
export interface Page {
  readonly seed: number
  /** The mean time between two views that the user opens, in milliseconds. */
  readonly viewEveryMs: number
}

/** How an hour was for the user. */
export interface Hour extends Counts {
  readonly name: string
  readonly requests: number
  /** Requests that took longer than their own way to the API and back, in a thousand. */
  readonly waitedPer1000: number
  /** 401s that went over the wire, for each time that a token came to its end. */
  readonly refusalsPerExpiry: number
  /** The longest of all but the slowest hundredth, as a part of what a client with an immortal token has. */
  readonly p99Ratio: number
  /** The same for the slowest of all. */
  readonly slowestRatio: number
  readonly lost: number
}

/** Plays an hour of a page, in virtual time: 50 ms to the API, 200 ms to the token endpoint, tokens of 5 minutes. */
export async function hour(column: Column, page: Page): Promise<Hour> {
  const time = virtualTime(Date.UTC(2030, 0, 1))
  try {
    // Half of the time is the way there, the other half the way back.
    const half = (ms: number) => (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms / 2))
    const wire = { api: half(toApiMs), token: half(toTokenEndpointMs) }
    const world = new World({ wire, expiresIn: tokenLifeSeconds, expires: !column.isBare })
    const client = await column.open(world)
    const taken: number[] = []
    const requests = browse(client, page, taken)
    // Those of the last second are answered too.
    await time.pass(hourMs + 2000)
    client.close?.()
    return summary(column.name, requests(), taken, world.counts)
  } finally {
    time.restore()
  }
}

function summary(name: string, requests: number, taken: readonly number[], counts: Counts): Hour {
  const expiries = Math.floor(hourMs / 1000 / tokenLifeSeconds)
  const sorted = [...taken].sort((one, other) => one - other)
  return {
    name,
    ...counts,
    requests,
    waitedPer1000: (taken.filter((ms) => ms > toApiMs).length / requests) * 1000,
    refusalsPerExpiry: counts.refusals / expiries,
    p99Ratio: quantile(sorted, 0.99) / toApiMs,
    slowestRatio: (sorted.at(-1) ?? NaN) / toApiMs,
    lost: requests - taken.length,
  }
}

/**
 * A user who opens a view every few seconds, each with a burst of requests, on a page that also asks for news every
 * five seconds. The same seed makes the same hour for every column.
 */
function browse(client: Client, { seed, viewEveryMs }: Page, taken: number[]): () => number {
  const random = seeded(seed)
  let requests = 0
  const end = Date.now() + hourMs
  const ask = (): void => {
    requests += 1
    const asked = Date.now()
    client.send('/items').then(
      ({ status }) => void (status === 200 && taken.push(Date.now() - asked)),
      () => {},
    )
  }
  const repeat = (pauseMs: () => number, what: () => void): void => {
    const again = (): void => {
      if (Date.now() >= end) return
      what()
      setTimeout(again, pauseMs())
    }
    setTimeout(again, pauseMs())
  }
  repeat(
    () => -Math.log(1 - random()) * viewEveryMs,
    () => {
      const burst = 2 + Math.floor(random() * 10)
      for (let index = 0; index < burst; index += 1) setTimeout(ask, random() * 40)
    },
  )
  repeat(() => 5000, ask)
  return () => requests
}
