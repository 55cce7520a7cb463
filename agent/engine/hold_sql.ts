/** The statements that the hold runs. */
import { type Condition, conditionText } from '../../shared/condition.ts'
import type { ParameterType } from '../../shared/parameters.ts'
import type { Column } from '../connectors/connector.ts'
import {
  type Cell,
  duckTypeOf,
  fromText,
  fromValue,
  guarded,
  needsQuotes,
  patternOf,
  quoteName,
  quoteText,
  readAs,
  refusedBy,
  toText,
} from './hold_columns.ts'
import { sameType, type Type } from './types.ts'

/** What comes in: canonical CSV through a FIFO, or Parquet files in place. */
export type Input =
  | {
    readonly kind: 'csv'
    readonly path: string
    readonly columns: readonly Column[]
    readonly lineBytes: number
  }
  | {
    readonly kind: 'parquet'
    readonly paths: readonly string[]
    readonly columns: readonly ParquetColumn[]
    /** Rows for which it is not true are left out. */
    readonly condition?: Condition | undefined
  }

/** A column of a Parquet file as DuckDB describes it. */
export interface ParquetColumn extends Column {
  readonly duck: string
  /** It is in no file: folders `name=value` say it. */
  readonly partition?: true
}

/**
 * Largest rows that the reader takes, in bytes. It fills twice as much before it reads the first row, so the usual
 * width comes first: with it the hold starts early and stays small.
 */
export const lineWidths = [4 << 20, 100 << 20] as const

const metadataKey = 'sallyport'

const literalPath = (path: string) => quoteText(patternOf(path))

const literalPaths = (paths: readonly string[]) => `[${paths.map(literalPath).join(', ')}]`

/** What a folder is called is no value: `region=eu/x.parquet` has the columns that are in it. */
const parquetTable = (paths: readonly string[], partitioned = false) =>
  `read_parquet(${literalPaths(paths)}, union_by_name=true, hive_partitioning=${partitioned}` +
  `${partitioned ? ', hive_types_autocast=false' : ''})`

function inputTable(input: Input): string {
  if (input.kind === 'parquet') {
    const table = parquetTable(input.paths, input.columns.some(({ partition }) => partition))
    if (input.condition === undefined) return table
    return `(select * from ${table} where ${conditionText(input.condition, spelled)})`
  }
  // Names that are equal after case folding would not stand beside each other: numbers do.
  const columns = input.columns.map((column, at) => `c${at}: '${readAs(column)}'`).join(', ')
  return `read_csv(${
    quoteText(input.path)
  }, header=false, auto_detect=false, delim=',', quote='"', escape='"', ` +
    `new_line='\\n', nullstr='', hive_partitioning=false, allow_quoted_nulls=false, strict_mode=true, ` +
    `max_line_size=${input.lineBytes}, buffer_size=${2 * input.lineBytes}, columns={${columns}})`
}

const parameterTypes: Readonly<Record<ParameterType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
}

const spelled = (parameter: string, type: ParameterType) =>
  `getvariable('sallyport_${parameter}')::${parameterTypes[type]}`

/** COPY takes no parameters: variables carry the values, each bound by its statement. */
export function variables({ values }: Condition): { readonly sql: string; readonly values: string[] }[] {
  return Object.entries(values).map(([parameter, { value }]) => ({
    sql: `set variable sallyport_${parameter} = $1`,
    values: [value],
  }))
}

/** One expression a column, in the input's order. `into`: the columns that Parquet will carry. */
function cells(input: Input, into: readonly Column[] | null): Cell[] {
  return input.columns.map((column, at) => {
    const type = into?.[at]?.type
    if (input.kind === 'csv') return fromText(`c${at}`, column, type ?? column.type)
    const name = quoteName(column.name)
    const { duck } = column as ParquetColumn
    if (into === null) return toText(name, duck)
    return type === undefined || sameType(type, column.type)
      ? { ways: [], always: name }
      : fromValue(name, { duck, to: type })
  })
}

const sourceOf = (input: Input, at: number) =>
  input.kind === 'csv' ? `c${at}` : quoteName(input.columns[at]?.name ?? '')

function selectList(input: Input, into: readonly Column[] | null, names: readonly string[]): string {
  return cells(input, into).map((cell, at) => `${guarded(cell, sourceOf(input, at), at)} as ${names[at]}`)
    .join(
      ', ',
    )
}

/** The type that a column had at its source, unless it was cast: then it is what the file says. */
function describeAs({ native, vocabulary, type }: Column, into: Column) {
  const { name } = into
  if (sameType(type, into.type)) return { name, native, vocabulary, type }
  return { name, native: duckTypeOf(into.type), vocabulary: 'duckdb', type: into.type }
}

/** Writes Parquet to `path`. `into`: each column as it is in the file. */
export function toParquet(input: Input, into: readonly Column[], path: string): string {
  const names = into.map(({ name }) => quoteName(name))
  const described = JSON.stringify({
    version: 1,
    columns: input.columns.map((column, at) => describeAs(column, into[at] as Column)),
  })
  return `copy (select ${selectList(input, into, names)} from ${inputTable(input)}) to ${quoteText(path)} ` +
    `(format parquet, compression zstd, compression_level 1, kv_metadata {${metadataKey}: ${
      quoteText(described)
    }})`
}

/** Writes canonical CSV to `path`. */
export function toCsv(input: Input & { kind: 'parquet' }, path: string): string {
  const names = input.columns.map((_, at) => `c${at}`)
  const quotes = input.columns.flatMap(({ duck }, at) => needsQuotes(duck) ? [`c${at}`] : [])
  const forced = quotes.length > 0 ? `, force_quote (${quotes.join(', ')})` : ''
  return `copy (select ${selectList(input, null, names)} from ${inputTable(input)}) to ${quoteText(path)} ` +
    `(format csv, header false, delimiter ',', quote '"', escape '"', nullstr ''${forced})`
}

/** Where the first refused value of a column is: its row's 1-based number. */
export function firstRefused(input: Input, into: readonly Column[] | null, column: number): string | null {
  const cell = cells(input, into)[column]
  const refused = cell ? refusedBy(cell, sourceOf(input, column)) : null
  if (refused === null) return null
  return `select row from (select row_number() over () as row, * from ${
    inputTable(input)
  }) where ${refused} limit 1`
}

/** Of one file: a reader of several takes the first one's columns for those of all. */
export const describeParquet = (path: string) => `describe select * from ${parquetTable([path])}`

/** The greatest value of the input's only column, spelled as in CSV. */
export function newestParquet(input: Input & { kind: 'parquet' }): string {
  const name = quoteName(input.columns[0]?.name ?? '')
  const [cell] = cells(input, null)
  return `select ${guarded(cell as Cell, name, 0)} from (select max(${name}) as ${name} from ${
    inputTable(input)
  })`
}

export const countParquet = (paths: readonly string[]) =>
  `select sum(num_rows)::varchar from parquet_file_metadata(${literalPaths(paths)})`

export const parquetMetadata = (path: string) =>
  `select decode(value) from parquet_kv_metadata(${literalPath(path)}) where decode(key) = '${metadataKey}'`

/** True when the file's own description says that this column was carried in this type. */
export function carriedAs(type: Type, duck: string): boolean {
  return duckTypeOf(type) === duck
}
