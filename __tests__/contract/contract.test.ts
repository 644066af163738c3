import { failOnLeaks } from '../support/no-leaks.js'
import { adapters } from './adapters.js'
import { attaching } from './attaching.js'
import { bodies } from './bodies.js'
import { granting } from './granting.js'
import { refused } from './refused.js'
import { sessions } from './sessions.js'
import { world, type World } from './world.js'

failOnLeaks()

/** One table for every client: a behaviour that holds with axios holds with fetch. */
const cases = [...attaching, ...granting, ...refused, ...bodies, ...sessions]

describe.each(adapters)('$name', (adapter) => {
  const worlds: World[] = []
  afterEach(() => Promise.all(worlds.splice(0).map((one) => one.close())))

  test.each(cases)('%s', async (_fact, run) => {
    await run(async (choices) => {
      const begun = await world(adapter, choices)
      worlds.push(begun)
      return begun
    })
  })
})

test('every case has a fact of its own', () => {
  const facts = cases.map(([fact]) => fact)
  expect(new Set(facts).size).toBe(facts.length)
})
