import { existsSync } from 'node:fs'
import type { Browser, Engine } from '../engines/engine.js'
import { bundlePage } from '../page/bundle.js'
import { Site } from '../site/site.js'
import type { Case } from './case.js'
import { expectNothingAmiss } from './expect-nothing-amiss.js'
import { changes } from './changes.js'
import { leaving } from './leaving.js'
import { standstill } from './standstill.js'
import { storage } from './storage.js'
import { storm } from './storm.js'
import { vault } from './vault.js'
import { withoutLocks } from './without-locks.js'
import { World } from './world.js'

/** Every case; first what waits longest, since others run beside it. */
const cases: readonly Case[] = [
  ...withoutLocks,
  ...standstill,
  ...leaving,
  ...storm,
  ...changes,
  ...storage,
  ...vault,
]

/** A browser takes seconds to start, and a busy machine makes it slower. */
const limitMs = 60_000

/** Makes a test of each case for one engine. One that is not installed is named as not run, and fails where CI is set. */
export function runCases(engine: Engine): void {
  const missing = engine.programs.filter((program) => !existsSync(program))
  if (missing.length) return notRun(engine, missing)
  let browser: Browser
  let script: string
  const open = new Set<World>()
  beforeAll(async () => {
    ;[browser, script] = await Promise.all([engine.launch(), bundlePage()])
  }, limitMs)
  afterAll(async () => {
    // What a case that never ended has left open.
    await Promise.all([...open].map(close))
    await browser?.close()
  }, limitMs)
  const play = async (one: Case): Promise<void> => {
    const world = new World(browser, await Site.start(script, one.server))
    open.add(world)
    await runIn(world, one)
    open.delete(world)
  }
  const own = cases.filter(({ engines }) => engines?.includes(engine.name) ?? true)
  const [alone, together] = [own.filter(({ isAlone }) => isAlone), own.filter(({ isAlone }) => !isAlone)]
  // An origin for each, so they share the browser and nothing else; most of their time is spent waiting.
  it.concurrent.each(together)(`${engine.name}: $title`, play, limitMs)
  it.each(alone)(`${engine.name}: $title`, play, limitMs)
}

async function runIn(world: World, { run, problems }: Case): Promise<void> {
  try {
    await run(world)
    await expectNothingAmiss(world, problems)
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\nThe server saw ${seenBy(world.site)}`, { cause: error })
  } finally {
    await close(world)
  }
}

async function close(world: World): Promise<void> {
  await world.closeAll()
  await world.site.close()
}

/** What a case that fails is judged by. */
function seenBy({ auth, api, grants }: Site): string {
  const answers = [200, 401].map((status) => `${api.answered(status).length} × ${status}`)
  const grantsSeen = grants.seen.map(({ tab, progress }) => `${tab} ${progress}`)
  return `${JSON.stringify(auth.counts)}; grants: ${grantsSeen.join(', ')}; API: ${answers.join(', ')}`
}

function notRun({ name }: Engine, missing: readonly string[]): void {
  const what = `${name}: NOT RUN, ${missing.join(' and ')} not found`
  if (!process.env['CI']) return void it.todo(what)
  it(what, () => {
    throw new Error(`Expected ${missing.join(' and ')} to be installed; see __tests__/browsers/README.md`)
  })
}
