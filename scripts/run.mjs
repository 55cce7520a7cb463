// The door of every npm script: puts the pinned packages in place when they are not, then runs scripts/NAME.ts on
// the pinned Bun. Plain JavaScript, because it runs on whatever Node is there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const stamp = join(root, 'node_modules', '.sallyport-lock')
const windows = process.platform === 'win32'

function run(command, args, env = process.env) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', env, shell: windows })
  if (done.error) console.error(`${command}: ${done.error.message}`)
  return done.status ?? 1
}

function works(tool) {
  const done = spawnSync(join(bin, tool), ['--version'], { cwd: root, stdio: 'ignore', shell: windows })
  return done.status === 0
}

/**
 * Installs what the lock file says, once per lock file. Not `npm ci`: it fails where a registry lacks the builds of a
 * package for other platforms, which the lock file then cannot name; versions and digests are checked all the same.
 */
function setUp() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('Installing the pinned packages …')
  const status = run('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'])
  if (status !== 0) process.exit(status)
  // An npm that holds back install scripts leaves these two without their program.
  for (const [tool, script] of [['bun', 'install.js'], ['deno', 'install.cjs']]) {
    if (!works(tool)) run(process.execPath, [join(root, 'node_modules', tool, script)])
    if (!works(tool)) {
      console.error(
        `${tool} did not install. Delete node_modules and run this again, or see the output above.`,
      )
      process.exit(1)
    }
  }
  writeFileSync(stamp, lock)
}

setUp()
const [name, ...rest] = process.argv.slice(2)
if (!name || !existsSync(join(root, 'scripts', `${name}.ts`))) {
  console.error(`There is no script ${name ?? ''}; see "scripts" in package.json.`)
  process.exit(2)
}
const path = `${bin}${windows ? ';' : ':'}${process.env.PATH ?? ''}`
process.exit(run(join(bin, 'bun'), [join('scripts', `${name}.ts`), ...rest], { ...process.env, PATH: path }))
