/** The rows of one text file as canonical CSV, with the columns that are asked for. */
import { isUtf8 } from 'node:buffer'
import { Fault } from '../../../../shared/faults.ts'
import type { Check } from '../../../engine/checks.ts'
import { CsvScanner, RowFault } from '../../../engine/csv_scan.ts'
import type { Column } from '../../connector.ts'
import { dialectOf, type FileFormat, type FormatOptions } from '../config.ts'
import { CarriageReturns } from '../formats/carriage_returns.ts'
import { DelimitedReader } from '../formats/delimited_reader.ts'
import { isPlain } from '../formats/dialect.ts'
import { notUtf8 } from '../formats/encoding.ts'
import { JsonlReader, type JsonOrigin } from '../formats/jsonl_reader.ts'
import { type BytePass, through } from '../formats/pass.ts'
import { type Origin, projection } from '../formats/projection.ts'
import { RowPass } from '../formats/rows.ts'
import { TextReader } from '../formats/text_reader.ts'
import { textBytes } from './bytes.ts'
import type { Head } from './head.ts'

export interface RowsWanted {
  readonly head: Head
  readonly format: FileFormat
  readonly options: FormatOptions
  readonly columns: readonly Column[]
  /** Columns that are no part of the file's content. */
  readonly constants: ReadonlyMap<string, string | null>
  /** What faults call the file; null where the stream is that file. */
  readonly called: string | null
  /** Rows that are no text are told from the others behind this, one by one. */
  readonly sieved: boolean
  /** Counts the rows of JSON lines as they are made. */
  readonly tally: { rows: number }
}

export function rowsOf(wanted: RowsWanted, signal: AbortSignal): ReadableStream<Uint8Array> {
  const { head, called } = wanted
  // Lines of JSON are looked at one by one.
  const unchecked = wanted.sieved || wanted.format === 'jsonl'
  const text = textBytes(
    head.file,
    head.skip,
    signal,
    unchecked ? 'unchecked' : () => notText(wanted, signal),
  )
  const passes = wanted.format === 'jsonl' ? [jsonlPass(wanted)] : delimitedPasses(wanted)
  const rows = passes.reduce((bytes, pass) => through(bytes, pass), text)
  return called === null ? rows : renamed(rows, wanted, called)
}

/** Where the first value is that is no text, as reading the file once more finds it. */
async function notText(
  { head, format, options, columns }: RowsWanted,
  signal: AbortSignal,
): Promise<Fault> {
  const { names, lineEnding } = head
  const bytes = readers({ ...dialectOf(format, options), lineEnding }, names.length).reduce(
    through,
    textBytes(head.file, head.skip, signal, 'unchecked'),
  )
  const isText: Check = (value, start, end) => isUtf8(value.subarray(start, end))
  const scanner = new CsvScanner({ columns: names.length, checks: names.map(() => isText) })
  try {
    for await (const chunk of bytes) scanner.push(chunk)
    scanner.end()
  } catch (error) {
    if (!(error instanceof RowFault) || error.column === null) return error as Fault
    const name = names[error.column]
    const at = columns.findIndex((column) => column.name === name)
    const why = at < 0 ? `"${name}", which is left out: ${notUtf8}` : notUtf8
    return new RowFault('value_refused', { row: error.row, column: at < 0 ? null : at }, why)
  }
  return new Fault('value_refused', notUtf8)
}

function jsonlPass({ columns, constants, tally }: RowsWanted): BytePass {
  const origins = columns.map(({ name, type }): JsonOrigin => {
    const constant = constants.get(name)
    return constant === undefined ? { key: name, kind: type.kind } : { constant }
  })
  return new JsonlReader(origins, tally)
}

function delimitedPasses(
  { head, format, options, columns, constants, called, sieved }: RowsWanted,
): BytePass[] {
  const { names, lineEnding } = head
  const origins = columns.map(({ name }): Origin => {
    const constant = constants.get(name)
    if (constant !== undefined) return { constant }
    const field = names.indexOf(name)
    return field < 0 ? { constant: null } : { field }
  })
  const asIs = origins.length === names.length &&
    origins.every((origin, at) => 'field' in origin && origin.field === at)
  // Where rows of several files follow one another, only who reads one file can name its rows.
  const last = asIs && called === null ? [] : [new RowPass(names.length, projection(origins))]
  const dialect = { ...dialectOf(format, options), lineEnding, ragged: sieved }
  return [...readers(dialect, names.length), ...last]
}

function readers(
  dialect: ReturnType<typeof dialectOf> & { lineEnding: Head['lineEnding']; ragged?: boolean },
  columns: number,
): BytePass[] {
  const { style, lineEnding, ragged = false } = dialect
  if (isPlain(dialect)) return lineEnding === 'crlf' ? [new CarriageReturns()] : []
  const form = {
    columns,
    delimiter: dialect.delimiter.charCodeAt(0),
    quote: dialect.quote?.charCodeAt(0) ?? -1,
    nullText: Buffer.from(dialect.nullText),
    lineEnding,
    ragged,
  }
  return style === 'text' ? [new TextReader(form)] : [new DelimitedReader(form)]
}

/** Faults that know a row name the file as well: the stream has several, and rows of each begin with 1. */
function renamed(
  bytes: ReadableStream<Uint8Array>,
  { columns }: RowsWanted,
  called: string,
): ReadableStream<Uint8Array> {
  const reader = bytes.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        controller.error(error instanceof Fault ? inFile(error, { columns, called }) : error)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 })
}

/** The fault with the file's name, and the row's number in it. */
export function inFile(
  fault: Fault,
  { columns, called }: Pick<RowsWanted, 'columns'> & { called: string },
): Fault {
  if (!(fault instanceof RowFault)) {
    return new Fault(fault.code, `"${called}": ${fault.message}`, { cause: fault })
  }
  const column = fault.column === null ? null : columns[fault.column]?.name ?? null
  const place = fault.message.startsWith(`Row ${fault.row}`)
    ? ''
    : `row ${fault.row}${column === null ? '' : `, column "${column}"`}: `
  return new Fault(fault.code, `"${called}": ${place}${fault.message}`, { cause: fault })
}
