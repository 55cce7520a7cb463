/** How large a row is that PostgreSQL keeps in a page: it says that one is too large, and not which. */
import type { Column } from '../connectors/connector.ts'
import { unquoted } from './csv_scan.ts'
import type { Type } from './types.ts'

/** Bytes of a page that one row may have (MaxHeapTupleSize, for pages of 8 kB). */
const mostBytes = 8160

const QUOTE = 34

/** Of kinds whose values are all of one size, and begin at a multiple of `align`. */
const fixed: Readonly<Partial<Record<Type['kind'], readonly [size: number, align: number]>>> = {
  boolean: [1, 1],
  int16: [2, 2],
  int32: [4, 4],
  int64: [8, 8],
  float32: [4, 4],
  float64: [8, 8],
  uuid: [16, 1],
  date: [4, 4],
  time: [8, 8],
  timestamp: [8, 8],
  timestamptz: [8, 8],
}

/** What is longer lies elsewhere, and what stays is so long. */
const [longestInline, pointer] = [24, 18]

/** Whether a row of these raw fields is too large, even with all that can lie elsewhere lying there. */
export function isTooLarge(fields: readonly Buffer[], targets: readonly Column[]): boolean {
  let size = aligned(23 + Math.ceil(targets.length / 8), 8)
  for (const [at, raw] of fields.entries()) {
    // An unquoted empty field is NULL, which takes no room.
    if (raw.length === 0) continue
    const type = targets[at]?.type
    const known = type && fixed[type.kind]
    size = known ? aligned(size, known[1]) + known[0] : size + variable(raw, type)
  }
  return size > mostBytes
}

const aligned = (size: number, align: number) => Math.ceil(size / align) * align

function variable(raw: Buffer, type: Type | undefined): number {
  const value = raw[0] === QUOTE ? unquoted(raw, 0, raw.length) : raw
  // A numeric has two bytes for four digits, and three before them.
  const size = type?.kind === 'decimal' ? 3 + 2 * Math.ceil(value.length / 4) : 1 + value.length
  return size > longestInline ? pointer : size
}
