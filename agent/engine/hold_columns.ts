/** Columns inside the hold: how a value gets from text into DuckDB's types and back, exactly or not at all. */
import type { Column } from '../connectors/connector.ts'
import { sameType, type Type } from './types.ts'

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** DuckDB reads a path as a pattern; in brackets, the characters that make it one stand for themselves. */
export function patternOf(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
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

/** One way for a value to arrive: where `when` is true, as `then`. */
interface Arrival {
  readonly when: string
  readonly then: string
  /** NULL stands for a value that it does not take. */
  readonly tries?: true
}

/** Expressions over one column; what no way fits is refused. */
export interface Cell {
  /** In order, the first that fits counts. Empty: every value arrives as `always`. */
  readonly ways: readonly Arrival[]
  readonly always: string | null
}

const always = (expression: string): Cell => ({ ways: [], always: expression })
const when = (...ways: Arrival[]): Cell => ({ ways, always: null })

const instants = ['date', 'timestamp', 'timestamptz']

/** Text as PostgreSQL writes it, or as a checked CSV has it, into the type that Parquet will carry. */
export function fromText(text: string, from: Column, to: Type): Cell {
  const duck = duckTypeOf(to)
  if (duck === 'VARCHAR') return always(text)
  const written = writes(from) && sameType(from.type, to)
  const cast = `try_cast(${text} as ${duck})`
  if (to.kind === 'bytes') {
    const bytes = `unhex(substr(${text}, 3))`
    return written ? always(bytes) : when({
      // A half byte would be taken for a whole one.
      when: `length(${text}) % 2 = 0 and regexp_full_match(${text}, '\\\\x[0-9A-Fa-f]*')`,
      then: bytes,
    })
  }
  if (instants.includes(to.kind)) return instantFrom(text, duck)
  if (to.kind === 'float32' || to.kind === 'float64') {
    const finite = `${cast} is not null and (not isinf(${cast}) or contains(lower(${text}), 'inf'))`
    return written ? always(`cast(${text} as ${duck})`) : when({ when: finite, then: cast })
  }
  if (written && (integer(to) || to.kind === 'uuid')) return always(`cast(${text} as ${duck})`)
  if (written && to.kind === 'boolean') return always(`${text} = 't'`)
  if (integer(to)) {
    const whole = `regexp_full_match(${text}, '[+-]?\\d+')`
    return when({ when: `${whole} and ${cast} is not null`, then: cast })
  }
  if (!written) return when({ when: `${cast} is not null`, then: cast })
  if (to.kind === 'decimal') return when({ when: hasDigits(text, to.scale ?? 0), then: cast, tries: true })
  return when({ when: `${cast}::varchar = ${text}`, then: cast })
}

/** Sources that hold values to their types, and spell them as PostgreSQL does. */
function writes({ vocabulary }: Column): boolean {
  return vocabulary === 'postgres' || vocabulary === 'mysql'
}

function integer(type: Type): boolean {
  return type.kind === 'int16' || type.kind === 'int32' || type.kind === 'int64'
}

/** With exactly so many digits behind the point, a cast has nothing to round. */
function hasDigits(text: string, scale: number): string {
  return `instr(${text}, '.') = ${scale === 0 ? '0' : `strlen(${text}) - ${scale}`}`
}

/** Types whose text from PostgreSQL the reader itself takes exactly: the rest comes in as text. */
export function readAs(column: Column): string {
  const exact = integer(column.type) || ['float32', 'float64', 'uuid'].includes(column.type.kind)
  return writes(column) && exact ? duckTypeOf(column.type) : 'VARCHAR'
}

/**
 * BC: `0044-03-15 10:00:00+00 BC` in PostgreSQL, `0044-03-15 (BC) 10:00:00+00` in DuckDB, which takes the first for a
 * year AD without a word. That is all that its reader gets wrong of what PostgreSQL writes, or a checked CSV has: so
 * only there the text is compared with what comes back.
 */
function instantFrom(text: string, duck: string): Cell {
  const era = `try_cast(regexp_replace(${text}, '^(\\S+)(.*) BC$', '\\1 (BC)\\2') as ${duck})`
  const cast = `try_cast(${text} as ${duck})`
  return when(
    { when: `not suffix(${text}, ' BC')`, then: cast, tries: true },
    { when: `suffix(${text}, ' BC') and ${fromDuckEra(`${era}::varchar`)} = ${text}`, then: era },
  )
}

const fromDuckEra = (text: string) =>
  `case when contains(${text}, '(BC)') then replace(${text}, ' (BC)', '') || ' BC' else ${text} end`

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

/** The text of a Parquet value as PostgreSQL reads it. */
export function toText(name: string, duck: string): Cell {
  switch (duck) {
    case 'BLOB':
      return always(`'\\x' || lower(hex(${name}))`)
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMP WITH TIME ZONE':
      return always(fromDuckEra(`${name}::varchar`))
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
      return always(fromDuckEra(`${name}::timestamp::varchar`))
    case 'TIMESTAMP_NS':
      // Microseconds are all that the other side keeps.
      return when({ when: `epoch_ns(${name}) % 1000 = 0`, then: fromDuckEra(`${name}::timestamp::varchar`) })
    default:
      return always(`${name}::varchar`)
  }
}

interface Cast {
  readonly duck: string
  readonly to: Type
}

/** A Parquet value as another type: only what comes back from it as it was. */
export function fromValue(name: string, { duck, to }: Cast): Cell {
  const into = duckTypeOf(to)
  if (duck === 'VARCHAR') return fromWords(name, to)
  if (into !== 'VARCHAR') {
    const cast = `try_cast(${name} as ${into})`
    return when({ when: `try_cast(${cast} as ${duck}) = ${name}`, then: cast })
  }
  const spelled = toText(name, duck)
  const limited = to.kind === 'text' && to.length !== null
  return limited ? allOf(spelled, (text) => `length(${text}) <= ${to.length}`) : spelled
}

function allOf({ ways, always }: Cell, holds: (text: string) => string): Cell {
  if (always !== null) return when({ when: holds(always), then: always })
  return when(...ways.map((way) => ({ ...way, when: `${way.when} and ${holds(way.then)}` })))
}

/** Nothing has looked at these texts before: what a cast would round or cut is refused here. */
function fromWords(name: string, to: Type): Cell {
  const cell = fromText(name, { name, type: to, nullable: true, native: '', vocabulary: 'csv' }, to)
  const holds = wordsThatHold(name, to)
  return holds === null ? cell : allOf(cell, () => holds)
}

function wordsThatHold(name: string, to: Type): string | null {
  if (to.kind === 'text') return to.length === null ? null : `length(${name}) <= ${to.length}`
  if (to.kind === 'decimal') {
    const behind = to.scale === null ? '\\d*' : `\\d{0,${to.scale}}0*`
    return `regexp_full_match(${name}, '[+-]?\\d+(\\.${behind})?')`
  }
  if (to.kind !== 'time' && to.kind !== 'timestamp' && to.kind !== 'timestamptz') return null
  const zone = to.kind === 'timestamptz'
    ? `and regexp_matches(${name}, '([+-]\\d\\d(:?\\d\\d)?|Z)( BC)?$') `
    : ''
  return `not regexp_matches(${name}, '\\.\\d{${to.digits}}\\d*[1-9]') ${zone}` +
    `and not regexp_matches(${name}, '(:60|[T ]24:)')`
}

/** The value, or an error that names its column by position. */
export function guarded({ ways, always }: Cell, source: string, at: number): string {
  if (always !== null) return always
  const refused = `error('sallyport:value_refused:${at}')`
  const arrivals = ways.map(({ when, then, tries }) =>
    `when ${when} then ${tries ? `coalesce(${then}, ${refused})` : then}`
  )
  return `case when ${source} is null then null ${arrivals.join(' ')} else ${refused} end`
}

/** True for a value that `guarded` refuses; null when it refuses none. */
export function refusedBy({ ways, always }: Cell, source: string): string | null {
  if (always !== null) return null
  const arrivals = ways.map(({ when, then, tries }) => `(${when}${tries ? ` and ${then} is not null` : ''})`)
  return `${source} is not null and (${arrivals.join(' or ')}) is not true`
}

/** Columns whose text may hold what CSV gives a meaning. */
export function needsQuotes(duck: string): boolean {
  return duck === 'VARCHAR' || duck === 'JSON' || duck.startsWith('ENUM(')
}
