import { readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import ts from 'typescript'

const root = resolve(__dirname, '../..')
const stubs = join(__dirname, 'readme-stubs.d.ts')

/** One block of TypeScript in a Markdown file. */
export interface Block {
  /** What `<!-- runs: name -->` in the line before it says; undefined: it is compiled only. */
  readonly name: string | undefined
  readonly code: string
  /** Where a compiler finds it: blocks import a named one by its name, as './session.js'. */
  readonly path: string
}

/** The text of a file of the repository. */
export function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** Every ts and tsx block of a Markdown file. The line numbers of a block are those of the file. */
export function blocksOf(file: string): Block[] {
  const text = textOf(file)
  const fences = text.matchAll(/^(?:<!-- runs: (\S+) -->\n)?```(tsx?)\n([^]*?)^```$/gm)
  return [...fences].map(({ 0: whole, 1: name, 2: kind = 'ts', 3: code = '', index }) => {
    const line = lineOf(text, index + whole.indexOf('```'))
    const fileName = `${name ?? `line-${line}`}.${kind}`
    return { name, code: '\n'.repeat(line) + code, path: join(root, '.blocks', file, fileName) }
  })
}

/** The blocks and the sources, compiled together as strictly as the sources alone. */
export class Compiled {
  readonly #blocks: readonly Block[]
  readonly #program: ts.Program

  constructor(blocks: readonly Block[]) {
    this.#blocks = blocks
    this.#program = programOf(blocks)
  }

  /** What the compiler says about the blocks, with the file and line of each. */
  get complaints(): string[] {
    const found = this.#blocks.flatMap(({ path }) => {
      const source = this.#program.getSourceFile(path)
      return [
        ...this.#program.getSyntacticDiagnostics(source),
        ...this.#program.getSemanticDiagnostics(source),
      ]
    })
    return [...this.#program.getGlobalDiagnostics(), ...found].map(({ file, start = 0, messageText }) => {
      const place = file && `${basename(dirname(file.fileName))}:${lineOf(file.text, start)} `
      return `${place ?? ''}${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  }

  /** The names of the members of types that the package exports. */
  membersOf(...types: string[]): string[] {
    return this.#declared(types).flatMap((type) => type.getProperties().map(({ name }) => name))
  }

  /** The strings that exported unions are made of; of a union of objects, those of its `type`. */
  literalsOf(...types: string[]): string[] {
    const parts = this.#declared(types).flatMap((type) => (type.isUnion() ? type.types : [type]))
    const strings = parts.flatMap((part) => {
      const tag = part.isStringLiteral() ? part : this.#typeOf(part.getProperty('type'))
      return tag?.isUnion() ? tag.types : [tag]
    })
    return strings.flatMap((type) => (type?.isStringLiteral() ? type.value : []))
  }

  #declared(names: readonly string[]): ts.Type[] {
    const checker = this.#program.getTypeChecker()
    const entry = this.#program.getSourceFile(join(root, 'src/index.ts'))
    const module = entry && checker.getSymbolAtLocation(entry)
    const exported = module ? checker.getExportsOfModule(module) : []
    return names.map((name) => {
      const symbol = exported.find((candidate) => candidate.name === name)
      if (!symbol) throw new Error(`Expected the package to export ${name}`)
      return checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(symbol))
    })
  }

  #typeOf(symbol: ts.Symbol | undefined): ts.Type | undefined {
    return symbol && this.#program.getTypeChecker().getTypeOfSymbol(symbol)
  }
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

function programOf(blocks: readonly Block[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  options.jsx = ts.JsxEmit.Preserve
  const texts = new Map(blocks.map(({ path, code }) => [path, code]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.readFile = (path) => texts.get(path) ?? readFile(path)
  host.fileExists = (path) => texts.has(path) || fileExists(path)
  host.directoryExists = (path) => path.includes('.blocks') || ts.sys.directoryExists(path)
  host.getSourceFile = (path, languageVersion) => {
    const text = host.readFile(path)
    return text === undefined ? undefined : ts.createSourceFile(path, text, languageVersion)
  }
  return ts.createProgram([stubs, join(root, 'src/index.ts'), ...texts.keys()], options, host)
}

/** What a block exports. */
export type Exports = Record<string, unknown>

/** What stands around a block while it runs. */
export interface Surroundings {
  /** The addresses in the text, and where they lead instead. */
  readonly addresses: Readonly<Record<string, string>>
  /** Modules by specifier; what is not here is the repository's own. */
  readonly modules?: Readonly<Record<string, unknown>>
  /** Globals that Node does not have. */
  readonly globals?: Readonly<Record<string, unknown>>
}

type Program = (
  exports: Exports,
  load: (specifier: string) => unknown,
  ...globals: unknown[]
) => Promise<void>
const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => Program

/** Runs a block as a module and hands back what it exports. */
export async function run({ code }: Block, surroundings: Surroundings): Promise<Exports> {
  const { addresses, modules = {}, globals = {} } = surroundings
  const { outputText } = ts.transpileModule(rewritten(code, addresses), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
    },
  })
  const exports: Exports = {}
  const load = (specifier: string): unknown => modules[specifier] ?? jest.requireActual<object>(specifier)
  const program = new AsyncFunction('exports', 'require', ...Object.keys(globals), outputText)
  await program(exports, load, ...Object.values(globals))
  return exports
}

function rewritten(code: string, addresses: Surroundings['addresses']): string {
  return Object.entries(addresses).reduce((text, [from, to]) => text.replaceAll(from, to), code)
}
