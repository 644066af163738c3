import type { Outcome } from '../page/tab-state.js'
import type { Site } from '../site/site.js'
import type { Stop } from '../site/grant-gateway.js'
import type { Tab } from './tab.js'
import { until } from './until.js'
import type { World } from './world.js'

/** How many requests each tab sends at once. */
export const requestsEach = 2

/**
 * Every access token dies, all tabs ask, and all of them wait: the first grant stands still before or after the server
 * has rotated. Returns the tab that sent it, which holds the lock, and the others.
 */
export async function allWait(
  { site }: World,
  tabs: readonly Tab[],
  stop: Stop = 'before',
): Promise<{ readonly holder: Tab; readonly others: readonly Tab[] }> {
  const before = site.grants.seen.length
  site.grants.hold(stop)
  site.auth.expireAll()
  await sendAll(tabs)
  await Promise.all(tabs.map((tab) => tab.holds(requestsEach)))
  await grantsReach(site, stop, before + 1)
  const name = site.grants.seen[before]?.tab
  const holder = tabs.find((tab) => tab.name === name)
  if (!holder) throw new Error(`Expected the grant of one of the tabs, got ${name}`)
  return { holder, others: tabs.filter((tab) => tab !== holder) }
}

/** Waits until so many grants have come this far since the start. */
export async function grantsReach({ grants }: Site, stop: Stop, count: number): Promise<void> {
  await until(
    `${count} grants ${stop} the server`,
    () => grants.countOf(stop),
    (reached) => reached >= count,
  )
}

/** Waits until the server knows that the client of its first grant has gone. */
export async function firstGrantIsLeft({ grants }: Site): Promise<void> {
  await until(
    'the connection of the first grant to close',
    () => grants.seen[0]?.progress,
    (progress) => progress?.startsWith('left') ?? false,
  )
}

/** All tabs send at once. */
export async function sendAll(tabs: readonly Tab[], user = 'ada'): Promise<void> {
  await Promise.all(tabs.map((tab) => tab.send(requestsEach, { user })))
}

/** What has become of all that the tabs ever sent, in words, each kind once. */
export async function kindsOf(tabs: readonly Tab[]): Promise<string[]> {
  const outcomes = await Promise.all(tabs.map((tab) => tab.settled()))
  return [...new Set(outcomes.flat().map(inWords))].sort()
}

/** '200', '401', or our code and its reason. */
function inWords({ status, error, reason }: Outcome): string {
  return [error ?? status, reason].filter(Boolean).join(' ')
}

/** One more request from every tab is answered, as this user. */
export async function expectAllAnswered(tabs: readonly Tab[], user = 'ada'): Promise<void> {
  const before = await Promise.all(tabs.map((tab) => tab.settled()))
  await sendAll(tabs, user)
  const after = await Promise.all(tabs.map((tab) => tab.settled()))
  const latest = after.map((outcomes, index) => outcomes.slice(before[index]?.length))
  expect(latest.map((outcomes) => outcomes.map(({ status, who }) => [status, who]))).toEqual(
    tabs.map(() => Array(requestsEach).fill([200, user])),
  )
}

/** Waits until every tab shows this status, and counts the calls of onLoginRequired in each. */
export async function loginsRequiredWhen(tabs: readonly Tab[], status: string): Promise<number[]> {
  const isThere = (now: { readonly status: string } | undefined): boolean => now?.status === status
  const states = await Promise.all(
    tabs.map((tab) => tab.until(`status ${status}`, ({ sessions }) => isThere(sessions['main']))),
  )
  return states.map(({ sessions }) => sessions['main']?.loginsRequired.length ?? -1)
}

/** The session is over in every tab: no tab was told twice, one at least, and a login in one signs all in again. */
export async function expectLoginAgain(tabs: readonly Tab[]): Promise<void> {
  const told = await loginsRequiredWhen(tabs, 'signedOut')
  expect(told).toContain(1)
  expect(Math.max(...told)).toBe(1)
  await tabs[0]?.login()
  expect(await loginsRequiredWhen(tabs, 'active')).toEqual(told)
}

/** The session is over in every tab: each was told once. A login in one of them signs all in again. */
export async function expectOneCleanLogin(tabs: readonly Tab[]): Promise<void> {
  expect(await loginsRequiredWhen(tabs, 'signedOut')).toEqual(tabs.map(() => 1))
  await tabs[0]?.login()
  expect(await loginsRequiredWhen(tabs, 'active')).toEqual(tabs.map(() => 1))
  await expectAllAnswered(tabs)
}
