import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')

/** The difference between two files with every line of both, as git tells it. */
function differenceOf(before: string, after: string): string {
  const options = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--minimal', '-U999']
  const { stdout, status } = spawnSync('git', [...options, before, after], { cwd: root, encoding: 'utf8' })
  expect(status).toBe(1)
  return stdout.slice(stdout.indexOf('\n', stdout.indexOf('\n@@ ') + 1) + 1)
}

test('the README shows the whole difference between the two sessions of examples/spa', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, shown = ''] = /```diff\n([^]*?)```/.exec(readme) ?? []
  expect(shown).toBe(differenceOf('examples/spa/before/session.ts', 'examples/spa/after/session.ts'))
})

test('nothing else of the app differs', () => {
  const textOf = (version: string, file: string): string =>
    readFileSync(join(root, 'examples/spa', version, file), 'utf8').replaceAll(version, 'version')
  for (const file of ['main.tsx', 'index.html']) expect(textOf('after', file)).toBe(textOf('before', file))
})
