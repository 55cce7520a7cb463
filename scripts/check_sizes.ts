/** Sizes that keep a file one room and a function one thought: files under 400 lines, functions under 70. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import ts from 'typescript'

const MAX_FILE_LINES = 400
const MAX_FUNCTION_LINES = 70

function functionName(node: ts.Node, source: ts.SourceFile): string {
  const named = node as ts.NamedDeclaration
  if (named.name) return named.name.getText(source)
  const parent = node.parent as ts.NamedDeclaration | undefined
  return parent?.name && ts.isVariableDeclaration(parent) ? parent.name.getText(source) : 'function'
}

/** One line per function or file that has outgrown its size. */
export function sizesOf(file: string, text: string): string[] {
  const found: string[] = []
  const lines = text.split('\n').length - 1
  if (lines > MAX_FILE_LINES) found.push(`${file}: ${lines} lines; split it by what it is about`)
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line
      const to = source.getLineAndCharacterOfPosition(node.getEnd()).line
      const length = to - from + 1
      if (length > MAX_FUNCTION_LINES) {
        found.push(`${file}:${from + 1}: ${functionName(node, source)} has ${length} lines`)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

export async function checkSizes(root: string): Promise<string[]> {
  const found: string[] = []
  for await (const file of new Glob('{edge,agent,shared,scripts}/**/*.{ts,tsx}').scan({ cwd: root })) {
    if (/\.test\.tsx?$|_fixture\.tsx?$|\/conformance\.ts$|\.d\.ts$/.test(file)) continue
    found.push(...sizesOf(file, readFileSync(join(root, file), 'utf8')))
  }
  return found.sort()
}
