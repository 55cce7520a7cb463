/** The first line of a CSV file. */
import { Fault } from '../../../shared/faults.ts'

const LF = 10
const CR = 13
const QUOTE = 34
const COMMA = 44
const bom = [0xef, 0xbb, 0xbf]

/** More than this is no header line. */
export const maxHeaderBytes = 1 << 20

export interface Header {
  readonly names: readonly string[]
  /** Where the first row begins. */
  readonly bytes: number
  readonly crlf: boolean
}

/** Reads the header from the file's beginning. Throws `file_invalid`. */
export function parseHeader(start: Uint8Array): Header {
  const from = bom.every((byte, at) => start[at] === byte) ? 3 : 0
  const names: string[] = []
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let field: number[] = []
  let quoted = false
  const take = () => {
    try {
      names.push(utf8.decode(new Uint8Array(field)))
    } catch {
      throw new Fault('file_invalid', 'The header line is not UTF-8.')
    }
    field = []
  }
  for (let at = from; at < start.length; at++) {
    const byte = start[at] as number
    if (quoted) {
      if (byte !== QUOTE) field.push(byte)
      else if (start[at + 1] === QUOTE) field.push(start[++at] as number)
      else quoted = false
    } else if (byte === QUOTE && field.length === 0) quoted = true
    else if (byte === COMMA) take()
    else if (byte === LF) {
      const crlf = field.at(-1) === CR || start[at - 1] === CR
      if (field.at(-1) === CR) field.pop()
      take()
      return { names, bytes: at + 1, crlf }
    } else field.push(byte)
  }
  if (start.length >= maxHeaderBytes) throw new Fault('file_invalid', 'The header line is longer than 1 MB.')
  if (start.length === from) {
    throw new Fault('file_invalid', 'The file is empty: its first line must name the columns.')
  }
  if (field.at(-1) === CR) field.pop()
  take()
  return { names, bytes: start.length, crlf: false }
}

/** Throws `name_refused` for a name that is missing or there twice. */
export function checkHeader({ names }: Header): void {
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

const special = /[",\r\n]/

export function headerLine(names: readonly string[]): string {
  const quote = (name: string) => special.test(name) || name === '' ? `"${name.replaceAll('"', '""')}"` : name
  return names.map(quote).join(',') + '\n'
}
