/** SQLite: files, read by the runtime's own SQLite. */
import { Database } from 'bun:sqlite'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Cell, type Made, slugOf, type Trap } from '../trap.ts'
import { type Contents, type Engine, literal, longCell, quoted, spelled, type TargetPlace } from './engine.ts'

export function sqliteEngine(folder: string): Engine {
  return {
    name: 'sqlite',
    source(name, traps) {
      const path = join(folder, `sqlite-${name}`, 'traps.db')
      makeTraps(path, traps, 'sqlite')
      return Promise.resolve({ connection: connectionTo(path), from: (trap) => sourceName(trap, 'sqlite') })
    },
    target(name, traps) {
      const path = join(folder, name, 'target.db')
      makeTargets(path, traps, 'sqlite')
      return Promise.resolve(sqliteTarget(path, 'sqlite', connectionTo(path)))
    },
    workshop(name) {
      const path = join(folder, name, 'workshop.db')
      return Promise.resolve({
        connection: connectionTo(path),
        from: (table) => table,
        change: changing(path),
      })
    },
    async [Symbol.asyncDispose]() {},
  }
}

const connectionTo = (path: string) => `{ type: sqlite, path: "${path}" }`

/** SQLite has no change of type: what asks for one is not for it. */
const words = { timestamp: 'text', alter: () => '' }

export function changing(path: string): (statements: readonly string[]) => Promise<void> {
  return (statements) => {
    using database = open(path)
    for (const statement of statements) database.run(spelled(statement, words))
    return Promise.resolve()
  }
}

function open(path: string): Database {
  mkdirSync(join(path, '..'), { recursive: true })
  return new Database(path, { create: true, strict: true, safeIntegers: true })
}

export function sourceName(trap: Trap, engine: 'sqlite' | 'libsql'): string {
  const made = trap.sources[engine]
  return (typeof made === 'object' && 'statements' in made ? made.from : undefined) ?? slugOf(trap)
}

export function makeTraps(path: string, traps: readonly Trap[], engine: 'sqlite' | 'libsql'): void {
  using database = open(path)
  for (const trap of traps) {
    const made = trap.sources[engine]
    if (made === undefined) continue
    for (const statement of statementsOf(trap, made)) database.run(statement)
  }
}

export function makeTargets(path: string, traps: readonly Trap[], engine: 'sqlite' | 'libsql'): void {
  using database = open(path)
  // A file that nobody has written to is empty, and no database yet.
  database.run('pragma user_version = 1')
  for (const trap of traps) {
    for (const statement of trap.target?.[engine] ?? []) {
      database.run(statement.replaceAll('{target}', quoted(targetName(trap, engine))))
    }
  }
}

const targetName = (trap: Trap, engine: 'sqlite' | 'libsql') => trap.to?.[engine] ?? slugOf(trap)

function statementsOf(trap: Trap, made: Made): readonly string[] {
  if (typeof made === 'string') return statementsOf(trap, { type: made })
  if ('statements' in made) return made.statements.map((text) => text.replaceAll('{table}', slugOf(trap)))
  if (!('type' in made)) throw new Error(`${trap.name}: sqlite has no other files`)
  const values = made.values ?? trap.expected.rows.map(([, text]) => literal(text ?? null))
  const name = quoted(slugOf(trap))
  return [
    ...(made.setUp ?? []),
    `create table ${name} (id integer primary key not null, v ${made.type})`,
    ...values.map((value, at) => `insert into ${name} values (${at + 1}, ${value})`),
  ]
}

export function sqliteTarget(path: string, engine: 'sqlite' | 'libsql', connection: string): TargetPlace {
  const nameOf = (trap: Trap) => targetName(trap, engine)
  return {
    connection,
    nameOf,
    to: nameOf,
    names() {
      if (!existsSync(path)) return Promise.resolve([])
      using database = open(path)
      const found = database.query(`select name from sqlite_schema where name not like 'sqlite%' order by 1`)
        .all() as { name: string }[]
      return Promise.resolve(found.map(({ name }) => name).filter((name) => !/^_?sallyport/.test(name)))
    },
    read(trap) {
      if (!existsSync(path)) return Promise.resolve(null)
      using database = open(path)
      return Promise.resolve(readTable(database, nameOf(trap)))
    },
    aside(trap) {
      using database = open(path)
      return Promise.resolve(readTable(database, `${nameOf(trap)}__quarantine`))
    },
  }
}

interface Described {
  readonly name: string
  readonly type: string
  readonly notnull: bigint
  readonly pk: bigint
}

function readTable(database: Database, name: string): Contents | null {
  const described = database.query(
    `select name, type, "notnull", pk from pragma_table_xinfo(${literal(name)})`,
  )
    .all() as Described[]
  if (described.length === 0) return null
  const cells = described.map(({ name }) => cellOf(quoted(name)))
  const rows = database.query(`select ${cells.join(', ')} from ${quoted(name)}`).values() as Uint8Array[][]
  return {
    columns: described.map(({ name, type, notnull }) => ({ name, type, nullable: notnull === 0n })),
    key: described.filter(({ pk }) => pk > 0n).map(({ name }) => name),
    rows: rows.map((row) => row.map(textOf)),
  }
}

/** As bytes, so that text with NUL in it is not cut; a real number with all the digits that it has. */
function cellOf(name: string): string {
  return `cast(case typeof(${name}) when 'blob' then '\\x' || lower(hex(${name})) ` +
    `when 'real' then printf('%!.17g', ${name}) else ${name} end as blob)`
}

function textOf(bytes: Uint8Array | null): Cell {
  if (bytes === null) return null
  let text: string
  try {
    text = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes)
  } catch {
    return `the bytes ${Buffer.from(bytes).toString('hex')}`
  }
  return text.length > longCell ? `md5:${createHash('md5').update(bytes).digest('hex')}` : text
}
