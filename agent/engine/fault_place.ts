/** Says where a fault is, for people on this machine: column and key, or column and row number. */
import { Fault } from '../../shared/faults.ts'
import { CsvScanner, fieldText, RowFault } from './csv_scan.ts'
import { lineWidths } from './hold_sql.ts'

export interface RowWanted {
  /** 1-based, by row or by line of the stream. */
  readonly number: number
  readonly by: 'row' | 'line'
  readonly columns: number
  /** Positions of the key's columns. */
  readonly key: readonly number[]
  /** A row before the numbered one for which it is true is the wanted one. */
  readonly before?: (fields: readonly Buffer[]) => boolean
}

export interface RowFound {
  readonly row: number
  readonly key: readonly (string | null)[]
  /** As they stand in the stream; none of a ragged row. */
  readonly fields: readonly Buffer[]
}

/** Reads canonical CSV up to the wanted row; null when the stream ends before it. */
export async function findRow(
  bytes: ReadableStream<Uint8Array>,
  wanted: RowWanted,
): Promise<RowFound | null> {
  let found: RowFound | null = null
  const scanner: CsvScanner = new CsvScanner({
    columns: wanted.columns,
    onRow(row, fields) {
      const at = wanted.by === 'row' ? row : scanner.lines
      if (found || (at < wanted.number && wanted.before?.(fields) !== true)) return
      found = {
        row,
        key: wanted.key.map((position) => fieldText(fields[position] as Buffer)),
        fields: [...fields],
      }
    },
  })
  const reader = bytes.getReader()
  try {
    for (let next = await reader.read(); !next.done && !found; next = await reader.read()) {
      scanner.push(next.value)
    }
    if (!found) scanner.end()
  } catch (error) {
    if (!(error instanceof RowFault)) throw error
    // A ragged row may itself be the one that is looked for.
    found ??= { row: error.row, key: [], fields: [] }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
  return found
}

/** The first row that is wider than the hold takes; null when there is none. Values are not kept for it. */
export async function wideRow(bytes: ReadableStream<Uint8Array>, columns: number): Promise<number | null> {
  const most = Math.max(...lineWidths)
  const scanner = new CsvScanner({ columns })
  const reader = bytes.getReader()
  let [rows, width] = [0, 0]
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      scanner.push(next.value)
      const { length } = next.value
      // A chunk that is wider by itself ends with the row that makes it so.
      if (scanner.rows > rows && length > most) return scanner.rows
      width = scanner.rows > rows ? length : width + length
      rows = scanner.rows
      if (width > most) return rows + 1
    }
    return null
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

export interface Place {
  readonly column: string | null
  readonly row: number | null
  readonly keyNames: readonly string[]
  readonly key: readonly (string | null)[]
}

/** The same fault, its message naming the place. */
export function placed(fault: Fault, { column, row, keyNames, key }: Place): Fault {
  const where: string[] = []
  if (column !== null) where.push(`column "${column}"`)
  if (key.length > 0) where.push(keyNames.map((name, at) => `${name} = ${key[at] ?? 'NULL'}`).join(', '))
  else if (row !== null) where.push(`row ${row}`)
  if (where.length === 0) return fault
  const message = fault.code === 'row_refused' ? fault.message : `${where.join(', ')}: ${fault.message}`
  return new Fault(fault.code, message, { cause: fault })
}
