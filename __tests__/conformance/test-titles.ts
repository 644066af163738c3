import { readFileSync } from 'node:fs'
import ts from 'typescript'

/**
 * The titles of the tests in a file, as a report shows them: with those of the describes around them, joined by " › ".
 * A title of `each` keeps its placeholders. Tests that are skipped, to be done or known to fail are left out.
 */
export function titlesIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)
  const found: string[] = []
  const visit = (node: ts.Node, around: readonly string[]): void => {
    const named = ts.isCallExpression(node) ? titleOf(node) : undefined
    const path = named ? [...around, named.title] : around
    if (named?.kind === 'test') found.push(path.join(' › '))
    ts.forEachChild(node, (child) => visit(child, path))
  }
  visit(source, [])
  return found
}

/** `it('…')`, `test.each(table)('…')`, `describe('…')`. */
function titleOf({
  expression,
  arguments: [title],
}: ts.CallExpression): { readonly kind: 'test' | 'describe'; readonly title: string } | undefined {
  if (!title || !ts.isStringLiteralLike(title)) return undefined
  const callee = ts.isCallExpression(expression) ? expression.expression.getText() : expression.getText()
  if (/^(it|test)(\.each)?$/.test(callee)) return { kind: 'test', title: title.text }
  if (/^describe(\.each)?$/.test(callee)) return { kind: 'describe', title: title.text }
  return undefined
}
