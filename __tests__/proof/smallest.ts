import type { Program } from './run.js'
import type { Step } from './steps.js'
import { plain } from './world-options.js'

/** Runs a smaller program. Returns what of it was taken where it still shows what it has to, else undefined. */
type Try = (program: Program) => Promise<Program | undefined>

/** The smallest program that can be had by leaving things out: steps, and what is special about its world. */
export async function smallest(program: Program, tryOut: Try): Promise<Program> {
  let before: Program
  let now = program
  do {
    before = now
    now = await withPlainWorld(await withFewerSteps(now, tryOut), tryOut)
  } while (now.steps.length < before.steps.length)
  return now
}

/** Leaves out many neighbours at first, then fewer, at last one step at a time; then takes the first of many. */
async function withFewerSteps(program: Program, tryOut: Try): Promise<Program> {
  let now = program
  for (let size = now.steps.length >> 1; size > 0; size >>= 1)
    for (let at = now.steps.length - size; at >= 0; at -= size) {
      const steps = now.steps.filter((_, index) => index < at || index >= at + size)
      now = (await tryOut({ ...now, steps })) ?? now
    }
  for (const at of now.steps.keys()) now = (await tryOut({ ...now, steps: withFirst(now.steps, at) })) ?? now
  return now
}

/** The step at that place is about the first tab, or the first of those that wait. */
function withFirst(steps: readonly Step[], at: number): readonly Step[] {
  return steps.map((step, index) => {
    const [name, nth, ...more] = step
    return index === at && typeof nth === 'number' ? ([name, nth && 0, ...more] as unknown as Step) : step
  })
}

/** Takes away what is special about the world, one thing after the other. */
async function withPlainWorld(program: Program, tryOut: Try): Promise<Program> {
  let now: Program = (await tryOut({ ...program, end: 'drain' })) ?? program
  for (const name of Object.keys(plain) as (keyof typeof plain)[]) {
    const world = { ...now.world, [name]: plain[name] }
    // Several tabs with a store each have nothing to do with one another.
    const isOne = world.tabs === 1 || world.isShared
    if (isOne && now.world[name] !== plain[name]) now = (await tryOut({ ...now, world })) ?? now
  }
  return now
}
