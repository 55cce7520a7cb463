/** SQLite's declared types in the engine's vocabulary, and back; and what a column's affinity does to a value. */
import type { Type } from '../../engine/types.ts'

/** What SQLite turns a value into as it is stored (datatype3.html §3). `NONE`: nothing. */
export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC' | 'NONE'

/** By the words in a declared type, in this order (datatype3.html §3.1). */
export function affinityOf(declared: string, strict: boolean): Affinity {
  const name = declared.toUpperCase()
  if (strict && name === 'ANY') return 'NONE'
  if (name.includes('INT')) return 'INTEGER'
  if (/CHAR|CLOB|TEXT/.test(name)) return 'TEXT'
  if (name.includes('BLOB')) return 'BLOB'
  if (name.trim() === '') return 'NONE'
  if (/REAL|FLOA|DOUB/.test(name)) return 'REAL'
  return 'NUMERIC'
}

const text: Type = { kind: 'text', length: null }

const named: Readonly<Record<string, Type>> = {
  BOOLEAN: { kind: 'boolean' },
  BOOL: { kind: 'boolean' },
  DATE: { kind: 'date' },
  UUID: { kind: 'uuid' },
  JSON: { kind: 'json' },
  JSONB: { kind: 'json' },
  JSON_TEXT: { kind: 'json' },
}

const decimals = new Set(['DECIMAL', 'NUMERIC', 'DEC', 'DECIMAL_TEXT'])

const moments: Readonly<Record<string, 'time' | 'timestamp' | 'timestamptz'>> = {
  'TIME': 'time',
  'TIME WITHOUT TIME ZONE': 'time',
  'DATETIME': 'timestamp',
  'TIMESTAMP': 'timestamp',
  'TIMESTAMP WITHOUT TIME ZONE': 'timestamp',
  'TIMESTAMPTZ': 'timestamptz',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
}

/**
 * The type that a column's values have to be of. Null where the declared type says nothing: there the values
 * themselves do. Lengths of text are not enforced by SQLite, and so mean nothing here.
 */
export function typeOf(declared: string, strict = false): Type | null {
  const match = /^([^()]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*([^()]*)$/.exec(
    declared.trim().toUpperCase(),
  )
  const name = `${match?.[1] ?? ''} ${match?.[4] ?? ''}`.replace(/\s+/g, ' ').trim()
  const [size, scale] = [match?.[2], match?.[3]]
  const simple = named[name]
  if (simple) return simple
  if (decimals.has(name)) {
    return size === undefined
      ? { kind: 'decimal', precision: null, scale: null }
      : { kind: 'decimal', precision: Number(size), scale: Number(scale ?? 0) }
  }
  const kind = moments[name]
  if (kind !== undefined) return { kind, digits: size === undefined ? 6 : Math.min(6, Number(size)) }
  switch (affinityOf(declared, strict)) {
    case 'INTEGER':
      return { kind: 'int64' }
    case 'TEXT':
      return text
    case 'BLOB':
      return { kind: 'bytes' }
    case 'REAL':
      return { kind: 'float64' }
    default:
      return null
  }
}

/**
 * How a new column of this type is declared: so that no affinity changes a value of it. Decimals and JSON are kept as
 * text, since as numbers they would end up as floats.
 */
export function declare(type: Type): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN'
    case 'int16':
    case 'int32':
    case 'int64':
      return 'INTEGER'
    case 'float32':
    case 'float64':
      return 'REAL'
    case 'decimal':
      return type.precision === null ? 'DECIMAL_TEXT' : `DECIMAL_TEXT(${type.precision},${type.scale ?? 0})`
    case 'bytes':
      return 'BLOB'
    case 'json':
    case 'jsonb':
      return 'JSON_TEXT'
    case 'uuid':
    case 'date':
      return type.kind.toUpperCase()
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return type.digits === 6 ? type.kind.toUpperCase() : `${type.kind.toUpperCase()}(${type.digits})`
    default:
      return 'TEXT'
  }
}

/** What a column that is declared like this holds. */
export function declaredType(type: Type): Type {
  return typeOf(declare(type)) ?? text
}

/** How values of a type lie in the file. */
export function storageOf(type: Type, affinity: Affinity): 'integer' | 'real' | 'blob' | 'text' | 'number' {
  switch (type.kind) {
    case 'boolean':
    case 'int16':
    case 'int32':
    case 'int64':
      return 'integer'
    case 'float32':
    case 'float64':
      return 'real'
    case 'bytes':
      return 'blob'
    case 'decimal':
      return affinity === 'TEXT' || affinity === 'NONE' || affinity === 'BLOB' ? 'text' : 'number'
    default:
      return 'text'
  }
}
