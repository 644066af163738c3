import { fork } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Task, Told } from './measure.js'

/**
 * Makes plain JavaScript of the bench's own code: what translates TypeScript while it runs changes how errors are
 * made, and so what is measured. Everything else is imported as it is installed; tokenflight from its build.
 */
export async function compileMeasure(root: string): Promise<string> {
  const folder = join(root, '__tests__/bench/node_modules/.bench')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, 'measure.mjs')
  await build({
    entryPoints: [join(root, '__tests__/bench/measure.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [
      {
        name: 'tokenflight from its build',
        setup({ onResolve }) {
          onResolve({ filter: /^tokenflight\// }, ({ path }) => ({
            path: pathToFileURL(join(root, 'dist/esm', `${path.slice('tokenflight/'.length)}.js`)).href,
            external: true,
          }))
        },
      },
    ],
  })
  return outfile
}

/** Does one task in a process of its own, and answers with what came of it. */
export function inProcess<T>(
  script: string,
  task: Task,
  { cwd, execArgv = [], onRound }: { cwd: string; execArgv?: readonly string[]; onRound?: () => void },
): Promise<T> {
  return new Promise((resolve, reject) => {
    // Structured clones, since JSON has no NaN.
    const child = fork(script, { cwd, execArgv: ['--expose-gc', ...execArgv], serialization: 'advanced' })
    let came: { readonly result: unknown } | undefined
    child.on('message', (told: Told) => {
      if ('result' in told) came = told
      else onRound?.()
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (came) resolve(came.result as T)
      else reject(new Error(`The process for ${JSON.stringify(task)} ended with ${code}`))
    })
    child.send(task)
  })
}
