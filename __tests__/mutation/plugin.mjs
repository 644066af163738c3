// Stryker's instrumenter, reports and score; what runs the tests is ours. jest would load every file of tests anew for
// every mutant, which takes 20 seconds a mutant; a child that has them loaded takes some milliseconds. A failure counts
// as a kill only where the same test, in the same child, passes again without the mutant.
import { fork } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { clearTimeout, setTimeout } from 'node:timers'
import { declareClassPlugin, declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import { bundleTests } from './bundle.mjs'
import { SurvivorsReporter } from './survivors-reporter.mjs'

const CHILD = new URL('./in-process.mjs', import.meta.url).pathname

/** Slower tests say nothing about a mutant that a hundred quick ones do not. */
const SLOW_MS = 150
/** A child that has ended no test for so long hangs; to load them all takes a while. */
const SILENT_MS = 15_000

/** A child with all tests loaded, perhaps under a mutant from the start. */
class Child {
  constructor(bundle, root, mutant) {
    const env = { ...process.env, NODE_ENV: 'test', FORCE_COLOR: '0' }
    if (mutant) env.__STRYKER_ACTIVE_MUTANT__ = mutant
    this.process = fork(CHILD, [bundle, root], {
      env,
      execArgv: ['--no-warnings'],
      serialization: 'advanced',
    })
    this.loaded = this.#answer('loaded')
    this.loaded.catch(() => undefined)
  }

  #answer(ask) {
    return new Promise((done, reject) => {
      const settle = (how, value) => {
        clearTimeout(timer)
        this.process.off('message', hear).off('exit', died)
        how(value)
      }
      const hear = (message) => {
        timer.refresh()
        if (message.ask === ask)
          settle(message.error ? reject : done, message.error ? new Error(message.error) : message)
      }
      const died = () => settle(done, { isDead: true })
      const timer = setTimeout(() => settle(done, { isHung: true }), ask === 'loaded' ? 90_000 : SILENT_MS)
      this.process.on('message', hear).on('exit', died)
    })
  }

  async ask(ask, what) {
    const { isDead, isHung } = await this.loaded
    if (isDead || isHung) return { isDead: true }
    const answer = this.#answer(ask)
    this.process.send({ ask, ...what })
    return answer
  }

  end() {
    this.process.kill('SIGKILL')
  }
}

class InProcessTests {
  #root = process.cwd()
  #bundle = resolve('.mutation/tests.cjs')
  #facts = resolve('.mutation/tests.json')
  #child
  #msById
  #unreliable = new Set()

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    mkdirSync('.mutation', { recursive: true })
    await bundleTests(this.#root, `${this.#bundle}.${process.pid}.cjs`)
    this.#bundle = `${this.#bundle}.${process.pid}.cjs`
  }

  #drop() {
    this.#child?.end()
    this.#child = undefined
  }

  #fresh(mutant) {
    this.#drop()
    return (this.#child = new Child(this.#bundle, this.#root, mutant))
  }

  async dryRun() {
    const { results, mutantCoverage, error } = await this.#fresh().ask('dryRun', {})
    if (!results) return { status: 'error', errorMessage: error ?? 'the tests came to no end' }
    const failing = results.filter(({ failure }) => failure)
    for (const { id, failure } of failing)
      process.stderr.write(`  left out: ${id}\n    ${failure.slice(0, 300)}\n`)
    const passing = results.filter(({ failure }) => !failure)
    writeFileSync(this.#facts, JSON.stringify(passing.map(({ id, ms }) => [id, ms])))
    for (const { id } of failing) delete mutantCoverage.perTest[id]
    const tests = passing.map(({ id, file, ms }) => {
      return { id, name: id, fileName: resolve(file), timeSpentMs: Math.ceil(ms), status: 0 }
    })
    return { status: 'complete', tests, mutantCoverage }
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    this.#msById ??= new Map(JSON.parse(readFileSync(this.#facts, 'utf8')))
    const isStatic = mutantActivation === 'static'
    const covering = (testFilter ?? [...this.#msById.keys()]).filter((id) => this.#msById.get(id) < SLOW_MS)
    const ask = async (ids, isFresh) => {
      if (isFresh || isStatic || !this.#child) this.#fresh(isStatic ? activeMutant.id : undefined)
      const what = { ids, limits: this.#limits(ids), hitLimit }
      return this.#child.ask('mutant', { id: activeMutant.id, ...what })
    }
    const ids = this.#inOrder(covering)
    let answer = await ask(ids)
    // It failed without the mutant as well, just after: the mutant left something behind, or the test depends on those
    // before it. The same tests in a new child without a mutant tell.
    while (answer.isDead || (answer.failed && (isStatic || !answer.isSound))) {
      const suspect = answer.failed && (await this.#failingAnyway(ids, answer.failed.id))
      if (answer.failed && !suspect) break
      if (suspect) this.#unreliable.add(suspect)
      answer = await ask(this.#inOrder(ids), true)
      if (answer.isDead) break
    }
    if (isStatic) this.#drop()
    return this.#result(answer, ids.length)
  }

  async #failingAnyway(ids, last) {
    const upTo = this.#inOrder(ids)
    upTo.length = upTo.indexOf(last) + 1
    const { failed } = await this.#fresh().ask('mutant', { ids: upTo, limits: this.#limits(upTo) })
    return failed?.id
  }

  #limits(ids) {
    return Object.fromEntries(ids.map((id) => [id, Math.ceil(2_000 + 5 * this.#msById.get(id))]))
  }

  /** Quick files first; the tests of a file stay together and in their order, since they share what a block set up. */
  #inOrder(ids) {
    ids = ids.filter((id) => !this.#unreliable.has(id))
    const places = new Map([...this.#msById.keys()].map((id, place) => [id, place]))
    const fileOf = (id) => id.slice(0, id.indexOf(' › '))
    const msOfFile = new Map()
    for (const id of ids) msOfFile.set(fileOf(id), (msOfFile.get(fileOf(id)) ?? 0) + this.#msById.get(id))
    const compare = (a, b) =>
      msOfFile.get(fileOf(a)) - msOfFile.get(fileOf(b)) || places.get(a) - places.get(b)
    return [...ids].sort(compare)
  }

  #result({ failed, hits, isHung, isDead, error }, nrOfTests) {
    if (isHung || isDead) {
      this.#drop()
      return { status: 'timeout', reason: isDead ? 'the process ended' : 'no end' }
    }
    if (error) return { status: 'error', errorMessage: error }
    if (hits) return { status: 'timeout', reason: 'an endless loop' }
    if (failed) {
      return { status: 'killed', killedBy: [failed.id], failureMessage: failed.message, nrOfTests }
    }
    return { status: 'survived', nrOfTests }
  }

  async dispose() {
    this.#child?.end()
  }
}

export const strykerPlugins = [
  declareFactoryPlugin(
    PluginKind.TestRunner,
    'in-process',
    Object.assign(() => new InProcessTests(), { inject: [] }),
  ),
  declareClassPlugin(PluginKind.Reporter, 'survivors', SurvivorsReporter),
]
