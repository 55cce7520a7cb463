/** `npm run check`: format, lint, types on both runtimes, directions, sizes, unused code, secrets. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { checkImports } from './check_imports.ts'
import { checkSecrets } from './check_secrets.ts'
import { checkSizes } from './check_sizes.ts'
import { root } from './suites.ts'

interface Outcome {
  readonly name: string
  readonly seconds: number
  readonly output: string
  readonly ok: boolean
}

async function tool(name: string, command: readonly string[]): Promise<Outcome> {
  const began = performance.now()
  const [program = '', ...args] = command
  const child = spawn(join(root, 'node_modules', '.bin', program), args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      output += error.message
      resolve(1)
    })
    child.once('close', (status) => resolve(status ?? 1))
  })
  return { name, seconds: (performance.now() - began) / 1000, output, ok: code === 0 }
}

async function rule(name: string, find: () => string[] | Promise<string[]>): Promise<Outcome> {
  const began = performance.now()
  const found = await find()
  const seconds = (performance.now() - began) / 1000
  return { name, seconds, output: found.join('\n'), ok: found.length === 0 }
}

const outcomes = await Promise.all([
  tool('format', ['deno', 'fmt', '--check', '--quiet']),
  tool('lint', ['deno', 'lint', '--quiet']),
  tool('types on Bun', ['tsc', '--project', 'tsconfig.json']),
  tool('types on Deno', ['deno', 'check', '--quiet', 'edge', 'shared']),
  tool('unused code', ['knip', '--no-progress']),
  rule('import directions', () => checkImports(root)),
  rule('sizes', () => checkSizes(root)),
  rule('secrets', () => checkSecrets(root)),
])
for (const { name, seconds, output, ok } of outcomes) {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`)
  if (!ok) console.log(output.trim().replace(/^/gm, '    '))
}
const failed = outcomes.filter((outcome) => !outcome.ok).length
console.log(failed === 0 ? '\nAll checks pass.' : `\n${failed} of ${outcomes.length} checks failed.`)
process.exitCode = failed === 0 ? 0 : 1
