import { resolve } from 'node:path'
import ts from 'typescript'

/**
 * What `tokenflight/fetch` takes from its surroundings besides the language itself. The README has the same list;
 * whoever adds to it asks first which runtimes have it.
 */
const NEEDED = ['AbortController', 'Headers', 'URL', 'clearTimeout', 'console', 'fetch', 'setTimeout']
/** Used where they are there, or where an option asks for them: a JWT's expiry, Basic, and what browsers tell. */
const OPTIONAL = [
  'BroadcastChannel',
  'Storage',
  'addEventListener',
  'atob',
  'btoa',
  'clearInterval',
  'document',
  'location',
  'locks',
  'navigator',
  'removeEventListener',
  'setInterval',
]

const SRC = resolve(__dirname, '../../src')

test('the globals that are used are those of the list', () => {
  expect([...globalsOf('fetch.ts')].sort()).toEqual([...NEEDED, ...OPTIONAL].sort())
})

/** Every global value of the DOM's library that is read by an entry and all that it imports. */
function globalsOf(entry: string): Set<string> {
  const { config } = ts.readConfigFile(resolve(SRC, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, SRC)
  const program = ts.createProgram([resolve(SRC, entry)], options)
  const checker = program.getTypeChecker()
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && isOfDom(checker.getSymbolAtLocation(node), node)) found.add(node.text)
    else if (ts.isVariableDeclaration(node) && /\bglobalThis\b/.test(node.initializer?.getText() ?? ''))
      for (const name of namesIn(node)) found.add(name)
    ts.forEachChild(node, visit)
  }
  for (const file of program.getSourceFiles()) if (!file.isDeclarationFile) visit(file)
  return found
}

/** A value of its own: neither a member of something nor a type. */
function isOfDom(symbol: ts.Symbol | undefined, node: ts.Identifier): boolean {
  const declaration = symbol?.valueDeclaration
  if (!declaration || ts.isPartOfTypeNode(node)) return false
  const isGlobal =
    (ts.isVariableDeclaration(declaration) || ts.isFunctionDeclaration(declaration)) &&
    /lib\.dom\.d\.ts$/.test(declaration.getSourceFile().fileName)
  return isGlobal
}

/** Taken out by name, or picked by name for a variable of the whole. */
function namesIn({ name, type }: ts.VariableDeclaration): string[] {
  if (ts.isObjectBindingPattern(name)) return name.elements.map((element) => element.name.getText())
  const [picked = ''] = /Pick<typeof globalThis,.*?>/.exec(type?.getText() ?? '') ?? []
  return picked.match(/(?<=')\w+(?=')/g) ?? []
}
