/** Parquet: made and read by DuckDB, which the agent has too, and by a reader of the file's own footer. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOfFile, type Cell, type Made, slugOf, type Trap } from '../trap.ts'
import { type Contents, type Engine, literal, longCell, quoted, type TargetPlace } from './engine.ts'
import { filesAt, readAside } from './text_files.ts'

export function parquetEngine(folder: string): Engine {
  return {
    name: 'parquet',
    async source(name, traps) {
      const place = join(folder, `parquet-${name}`)
      mkdirSync(place, { recursive: true })
      await withDuckDB(async (duck) => {
        for (const trap of traps) {
          const made = trap.sources.parquet
          if (made === undefined) continue
          const path = join(place, `${slugOf(trap)}.parquet`)
          if (typeof made === 'object' && 'file' in made) writeFileSync(path, bytesOfFile(made))
          else for (const statement of statementsOf(trap, made, path)) await duck.run(statement)
        }
      })
      return {
        connection: `{ type: files, path: "${place}", format: parquet }`,
        from: (trap) => `${slugOf(trap)}.parquet`,
      }
    },
    target(name) {
      const place = join(folder, name)
      mkdirSync(place, { recursive: true })
      return Promise.resolve(targetIn(place))
    },
    async [Symbol.asyncDispose]() {},
  }
}

async function withDuckDB<T>(work: (duck: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const duck = await instance.connect()
  try {
    await duck.run(`set timezone = 'UTC'`)
    return await work(duck)
  } finally {
    duck.closeSync()
    instance.closeSync()
  }
}

function statementsOf(trap: Trap, made: Exclude<Made, { file: unknown }>, path: string): readonly string[] {
  if (typeof made === 'string') return statementsOf(trap, { type: made }, path)
  if ('statements' in made) return made.statements.map((statement) => statement.replaceAll('{path}', path))
  const values = made.values ?? trap.expected.rows.map(([, text]) => literal(text ?? null))
  const rows = values.map((value, at) => `select ${at + 1}::integer as id, (${value})::${made.type} as v`)
  const empty = `select 0::integer as id, null::${made.type} as v where false`
  return [
    ...(made.setUp ?? []),
    `copy (${
      [...rows, ...(rows.length === 0 ? [empty] : [])].join(' union all ')
    }) to '${path}' (format parquet)`,
  ]
}

function targetIn(place: string): TargetPlace {
  const nameOf = (trap: Trap) => trap.to?.parquet ?? `${slugOf(trap)}.parquet`
  return {
    connection: `{ type: files, path: "${place}", format: parquet }`,
    nameOf,
    to: nameOf,
    names: () => Promise.resolve(readdirSync(place).filter((name) => name !== '.sallyport')),
    async read(trap) {
      const paths = filesAt(join(place, nameOf(trap)))
      return paths.length === 0 ? null : await readParquet(paths)
    },
    async plant(trap) {
      const path = join(place, nameOf(trap))
      await withDuckDB((duck) =>
        duck.run(`copy (select 'old' as id, 'old' as v) to '${path}' (format parquet)`)
      )
    },
    aside: (trap) => Promise.resolve(readAside(join(place, nameOf(trap)))),
  }
}

async function readParquet(paths: readonly string[]): Promise<Contents> {
  return await withDuckDB(async (duck) => {
    const from = `read_parquet([${
      paths.map(literal).join(', ')
    }], hive_partitioning = false, union_by_name = true)`
    const described = await rowsOf(
      duck,
      `select column_name, column_type from (describe select * from ${from})`,
    )
    const columns = described.map(([name, type]) => ({ name: name ?? '', type: type ?? '', nullable: null }))
    const cells = columns.map(({ name, type }) => `${cellOf(quoted(name), type)}`)
    const rows = await rowsOf(duck, `select ${cells.join(', ')} from ${from}`)
    return { columns, key: [], rows: rows.map((row) => row.map(textOf)) }
  })
}

async function rowsOf(duck: DuckDBConnection, sql: string): Promise<Cell[][]> {
  const read = await duck.runAndReadAll(sql)
  return read.getRows() as Cell[][]
}

/** In hexadecimal digits: the client itself would drop a byte order mark. */
const textOf = (hex: Cell) => hex === null ? null : Buffer.from(hex, 'hex').toString('utf8')

function cellOf(name: string, type: string): string {
  if (type === 'BLOB') return `hex(encode('\\x' || lower(hex(${name}))))`
  // As others write it: `0044-03-15 (BC)` is DuckDB's own.
  const text = /^(DATE|TIMESTAMP)/.test(type)
    ? `regexp_replace(${name}::varchar, '^([^ ]+) \\(BC\\)(.*)$', '\\1\\2 BC')`
    : `${name}::varchar`
  return `hex(encode(case when length(${text}) > ${longCell} then 'md5:' || md5(${text}) else ${text} end))`
}
