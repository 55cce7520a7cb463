/** The engine's own vocabulary of types: what decides whether a value can arrive exactly. */

/** Digits after the second, 0 to 6. */
type Digits = number

export type Type =
  | { readonly kind: 'boolean' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64' }
  | { readonly kind: 'uuid' | 'date' | 'bytes' | 'json' | 'jsonb' }
  /** Both null: any number of digits, NaN and infinities too. */
  | { readonly kind: 'decimal'; readonly precision: number | null; readonly scale: number | null }
  | { readonly kind: 'time' | 'timestamp' | 'timestamptz'; readonly digits: Digits }
  /** `length` in characters, null without a bound; `padded`: char(n). */
  | { readonly kind: 'text'; readonly length: number | null; readonly padded?: true }
  /** Carried as its text; only a column of the very same native type takes it. */
  | { readonly kind: 'other' }

export const text: Type = { kind: 'text', length: null }

const plain: Readonly<Record<string, Type>> = {
  boolean: { kind: 'boolean' },
  bool: { kind: 'boolean' },
  smallint: { kind: 'int16' },
  int2: { kind: 'int16' },
  integer: { kind: 'int32' },
  int: { kind: 'int32' },
  int4: { kind: 'int32' },
  bigint: { kind: 'int64' },
  int8: { kind: 'int64' },
  real: { kind: 'float32' },
  float4: { kind: 'float32' },
  double: { kind: 'float64' },
  'double precision': { kind: 'float64' },
  float8: { kind: 'float64' },
  text,
  varchar: text,
  string: text,
  bytes: { kind: 'bytes' },
  bytea: { kind: 'bytes' },
  uuid: { kind: 'uuid' },
  date: { kind: 'date' },
  json: { kind: 'json' },
  jsonb: { kind: 'jsonb' },
  decimal: { kind: 'decimal', precision: null, scale: null },
  numeric: { kind: 'decimal', precision: null, scale: null },
  time: { kind: 'time', digits: 6 },
  timestamp: { kind: 'timestamp', digits: 6 },
  timestamptz: { kind: 'timestamptz', digits: 6 },
  'timestamp with time zone': { kind: 'timestamptz', digits: 6 },
}

/** Reads a type as `cast` spells it: `decimal(18,2)`, `timestamptz`, `varchar(40)`. Null when there is no such. */
export function parseType(spelled: string): Type | null {
  const match = /^\s*([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/.exec(
    spelled.toLowerCase(),
  )
  if (!match) return null
  const [, name = '', first, second] = match
  if (first === undefined) return plain[name] ?? null
  const size = Number(first)
  if (name === 'decimal' || name === 'numeric') {
    const scale = Number(second ?? 0)
    return size >= 1 && size <= 1000 && scale <= size ? { kind: 'decimal', precision: size, scale } : null
  }
  if (second !== undefined) return null
  if (name === 'varchar') return size >= 1 ? { kind: 'text', length: size } : null
  if (name === 'char') return size >= 1 ? { kind: 'text', length: size, padded: true } : null
  if ((name === 'time' || name === 'timestamp' || name === 'timestamptz') && size <= 6) {
    return { kind: name, digits: size }
  }
  return null
}

export function sameType(a: Type, b: Type): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

interface Typed {
  readonly native: string
  readonly vocabulary: string
  readonly type: Type
  /** What a user's type is made of, where that is known: its name alone does not say. */
  readonly structure?: string
}

/** The very same type on both sides: its text, and its binary form where that is portable, arrive as they are. */
export function sameColumn(from: Typed, to: Typed): boolean {
  return from.vocabulary === to.vocabulary && from.native === to.native && sameType(from.type, to.type) &&
    (from.structure === undefined || to.structure === undefined || from.structure === to.structure)
}

const integers = ['int16', 'int32', 'int64']

/**
 * True when every value of `from` arrives in `to` unchanged by the target's own reading of its text, or is refused
 * by it. False when the target would round, cut or shift some values without a word: those need a check.
 */
export function arrivesUnchecked(from: Type, to: Type): boolean {
  if (to.kind === 'other') return from.kind === 'other'
  if (sameType(from, to)) return true
  switch (to.kind) {
    case 'boolean':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uuid':
    case 'json':
      return true
    case 'decimal':
      return decimalUnchecked(from, to)
    case 'text':
      return to.length === null || (from.kind === 'text' && from.length !== null && from.length <= to.length)
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return from.kind === to.kind && from.digits <= to.digits
    case 'jsonb':
    case 'date':
    case 'bytes':
      return false
    case 'float32':
      return from.kind === 'int16'
    case 'float64':
      return ['int16', 'int32', 'float32'].includes(from.kind)
  }
}

function decimalUnchecked(from: Type, to: Type & { kind: 'decimal' }): boolean {
  if (to.precision === null) return true
  if (integers.includes(from.kind)) return true
  if (from.kind !== 'decimal' || from.scale === null || to.scale === null) return false
  return from.scale <= to.scale
}
