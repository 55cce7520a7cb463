/**
 * Migrations: numbered SQL files, forward only. What has run stands in the table `migration` with a digest of its
 * text, because a version in a PRAGMA is read-only on some servers and an edited file must not pass unseen.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Step } from './plan.ts'
import type { Storage } from './storage.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  /** SHA-256 of the file's bytes, lowercase hex. */
  readonly digest: string
  readonly statements: readonly string[]
}

/** The folder beside `edge/`. */
export const migrationsFolder: URL = new URL('../../migrations/', import.meta.url)

/** Reads every `NNNN_name.sql` of the folder in order. Throws when numbers do not run from 1 without a gap. */
export async function loadMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(names.map(async (name) => {
    const text = await readFile(new URL(name, folder), 'utf8')
    return parseMigration(name, text)
  }))
  migrations.forEach(({ version, name }, index) => {
    if (version !== index + 1) throw new Error(`migration ${name} is out of order: expected ${index + 1}`)
  })
  return migrations
}

/** Statements end with a semicolon at the end of a line; lines that start with `--` are comments. */
export function parseMigration(name: string, text: string): Migration {
  const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(name)
  if (match === null) throw new Error(`migration ${name} is not named like 0001_what.sql`)
  const statements = text.replaceAll(/^\s*--.*$/gm, '').split(/;\s*$/m).map((part) => part.trim())
    .filter((part) => part !== '')
  return {
    version: Number(match[1]),
    name: match[2] as string,
    digest: createHash('sha256').update(text).digest('hex'),
    statements,
  }
}

const BOOKS =
  'CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, ' +
  'applied INTEGER NOT NULL) STRICT'

/**
 * Brings the database to the newest version, each migration whole or not at all; returns how many ran now.
 *
 * Throws when the database has a migration that is not in the list, or one with another text. Two edges that start
 * at once are safe: the second one's version row is a conflict, and it reads again.
 */
export async function migrate(
  storage: Storage,
  { migrations, now }: { readonly migrations: readonly Migration[]; readonly now: number },
): Promise<number> {
  await run(storage, [bare(BOOKS)])
  let ran = 0
  for (const migration of migrations) {
    const applied = await appliedVersions(storage)
    check(applied, migrations)
    if (applied.has(migration.version)) continue
    try {
      await run(storage, steps(migration, now))
      ran += 1
    } catch (error) {
      if (!(await appliedVersions(storage)).has(migration.version)) throw error
    }
  }
  check(await appliedVersions(storage), migrations)
  return ran
}

function steps({ version, name, digest, statements }: Migration, now: number): Step[] {
  // The version row comes first: a second edge fails on it before it changes anything.
  const row: Step = {
    sql: 'INSERT INTO migration (version, name, digest, applied) VALUES (?, ?, ?, ?)',
    parameters: [version, name, digest, now],
    reads: false,
  }
  return [row, ...statements.map(bare)]
}

function bare(sql: string): Step {
  return { sql, parameters: [], reads: false }
}

async function run(storage: Storage, plan: Step[]): Promise<void> {
  await storage.write({ id: '', steps: plan, leaf: null, repeatable: false })
}

async function appliedVersions(storage: Storage): Promise<Map<number, string>> {
  const rows = await storage.read({
    sql: 'SELECT version, digest FROM migration',
    parameters: [],
    reads: true,
  })
  return new Map(rows.map((row) => [row.version as number, row.digest as string]))
}

function check(applied: ReadonlyMap<number, string>, migrations: readonly Migration[]): void {
  for (const [version, digest] of applied) {
    const known = migrations.find((migration) => migration.version === version)
    if (known === undefined) throw new Error(`the database is newer: it has migration ${version}`)
    if (known.digest !== digest) throw new Error(`migration ${version} was edited after it had run`)
  }
}
