/** Parquet files of one stream: their columns, the newest value of one, and which rows a range means. */
import { isDeepStrictEqual } from 'node:util'
import type { Condition, Piece } from '../../../../shared/condition.ts'
import { Fault } from '../../../../shared/faults.ts'
import type { Hold } from '../../../engine/hold.ts'
import { quoteName } from '../../../engine/hold_columns.ts'
import {
  countParquet,
  describeParquet,
  newestParquet,
  type ParquetColumn,
  parquetMetadata,
  variables,
} from '../../../engine/hold_sql.ts'
import { restow } from '../../../engine/restow.ts'
import type { Column, Reading, Stream } from '../../connector.ts'
import { parquetColumns } from '../types.ts'

export interface Described {
  /** Those of all files, in the order of their first appearance. */
  readonly columns: readonly ParquetColumn[]
  readonly rows: number
}

/** Throws `file_invalid` when two files have a column of one name and of two types. */
export async function describedParquet(paths: readonly string[], hold: Hold): Promise<Described> {
  const columns = new Map<string, ParquetColumn>()
  const folded = new Map<string, string>()
  for (const path of paths) {
    const described = await hold.run(describeParquet(path))
    const [metadata] = await hold.run(parquetMetadata(path))
    for (const column of parquetColumns(described, metadata?.[0] ?? null)) {
      const { name } = column
      refuseOther(columns.get(name), column)
      const twin = folded.get(name.toLowerCase()) ?? name
      if (twin !== name) {
        throw new Fault('name_refused', `"${twin}" and "${name}" are one name to readers that fold letters.`)
      }
      folded.set(name.toLowerCase(), name)
      columns.set(name, columns.get(name) ?? column)
    }
  }
  const [count] = await hold.run(countParquet(paths))
  return { columns: [...columns.values()], rows: Number(count?.[0] ?? 0) }
}

function refuseOther(known: ParquetColumn | undefined, column: ParquetColumn): void {
  if (known === undefined || isDeepStrictEqual(known, column)) return
  throw new Fault(
    'file_invalid',
    `The files of the stream have different columns: "${column.name}" is ${known.native} in one and ` +
      `${column.native} in another. Read them one by one.`,
  )
}

let opened = 0

/** The rows of a slice as canonical CSV, for who cannot let the hold read it in place. */
export function parquetReading(
  { paths, stream, unchanged }: { paths: readonly string[]; stream: Stream; unchanged: () => void },
  hold: Hold,
  signal: AbortSignal,
): Reading {
  const cargo = { kind: 'parquet', paths, condition: stream.condition, unchanged } as const
  const { bytes, rows } = restow(cargo, {
    hold,
    columns: stream.columns,
    into: null,
    name: `s${opened++}`,
    signal,
  })
  return { bytes, proof: rows }
}

interface Newest {
  readonly paths: readonly string[]
  readonly column: Column
  readonly condition: Condition | undefined
}

/** The greatest value, spelled as in CSV; null when there is none. */
export async function newestOf({ paths, column, condition }: Newest, hold: Hold): Promise<string | null> {
  for (const { sql, values } of condition ? variables(condition) : []) await hold.run(sql, values)
  const columns = [column as ParquetColumn]
  const [row] = await hold.run(newestParquet({ kind: 'parquet', paths, columns, condition }))
  return row?.[0] ?? null
}

/** The stream with its range as a condition, which is what the hold knows. `of`: all columns that there are. */
export function parquetRange(stream: Stream, of: readonly Column[]): Stream {
  const { range, condition } = stream
  if (!range) return stream
  const column = of.find(({ name }) => name === range.column) as ParquetColumn
  const name = quoteName(column.name)
  const bound = (parameter: string): readonly [Piece, string] => [{ parameter }, `::${column.duck}`]
  const [after, upTo] = parameterNames(condition)
  const values: Record<string, { type: 'text'; value: string }> = {}
  const pieces: Piece[] = []
  if (range.upTo === null) pieces.push('false')
  else {
    values[upTo] = { type: 'text', value: range.upTo }
    pieces.push(`${name} <= `, ...bound(upTo))
    if (range.after !== null) {
      values[after] = { type: 'text', value: range.after.value }
      pieces.push(` and ${name} ${range.after.inclusive ? '>=' : '>'} `, ...bound(after))
    }
  }
  const all: Piece[] = ['(', ...pieces, ')', ...(range.nulls ? [` or ${name} is null`] : [])]
  if (!condition) return { ...stream, condition: { pieces: all, values } }
  const both: Piece[] = ['(', ...condition.pieces, ') and (', ...all, ')']
  return { ...stream, condition: { pieces: both, values: { ...condition.values, ...values } } }
}

/** Names that no parameter of the pipeline has. */
function parameterNames(condition: Condition | undefined): [after: string, upTo: string] {
  let prefix = 'range'
  while (Object.keys(condition?.values ?? {}).some((name) => name.startsWith(prefix))) prefix += '_'
  return [`${prefix}_after`, `${prefix}_up_to`]
}
