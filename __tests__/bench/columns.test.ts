import { failOnLeaks } from '../support/no-leaks.js'
import { columns, names, type Column } from './columns.js'
import { goodToken } from './good-token.js'
import { hour } from './hour.js'
import { weigh } from './memory.js'
import { storm } from './storm.js'

failOnLeaks()

const bare = columns.filter(({ isBare }) => isBare)
const renewing = columns.filter(({ isBare }) => !isBare)
const nameOf = ({ name }: Column): string => name

/** It never renews: what a peer that loses requests looks like. */
const losing: Column = {
  name: 'loses all',
  kind: 'fetch',
  async open(world) {
    const headers = { Authorization: `Bearer ${world.first.access_token}` }
    return { send: (path) => world.fetch(world.baseUrl + path, { headers }) }
  },
}

describe('every column of the bench does the same work', () => {
  test.each(renewing.map((column) => [column.name, column] as const))(
    '%s: a storm is answered in full, with one grant and each request sent twice',
    async (_, column) => {
      const counts = { answers: 20, refusals: 20, grants: 1 }
      expect(await storm(column, 20)).toMatchObject({ ...counts, held: 20, lost: 0 })
    },
  )

  test.each(bare.map((column) => [column.name, column] as const))(
    '%s: sends as many, each once, with no grant',
    async (_, column) => {
      expect(await storm(column, 20)).toMatchObject({ answers: 20, refusals: 0, grants: 0, lost: 0 })
    },
  )

  test.each(['axios', 'fetch'] as const)('a good token: all of %s are measured', async (kind) => {
    const rows = await goodToken(columns, kind, { requests: 6, rounds: 2, atOnce: 2 })
    expect(rows.map(({ name }) => name)).toEqual(columns.filter((one) => one.kind === kind).map(nameOf))
    expect(rows.every(({ took }) => took.median > 0)).toBe(true)
  })
})

test('a column that loses requests: its losses are told, and it is neither timed nor weighed', async () => {
  const came = await storm(losing, 20)
  expect(came).toMatchObject({ lost: 20, grants: 0, took: NaN })
  expect(await weigh(losing, 20)).toEqual({ name: 'loses all', held: 20, bytes: undefined, lost: 20 })
})

test('a column that does other work with a good token is refused', async () => {
  const refused: Column = {
    ...losing,
    async open({ baseUrl, fetch }) {
      return { send: (path) => fetch(baseUrl + path) }
    },
  }
  const others = columns.filter(({ kind }) => kind === 'fetch')
  const measured = goodToken([...others, refused], 'fetch', { requests: 4, rounds: 1, atOnce: 1 })
  await expect(measured).rejects.toThrow('loses all did other work: 0 of 4 requests answered')
})

test('a column that holds its requests is weighed', async () => {
  const weight = await weigh(renewing[0] as Column, 20)
  expect(weight).toMatchObject({ held: 20, lost: 0 })
  expect(weight.bytes).toEqual(expect.any(Number))
})

test('an hour: the same requests for each, no wait with renewal ahead, and some without', async () => {
  const page = { seed: 1, viewEveryMs: 60_000 }
  const named = (name: string): Column => columns.find((one) => one.name === name) as Column
  const played = [names.axios.bare, 'hand-rolled queue', names.axios.ours, names.fetch.ours].map(named)
  const hours = []
  for (const column of played) hours.push(await hour(column, page))
  const [plain, handRolled, ...ours] = hours
  expect(new Set(hours.map(({ requests }) => requests)).size).toBe(1)
  expect(plain).toMatchObject({ waitedPer1000: 0, grants: 0, p99Ratio: 1, lost: 0 })
  expect(handRolled?.waitedPer1000).toBeGreaterThan(0)
  expect(handRolled?.refusals).toBeGreaterThan(10)
  for (const one of ours)
    expect(one).toMatchObject({ waitedPer1000: 0, refusals: 0, p99Ratio: 1, slowestRatio: 1, lost: 0 })
}, 30_000)
