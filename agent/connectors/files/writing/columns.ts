/** Columns of a target of files: what each file format makes of them, and how they go with the files that are there. */
import { Fault } from '../../../../shared/faults.ts'
import type { Type } from '../../../engine/types.ts'
import { compareColumns } from '../../../engine/widen.ts'
import type { Column, Load } from '../../connector.ts'
import type { FileFormat } from '../config.ts'
import type { Manifest } from '../manifest.ts'

/** CSV and TSV carry text; Parquet and JSON lines the type that was asked for, or the source's. */
export function columnOf(column: Column, load: Load, format: FileFormat): Column {
  const cast = load.cast.get(column.name)
  if (format === 'csv' || format === 'tsv') {
    return { ...column, type: cast ?? { kind: 'text', length: null }, native: 'text', vocabulary: 'csv' }
  }
  return cast ? { ...column, type: cast } : column
}

interface Existing {
  readonly load: Load
  readonly format: FileFormat
  readonly manifest: Manifest
}

export interface Fitted {
  readonly columns: readonly Column[]
  /** In words. */
  readonly changes: readonly string[]
}

/**
 * The columns as they are written beside the files that are there. Those are never changed: a new column is NULL in
 * them, another type is another folder. Throws `schema_refused`, with all that differs.
 */
export function fitted(columns: readonly Column[], { load, format, manifest }: Existing): Fitted {
  const recorded = manifest.files.length > 0 ? manifest.columns : null
  if (recorded === null) return { columns, changes: [] }
  const known = new Map(recorded.map((column) => [column.name, { ...column, nullable: true } as Column]))
  const changes: string[] = []
  const refused: string[] = []
  const fit = columns.map((column) => {
    const there = known.get(column.name)
    if (there === undefined) {
      const change = `add column "${column.name}" ${column.native}`
      if (load.schema === 'freeze') refused.push(`"${column.name}" ${column.native} is new`)
      changes.push(change)
      return column
    }
    // What is cast has a type, whatever it comes from.
    const own: Column = load.cast.has(column.name)
      ? { ...column, native: typeText(column.type), vocabulary: 'duckdb' }
      : column
    const difference = differenceOf(own, there, format)
    if (difference !== null) refused.push(difference)
    return format === 'parquet' ? { ...there, nullable: column.nullable } : column
  })
  if (refused.length === 0) return { columns: fit, changes }
  throw new Fault(
    'schema_refused',
    `${
      refused.join('; ')
    }. Files that are written are not changed: append to another target, or reset this one.`,
  )
}

function differenceOf(column: Column, there: Column, format: FileFormat): string | null {
  if (format === 'csv' || format === 'tsv') return null
  if (format === 'parquet') {
    const { fit, difference } = compareColumns({ ...column, nullable: true }, there)
    return fit === 'same' ? null : difference
  }
  const [now, before] = [jsonKind(column.type), jsonKind(there.type)]
  return now === before ? null : `"${column.name}" was written as ${before}, and is ${now} now`
}

/** What a value of the type is in JSON. */
function jsonKind({ kind }: Type): string {
  if (kind === 'boolean') return 'a boolean'
  if (kind === 'json' || kind === 'jsonb') return 'JSON'
  return ['int16', 'int32', 'int64', 'float32', 'float64', 'decimal'].includes(kind) ? 'a number' : 'a string'
}

/** What the manifest notes after the load: what was there, and what is new. */
export function recordedAfter(
  manifest: Manifest,
  written: readonly Column[],
  anew: boolean,
): Manifest['columns'] {
  const noted = written.map(({ name, native, vocabulary, type }) => ({ name, native, vocabulary, type }))
  const before = anew ? [] : manifest.columns
  // What was written before columns were noted, nobody knows.
  if (before === null && manifest.files.length > 0) return null
  const names = new Set(before?.map(({ name }) => name))
  return [...before ?? [], ...noted.filter(({ name }) => !names.has(name))] as Manifest['columns']
}

/** As `cast` spells it. */
function typeText(type: Type): string {
  const { kind } = type
  const size = 'precision' in type && type.precision !== null
    ? `(${type.precision},${type.scale})`
    : 'length' in type && type.length !== null
    ? `(${type.length})`
    : ''
  return kind + size
}
