/** Programs that a bench runs beside itself, each of which prints one line of JSON. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../suites.ts'

async function said<T>(program: string, args: readonly string[]): Promise<T> {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const piece of child.stdout) text += piece
  if (text === '') throw new Error(`${args.join(' ')} said nothing`)
  return JSON.parse(text) as T
}

/** A program of the edge, in Deno. */
export function edgeProgram<T>(file: string, args: readonly string[]): Promise<T> {
  const deno = join(root, 'node_modules', 'deno', 'deno')
  return said<T>(deno, ['run', '--allow-all', join('edge', file), ...args])
}

/** A program beside this one, in Bun. */
export function benchProgram<T>(file: string, args: readonly string[]): Promise<T> {
  return said<T>(process.execPath, [join(root, 'scripts', 'bench', file), ...args])
}
