/** Parquet's types in the engine's vocabulary. */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import type { HoldRows } from '../../engine/hold.ts'
import { typeOfDuck } from '../../engine/hold_columns.ts'
import { carriedAs, type ParquetColumn } from '../../engine/hold_sql.ts'
import type { Type } from '../../engine/types.ts'
import type { Column } from '../connector.ts'

const kinds = [
  'boolean',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'uuid',
  'date',
  'bytes',
  'json',
  'jsonb',
]

/** A type of the engine's, written down. */
export const columnType = z.union([
  z.strictObject({ kind: z.enum(kinds as [string, ...string[]]) }),
  z.strictObject({ kind: z.literal('other') }),
  z.strictObject({ kind: z.literal('decimal'), precision: z.int().nullable(), scale: z.int().nullable() }),
  z.strictObject({ kind: z.enum(['time', 'timestamp', 'timestamptz']), digits: z.int().min(0).max(6) }),
  z.strictObject({ kind: z.literal('text'), length: z.int().nullable(), padded: z.literal(true).optional() }),
])

/** What Sallyport writes into a file's metadata: the types that the columns had at their source. */
const description = z.strictObject({
  version: z.literal(1),
  columns: z.array(z.strictObject({
    name: z.string(),
    // It may end up in DDL: nothing but what type names are made of.
    native: z.string().max(200).regex(/^(?:[\p{L}\p{N}_ ."[\](),]|(?<=,)-(?=\d))+$/u),
    vocabulary: z.enum(['postgres', 'mysql', 'sqlite', 'duckdb', 'json', 'csv']),
    type: columnType,
  })),
})

/** Columns of a file. `described`: rows of DuckDB's `describe`; `metadata`: our own description, if it has one. */
export function parquetColumns(described: HoldRows, metadata: string | null): ParquetColumn[] {
  const known = new Map(readDescription(metadata).map((column) => [column.name, column]))
  return described.map(([name, duck]) => {
    if (name === null || name === undefined || duck === null || duck === undefined) {
      throw new Fault('file_invalid')
    }
    const own = known.get(name)
    if (own && carriedAs(own.type as Type, duck)) {
      const { native, vocabulary } = own
      return { name, duck, type: own.type as Type, native, vocabulary, nullable: true }
    }
    const foreign = typeOfDuck(duck)
    if (foreign === null) {
      throw new Fault(
        'type_refused',
        `Column "${name}" is ${duck.replace(/\(.*/s, '')}, which nothing here takes.`,
      )
    }
    return { name, duck, type: foreign, native: duck, vocabulary: 'duckdb', nullable: true }
  })
}

function readDescription(metadata: string | null): z.infer<typeof description>['columns'] {
  if (metadata === null) return []
  try {
    return description.parse(JSON.parse(metadata)).columns
  } catch {
    // Another program may use the same key for something else: then the file describes itself.
    return []
  }
}

/** Throws `name_refused` for names that a file cannot hold beside each other: readers fold their letters. */
export function refuseFoldedTwins(columns: readonly Column[]): void {
  const seen = new Map<string, string>()
  for (const { name } of columns) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined) {
      throw new Fault('name_refused', `"${twin}" and "${name}" are one name to readers that fold letters.`)
    }
    seen.set(name.toLowerCase(), name)
  }
}
