// One file out of all tests that live in the process, so that a child loads them once and runs any of them at once.
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'esbuild'

/** What the mutants are run against: the suites without a browser, a process or a build of their own. */
const FOLDERS = ['behaviours', 'contract', 'fetch', 'grant', 'http', 'secrets', 'devtools', 'proof']

/** They mock modules, count heap or take long: jest runs them, the mutants do without. */
const NOT_HERE =
  /standards-unloaded|replay-oldest-axios|safety-process|replay-xhr|fetch\/globals|fetch\/libraries|react-native|devtools\/(panel|element)|proof\/(faults|interleavings|small-worlds)/

export function testFiles(root) {
  return FOLDERS.flatMap((folder) =>
    readdirSync(resolve(root, '__tests__', folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `__tests__/${folder}/${name}`),
  ).filter((file) => !NOT_HERE.test(file))
}

export async function bundleTests(root, outfile) {
  const files = testFiles(root)
  const paths = { tokenflight: 'src/index.ts' }
  for (const entry of ['fetch', 'axios', 'indexeddb', 'devtools'])
    paths[`tokenflight/${entry}`] = `src/${entry}.ts`
  const contents = [
    ...Object.keys(paths).map((entry) => `entry('${entry}', () => require('${entry}'));`),
    ...files.map((file) => `inFile('${file}', () => require('./${file}'));`),
  ].join('\n')
  await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    absWorkingDir: root,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    packages: 'external',
    alias: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, resolve(root, path)])),
    logLevel: 'error',
  })
}
