/** What the beginning of a text file says: its columns, and where its rows begin. */
import { Fault } from '../../../../shared/faults.ts'
import { dialectOf, type FileFormat, type FormatOptions } from '../config.ts'
import type { Dialect, LineEnding } from '../formats/dialect.ts'
import { checkHeader, firstLine, markBytes, maxHeaderBytes, parseHeader } from '../header.ts'
import { beginning, type TextFile, textFile } from './bytes.ts'

/** A first row may be larger than a line of names. */
const maxRowBytes = 64 << 20

export interface Head {
  readonly file: TextFile
  readonly names: readonly string[]
  /** Bytes of the text before the first row. */
  readonly skip: number
  readonly lineEnding: LineEnding
}

/** Throws `file_invalid`, `file_unreadable` or `name_refused`. */
export async function headOf(
  path: string,
  { format, options }: { format: FileFormat; options: FormatOptions },
  signal: AbortSignal,
): Promise<Head> {
  const file = await textFile(path, options.encoding)
  if (format === 'jsonl') {
    const { bytes } = await beginning(file, (have) => have.length >= 3, signal)
    return { file, names: [], skip: markBytes(bytes), lineEnding: 'lf' }
  }
  const dialect = dialectOf(format, options)
  return options.header
    ? await named(file, dialect, signal)
    : await unnamed(file, { dialect, options }, signal)
}

async function named(file: TextFile, dialect: Dialect, signal: AbortSignal): Promise<Head> {
  const { bytes } = await beginning(file, lineIn(dialect, maxHeaderBytes), signal)
  const header = parseHeader(bytes, dialect)
  checkHeader(header)
  return { file, names: header.names, skip: header.bytes, lineEnding: header.lineEnding }
}

/** Columns by number, or as the connection names them. */
async function unnamed(
  file: TextFile,
  { dialect, options }: { dialect: Dialect; options: FormatOptions },
  signal: AbortSignal,
): Promise<Head> {
  const { bytes, whole } = await beginning(file, lineIn(dialect, maxRowBytes), signal)
  const line = firstLine(bytes, whole, dialect)
  if (line === null) throw new Fault('file_invalid', 'The first line is longer than 64 MB.')
  const empty = whole && bytes.length <= line.start
  if (empty && options.columns === null) {
    throw new Fault('file_invalid', 'The file is empty: nothing says which columns it has.')
  }
  const names = options.columns ?? line.fields.map((_, at) => `c${at + 1}`)
  return { file, names, skip: line.start, lineEnding: line.lineEnding }
}

/**
 * True once a line end has come that may be the first line's, or too much without one. What has come is looked at
 * again once it has doubled: a long line would be gone through for every chunk of it.
 */
function lineIn(dialect: Dialect, most: number): (bytes: Uint8Array) => boolean {
  let next = 0
  return (bytes) => {
    if (bytes.length >= most) return true
    if (bytes.length < next) return false
    next = 2 * bytes.length
    return firstLine(bytes, false, dialect) !== null
  }
}
