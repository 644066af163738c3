import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import * as axiosPackage from 'axios'
import type { Subject } from './subject.js'

/** One change of one file of `src`: `find` stands there exactly once. */
export interface Edit {
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** What the package imports: the very ones that the tests have. */
const packages: Readonly<Record<string, unknown>> = { axios: axiosPackage }

const src = resolve(__dirname, '../../src')

/** Every file of `src`, by its name without an ending. */
const texts = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [join(src, file.replace(/\.ts$/, '')), readFileSync(join(src, file), 'utf8')]),
)

const compiled = new Map<string, string>()

/**
 * Loads a copy of the package in which `edits` are made, beside the genuine one.
 *
 * @throws Error where a text is not found exactly once: the source has changed, and the fault has to follow
 */
export function loadEdited(edits: readonly Edit[]): Subject {
  const edited = new Map<string, string>()
  for (const edit of edits) {
    const path = join(src, edit.file.replace(/\.ts$/, ''))
    edited.set(path, replaceOnce(edited.get(path) ?? texts.get(path) ?? '', edit))
  }
  const loaded = new Map<string, { exports: object }>()
  const load = (path: string): object => {
    const known = loaded.get(path)
    if (known) return known.exports
    const module = { exports: {} }
    loaded.set(path, module)
    const text = edited.get(path)
    const code = text === undefined ? compiledOf(path) : compile(text)
    const requireFrom = (name: string): unknown =>
      name.startsWith('.') ? load(resolve(dirname(path), name.replace(/\.js$/, ''))) : packages[name]
    // Run in this realm: its timers are the world's.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    new Function('module', 'exports', 'require', code)(module, module.exports, requireFrom)
    return module.exports
  }
  const { createSession, attachSession } = load(join(src, 'axios')) as Subject
  const { createFetch } = load(join(src, 'fetch')) as Subject
  return { createSession, attachSession, createFetch }
}

function replaceOnce(text: string, { file, find, replace }: Edit): string {
  const count = text.split(find).length - 1
  if (count !== 1)
    throw new Error(`Expected src/${file} to hold this exactly once, found it ${count} times:\n${find}`)
  return text.replace(find, () => replace)
}

function compiledOf(path: string): string {
  const code = compiled.get(path) ?? compile(texts.get(path) as string)
  compiled.set(path, code)
  return code
}

function compile(text: string): string {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, removeComments: true },
  })
  return outputText
}
