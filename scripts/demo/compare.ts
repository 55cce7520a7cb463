/** Compares what came back with what was published, row for row, as multisets: neither has a key. */
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'

export interface Comparison {
  /** Rows of each side. */
  readonly published: number
  readonly returned: number
  /** Published rows that did not come back, each as often as it is short. */
  readonly missing: number
  /** Rows that came back and were never published, or too often. */
  readonly extra: number
  /** Columns by name, in the order of the published file; null where the two sides differ. */
  readonly columns: readonly string[] | null
}

const text = (path: string) => `'${path.replaceAll("'", "''")}'`

/** A relation for `compare`: the Parquet files of a path or glob. */
export const parquet = (path: string) => `read_parquet(${text(path)})`

/** A relation for `compare`: every cell as the text that stands in the file, an unquoted empty one as NULL. */
export const csv = (path: string) =>
  `read_csv(${
    text(path)
  }, header = true, all_varchar = true, auto_detect = false, delim = ',', quote = '"', ` +
  `escape = '"', nullstr = '', allow_quoted_nulls = false, strict_mode = true, columns = ${csvColumns(path)})`

/** Read here and not sniffed: the first line is the whole truth about a CSV file's columns. */
function csvColumns(path: string): string {
  const [line = ''] = readFileSync(path, 'utf8').split(/\r?\n/, 1)
  return `{${line.split(',').map((name) => `${text(name)}: 'VARCHAR'`).join(', ')}}`
}

async function namesOf(connection: DuckDBConnection, relation: string): Promise<string[]> {
  const described = await connection.runAndReadAll(`describe select * from ${relation}`)
  return described.getColumns()[0]?.map(String) ?? []
}

async function numberOf(connection: DuckDBConnection, sql: string): Promise<number> {
  const rows = await connection.runAndReadAll(sql)
  return Number(rows.getRows()[0]?.[0])
}

/** `published` and `returned` are relations in DuckDB's SQL. Uses up to 1 GB and the system's temporary folder. */
export async function compare(published: string, returned: string): Promise<Comparison> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', temp_directory: tmpdir() })
  const connection = await instance.connect()
  try {
    const [left, right] = [await namesOf(connection, published), await namesOf(connection, returned)]
    const same = left.length === right.length && left.every((name, index) => name === right[index])
    const count = (sql: string) => numberOf(connection, `select count(*) from ${sql}`)
    const except = (a: string, b: string) =>
      same ? count(`(select * from ${a} except all select * from ${b})`) : count(a)
    return {
      published: await count(published),
      returned: await count(returned),
      missing: await except(published, returned),
      extra: await except(returned, published),
      columns: same ? left : null,
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

export function equalRows({ published, returned, missing, extra, columns }: Comparison): boolean {
  return columns !== null && published > 0 && published === returned && missing === 0 && extra === 0
}
