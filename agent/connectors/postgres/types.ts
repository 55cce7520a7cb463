/** PostgreSQL's types in the engine's vocabulary, and back. */
import type { Type } from '../../engine/types.ts'

/** A column's type as the catalog has it; for a domain, `base` and `modifier` are those of its base type. */
export interface CatalogType {
  /** `format_type`: with its modifier, and its schema where that is needed. */
  readonly native: string
  readonly base: string
  /** typmod of the base type, −1 for none. */
  readonly modifier: number
  readonly baseSchema: string
  readonly type: 'b' | 'c' | 'd' | 'e' | 'm' | 'p' | 'r'
}

const simple: Readonly<Record<string, Type>> = {
  bool: { kind: 'boolean' },
  int2: { kind: 'int16' },
  int4: { kind: 'int32' },
  int8: { kind: 'int64' },
  float4: { kind: 'float32' },
  float8: { kind: 'float64' },
  text: { kind: 'text', length: null },
  uuid: { kind: 'uuid' },
  date: { kind: 'date' },
  bytea: { kind: 'bytes' },
  json: { kind: 'json' },
  jsonb: { kind: 'jsonb' },
}

export function typeOf({ base, baseSchema, modifier }: CatalogType): Type {
  if (baseSchema !== 'pg_catalog') return { kind: 'other' }
  switch (base) {
    case 'numeric':
      return decimalOf(modifier)
    case 'varchar':
      return { kind: 'text', length: modifier < 4 ? null : modifier - 4 }
    case 'bpchar':
      return modifier < 4
        ? { kind: 'text', length: null }
        : { kind: 'text', length: modifier - 4, padded: true }
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return { kind: base, digits: modifier < 0 ? 6 : modifier }
    default:
      return simple[base] ?? { kind: 'other' }
  }
}

/** numeric's typmod: precision above, eleven signed bits of scale below, after a header of 4. */
function decimalOf(modifier: number): Type {
  if (modifier < 4) return { kind: 'decimal', precision: null, scale: null }
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024
  return { kind: 'decimal', precision: ((modifier - 4) >> 16) & 0xffff, scale }
}

/** How a new column of this type is declared. */
export function declare(type: Type): string {
  switch (type.kind) {
    case 'boolean':
      return 'boolean'
    case 'int16':
      return 'smallint'
    case 'int32':
      return 'integer'
    case 'int64':
      return 'bigint'
    case 'float32':
      return 'real'
    case 'float64':
      return 'double precision'
    case 'decimal':
      return type.precision === null ? 'numeric' : `numeric(${type.precision},${type.scale})`
    case 'text':
      return type.length === null ? 'text' : `${type.padded ? 'char' : 'varchar'}(${type.length})`
    case 'bytes':
      return 'bytea'
    case 'time':
      return type.digits === 6 ? 'time' : `time(${type.digits})`
    case 'timestamp':
      return type.digits === 6 ? 'timestamp' : `timestamp(${type.digits})`
    case 'timestamptz':
      return type.digits === 6 ? 'timestamptz' : `timestamptz(${type.digits})`
    case 'other':
      return 'text'
    default:
      return type.kind
  }
}

/**
 * Types whose own reader takes text exactly or refuses it: what a column of text may become without the same type on
 * the other side. A type with a modifier, an array of one, money and interval round, hstore and tsvector drop what is
 * there twice: they are not among them.
 */
const readsExactly = new Set([
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'xml',
  'citext',
  'ltree',
  'tsquery',
  'jsonpath',
  'int4range',
  'int8range',
  'numrange',
  'int4multirange',
  'int8multirange',
  'nummultirange',
  '_bool',
  '_int2',
  '_int4',
  '_int8',
  '_text',
  '_uuid',
  '_numeric',
  '_inet',
])

/** True when text may be read into this target column although nothing says that it was of that type before. */
export function takesText({ base, modifier, type }: CatalogType): boolean {
  return type === 'e' || (modifier < 0 && readsExactly.has(base))
}

/** Built-in types whose binary form means something else in another database, or that have none. */
const notPortable =
  /^_?(reg[a-z]+|refcursor|aclitem|pg_[a-z_]+|oidvector|int2vector|gtsvector|cid|xid8?|tid)$/

/** True when the binary form means the same everywhere. */
export function hasPortableBinary({ base, baseSchema, type }: CatalogType): boolean {
  return baseSchema === 'pg_catalog' && type !== 'c' && type !== 'p' && !notPortable.test(base)
}
