import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Figures } from './figures.js'

/** A short soak with every kind of fault: the million is for `npm run soak`. */
const args = [
  ...['--requests', '3000', '--checkpoints', '5', '--at-once', '4'],
  ...['--lifetime-ms', '300', '--refresh-timeout-ms', '3000', '--grant-fault-every', '12'],
]

let folder: string

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'soak-'))))
afterAll(() => rm(folder, { recursive: true }))

it('a short soak loses nothing, sends nothing twice and asks for no grant without a reason', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', join(__dirname, 'soak.ts'), ...args, '--out', folder, '--json'],
    { cwd: join(__dirname, '..', '..') },
  )
  const { checks, callers, grants } = JSON.parse(stdout) as Figures
  expect(checks.filter(({ isGood }) => !isGood)).toEqual([])
  expect(callers['ok']).toBeGreaterThan(2000)
  expect(grants['retry']).toBeGreaterThan(0)
  expect((await readdir(folder)).sort()).toEqual(['figures.json', 'grants.svg', 'heap.svg', 'held.svg'])
  expect(await readFile(join(folder, 'held.svg'), 'utf8')).toMatch(/^<svg [^]*<\/svg>\n$/)
}, 120_000)
