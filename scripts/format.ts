/** `npm run format`: writes the format that `npm run check` asks for. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './suites.ts'

const done = spawnSync(join(root, 'node_modules', '.bin', 'deno'), ['fmt', '--quiet'], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = done.status ?? 1
