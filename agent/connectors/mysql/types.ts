/** MySQL's and MariaDB's types in the engine's vocabulary, and back. */
import { Fault } from '../../../shared/faults.ts'
import type { Type } from '../../engine/types.ts'
import { quoteName } from './names.ts'
import type { Spelling } from './row_csv.ts'
import type { Server } from './session.ts'

/** A column's type as information_schema has it. */
export interface CatalogType {
  /** `int`, `varchar`: without length or sign. */
  readonly base: string
  /** `bigint(20) unsigned`, `enum('a','b')`. */
  readonly native: string
  /** Characters of text, bytes of binary. */
  readonly length: number | null
  readonly precision: number | null
  readonly scale: number | null
  readonly digits: number | null
  /** A text that has to be JSON, which is what MariaDB calls JSON. */
  readonly json: boolean
}

const int16: Type = { kind: 'int16' }
const int32: Type = { kind: 'int32' }
const int64: Type = { kind: 'int64' }
const bytes: Type = { kind: 'bytes' }
const other: Type = { kind: 'other' }

const geometries = [
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
  'geomcollection',
]

export function typeOf({ base, native, length, precision, scale, digits, json }: CatalogType): Type {
  const unsigned = / unsigned/.test(native)
  if (json) return { kind: 'json' }
  if (geometries.includes(base)) return bytes
  switch (base) {
    case 'tinyint':
    case 'year':
      return int16
    case 'smallint':
      return unsigned ? int32 : int16
    case 'mediumint':
      return int32
    case 'int':
      return unsigned ? int64 : int32
    case 'bigint':
      return unsigned ? { kind: 'decimal', precision: 20, scale: 0 } : int64
    case 'decimal':
      return { kind: 'decimal', precision: precision ?? 10, scale: scale ?? 0 }
    case 'float':
      return { kind: 'float32' }
    case 'double':
      return { kind: 'float64' }
    case 'date':
      return { kind: 'date' }
    case 'datetime':
      return { kind: 'timestamp', digits: digits ?? 0 }
    case 'timestamp':
      return { kind: 'timestamptz', digits: digits ?? 0 }
    case 'char':
    case 'varchar':
      return { kind: 'text', length }
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
    case 'enum':
    case 'set':
      return { kind: 'text', length: null }
    case 'json':
      return { kind: 'json' }
    case 'uuid':
      return { kind: 'uuid' }
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return bytes
    default:
      return other
  }
}

/** How a column is asked for, and how what comes is spelled. */
export interface Reading {
  /** The expression to select. */
  readonly expression: string
  readonly spelling: Spelling
}

/** `name` is a column of the table that is read. Throws `unsupported` for types of which nothing is known. */
export function readingOf(name: string, catalog: CatalogType): Reading {
  const column = quoteName(name)
  const plain = (expression: string): Reading => ({ expression, spelling: 'plain' })
  const type = typeOf(catalog)
  switch (catalog.base) {
    // The server shortens a float to six digits; as a double it comes with all it has.
    case 'float':
      return { expression: `(${column} * 1e0)`, spelling: 'float32' }
    case 'double':
      // With digits of its own it would be cut to them.
      return plain(catalog.native.includes('(') ? `(${column} * 1e0)` : column)
    case 'year':
      return plain(`(${column} + 0)`)
    case 'bit':
      return { expression: column, spelling: { bits: catalog.precision ?? 1 } }
    case 'time':
      return plain(column)
    case 'uuid':
    case 'inet4':
    case 'inet6':
      return plain(`cast(${column} as char)`)
    case 'vector':
      throw new Fault('unsupported', `"${name}" is ${catalog.native}, which is not read yet.`)
  }
  switch (type.kind) {
    case 'timestamp':
      return { expression: column, spelling: 'moment' }
    case 'timestamptz':
      return { expression: column, spelling: 'moment-utc' }
    case 'bytes':
      return { expression: column, spelling: 'bytes' }
    case 'text':
    case 'json':
    case 'other':
      return { expression: column, spelling: 'text' }
    default:
      return plain(column)
  }
}

/**
 * Text is compared by its signs alone, spaces at the end among them: with any other collation two values that differ
 * could be one key.
 */
export function exactCollation({ mariadb, version }: Server): string {
  if (mariadb) return 'character set utf8mb4 collate utf8mb4_nopad_bin'
  return version >= 80_017
    ? 'character set utf8mb4 collate utf8mb4_0900_bin'
    : 'character set utf8mb4 collate utf8mb4_bin'
}

/** Bytes of a row that are for all columns together: longer texts are declared so that they do not count. */
export const longText = 4000

/** How a new column of this type is declared. Throws `type_refused` for what has no exact place there. */
export function declare(type: Type, name: string, server: Server): string {
  const collation = exactCollation(server)
  switch (type.kind) {
    case 'boolean':
      return 'tinyint(1)'
    case 'int16':
      return 'smallint'
    case 'int32':
      return 'int'
    case 'int64':
      return 'bigint'
    case 'float32':
      return 'float'
    case 'float64':
      return 'double'
    case 'decimal':
      return declareDecimal(type, name, server)
    case 'text':
      return type.length === null || type.length > longText
        ? `longtext ${collation}`
        : `varchar(${type.length}) ${collation}`
    case 'bytes':
      return 'longblob'
    case 'time':
      return type.digits === 0 ? 'time' : `time(${type.digits})`
    case 'timestamp':
    case 'timestamptz':
      return type.digits === 0 ? 'datetime' : `datetime(${type.digits})`
    case 'uuid':
      return server.mariadb && server.version >= 100_700
        ? 'uuid'
        : 'char(36) character set ascii collate ascii_bin'
    case 'json':
    case 'jsonb':
      // MySQL's own JSON turns numbers into doubles and sorts names: there the text itself is kept.
      return server.mariadb ? 'json' : `longtext ${collation}`
    case 'date':
      return 'date'
    case 'other':
      return `longtext ${collation}`
  }
}

/** Without bounds a number has more digits than the server keeps, and NaN: its text has them all. */
function declareDecimal(type: Type & { kind: 'decimal' }, name: string, server: Server): string {
  const { precision, scale } = type
  if (precision === null || scale === null) return `longtext ${exactCollation(server)}`
  // A negative scale rounds to tens; whole numbers of so many digits hold what is left.
  const [digits, behind] = scale < 0 ? [precision - scale, 0] : [Math.max(precision, scale), scale]
  if (digits > 65 || behind > (server.mariadb ? 38 : 30)) {
    throw new Fault(
      'type_refused',
      `"${name}" is numeric(${precision},${scale}), which has more digits than the server keeps.`,
    )
  }
  if (digits === 20 && behind === 0 && precision === 20) return 'decimal(20,0)'
  return `decimal(${digits},${behind})`
}

/** Values that a column of text can be a key of: what the server can hold in an index whole. */
export function indexBytes(type: Type, native: string): number | null {
  switch (type.kind) {
    case 'text': {
      const length = /char\((\d+)\)/.exec(native)?.[1]
      return length === undefined ? (/^enum/.test(native) ? 2 : null) : Number(length) * 4
    }
    case 'bytes': {
      const length = /binary\((\d+)\)/.exec(native)?.[1]
      return length === undefined ? null : Number(length)
    }
    case 'json':
    case 'jsonb':
    case 'other':
      return null
    case 'uuid':
      return 36
    default:
      return 32
  }
}
