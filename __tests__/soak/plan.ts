/** What both processes of a soak know beforehand: which request meets which fault, and how outcomes are written down. */

/** What an API request may meet besides a good answer. `revoke`: its access token dies; `refuse`: only this one is refused. */
export const apiFaults = ['503', '500', 'reset', 'junk', 'hang', 'refuse', 'revoke'] as const
export type ApiFault = (typeof apiFaults)[number]

/** What a grant may meet. `lostBefore`: cut before anything was done; `lostAfter`: cut when the token was rotated already. */
export const grantFaults = ['503', '500', 'lostBefore', 'lostAfter', 'hang', 'junk'] as const
export type GrantFault = (typeof grantFaults)[number]

/** What a server answered last, and what a caller got, as one byte for each request. */
export const outcomes = [
  'none',
  'ok',
  '503',
  '500',
  'reset',
  'junk',
  'hang',
  '401',
  'unavailable',
  'wrong',
] as const
export type Outcome = (typeof outcomes)[number]

/** The byte of an outcome. */
export function codeOf(outcome: Outcome): number {
  return outcomes.indexOf(outcome)
}

/** Of a thousand faulty requests; refusals are few, since each of them ends a token that was to live on. */
const weights: Readonly<Record<ApiFault, number>> = {
  '503': 220,
  '500': 220,
  reset: 220,
  junk: 200,
  hang: 110,
  refuse: 15,
  revoke: 15,
}

/** One request in a hundred meets a fault. The same for the same id in every process. */
export function faultOf(id: number): ApiFault | undefined {
  const draw = scramble(id)
  if (draw % 100 !== 0) return undefined
  let left = Math.floor(draw / 100) % 1000
  return apiFaults.find((fault) => (left -= weights[fault]) < 0)
}

/** How a request is made. */
export interface RequestPlan {
  readonly via: 'axios' | 'fetch'
  readonly kind: 'get' | 'post' | 'stream'
}

/** Half through axios, half through fetch; a third has a body, one in fifty a body that can be read only once. */
export function requestOf(id: number): RequestPlan {
  const draw = scramble(id + 0x5eed)
  const kind = draw % 50 === 0 ? 'stream' : draw % 3 === 0 ? 'post' : 'get'
  return { via: (draw >>> 8) % 2 ? 'axios' : 'fetch', kind }
}

/** Of `every` grants each kind of fault strikes one, evenly spread. `index` counts from 0. */
export function grantFaultOf(index: number, every: number): GrantFault | undefined {
  const apart = Math.max(1, Math.floor(every / grantFaults.length))
  const place = index % Math.max(every, grantFaults.length)
  return place % apart === apart - 1 ? grantFaults[Math.floor(place / apart)] : undefined
}

/** Spreads integers over 32 bits (the finalizer of MurmurHash3). */
function scramble(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
