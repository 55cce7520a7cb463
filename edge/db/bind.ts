import type { Value } from './plan.ts'

/**
 * The one door through which parameters pass. The engine aborts the process on a boolean, turns `undefined` and
 * NaN into NULL and loses digits of large integers without a word; here each is an error or a stored form.
 *
 * Throws a TypeError naming the position, never the value.
 */
export function bind(parameters: readonly unknown[]): Value[] {
  return parameters.map(bindOne)
}

function bindOne(value: unknown, index: number): Value {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'number':
      if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) return value
      break
    case 'bigint': {
      const number = Number(value)
      if (Number.isSafeInteger(number)) return number
      break
    }
    case 'object':
      if (value === null || value instanceof Uint8Array) return value
  }
  throw new TypeError(`parameter ${index} is not something a column can hold`)
}

/** Turns what an engine returned into rows: ArrayBuffers become Uint8Arrays, nothing else changes. */
export function plainRow(row: Record<string, unknown>): Record<string, Value> {
  for (const name in row) {
    const value = row[name]
    if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value)
  }
  return row as Record<string, Value>
}
