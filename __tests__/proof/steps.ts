import type { SessionEvent } from 'tokenflight'
import type { By } from './journal.js'
import { kinds, type Kind, type Outcomes } from './outside.js'
import type { Reaction, Tab } from './tab.js'
import type { World } from './world.js'

/** A tab, or the n-th of those that are waiting; counted round where there are fewer. */
type Nth = number

/**
 * One step of a program, as it is printed and pasted. `request`, `getAccessToken`, `refresh`, `login`, `logout` and
 * `dispose` name a tab; `abort` one of the open requests. `expire`: the server refuses every access token given so
 * far. `when`: at the next such event the app does that, inside its listener. `timer`: time goes on to the next timer; `pass`: by so many ms. `jump`: the wall clock alone is set.
 */
export type Step = InTab | InWorld | { readonly [K in Kind]: readonly [K, Nth, Outcomes[K]] }[Kind]

type Answer = { readonly [K in Kind]: readonly [K, Nth, Outcomes[K]] }[Kind]

type InTab =
  | readonly ['request', Nth, By]
  | readonly ['getAccessToken' | 'refresh' | 'login' | 'logout' | 'dispose', Nth]
  | readonly ['when', Nth, SessionEvent['type'], Reaction]

type InWorld =
  | readonly ['abort', Nth]
  | readonly ['open']
  | readonly ['expire']
  | readonly ['timer']
  | readonly ['pass' | 'jump', number]

/** How many tabs a world may come to have. */
const mostTabs = 3

/** Takes one step, and waits for all that follows from it. Returns what it was, or undefined where it was none. */
export async function take(world: World, step: Step): Promise<string | undefined> {
  const done = await act(world, step)
  if (done !== undefined) await world.settled()
  return done
}

function act(world: World, step: Step): string | undefined | Promise<string> {
  if (isAnswer(step)) return answer(world, step)
  switch (step[0]) {
    case 'abort':
    case 'open':
    case 'expire':
    case 'timer':
    case 'pass':
    case 'jump':
      return inWorld(world, step)
    default:
      return inTab(world, step)
  }
}

function isAnswer(step: Step): step is Answer {
  return kinds.some((kind) => kind === step[0])
}

function inWorld(world: World, step: InWorld): string | undefined | Promise<string> {
  switch (step[0]) {
    case 'abort':
      return abort(world, step[1])
    case 'open':
      if (world.tabs.length >= mostTabs || !world.options.isShared) return undefined
      world.open()
      return `tab ${world.tabs.length - 1} is opened`
    case 'expire':
      world.server.expireAll()
      return 'every access token has expired'
    case 'timer':
      return world.clock.fireNext() ? 'the next timer fires' : undefined
    case 'pass':
      return pass(world, step[1])
    case 'jump':
      world.clock.jump(step[1])
      world.note({ what: 'jumped', ms: step[1] })
      return `the clock is set by ${step[1]} ms`
  }
}

function inTab(world: World, step: InTab): string | undefined {
  const index = step[1] % world.tabs.length
  const tab = world.tabs[index] as Tab
  if (step[0] === 'request') tab.request(step[2])
  else if (step[0] === 'when') tab.when(step[2], step[3])
  else tab[step[0]]()
  return `in tab ${index}`
}

function abort(world: World, nth: Nth): string | undefined {
  const call = nthOf(world.unended, nth)
  if (!call) return undefined
  world.abort(call)
  return `request ${call.id}`
}

function answer(world: World, [kind, nth, how]: Answer): string | undefined {
  const pending = nthOf(world.outside.of(kind), nth)
  if (!pending) return undefined
  pending.settle(how)
  return `tab ${pending.tab}: ${pending.label}`
}

/** Timers fire one by one, each with all that follows from it. */
async function pass(world: World, ms: number): Promise<string> {
  const end = world.clock.elapsed + ms
  while (world.clock.fireNext(end - world.clock.elapsed)) await world.settled()
  world.clock.elapsed = end
  return `${ms} ms pass`
}

function nthOf<T>(all: readonly T[], nth: Nth): T | undefined {
  return all.length ? all[nth % all.length] : undefined
}
