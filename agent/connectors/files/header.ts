/** The first line of a CSV or TSV file. */
import { Fault } from '../../../shared/faults.ts'
import type { Dialect, LineEnding } from './formats/dialect.ts'

const LF = 10
const CR = 13
const BACKSLASH = 92
const bom = [0xef, 0xbb, 0xbf]

/** More than this is no header line. */
export const maxHeaderBytes = 1 << 20

export interface FirstLine {
  readonly fields: readonly string[]
  /** Where the line begins: behind a byte order mark. */
  readonly start: number
  /** Where the next one begins. */
  readonly bytes: number
  readonly lineEnding: LineEnding
}

type Form = Pick<Dialect, 'style' | 'delimiter' | 'quote' | 'lineEnding'>

const plain: Form = { style: 'quoted', delimiter: ',', quote: '"', lineEnding: null }

/** Bytes of a byte order mark at the beginning: 3, or 0 without one. */
export const markBytes = (start: Uint8Array) => bom.every((byte, at) => start[at] === byte) ? 3 : 0

/**
 * Reads the first line from the file's beginning; null when `start` does not hold all of it. `whole`: the file has no
 * more bytes. Throws `file_invalid` for a line that is not UTF-8.
 */
export function firstLine(start: Uint8Array, whole: boolean, form: Form = plain): FirstLine | null {
  const from = markBytes(start)
  const eol = form.lineEnding === 'cr' ? CR : LF
  const delimiter = form.delimiter.charCodeAt(0)
  const quote = form.style === 'text' || form.quote === null ? -1 : form.quote.charCodeAt(0)
  const fields: string[] = []
  let field: number[] = []
  let quoted = false
  /** `at`: where the line's content ends. */
  const end = (at: number, bytes: number) => {
    const cr = eol === LF && form.lineEnding !== 'lf' && at > from && start[at - 1] === CR
    if (cr) field.pop()
    fields.push(textOf(field))
    return { fields, start: from, bytes, lineEnding: form.lineEnding ?? (cr ? 'crlf' : 'lf') } as const
  }
  for (let at = from; at < start.length; at++) {
    const byte = start[at] as number
    if (quoted) {
      if (byte !== quote) field.push(byte)
      else if (start[at + 1] === quote) field.push(start[++at] as number)
      else quoted = false
    } else if (form.style === 'text' && byte === BACKSLASH) field.push(letterOf(start[++at] ?? BACKSLASH))
    else if (byte === quote && field.length === 0) quoted = true
    else if (byte === delimiter) {
      fields.push(textOf(field))
      field = []
    } else if (byte === eol) return end(at, at + 1)
    else field.push(byte)
  }
  if (!whole) return null
  return { ...end(start.length, start.length), lineEnding: form.lineEnding ?? 'lf' }
}

/** What a letter behind a backslash stands for, as far as names have such. */
function letterOf(byte: number): number {
  const meant: Record<string, number> = { b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }
  return meant[String.fromCharCode(byte)] ?? byte
}

function textOf(field: readonly number[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(field))
  } catch {
    throw new Fault('file_invalid', 'The header line is not UTF-8.')
  }
}

export interface Header extends FirstLine {
  readonly names: readonly string[]
}

/** The line that names the columns. `start`: all of the file, or more than a header line has. Throws `file_invalid`. */
export function parseHeader(start: Uint8Array, form: Form = plain): Header {
  if (start.length <= markBytes(start)) {
    throw new Fault('file_invalid', 'The file is empty: its first line must name the columns.')
  }
  const line = firstLine(start, start.length < maxHeaderBytes, form)
  if (line === null) throw new Fault('file_invalid', 'The header line is longer than 1 MB.')
  return { ...line, names: line.fields }
}

/** Throws `name_refused` for a name that is missing or there twice. */
export function checkHeader({ names }: Pick<Header, 'names'>): void {
  const seen = new Set<string>()
  for (const [at, name] of names.entries()) {
    if (name === '') throw new Fault('name_refused', `Column ${at + 1} of the header line has no name.`)
    if (seen.has(name)) throw new Fault('name_refused', `The header line names "${name}" twice.`)
    seen.add(name)
  }
  if (names.some((name) => name.includes('\r'))) {
    throw new Fault('file_invalid', 'Lines must end in LF or CRLF.')
  }
}
