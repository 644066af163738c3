import { availableParallelism, cpus } from 'node:os'
import type { LoadResult } from './load.js'
import type { ServerReport, SoakTerms } from './messages.js'
import { apiFaults, faultOf, grantFaults, outcomes, requestOf, type Outcome } from './plan.js'
import { fitHeap, flatHeapLimit } from './slope.js'
import type { Tabs } from './tabs.js'
import { grantReasons } from './token-account.js'

/** One thing that must hold, and what was found. */
export interface Check {
  readonly what: string
  readonly found: number
  readonly isGood: boolean
}

/** Everything that a soak found. */
export interface Figures {
  readonly date: string
  readonly machine: { readonly node: string; readonly cpus: number; readonly model: string }
  readonly terms: SoakTerms & { readonly tabs: number; readonly atOnce: number }
  readonly seconds: number
  readonly requestsPerSecond: number
  readonly requests: Readonly<Record<string, number>>
  readonly callers: Readonly<Record<string, number>>
  readonly api: Readonly<Record<string, number>>
  readonly grants: Readonly<Record<string, number>>
  readonly events: Readonly<Record<string, number>>
  readonly problems: Readonly<Record<string, number>>
  readonly surprises: Readonly<Record<string, number>>
  readonly heap: Readonly<Record<string, number>>
  readonly mostHeld: number
  readonly checks: readonly Check[]
}

/** What the figures are drawn from. */
export interface Findings {
  readonly terms: Figures['terms']
  readonly load: LoadResult
  readonly server: ServerReport
  readonly tabs: Pick<Tabs, 'events' | 'problems'>
  readonly heldAtEnd: number
  readonly surprises: ReadonlyMap<string, number>
}

/** Adds everything up. */
export function figuresOf(findings: Findings): Figures {
  const { terms, load, server, tabs } = findings
  const seconds = (load.endedAt - load.startedAt) / 1000
  const line = fitHeap(load.checkpoints)
  const heaps = load.checkpoints.map(({ heapBytes }) => heapBytes)
  return {
    date: new Date(load.startedAt).toISOString(),
    machine: { node: process.version, cpus: availableParallelism(), model: cpus()[0]?.model ?? '' },
    terms,
    seconds,
    requestsPerSecond: Math.round(terms.requests / seconds),
    requests: plannedRequests(terms.requests),
    callers: tally(load.outcomes),
    api: { ...server.counts },
    grants: grantCounts(server),
    events: { ...tabs.events },
    problems: Object.fromEntries(tabs.problems),
    surprises: Object.fromEntries(findings.surprises),
    heap: {
      firstBytes: heaps[0] ?? 0,
      lastBytes: heaps.at(-1) ?? 0,
      highestBytes: Math.max(...heaps),
      bytesPerRequest: Number(line.bytesPerRequest.toFixed(3)),
      riseBytes: Math.round(line.riseBytes),
      limitBytes: flatHeapLimit(terms.requests),
    },
    mostHeld: load.mostHeld,
    checks: checksOf(findings),
  }
}

/** How many requests of each kind there are, and how many of them meet which fault. */
function plannedRequests(total: number): Record<string, number> {
  const counts: Record<string, number> = { axios: 0, fetch: 0, get: 0, post: 0, stream: 0 }
  for (const fault of apiFaults) counts[`fault ${fault}`] = 0
  for (let id = 0; id < total; id++) {
    const { via, kind } = requestOf(id)
    const fault = faultOf(id)
    for (const name of [via, kind, fault && `fault ${fault}`])
      if (name) counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

function tally(codes: Uint8Array): Record<Outcome, number> {
  const counts = new Array<number>(outcomes.length).fill(0)
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return Object.fromEntries(outcomes.map((outcome, code) => [outcome, counts[code] ?? 0])) as never
}

function grantCounts({ grants, mostGrantsAtOnce }: ServerReport): Record<string, number> {
  const counts: Record<string, number> = { asked: grants.length, mostAtOnce: mostGrantsAtOnce }
  for (const reason of grantReasons) counts[reason] = grants.filter((grant) => grant.reason === reason).length
  for (const fault of grantFaults)
    counts[`fault ${fault}`] = grants.filter((grant) => grant.fault === fault).length
  counts['answered'] = grants.filter(({ fault }) => fault === undefined).length
  return counts
}

/** What the issue asks for, number by number. */
function checksOf(findings: Findings): Check[] {
  const { load, server, terms, tabs } = findings
  const { counts } = server
  const grants = grantCounts(server)
  const of = (name: string): number => grants[name] ?? 0
  const faulty = grantFaults.reduce((sum, fault) => sum + of(`fault ${fault}`), 0)
  const none = (what: string, found: number): Check => ({ what, found, isGood: found === 0 })
  const rise = Math.round(fitHeap(load.checkpoints).riseBytes)
  const renewed = tabs.events.loginRequired ?? 0
  return [
    none('requests whose caller was never answered', tally(load.outcomes).none),
    none('requests whose caller was answered twice', load.settledTwice),
    none('callers who got another answer than the server gave last', mismatches(findings)),
    none('requests sent twice without a 401 between', counts.sentTwice),
    none('one-shot bodies sent twice', counts.streamSentTwice),
    none('requests without a token', counts.bare),
    none('bodies that arrived changed', counts.garbled),
    none('grants before their time (no expiry, no 401, no fault before)', of('early')),
    none('grants that were asked again after an answer', of('repeated')),
    none('spent refresh tokens sent again after their successor was used', of('reused')),
    none('refresh tokens that were never issued', of('unknown')),
    {
      what: 'retried grants less faulty ones (0, or -1 where the last one failed)',
      found: of('retry') - faulty,
      isGood: [0, -1].includes(of('retry') - faulty),
    },
    none('grants less expiries, refusals of good tokens and retries', unexplained(grants)),
    {
      what: 'most grants at the server at once',
      found: server.mostGrantsAtOnce,
      isGood: server.mostGrantsAtOnce === 1,
    },
    {
      what: `callers who were told that there is no token, with ${faulty} faulty grants`,
      found: tally(load.outcomes).unavailable,
      isGood: faulty > 0 || tally(load.outcomes).unavailable === 0,
    },
    none('sessions that were ended', renewed),
    none('requests held at the end', findings.heldAtEnd),
    {
      what: `bytes that the heap grew by (limit ${flatHeapLimit(terms.requests)})`,
      found: rise,
      isGood: rise <= flatHeapLimit(terms.requests),
    },
  ]
}

function unexplained(grants: Readonly<Record<string, number>>): number {
  return ['expiry', 'refusal', 'retry'].reduce(
    (left, reason) => left - (grants[reason] ?? 0),
    grants['asked'] ?? 0,
  )
}

/** Id by id: what the caller got is what the server answered last, or the caller was told that there is no token. */
function mismatches({ load, server }: Findings): number {
  let count = 0
  for (const [id, code] of load.outcomes.entries()) {
    const got = outcomes[code]
    const answered = outcomes[server.answers[id] ?? 0]
    const isTold = got === 'unavailable' && (answered === 'none' || answered === '401')
    const cameRight = (server.arrivals[id] === 0) === (answered === 'none')
    if (!cameRight || (!isTold && got !== answered)) count++
  }
  return count
}
