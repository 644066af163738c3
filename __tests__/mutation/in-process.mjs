// A child that loads all tests once, then runs those it is told to, under the mutant it is told to.
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { collecting } from './jest-globals.mjs'

const [bundle, root] = process.argv.slice(2)
process.chdir(root)
// Every instrumented module keeps the object of coverage that it meets first: this one, from before they are loaded.
const mutantCoverage = { static: {}, perTest: {} }
const stryker = (globalThis.__stryker__ = { mutantCoverage })
const { setTimeout, clearTimeout, setImmediate } = globalThis
const { tests, inFile, entry } = collecting()
Object.assign(globalThis, { inFile, entry })
const strays = []
createRequire(import.meta.url)(bundle)
process.on('unhandledRejection', (reason) => strays.push(reason))
process.on('uncaughtException', (error) => strays.push(error))
const globals = Object.getOwnPropertyDescriptors(globalThis)
const byId = new Map(tests.map((test) => [test.id, test]))

/** Rejects when the time is over: of a hung test nothing else is ever heard. */
function bounded(promise, limitMs) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No end within ${limitMs} ms`)), limitMs)
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

/** jest's `done` is not known here; no test of ours asks for it. */
const call = (run, limitMs) => bounded((async () => run())(), limitMs)
const hooks = (test, kind) => test.block.path.flatMap((block) => block[kind])
const inward = (test, kind) => [...test.block.path].reverse().flatMap((block) => block[kind])

async function attempt(steps, limitMs) {
  let failure
  for (const step of steps) {
    try {
      await call(step, limitMs)
    } catch (error) {
      failure ??= error ?? new Error('nothing was thrown')
    }
  }
  return failure
}

async function runTest(test, limitMs) {
  strays.length = 0
  const first = await attempt(hooks(test, 'beforeEach'), limitMs)
  const own = first ?? (await attempt([test.run], limitMs))
  const after = await attempt(inward(test, 'afterEach'), limitMs)
  // An unhandled rejection is told a turn of the event loop later.
  await new Promise((resolve) => setImmediate(resolve))
  const judged = test.fails ? (own ? undefined : new Error('it passes, and should not')) : own
  return judged ?? after ?? strays[0]
}

/** jest gives every file globals of its own; here what one has left behind is put back after it. */
function restoreGlobals() {
  for (const [name, was] of Object.entries(globals)) {
    const { value, get, configurable } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {
      configurable: true,
    }
    if ((value !== was.value || get !== was.get) && configurable) Object.defineProperty(globalThis, name, was)
  }
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!(name in globals)) Reflect.deleteProperty(globalThis, name)
  }
}

/** Tests of one block run one after the other, between the hooks that its blocks share. */
async function runAll(chosen, { limitMs, onEnd, bail }) {
  let open = []
  let beat = 0
  const close = async (down) => {
    while (open.length > down) await attempt(open.pop().afterAll, 5_000)
    if (down === 0) restoreGlobals()
  }
  for (const test of chosen) {
    const { path } = test.block
    let shared = 0
    while (shared < open.length && open[shared] === path[shared]) shared++
    await close(shared)
    let failure
    stryker.currentTestId = test.id
    for (const block of path.slice(shared)) {
      open.push(block)
      failure ??= await attempt(block.beforeAll, 5_000)
    }
    const begun = performance.now()
    failure ??= await runTest(test, typeof limitMs === 'function' ? limitMs(test) : limitMs)
    stryker.currentTestId = undefined
    onEnd(test, failure, performance.now() - begun)
    // A child that is silent for long hangs in a loop.
    if (performance.now() - beat > 500) process.send({ ask: 'beat' }, () => (beat = performance.now()))
    if (failure && bail) break
  }
  await close(0)
}

/**
 * What runs while a file of tests is loaded counts as static, and a static mutant needs a child of its own. One that
 * runs within tests as well is left to them: that can lose a kill, never make one.
 */
function withoutHybrids() {
  const within = new Set(Object.values(mutantCoverage.perTest).flatMap((hits) => Object.keys(hits)))
  const alone = Object.entries(mutantCoverage.static).filter(([id]) => !within.has(id))
  return { perTest: mutantCoverage.perTest, static: Object.fromEntries(alone) }
}

const text = (failure) => String(failure?.stack ?? failure).slice(0, 600)
const asIs = (id) => {
  stryker.activeMutant = id
  stryker.hitCount = undefined
  stryker.hitLimit = undefined
}

async function first(ids, limits) {
  let failed
  await runAll(ids.map((id) => byId.get(id)).filter(Boolean), {
    bail: true,
    limitMs: (test) => limits[test.id] ?? 1_000,
    onEnd: (test, failure) => {
      if (failure) failed = { id: test.id, message: text(failure) }
    },
  })
  return failed
}

const answers = {
  /** Every test without a mutant; told apart are those that need jest's own surroundings. */
  async dryRun() {
    asIs(undefined)
    const results = []
    const begun = performance.now()
    await runAll(tests, {
      limitMs: 5_000,
      onEnd(test, failure, ms) {
        results.push({ id: test.id, file: test.file, ms, failure: failure && text(failure) })
        if (results.length % 100 === 0) process.stderr.write(`  ${results.length} of ${tests.length} tests\r`)
      },
    })
    process.stderr.write(`  ${results.length} tests in ${Math.round(performance.now() - begun)} ms\n`)
    return { results, mutantCoverage: withoutHybrids() }
  },
  /** The first of these tests that fails under the mutant, and whether it passes without it just after. */
  async mutant({ id, ids, limits, hitLimit }) {
    asIs(id)
    if (hitLimit) Object.assign(stryker, { hitLimit, hitCount: 0 })
    const failed = await first(ids, limits)
    const hits = stryker.hitLimit && stryker.hitCount > stryker.hitLimit
    asIs(undefined)
    if (!failed) return {}
    const again = await first([failed.id], limits)
    return { failed, hits: Boolean(hits), isSound: !again }
  },
}

process.on('message', async ({ ask, ...what }) => {
  try {
    process.send({ ask, ...(await answers[ask](what)) })
  } catch (error) {
    process.send({ ask, error: text(error) })
  }
})
process.send({ ask: 'loaded', count: tests.length })
