import type { Type } from '../engine/types.ts'

const plain: Readonly<Record<string, string>> = {
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  float32: 'real',
  float64: 'double',
  bytes: 'bytea',
}

/** A type as `cast` in a pipeline spells it; `other` for one that only its very own kind of column takes. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'decimal':
      return type.precision === null ? 'decimal' : `decimal(${type.precision},${type.scale ?? 0})`
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return type.digits === 6 ? type.kind : `${type.kind}(${type.digits})`
    case 'text':
      if (type.length === null) return 'text'
      return `${type.padded === true ? 'char' : 'varchar'}(${type.length})`
    default:
      return plain[type.kind] ?? type.kind
  }
}
