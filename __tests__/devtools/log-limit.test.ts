/** What a log keeps of thousands of requests. */
import type { SessionEvent } from 'tokenflight'
import { logSession } from 'tokenflight/devtools'
import { tokens, watchSessions } from '../support/watched-sessions.js'

const { open } = watchSessions()

/** A log of a session that tells what the test says. */
function logged() {
  const session = open({ refresh: async () => tokens('renewed') })
  const ids: string[] = []
  let tell: (event: SessionEvent) => void = () => {}
  const on: typeof session.on = (listener) => ((tell = listener), () => {})
  logSession({ ...session, on }, (line) => void ids.push(line.slice(14, 27).trim()))
  const begin = (id: number) => tell({ type: 'sent', id, method: 'GET', path: '/me' })
  const end = (id: number) => tell({ type: 'settled', id, method: 'GET', path: '/me', status: 200 })
  return { ids, begin, end }
}

it('a request that outlasts thousands is told: what has been told before is not kept', () => {
  const { ids, begin, end } = logged()
  begin(1)
  for (let id = 2; id <= 2_101; id++) end(id)
  end(1)
  expect(ids).toHaveLength(2_101)
  expect(ids.at(-1)).toBe('request 1')
})

it('of thousands at once the oldest go untold, and nothing else comes of it', () => {
  const { ids, begin, end } = logged()
  for (let id = 1; id <= 2_101; id++) begin(id)
  for (const id of [1, 101, 102, 2_101]) end(id)
  expect(ids).toEqual(['request 102', 'request 2101'])
})
