import { inWorld } from './in-world.js'
import { kindly, kinds, type Kind, type Outcomes } from './outside.js'
import { genuine, type Subject } from './subject.js'
import { asRun, finish, tellAndTake, type Run } from './run.js'
import type { Step } from './steps.js'
import type { World } from './world.js'
import type { WorldOptions } from './world-options.js'

/** A world small enough to try every order in which the outside can answer. */
export interface SmallWorld {
  readonly name: string
  readonly world: WorldOptions
  /** What has happened before; the outside answers all of it. */
  readonly before: readonly Step[]
  /** What the app's parts do, each in its own order, at any moment. */
  readonly apps: readonly (readonly Step[])[]
  /** How each kind of call may be answered; all are tried. Where none is said, only the kindly one. */
  readonly answers?: Partial<{ readonly [K in Kind]: readonly Outcomes[K][] }>
  /** How many timers may fire before the outside has answered all. */
  readonly timers?: number
}

/** What came of it. */
export interface Exploration {
  readonly orders: number
  /** The first order that broke a rule. */
  readonly broken: Run | undefined
}

/**
 * Stateless model checking: each order is run from the start in a world of its own. An order is told by the number
 * of the choice taken at each turn; the next order is the one that differs last. Nothing is pruned: two orders that
 * look alike from outside may differ in the order of microtasks.
 */
export async function explore(
  small: SmallWorld,
  subject: Subject = genuine,
  onOrder: (orders: number) => void = () => {},
): Promise<Exploration> {
  let order: readonly number[] | undefined = []
  let orders = 0
  while (order) {
    const choices: Choice[] = []
    const followed: readonly number[] = order
    const lived = await inWorld(small.world, subject, (world) => follow(small, world, followed, choices))
    onOrder(++orders)
    if (lived.complaints.length) return { orders, broken: asRun(lived, { world: small.world, end: 'drain' }) }
    order = nextOrder(choices)
  }
  return { orders, broken: undefined }
}

/** One turn of an order: which of so many. */
interface Choice {
  readonly taken: number
  readonly of: number
}

/** The next one in the order of counting: the last choice that has another one is changed, all before it stay. */
function nextOrder(choices: readonly Choice[]): readonly number[] | undefined {
  let last = choices.length - 1
  for (let open = choices[last]; open && open.taken + 1 >= open.of; open = choices[last]) last--
  const changed = choices[last]
  return changed && [...choices.slice(0, last).map(({ taken }) => taken), changed.taken + 1]
}

async function follow(
  { before, apps, answers, timers = 0 }: SmallWorld,
  world: World,
  order: readonly number[],
  choices: Choice[],
): Promise<void> {
  const left = apps.map((steps) => [...steps])
  let timersLeft = timers
  for (const step of before) await tellAndTake(world, step)
  await answerAll(world)
  while (!world.complaints.length) {
    const options = optionsOf(world, left, answers, timersLeft > 0)
    if (!options.length) break
    const taken = order[choices.length] ?? 0
    choices.push({ taken, of: options.length })
    const { step, app } = options[taken] as Option
    if (app) app.shift()
    if (step[0] === 'timer') timersLeft--
    await tellAndTake(world, step)
  }
  if (!world.complaints.length) await finish(world, 'drain')
}

/** The outside answers all that is there, and no time passes. */
async function answerAll(world: World): Promise<void> {
  for (let [next] = world.outside.ready; next; [next] = world.outside.ready)
    await tellAndTake(world, [next.kind, 0, kindly[next.kind]] as Step)
}

interface Option {
  readonly step: Step
  readonly app?: Step[]
}

/** All that can happen next. */
function optionsOf(
  world: World,
  apps: readonly Step[][],
  answers: SmallWorld['answers'],
  mayFire: boolean,
): Option[] {
  const options: Option[] = apps.flatMap((app) => (app[0] ? [{ step: app[0], app }] : []))
  for (const kind of kinds)
    world.outside.of(kind).forEach((_, nth) => {
      for (const how of answers?.[kind] ?? [kindly[kind]])
        options.push({ step: [kind, nth, how] as unknown as Step })
    })
  if (mayFire && world.clock.timers) options.push({ step: ['timer'] })
  return options
}
