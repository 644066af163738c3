import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, posix, relative, resolve, sep } from 'node:path'
import ts from 'typescript'

/**
 * One way: entries → session → grant, store, lock → http, errors.
 *
 * A unit is a folder of src or a file at its top; `src/axios.ts` and `src/axios/` are one unit. What a unit
 * may import is listed here; a type alone (`import type`) leaves nothing at run time and may point further.
 */
type Rule = { values: readonly string[]; types: readonly string[]; packages?: readonly string[] }

const MIDDLE = ['grant', 'store', 'lock']
const VOCABULARY = ['options', 'tokens']
const GROUND = ['http', 'errors']
const BELOW_SESSION = [...MIDDLE, ...VOCABULARY, ...GROUND]
const BELOW_ADAPTERS = ['index', 'session', ...BELOW_SESSION]

const beneathSession: Rule = { values: [...VOCABULARY, ...GROUND], types: MIDDLE }
const RULES: Readonly<Record<string, Rule>> = {
  index: { values: ['session', ...BELOW_SESSION], types: [] },
  axios: { values: BELOW_ADAPTERS, types: [], packages: ['axios'] },
  fetch: { values: BELOW_ADAPTERS, types: [] },
  indexeddb: { values: MIDDLE, types: [...VOCABULARY, ...GROUND], packages: ['idb-keyval'] },
  devtools: { values: ['session', ...BELOW_SESSION], types: ['index', 'axios', 'fetch'] },
  session: { values: BELOW_SESSION, types: [] },
  grant: beneathSession,
  // A store brings the lock that its sharers take turns by.
  store: { ...beneathSession, values: [...beneathSession.values, 'lock'] },
  lock: beneathSession,
  options: beneathSession,
  tokens: beneathSession,
  http: { values: ['errors'], types: VOCABULARY },
  errors: { values: [], types: [...MIDDLE, ...VOCABULARY, 'http'] },
}

type Import = { file: string; line: number; specifier: string; typeOnly: boolean }

const SRC = resolve(__dirname, '../src')

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => file.endsWith('.ts'))
  .sort()

const sources = new Map(files.map((file) => [file, parse(file)]))
const imports = [...sources].flatMap(([file, source]) => importsOf(file, source))

it('every unit of src has a rule', () => {
  const unknown = files.filter((file) => !Object.hasOwn(RULES, unitOf(file)))
  expect(unknown.map((file) => `src/${file}: no rule for "${unitOf(file)}"; add one to RULES`)).toEqual([])
})

it('imports go one way', () => {
  const wrong = imports.filter(isRelative).filter((found) => !allowed(found))
  expect(
    wrong.map((found) => {
      const target = `src/${targetOf(found)}`
      return `${where(found)} imports ${found.typeOnly ? 'a type of ' : ''}${target}; "${unitOf(found.file)}" may not`
    }),
  ).toEqual([])
})

it('relative imports name a file of src and end in .js', () => {
  const wrong = imports.filter(isRelative).filter(({ file, specifier }) => {
    const path = resolve(SRC, dirname(file), specifier.replace(/\.js$/, '.ts'))
    return !specifier.endsWith('.js') || !existsSync(path) || relative(SRC, path).startsWith('..')
  })
  expect(wrong.map((found) => `${where(found)} imports "${found.specifier}"`)).toEqual([])
})

it('a package is imported only by the unit that is made for it', () => {
  const wrong = imports
    .filter((found) => !isRelative(found))
    .filter(({ file, specifier }) => !RULES[unitOf(file)]?.packages?.includes(specifier))
  expect(wrong.map((found) => `${where(found)} imports the package "${found.specifier}"`)).toEqual([])
})

it('no import leads back to its own file', () => {
  expect(cycles().map((cycle) => cycle.map((file) => `src/${file}`).join(' → '))).toEqual([])
})

it('no module keeps a variable of its own', () => {
  const found = [...sources].flatMap(([file, source]) =>
    source.statements.filter(isModuleVariable).map((statement) => {
      const { line } = source.getLineAndCharacterOfPosition(statement.getStart(source))
      return `src/${file}:${line + 1} ${statement.getText(source).split('\n')[0]}`
    }),
  )
  expect(found).toEqual([])
})

it('names are kebab-case and say what is inside', () => {
  const parts = [...new Set(files.flatMap((file) => file.replace(/(\.d)?\.ts$/, '').split('/')))]
  expect(parts.filter((part) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(part))).toEqual([])
  expect(parts.filter((part) => /(^|-)(util|helper|manager|common|misc)s?(-|$)/.test(part))).toEqual([])
})

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(resolve(SRC, file), 'utf8'), ts.ScriptTarget.ES2022, true)
}

function importsOf(file: string, source: ts.SourceFile): Import[] {
  const found: Import[] = []
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
    found.push({ file, line: line + 1, specifier: specifier.text, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnly(node))
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    else if (ts.isCallExpression(node) && isImportCall(node)) add(node, node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
}

function isImportCall(node: ts.CallExpression): boolean {
  return node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require'
}

function isModuleVariable(node: ts.Statement): node is ts.VariableStatement {
  if (!ts.isVariableStatement(node)) return false
  const declared = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false
  return !declared && (node.declarationList.flags & ts.NodeFlags.Const) === 0
}

function isRelative({ specifier }: Import): boolean {
  return specifier.startsWith('.')
}

function targetOf({ file, specifier }: Import): string {
  return posix.join(posix.dirname(file), specifier.replace(/\.js$/, '.ts'))
}

function unitOf(file: string): string {
  return file.split('/')[0]?.replace(/\.ts$/, '') ?? file
}

function allowed(found: Import): boolean {
  const from = unitOf(found.file)
  const to = unitOf(targetOf(found))
  const rule = RULES[from]
  return (
    to === from ||
    rule === undefined ||
    rule.values.includes(to) ||
    (found.typeOnly && rule.types.includes(to))
  )
}

function where({ file, line }: Import): string {
  return `src/${file}:${line}`
}

/** Each cycle once, beginning at the file of it that was met first. */
function cycles(): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) found.push([...path.slice(start), file])
    if (start >= 0 || done.has(file)) return
    for (const next of valueImportsOf(file)) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  return found
}

function valueImportsOf(file: string): string[] {
  return imports.filter((found) => found.file === file && !found.typeOnly && isRelative(found)).map(targetOf)
}
