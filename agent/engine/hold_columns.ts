/** Columns inside the hold: how a value gets from text into DuckDB's types and back, exactly or not at all. */
import type { Column } from '../connectors/connector.ts'
import { sameType, type Type } from './types.ts'

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The type of a Parquet column that keeps every value of this type; VARCHAR where no other does. */
export function duckTypeOf(type: Type): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN'
    case 'int16':
      return 'SMALLINT'
    case 'int32':
      return 'INTEGER'
    case 'int64':
      return 'BIGINT'
    case 'float32':
      return 'FLOAT'
    case 'float64':
      return 'DOUBLE'
    case 'uuid':
      return 'UUID'
    case 'date':
      return 'DATE'
    case 'bytes':
      return 'BLOB'
    case 'time':
      return 'TIME'
    case 'timestamp':
      return 'TIMESTAMP'
    case 'timestamptz':
      return 'TIMESTAMP WITH TIME ZONE'
    case 'decimal':
      return fitsDecimal(type) ? `DECIMAL(${type.precision},${type.scale})` : 'VARCHAR'
    default:
      return 'VARCHAR'
  }
}

function fitsDecimal({ precision, scale }: Type & { kind: 'decimal' }): boolean {
  return precision !== null && scale !== null && precision <= 38 && scale >= 0 && scale <= precision
}

/** Expressions over one column of text. */
export interface FromText {
  readonly value: string
  /** True for a value that does not come back as it went in; null when none can be like that. */
  readonly refused: string | null
}

const instants = ['date', 'timestamp', 'timestamptz']

/** BC: `0044-03-15 10:00:00+00 BC` in PostgreSQL, `0044-03-15 (BC) 10:00:00+00` in DuckDB. */
const toDuckEra = (text: string) =>
  `case when suffix(${text}, ' BC') then regexp_replace(${text}, '^(\\S+)(.*) BC$', '\\1 (BC)\\2') else ${text} end`

const fromDuckEra = (text: string) =>
  `case when contains(${text}, '(BC)') then replace(${text}, ' (BC)', '') || ' BC' else ${text} end`

/** Text as PostgreSQL writes it, or as a checked CSV has it, into the type that Parquet will carry. */
export function fromText(text: string, from: Column, to: Type): FromText {
  const duck = duckTypeOf(to)
  if (duck === 'VARCHAR') return { value: text, refused: null }
  const written = from.vocabulary === 'postgres' && sameType(from.type, to)
  const cast = (inner: string) => `try_cast(${inner} as ${duck})`
  if (to.kind === 'bytes') {
    return { value: `unhex(substr(${text}, 3))`, refused: written ? null : `not prefix(${text}, '\\x')` }
  }
  if (to.kind === 'float32' || to.kind === 'float64') {
    const overflow = `isinf(${cast(text)}) and not contains(lower(${text}), 'inf')`
    return {
      value: `cast(${text} as ${duck})`,
      refused: written ? null : `${cast(text)} is null or (${overflow})`,
    }
  }
  if (written && (integer(to) || to.kind === 'uuid')) {
    return { value: `cast(${text} as ${duck})`, refused: null }
  }
  if (written && to.kind === 'boolean') return { value: `${text} = 't'`, refused: null }
  if (integer(to)) {
    return {
      value: cast(text),
      refused: `${cast(text)} is null or not regexp_full_match(${text}, '[+-]?\\d+')`,
    }
  }
  if (!written && !instants.includes(to.kind)) return { value: cast(text), refused: `${cast(text)} is null` }
  return { value: castBack(text, to, duck).value, refused: castBack(text, to, duck).refused }
}

function integer(type: Type): boolean {
  return type.kind === 'int16' || type.kind === 'int32' || type.kind === 'int64'
}

/** Cast, and compared with its own text again. */
function castBack(text: string, to: Type, duck: string): { value: string; refused: string } {
  if (instants.includes(to.kind)) {
    const value = `try_cast(${toDuckEra(text)} as ${duck})`
    const plain = `try_cast(${text} as ${duck})`
    const same = `${plain}::varchar = ${text} or ${fromDuckEra(`${value}::varchar`)} = ${text}`
    // Common values take the first branch alone.
    return {
      value: `case when ${plain}::varchar = ${text} then ${plain} else ${value} end`,
      refused: `(${same}) is not true`,
    }
  }
  const value = `try_cast(${text} as ${duck})`
  // A decimal without whole digits is written without its zero.
  const bare = to.kind === 'decimal' && to.precision === to.scale
  const spelled = bare ? `regexp_replace(${text}, '^(-?)0\\.', '\\1.')` : text
  return { value, refused: `(${value}::varchar = ${spelled}) is not true` }
}

/** How a Parquet column is known to the engine. Null for one that no destination takes. */
export function typeOfDuck(duck: string): Type | null {
  const simple = duckTypes[duck]
  if (simple) return simple
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(duck)
  if (decimal) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) }
  if (duck.startsWith('ENUM(')) return { kind: 'text', length: null }
  return null
}

const duckTypes: Readonly<Record<string, Type>> = {
  BOOLEAN: { kind: 'boolean' },
  TINYINT: { kind: 'int16' },
  UTINYINT: { kind: 'int16' },
  SMALLINT: { kind: 'int16' },
  USMALLINT: { kind: 'int32' },
  INTEGER: { kind: 'int32' },
  UINTEGER: { kind: 'int64' },
  BIGINT: { kind: 'int64' },
  UBIGINT: { kind: 'decimal', precision: 20, scale: 0 },
  HUGEINT: { kind: 'decimal', precision: 39, scale: 0 },
  UHUGEINT: { kind: 'decimal', precision: 39, scale: 0 },
  FLOAT: { kind: 'float32' },
  DOUBLE: { kind: 'float64' },
  VARCHAR: { kind: 'text', length: null },
  JSON: { kind: 'json' },
  BLOB: { kind: 'bytes' },
  UUID: { kind: 'uuid' },
  DATE: { kind: 'date' },
  TIME: { kind: 'time', digits: 6 },
  TIMESTAMP: { kind: 'timestamp', digits: 6 },
  TIMESTAMP_S: { kind: 'timestamp', digits: 6 },
  TIMESTAMP_MS: { kind: 'timestamp', digits: 6 },
  TIMESTAMP_NS: { kind: 'timestamp', digits: 6 },
  'TIMESTAMP WITH TIME ZONE': { kind: 'timestamptz', digits: 6 },
}

/** The text of a Parquet value as PostgreSQL reads it; `refused` for what has no such text. */
export function toText(name: string, duck: string): FromText {
  switch (duck) {
    case 'BLOB':
      return { value: `'\\x' || lower(hex(${name}))`, refused: null }
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMP WITH TIME ZONE':
      return { value: fromDuckEra(`${name}::varchar`), refused: null }
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
      return { value: fromDuckEra(`${name}::timestamp::varchar`), refused: null }
    case 'TIMESTAMP_NS':
      // Microseconds are all that the other side keeps.
      return {
        value: fromDuckEra(`${name}::timestamp::varchar`),
        refused: `epoch_ns(${name}) % 1000 <> 0`,
      }
    default:
      return { value: `${name}::varchar`, refused: null }
  }
}

/** Columns whose text may hold what CSV gives a meaning. */
export function needsQuotes(duck: string): boolean {
  return duck === 'VARCHAR' || duck === 'JSON' || duck.startsWith('ENUM(')
}
