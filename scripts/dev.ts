/**
 * `npm run dev`: the edge with reload on ./data, and beside it an agent with reload once this machine is enrolled
 * (SALLYPORT_HOME, by default ./data/home). Ctrl-C stops both.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './suites.ts'

const home = process.env['SALLYPORT_HOME'] ?? join(root, 'data', 'home')
const port = process.env['SALLYPORT_PORT'] ?? '8787'
mkdirSync(join(root, 'data'), { recursive: true, mode: 0o700 })

/** The flags of `deno task start`, so that reload never allows more than the real thing. */
function edgeFlags(): string[] {
  const { tasks } = JSON.parse(readFileSync(join(root, 'deno.json'), 'utf8')) as { tasks: { start: string } }
  return tasks.start.split(' ').filter((word) => word.startsWith('--'))
}

const children: ChildProcess[] = []
function start(program: string, args: readonly string[]): void {
  const path = join(root, 'node_modules', '.bin', program)
  children.push(
    spawn(path, args, { cwd: root, stdio: 'inherit', env: { ...process.env, SALLYPORT_HOME: home } }),
  )
}

start('deno', ['run', '--watch', ...edgeFlags(), join('edge', 'main.ts')])
if (existsSync(join(home, 'agent'))) start('bun', ['--watch', join('agent', 'main.ts'), 'agent'])
else console.error(`No agent yet. The edge is at http://localhost:${port}; see "Quick start" in README.md.`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => children.forEach((child) => child.kill(signal)))
}
await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))))
