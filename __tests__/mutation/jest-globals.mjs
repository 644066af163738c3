// jest's own globals (expect, jest.fn, it.each, fake timers are jest's packages), but what they collect can be run
// again and again in the process that loaded it.
import { createRequire } from 'node:module'

const own = createRequire(import.meta.url)
const ofJest = createRequire(own.resolve('jest'))
const { jestExpect } = ofJest('@jest/expect')
const { bind } = ofJest('jest-each')
const { ModuleMocker } = ofJest('jest-mock')
const { ModernFakeTimers } = ofJest('@jest/fake-timers')

class Block {
  beforeAll = []
  beforeEach = []
  afterEach = []
  afterAll = []
  constructor(name, parent) {
    this.name = name
    this.parent = parent
  }

  get path() {
    return this.parent ? [...this.parent.path, this] : [this]
  }
}

/** What the files of tests declared, in their order: each test with the blocks around it. */
export function collecting(target = globalThis) {
  const tests = []
  const ids = new Set()
  const entries = new Map()
  let block = new Block('')
  let file = ''
  let asked

  const idOf = (name) => {
    const title = [file, ...block.path.map((each) => each.name), name].filter(Boolean).join(' › ')
    let id = title
    for (let count = 2; ids.has(id); count++) id = `${title} (${count})`
    ids.add(id)
    return id
  }
  const declare =
    (fails = false) =>
    (name, run, timeout) => {
      tests.push({ id: idOf(name), file, block, run, fails, timeout })
    }
  const withVariants = (of, declaring) =>
    Object.assign(of, {
      each: bind(declaring),
      only: of,
      skip: Object.assign(() => undefined, { each: () => () => undefined }),
      todo: () => undefined,
    })

  const test = withVariants(declare(), declare())
  test.failing = withVariants(declare(true), declare(true))
  test.concurrent = test
  const within = (name, body) => {
    const outer = block
    block = new Block(name, outer)
    body()
    block = outer
  }
  const mocker = new ModuleMocker(target)
  const timers = new ModernFakeTimers({ config: { fakeTimers: {}, rootDir: '/' }, global: target })
  const jest = {
    fn: (...of) => mocker.fn(...of),
    spyOn: (...of) => mocker.spyOn(...of),
    mocked: (of) => of,
    restoreAllMocks: () => mocker.restoreAllMocks(),
    // No second copy of a module here: what needs one fails without any mutant, and is left out.
    isolateModules: (load) => load(),
    requireActual: (name) => entries.get(name)(),
    setTimeout: () => undefined,
    useFakeTimers(options) {
      asked = { options }
      timers.useFakeTimers(options)
    },
    useRealTimers: () => timers.useRealTimers(),
    advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
    advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
    getTimerCount: () => timers.getTimerCount(),
    setSystemTime: (now) => timers.setSystemTime(now),
  }
  Object.assign(target, {
    jest,
    expect: jestExpect,
    test,
    it: test,
    describe: withVariants(within, within),
    beforeAll: (run) => block.beforeAll.push(run),
    beforeEach: (run) => block.beforeEach.push(run),
    afterEach: (run) => block.afterEach.push(run),
    afterAll: (run) => block.afterAll.push(run),
  })

  const inFile = (name, load) => {
    file = name
    block = new Block('')
    asked = undefined
    load()
    timers.useRealTimers()
    // jest gives each file timers of its own: one that asked for fake ones as it was loaded has them in its tests only.
    const { options } = asked ?? {}
    if (asked) block.beforeAll.unshift(() => timers.useFakeTimers(options))
    block.afterAll.push(
      () => timers.useRealTimers(),
      () => mocker.restoreAllMocks(),
    )
  }
  const entry = (name, load) => entries.set(name, load)
  return { tests, inFile, entry }
}
