import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Script, createContext } from 'node:vm'
import { build } from 'esbuild'
import { browserStart, type BrowserStart } from './browser-start.js'
import { figureOf, type Figure } from './statistics.js'

/** How long it takes until a session is there, in milliseconds. */
export interface Start {
  /** On the main thread of a page, from one bundled file, as an app has it. Older results have none. */
  readonly browser?: BrowserStart
  /** In a new process of Node, from one bundled file: compiling, running and `createSession`. */
  readonly bundled: Figure
  /** From the files of the package as Node imports them, one by one. */
  readonly installed: Figure
  /** True: the bundle runs where there is nothing of a platform, so that importing it touched nothing. */
  readonly isInert: boolean
}

const create =
  "createSession({ refresh: { tokenEndpoint: 'https://auth.example.com/token', clientId: 'spa' } })"

/** Measures it so many times, each in a fresh process. */
export async function start(root: string, times: number, onRound: () => void): Promise<Start> {
  const folder = join(root, '__tests__/bench/node_modules/.bench')
  mkdirSync(folder, { recursive: true })
  const dist = join(root, 'dist/esm')
  const exported = "export { createSession } from './index.js'"
  const code = await bundleOf(exported, dist, 'cjs')
  writeFileSync(join(folder, 'bundled.cjs'), code)
  const bundled = write(
    folder,
    'start-bundled.cjs',
    `const t = performance.now()
const { createSession } = require('./bundled.cjs')
const session = ${create}
const took = performance.now() - t
session.dispose()
console.log(took)`,
  )
  const installed = write(
    folder,
    'start-installed.mjs',
    `const t = performance.now()
const { createSession } = await import(${JSON.stringify(join(dist, 'index.js'))})
const session = ${create}
const took = performance.now() - t
session.dispose()
console.log(took)`,
  )
  const taken: { bundled: number[]; installed: number[] } = { bundled: [], installed: [] }
  for (let time = 0; time < times; time += 1) {
    taken.bundled.push(await timeOf(bundled))
    taken.installed.push(await timeOf(installed))
    onRound()
  }
  const browser = await browserStart(await bundleOf(exported, dist, 'iife'), create, times, onRound)
  const { bundled: ofBundle, installed: ofFiles } = taken
  return { browser, bundled: figureOf(ofBundle), installed: figureOf(ofFiles), isInert: isInert(code) }
}

function write(folder: string, name: string, code: string): string {
  const path = join(folder, name)
  writeFileSync(path, code)
  return path
}

async function bundleOf(contents: string, resolveDir: string, format: 'cjs' | 'iife'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format,
    ...(format === 'iife' && { globalName: 'tokenflight' }),
    target: 'es2022',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

async function timeOf(script: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  return Number(stdout)
}

/** Runs a CommonJS bundle where JavaScript itself is all there is: no timer, no fetch, no console, no process. */
function isInert(code: string): boolean {
  const module = { exports: {} as Record<string, unknown> }
  new Script(code).runInContext(createContext({ module }))
  return typeof module.exports['createSession'] === 'function'
}
