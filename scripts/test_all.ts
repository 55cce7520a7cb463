/**
 * `npm run test:all [-- WORD …]`: the tests of scripts/system and every *.system.test.ts, which need more
 * than the package registry of npm: a real browser, MariaDB and a keychain from Debian, AWS as moto from PyPI. Installs what is missing where
 * it may; a test that cannot run says so by name.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { currentBinary } from './build_agent.ts'
import { close, runSuite, testFiles } from './suites.ts'
import { installMoto } from './system/moto.ts'
import { installPostgresVersions } from './system/postgres_versions.ts'

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))

function installed(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
}

/** Debian's packages, where this is Debian and we may install. */
function install(program: string, packages: readonly string[]): void {
  if (installed(program) || !existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return
  console.error(`Installing ${packages.join(', ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    stdio: 'ignore',
    env,
  })
}

install('chromium', ['chromium'])
install('mariadbd', ['mariadb-server'])
install('gnome-keyring-daemon', ['gnome-keyring', 'libsecret-1-0', 'dbus'])
installMoto()
installPostgresVersions()
await currentBinary()
const files = testFiles(['scripts/system', 'agent'], words).filter((file) =>
  file.startsWith('scripts/system/') || file.endsWith('.system.test.ts')
)
process.exitCode = close(await runSuite({ runtime: 'bun', files }, {}))
