/** Runs a pass over bytes that are cut anywhere. */
import fc from 'fast-check'
import { CsvScanner, fieldText } from '../../../engine/csv_scan.ts'
import { type BytePass, Out } from './pass.ts'

export type Row = readonly (string | null)[]

export const cuts = fc.array(fc.nat(5000), { maxLength: 12 })

export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort((
    a,
    b,
  ) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

export function run(pass: BytePass, chunks: readonly Uint8Array[]): Buffer {
  const out = new Out(256)
  const done: Uint8Array[] = []
  const drain = (all: boolean) => {
    for (let chunk = out.take(all); chunk !== null; chunk = out.take(all)) done.push(chunk)
  }
  for (const chunk of chunks) {
    pass.push(chunk, out)
    drain(false)
  }
  pass.end(out)
  drain(true)
  return Buffer.concat(done)
}

/** Values that mean something to one format or another. */
const pieces = [
  '',
  ' ',
  ',',
  ';',
  '\t',
  '"',
  '""',
  "'",
  '\n',
  '\r',
  '\r\n',
  '\\',
  '\\N',
  'NULL',
  '|',
  '\0',
  '🚢',
  'é',
  'a',
  '0',
]
export const text = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)
export const value = fc.option(text, { nil: null })
export const rowsOf = (columns: number) =>
  fc.array(fc.array(value, { minLength: columns, maxLength: columns }))

const field = (value: string | null) => value === null ? '' : `"${value.replaceAll('"', '""')}"`

export const canonical = (rows: readonly Row[]) =>
  Buffer.from(rows.map((row) => `${row.map(field).join(',')}\n`).join(''))

/** What the engine reads. */
export function parsed(csv: Uint8Array, columns: number): Row[] {
  const rows: Row[] = []
  const scanner = new CsvScanner({
    columns,
    onRow: (_, fields) => rows.push(fields.map((one) => fieldText(one))),
  })
  scanner.push(csv)
  scanner.end()
  return rows
}
