/** How the rows of a target become the bytes of its files. */
import type { Check } from '../../../engine/checks.ts'
import { CsvScanner, RowFault } from '../../../engine/csv_scan.ts'
import type { Column } from '../../connector.ts'
import { compressionEndings } from '../compression.ts'
import { type Compression, dialectOf, type FileFormat, type FilesConfig } from '../config.ts'
import { delimitedRows, headerBytes } from '../formats/delimited_writer.ts'
import { isPlain } from '../formats/dialect.ts'
import { jsonlRows } from '../formats/jsonl_writer.ts'
import type { BytePass } from '../formats/pass.ts'
import { projection } from '../formats/projection.ts'
import { RowPass, type WriteRow } from '../formats/rows.ts'
import { Value } from '../formats/value.ts'

export interface Form {
  readonly format: FileFormat
  readonly compression: Compression
  /** Of a file's name: `csv.gz`. */
  readonly ending: string
  /** What stands before the first row of each file. */
  readonly header: Buffer
  /** Writes a row of a file, without the columns that are folders. */
  readonly row: WriteRow
  /** True where canonical CSV is what the file has. */
  readonly asIs: boolean
}

export interface FormOf {
  readonly format: FileFormat
  readonly compression: Compression
  readonly config: FilesConfig
  /** As they come. */
  readonly columns: readonly Column[]
  /** Positions of those that the files have. */
  readonly picks: readonly number[]
}

export function formOf({ format, compression, config, columns, picks }: FormOf): Form {
  const ending = format + compressionEndings[compression]
  const common = { format, compression, ending }
  const kept = picks.map((at) => columns[at] as Column)
  // The hold writes it, and it is whole as it comes.
  const none = { header: Buffer.alloc(0), row: () => undefined, asIs: true }
  if (format === 'parquet') return { ...common, ...none }
  if (format === 'jsonl') {
    return { ...common, header: Buffer.alloc(0), row: jsonlRows(kept, picks), asIs: false }
  }
  const dialect = dialectOf(format, config)
  const header = config.header ? headerBytes(kept.map(({ name }) => name), dialect) : Buffer.alloc(0)
  // The first line says how lines end: without a header it is a row, and a CR at its end has to be in quotes.
  const asIs = isPlain(dialect) && dialect.lineEnding !== 'crlf' && config.header
  const row = asIs ? projection(picks.map((field) => ({ field }))) : delimitedRows(picks, dialect)
  return { ...common, header, row, asIs: asIs && picks.length === columns.length }
}

/** Counts rows as they pass, and looks at the values that have a check. */
export interface Counting {
  /** Null where the bytes go as they are. */
  readonly pass: BytePass | null
  push(bytes: Uint8Array): void
  end(): void
  rows(): number | null
}

export function countingOf(form: Form, checks: readonly (Check | null)[]): Counting {
  const columns = checks.length
  if (form.format === 'parquet') return { pass: null, push() {}, end() {}, rows: () => null }
  if (form.asIs) {
    const scanner = new CsvScanner({ columns, checks })
    const count = () => scanner.rows
    return { pass: null, push: (bytes) => scanner.push(bytes), end: () => scanner.end(), rows: count }
  }
  const pass = new RowPass(columns, checked(form.row, checks))
  return { pass, push() {}, end() {}, rows: () => pass.rows }
}

/** Throws a RowFault for a value that its check refuses. */
export function checked(write: WriteRow, checks: readonly (Check | null)[]): WriteRow {
  const wanted = checks.flatMap((check, at) => check === null ? [] : [{ check, at }])
  if (wanted.length === 0) return write
  const value = new Value()
  return (fields, row, out) => {
    for (const { check, at } of wanted) {
      const start = fields.starts[at] as number
      const end = fields.ends[at] as number
      if (start === end) continue
      value.take(fields.bytes, start, end)
      if (!check(value.bytes, value.start, value.end)) {
        throw new RowFault('value_refused', { row, column: at })
      }
    }
    write(fields, row, out)
  }
}
