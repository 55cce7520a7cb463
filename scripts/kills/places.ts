/** Where loads are disturbed: a destination each, read back by a client of its own, never by ours. */
import { SQL } from 'bun'
import { Database } from 'bun:sqlite'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { libsqlEngine } from '../conformance/engines/libsql.ts'
import type { Mariadb } from '../mariadb.ts'
import type { Postgres } from '../postgres.ts'

export type Mode = 'replace' | 'append' | 'merge' | 'history' | 'mirror'

export const modes: readonly Mode[] = ['replace', 'append', 'merge', 'history', 'mirror']

export interface Place extends AsyncDisposable {
  readonly name: string
  readonly modes: readonly Mode[]
  /** What stands in the connections file. */
  readonly connection: string
  target(name: string): string
  /** `id|v|open` of every row, sorted; open is 1 for a row that is true now. */
  rows(name: string): Promise<string[]>
  /** Names of everything that is there besides the targets and what a load leaves on purpose. */
  leftovers(): Promise<string[]>
}

const line = (id: unknown, v: unknown, open: unknown) => `${id}|${v}|${Number(open)}`

const isDraft = (name: string) => /^sallyport_[0-9a-f]{32}|_stag|__draft|\.part$/.test(name)

export async function postgresPlace(server: Postgres, port = server.port): Promise<Place> {
  const sql = new SQL({ url: server.url(), max: 1, onclose: () => undefined })
  await sql.unsafe('create schema if not exists kills')
  return {
    name: 'postgres',
    modes,
    connection: `{ type: postgres, url: "${server.url().replace(`:${server.port}/`, `:${port}/`)}" }`,
    target: (name) => `kills.${name}`,
    async rows(name) {
      const history = name.includes('history')
      const found = await sql.unsafe(
        `select id::text, v, ${history ? '(_valid_to is null)::int' : '1'} as open from kills.${name}`,
      )
      return [...found].map(({ id, v, open }: Record<string, unknown>) => line(id, v, open)).sort()
    },
    async leftovers() {
      const found = await sql.unsafe(
        `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'v', 'S') and c.relname ~ '^sallyport_[0-9a-f]{32}'`,
      )
      return [...found].map(({ name }: { name: string }) => name)
    },
    [Symbol.asyncDispose]: () => sql.close(),
  }
}

export function mariadbPlace(server: Mariadb): Place {
  server.run('create database if not exists kills character set utf8mb4')
  const lines = (sql: string) => server.run(sql).split('\n').filter((one) => one !== '')
  return {
    name: 'mysql',
    modes,
    connection: `{ type: mysql, host: 127.0.0.1, port: ${server.port}, user: ${server.user}, ` +
      `password: "${server.password}", database: kills }`,
    target: (name) => name,
    rows: async (name) =>
      lines(
        `select id, v, ${name.includes('history') ? '_valid_to is null' : '1'} from kills.${name}`,
      ).map((one) => one.replaceAll('\t', '|')).sort(),
    leftovers: async () =>
      lines(`select table_name from information_schema.tables where table_schema = 'kills'`).filter(isDraft),
    async [Symbol.asyncDispose]() {},
  }
}

export function sqlitePlace(folder: string): Place {
  const path = join(folder, 'target.db')
  new Database(path, { create: true }).close()
  return { ...databasePlace('sqlite', path), connection: `{ type: sqlite, path: "${path}" }` }
}

/** The double of a libSQL server, in front of a file that is read in place. */
export async function libsqlPlace(folder: string): Promise<Place> {
  const engine = libsqlEngine(folder)
  const shop = await engine.workshop?.('libsql-kills')
  if (!shop) throw new TypeError('the double of a libSQL server has no workshop')
  const place = databasePlace('libsql', join(folder, 'libsql-kills', 'workshop.db'))
  return { ...place, connection: shop.connection, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() }
}

function databasePlace(name: string, path: string): Omit<Place, 'connection'> {
  const ask = (sql: string) => {
    using db = new Database(path)
    return db.query(sql).values()
  }
  return {
    name,
    modes,
    target: (name) => name,
    rows: async (name) =>
      ask(`select id, v, ${name.includes('history') ? '_valid_to is null' : '1'} from "${name}"`)
        .map(([id, v, open]) => line(id, v, open)).sort(),
    leftovers: async () =>
      ask(`select name from sqlite_master where type = 'table'`).map(([name]) => String(name)).filter(
        isDraft,
      ),
    async [Symbol.asyncDispose]() {},
  }
}

export function filesPlace(folder: string): Place {
  mkdirSync(folder, { recursive: true })
  const listed = (name: string): string[] => {
    const path = join(folder, '.sallyport', `${encodeURIComponent(name)}.json`)
    if (!existsSync(path)) return []
    const { files } = JSON.parse(readFileSync(path, 'utf8')) as { files: { name: string }[] }
    return files.map((file) => join(folder, file.name))
  }
  return {
    name: 'files',
    modes: ['replace', 'append'],
    connection: `{ type: files, path: "${folder}", format: csv }`,
    target: (name) => name.includes('append') ? name : `${name}.csv`,
    rows: async (name) =>
      listed(name.includes('append') ? name : `${name}.csv`)
        .flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(1))
        .map((row) => row.split(',')).map(([id, v]) => line(id, v, 1)).sort(),
    async leftovers() {
      const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      const kept = new Set(
        readdirSync(join(folder, '.sallyport')).filter((name) => name.endsWith('.json'))
          .flatMap((name) => listed(decodeURIComponent(name.slice(0, -5)))),
      )
      return all.filter((name) =>
        name.endsWith('.part') || (name.endsWith('.csv') && !kept.has(join(folder, name)))
      )
    },
    async [Symbol.asyncDispose]() {},
  }
}
