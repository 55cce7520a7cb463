import type { Row, Value } from './plan.ts'

/** A parameter as both engines take it: whole numbers are bigints, which they store as integers and not as floats. */
export type Bound = string | number | bigint | null | Uint8Array

/**
 * The one door through which parameters pass. The engine aborts the process on a boolean, turns `undefined` and
 * NaN into NULL, loses digits of large integers and cuts text at a NUL without a word; here each is an error or a
 * stored form.
 *
 * Throws a TypeError naming the position, never the value.
 */
export function bind(parameters: readonly unknown[]): Bound[] {
  return parameters.map(bindOne)
}

function bindOne(value: unknown, index: number): Bound {
  switch (typeof value) {
    case 'string':
      // The engine cuts text at a NUL, and UTF-8 has no half of a surrogate pair.
      if (!value.includes('\0') && value.isWellFormed()) return value
      break
    case 'boolean':
      return value ? 1n : 0n
    case 'number':
      if (Number.isSafeInteger(value)) return BigInt(value)
      if (Number.isFinite(value) && !Number.isInteger(value)) return value
      break
    case 'bigint':
      if (Number.isSafeInteger(Number(value))) return value
      break
    case 'object':
      if (value === null || value instanceof Uint8Array) return value
  }
  throw new TypeError(`parameter ${index} is not something a column can hold`)
}

/** A row from its columns and values: BLOBs, in whatever form they come, are plain Uint8Arrays. */
export function toRow(columns: readonly string[], values: ArrayLike<unknown>): Row {
  const row: Record<string, Value> = {}
  for (let i = 0; i < columns.length; i++) {
    const value = values[i]
    row[columns[i] as string] = typeof value === 'object' && value !== null ? blob(value) : value as Value
  }
  return row
}

function blob(value: object): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  throw new TypeError('a column holds something unknown')
}
