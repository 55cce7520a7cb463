/** The peers: each from its registry, of one version, in a folder of its own. One that cannot be had is left out by name. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../suites.ts'

const cache = join(root, 'node_modules', '.cache')
const here = join(root, 'scripts', 'bench', 'peers')

/** A folder of Python packages, as `PYTHONPATH` takes it; null where they cannot be installed. */
export function pythonPackages(name: 'dlt' | 'sling' | 'ingestr'): string | null {
  const list = join(here, `${name}_requirements.txt`)
  const digest = createHash('sha256').update(readFileSync(list)).digest('hex').slice(0, 12)
  const place = join(cache, `${name}-${digest}`)
  if (existsSync(place)) return place
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(join(cache, `${name}-draft-`))
  console.error(`installing ${name} …`)
  const flags = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:']
  const { status } = spawnSync('python3', ['-m', 'pip', 'install', ...flags, '--target', draft, '-r', list], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status === 0) renameSync(draft, place)
  else rmSync(draft, { recursive: true, force: true })
  return status === 0 ? place : null
}

export function slingProgram(): string | null {
  const place = pythonPackages('sling')
  if (place === null) return null
  const program = join(place, 'sling_linux_amd64', 'bin', 'sling-linux-amd64')
  chmodSync(program, 0o755)
  return program
}

export function ingestrProgram(): string | null {
  const place = pythonPackages('ingestr')
  return place === null ? null : join(place, 'bin', 'ingestr')
}

/** A program of Debian's, installed where this is Debian and we may. */
export function debianProgram(program: string, packageName = program): string | null {
  const there = () => Bun.which(program)
  if (there() === null && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    console.error(`installing ${packageName} …`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', packageName], {
      stdio: 'ignore',
      env,
    })
  }
  return there()
}
