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
import { withoutLocks } from './without-locks.js'
import { World } from './world.js'

/** Every case. */
const cases: readonly Case[] = [...storm, ...leaving, ...changes, ...standstill, ...storage, ...withoutLocks]

/** A browser takes seconds to start, and a busy machine makes it slower. */
const limitMs = 60_000

/** Makes a test of each case for one engine. One that is not installed is named as not run, and fails where CI is set. */
export function runCases(engine: Engine): void {
  const missing = engine.programs.filter((program) => !existsSync(program))
  if (missing.length) return notRun(engine, missing)
  let browser: Browser
  let script: string
  beforeAll(async () => {
    ;[browser, script] = await Promise.all([engine.launch(), bundlePage()])
  }, limitMs)
  afterAll(() => browser?.close(), limitMs)
  let open: World | undefined
  afterEach(async () => {
    // Also after a case that never ended.
    await open?.closeAll()
    await open?.site.close()
  }, limitMs)
  const own = cases.filter(({ engines }) => engines?.includes(engine.name) ?? true)
  it.each(own)(
    `${engine.name}: $title`,
    async ({ server, run, problems }) => {
      const world = (open = new World(browser, await Site.start(script, server)))
      try {
        await run(world)
        await expectNothingAmiss(world, problems)
      } catch (error) {
        throw new Error(`${(error as Error).message}\n\nThe server saw ${seenBy(world.site)}`, {
          cause: error,
        })
      }
    },
    limitMs,
  )
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
