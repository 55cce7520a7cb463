/** PostgreSQL: source and target are databases of one server, set as differently as they can be. */
import { SQL } from 'bun'
import type { Postgres } from '../../postgres.ts'
import { type Made, slugOf, type Trap } from '../trap.ts'
import { type Contents, type Engine, literal, longCell, quoted, spelled, type TargetPlace } from './engine.ts'

/** Everything that changes how values are spelled, set to something that nobody expects. */
const odd = [
  `timezone = 'America/New_York'`,
  `datestyle = 'SQL, DMY'`,
  `intervalstyle = 'sql_standard'`,
  `bytea_output = 'escape'`,
  `extra_float_digits = 0`,
  `xmloption = 'document'`,
]

export function postgresEngine(server: Pick<Postgres, 'url'>): Engine {
  const made: string[] = []
  const create = async (name: string, zone: string): Promise<SQL> => {
    await using admin = new SQL({ url: server.url('postgres'), max: 1 })
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.unsafe(`create database ${name} template template0 encoding 'UTF8'`)
    for (const setting of odd) await admin.unsafe(`alter database ${name} set ${setting}`)
    await admin.unsafe(`alter database ${name} set timezone = '${zone}'`)
    made.push(name)
    return new SQL({ url: server.url(name), max: 1 })
  }
  return {
    name: 'postgres',
    async source(name, traps) {
      const database = `${name}_${process.pid}`
      await using sql = await create(database, 'America/New_York')
      await sql.unsafe('create extension citext')
      for (const trap of traps) {
        const { postgres } = trap.sources
        if (postgres === undefined) continue
        for (const statement of statementsOf(trap, postgres)) await sql.unsafe(statement)
      }
      return { connection: connectionTo(server, database), from: fromOf }
    },
    async target(name, traps) {
      const database = `${name}_${process.pid}`
      const sql = await create(database, 'Asia/Kathmandu')
      await sql.unsafe('create extension citext')
      // A type of a user arrives by its name, where the target has it too.
      for (const trap of traps) {
        for (const statement of setUpOf(trap.sources.postgres)) await sql.unsafe(statement)
        for (const statement of trap.target?.postgres ?? []) {
          await sql.unsafe(statement.replaceAll('{target}', `public.${quoted(targetName(trap))}`))
        }
      }
      return targetIn(sql, connectionTo(server, database))
    },
    async workshop(name) {
      const database = `${name}_${process.pid}`
      const sql = await create(database, 'America/New_York')
      return {
        connection: connectionTo(server, database),
        from: (table) => `public.${table}`,
        async change(statements) {
          for (const statement of statements) await sql.unsafe(spelled(statement, words))
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await using admin = new SQL({ url: server.url('postgres'), max: 1 })
      for (const name of made) await admin.unsafe(`drop database if exists ${name} with (force)`)
    },
  }
}

const words = {
  timestamp: 'timestamp(6)',
  alter: (table: string, column: string, type: string) =>
    `alter table ${table} alter column ${column} type ${type}`,
}

const connectionTo = (server: Pick<Postgres, 'url'>, database: string) =>
  `{ type: postgres, url: "${server.url(database)}" }`

function fromOf(trap: Trap): string {
  const made = trap.sources.postgres
  const own = typeof made === 'object' && 'statements' in made ? made.from : undefined
  return own ?? `public.${slugOf(trap)}`
}

function setUpOf(made: Made | undefined): readonly string[] {
  return typeof made === 'object' && 'type' in made ? made.setUp ?? [] : []
}

function statementsOf(trap: Trap, made: Made): readonly string[] {
  if (typeof made === 'string') return statementsOf(trap, { type: made })
  if ('statements' in made) return made.statements.map((text) => text.replaceAll('{table}', slugOf(trap)))
  if (!('type' in made)) throw new Error(`${trap.name}: postgres has no files`)
  const values = made.values ?? trap.expected.rows.map(([, text]) => literal(text ?? null))
  const name = slugOf(trap)
  const rows = values.map((value, at) => `(${at + 1}, ${value})`)
  return [
    ...setUpOf(made),
    `create table ${name} (id integer primary key, v ${made.type})`,
    ...(rows.length === 0 ? [] : [`insert into ${name} values ${rows.join(', ')}`]),
  ]
}

const targetName = (trap: Trap) => trap.to?.postgres ?? slugOf(trap)

function targetIn(sql: SQL, connection: string): TargetPlace {
  const nameOf = targetName
  return {
    connection,
    nameOf,
    to: (trap) => /["'. ]/.test(nameOf(trap)) ? `public.${quoted(nameOf(trap))}` : `public.${nameOf(trap)}`,
    async names() {
      const found = await sql.unsafe(
        `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^pg_toast'
           and n.nspname not in ('pg_catalog', 'information_schema', 'sallyport') order by 1`,
      ) as { name: string }[]
      return found.map(({ name }) => name)
    },
    read: (trap) => readTable(sql, nameOf(trap)),
    aside: (trap) => readTable(sql, `${nameOf(trap)}__quarantine`),
  }
}

/** Read under settings of its own; `format` uses each type's own output, without the casts that trim. */
async function readTable(sql: SQL, name: string): Promise<Contents | null> {
  const columns = await sql.unsafe(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
            coalesce(a.attnum = any(k.conkey), false) as key
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
     where n.nspname = 'public' and c.relname = ${literal(name)} order by a.attnum`,
  ) as { name: string; type: string; nullable: boolean; key: boolean }[]
  if (columns.length === 0) return null
  const cells = columns.map(({ name }) => cellOf(quoted(name)))
  const rows = await sql.begin(async (one) => {
    await one.unsafe(
      `set local timezone = 'UTC'; set local datestyle = 'ISO'; set local intervalstyle = 'postgres';
       set local bytea_output = 'hex'; set local extra_float_digits = 1`,
    )
    return await one.unsafe(
      `select array[${cells.join(', ')}]::text[]::text as row from public.${quoted(name)}`,
    )
      .values()
  }) as unknown as [string][]
  return {
    columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    key: columns.filter(({ key }) => key).map(({ name }) => name),
    rows: rows.map(([row]) => arrayCells(row)),
  }
}

/** A long one by its digest. */
function cellOf(name: string): string {
  const text = `format('%s', ${name})`
  return `case when ${name} is not distinct from null then null ` +
    `when length(${text}) > ${longCell} then 'md5:' || md5(${text}) else ${text} end`
}

/** The elements of a one-dimensional array of text, as its output function writes it. */
function arrayCells(text: string): (string | null)[] {
  const cells: (string | null)[] = []
  const element = /(?:"((?:[^"\\]|\\.)*)"|([^,{}]*))[,}]/gsy
  element.lastIndex = 1
  for (let match = element.exec(text); match; match = element.exec(text)) {
    const [, inQuotes, bare] = match
    if (inQuotes !== undefined) cells.push(inQuotes.replace(/\\(.)/gs, '$1'))
    else cells.push(bare === 'NULL' ? null : bare ?? null)
  }
  return cells
}
