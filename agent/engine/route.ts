/** Which way a stream takes, and why. */
import type { Column, Format } from '../connectors/connector.ts'
import { Fault } from '../../shared/faults.ts'
import { type Check, checkFor } from './checks.ts'
import { arrivesUnchecked, sameColumn, sameType } from './types.ts'

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
}

export interface Ends {
  readonly from: readonly Format[]
  readonly into: readonly Format[]
  readonly columns: readonly Column[]
  /** Where each goes, in the same order. */
  readonly targets: readonly Column[]
}

/** A column that knows whether its binary form means the same everywhere. */
interface MaybePortable extends Column {
  readonly portable?: boolean
}

/** Throws `unsupported` when the two have no way between them. */
export function chooseWay(ends: Ends): Way {
  const checks = checksOf(ends)
  if (ends.from.includes('pgcopy') && ends.into.includes('pgcopy')) {
    const differs = ends.columns.findIndex((column, at) => !binaryAlike(column, ends.targets[at]))
    if (differs < 0) {
      return {
        route: 'direct',
        from: 'pgcopy',
        into: 'pgcopy',
        why: 'same types on both sides: binary COPY',
        checks: [],
      }
    }
  }
  if (ends.from.includes('csv') && ends.into.includes('csv')) {
    const count = checks.filter((check) => check !== null).length
    const why = `both speak CSV${
      count > 0 ? `; ${count} ${count === 1 ? 'column is' : 'columns are'} checked` : ''
    }`
    return { route: 'direct', from: 'csv', into: 'csv', why, checks }
  }
  const [from] = ends.from.filter((format) => format !== 'pgcopy')
  const [into] = ends.into.filter((format) => format !== 'pgcopy')
  if (from === undefined || into === undefined) throw new Fault('unsupported')
  if (from === 'parquet' && into === 'parquet') refuseCasts(ends)
  const why = `${from.replace('quoted-', '')} becomes ${into} in the hold`
  return { route: 'restowed', from, into, why, checks }
}

/** Nothing checks a value on this way, so none changes its type. */
function refuseCasts({ columns, targets }: Ends): void {
  const cast = columns.find((column, at) => !sameType(column.type, (targets[at] as Column).type))
  if (!cast) return
  throw new Fault('type_refused', `cast of "${cast.name}": a column keeps its type from Parquet to Parquet.`)
}

function binaryAlike(column: MaybePortable, target: MaybePortable | undefined): boolean {
  if (!target || column.portable !== true) return false
  return sameColumn(column, target)
}

function checksOf({ columns, targets }: Ends): (Check | null)[] {
  return columns.map((column, at) => {
    const target = targets[at] as Column
    if (sameColumn(column, target) || arrivesUnchecked(column.type, target.type)) return null
    return checkFor(target.type)
  })
}
