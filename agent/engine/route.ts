/** Which way a stream takes, and why. */
import type { Column, Format } from '../connectors/connector.ts'
import { Fault } from '../../shared/faults.ts'
import { type Check, checkFor } from './checks.ts'
import { arrivesUnchecked, sameColumn, sameType, type Type } from './types.ts'
import { reachOf, valueCheck } from './values.ts'
import { holds } from './widen.ts'

export interface Way {
  readonly route: 'direct' | 'restowed'
  /** What leaves the source. */
  readonly from: Format
  /** What enters the destination. */
  readonly into: Format
  /** For a person: why this way and no shorter one. */
  readonly why: string
  /** By column; null where the reader on the other side is exact. */
  readonly checks: readonly (Check | null)[]
  /** Bad rows are kept back on the way, and the others go on. */
  readonly sieved: boolean
}

export interface Ends {
  readonly from: readonly Format[]
  readonly into: readonly Format[]
  readonly columns: readonly Column[]
  /** Where each goes, in the same order. */
  readonly targets: readonly Column[]
  /** Rows that are refused are put aside. */
  readonly quarantine?: boolean
  /** Positions that must not be NULL, since rows are told apart by them. */
  readonly key?: readonly number[]
}

/** A column that knows whether its binary form means the same everywhere. */
interface MaybePortable extends Column {
  readonly portable?: boolean
}

/** Throws `unsupported` when the two have no way between them. */
export function chooseWay(ends: Ends): Way {
  const sieved = ends.quarantine === true && ends.columns.some((_, at) => mayBeBad(ends, at))
  const checks = sieved ? [] : checksOf(ends)
  if (!sieved && ends.from.includes('pgcopy') && ends.into.includes('pgcopy')) {
    const differs = ends.columns.findIndex((column, at) => !binaryAlike(column, ends.targets[at]))
    if (differs < 0) {
      const why = 'same types on both sides: binary COPY'
      return { route: 'direct', from: 'pgcopy', into: 'pgcopy', why, checks: [], sieved }
    }
  }
  if (ends.from.includes('csv') && ends.into.includes('csv')) {
    const why = `both speak CSV${sieved ? '; bad rows are put aside' : checkedText(checks)}`
    return { route: 'direct', from: 'csv', into: 'csv', why, checks, sieved }
  }
  const [from] = ends.from.filter((format) => format !== 'pgcopy')
  const [into] = ends.into.filter((format) => format !== 'pgcopy')
  if (from === undefined || into === undefined) throw new Fault('unsupported')
  const why = `${from.replace('quoted-', '')} becomes ${into} in the hold${
    sieved ? '; bad rows are put aside' : ''
  }`
  if (from !== 'parquet' || into !== 'parquet') return { route: 'restowed', from, into, why, checks, sieved }
  if (ends.columns.some((column, at) => !sameType(column.type, (ends.targets[at] as Column).type))) {
    refuseCasts(ends)
    if (sieved) throw new Fault('unsupported', 'on_bad_row: quarantine with a cast, from Parquet to Parquet.')
  }
  return { route: 'restowed', from, into, why, checks: [], sieved: false }
}

function checkedText(checks: readonly (Check | null)[]): string {
  const count = checks.filter((check) => check !== null).length
  return count === 0 ? '' : `; ${count} ${count === 1 ? 'column is' : 'columns are'} checked`
}

/** What nobody can tell of a text on this way: whether a float of it is exact, and whether it is JSON. */
const untold: readonly Type['kind'][] = ['float32', 'float64', 'json', 'jsonb', 'other']

function refuseCasts({ columns, targets }: Ends): void {
  const cast = columns.find((column, at) => {
    const { type } = targets[at] as Column
    const words = (column as { readonly duck?: string }).duck === 'VARCHAR'
    return !sameType(column.type, type) && (words ? untold.includes(type.kind) : type.kind === 'other')
  })
  if (!cast) return
  throw new Fault('type_refused', `cast of "${cast.name}": not from Parquet to Parquet.`)
}

function binaryAlike(column: MaybePortable, target: MaybePortable | undefined): boolean {
  if (!target || column.portable !== true) return false
  return sameColumn(column, target)
}

function checksOf({ columns, targets }: Ends): (Check | null)[] {
  return columns.map((column, at) => checkOf(column, targets[at] as Column))
}

function checkOf(column: Column, target: Column): Check | null {
  if (isProven(column, target)) return null
  // These readers take for something else what they cannot read.
  if (target.vocabulary === 'mysql' || target.vocabulary === 'sqlite') return valueCheck(target)
  const { kind } = target.type
  // Nobody else looks at it where no database does.
  if (target.vocabulary !== 'postgres' && (kind === 'json' || kind === 'jsonb')) return valueCheck(target)
  if (isDeclared(column)) return checkFor(target.type)
  return arrivesUnchecked(column.type, target.type) ? null : checkFor(target.type)
}

/** Sources whose type is what somebody says of a column, and not what its values are held to. */
function isDeclared({ vocabulary, type }: Column): boolean {
  return vocabulary === 'sqlite' || (vocabulary === 'json' && type.kind !== 'text')
}

/** Kinds that mean the same in every vocabulary. */
const universal: readonly Type['kind'][] = [
  'boolean',
  'int16',
  'int32',
  'int64',
  'uuid',
  'bytes',
  'text',
  'json',
]

/** True when the source's type says already that every value is one of the target's. */
export function isProven(column: Column, target: Column): boolean {
  const typed = column.vocabulary !== 'csv' && !isDeclared(column)
  if (typed && sameColumn(column, target)) return true
  if (!typed || !holds(target.type, column.type)) return false
  const wide = target.type.kind === 'text' && target.type.length === null
  return wide || column.vocabulary === target.vocabulary || universal.includes(column.type.kind)
}

/** Whether a row can be refused for this column, before a database sees it. */
function mayBeBad({ columns, targets, key = [] }: Ends, at: number): boolean {
  const [column, target] = [columns[at] as Column, targets[at] as Column]
  if (!isProven(column, target)) return true
  if (column.nullable && (!target.nullable || key.includes(at))) return true
  return !reachOf(target).nul && reachOf(column).nul && column.type.kind === 'text'
}
