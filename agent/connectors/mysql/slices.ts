/** A long read of a closed range in parts, by the table's key: so that a later attempt need not begin again. */
import type { Stream } from '../connector.ts'
import type { Table } from './catalog.ts'
import type { Filter } from './condition.ts'
import { quoteName, quoteTable } from './names.ts'
import type { Session } from './session.ts'

/** Keys from `from` on and before `to`; null is without a bound. */
export interface Part {
  readonly column: string
  readonly from: string | null
  readonly to: string | null
}

/** Keys that a part spans at least, and parts that there are at most. */
const leastWidth = 500_000n
const mostParts = 64n

export function isPart(part: unknown): part is Part {
  return typeof part === 'object' && part !== null && 'column' in part
}

/**
 * Parts begin at multiples of their width, which is a power of two: cut again later, they are most often the same.
 * One part where nothing is gained by more.
 */
export async function partsOf(
  session: Session,
  table: Table,
  { range }: Stream,
): Promise<{ id: string; part: Part | null }[]> {
  const whole = [{ id: '0', part: null }]
  const [column, ...more] = table.key
  const type = table.columns.find(({ name }) => name === column)?.type.kind ?? ''
  if (range === undefined || range.upTo === null || range.nulls) return whole
  if (column === undefined || more.length > 0 || !['int16', 'int32', 'int64'].includes(type)) return whole
  if ((table.estimatedRows ?? 0) < Number(leastWidth)) return whole
  const [row] = await session.rows<[string | null, string | null]>(
    `select min(${quoteName(column)}), max(${quoteName(column)}) from ${quoteTable(table.name)}`,
  )
  if (!row || row[0] === null || row[1] === null) return whole
  return cut(column, BigInt(row[0]), BigInt(row[1]))
}

/** The first part has no lower bound, the last no upper one: together they are everything. */
export function cut(column: string, least: bigint, most: bigint): { id: string; part: Part }[] {
  let width = 1n << 19n
  while (width < leastWidth || (most - least) / width >= mostParts) width <<= 1n
  const floor = (value: bigint) => value - ((value % width) + width) % width
  const parts: { id: string; part: Part }[] = []
  const last = floor(most)
  for (let from = floor(least); from <= last; from += width) {
    const first = parts.length === 0
    const part = {
      column,
      from: first ? null : String(from),
      to: from === last ? null : String(from + width),
    }
    parts.push({ id: `${part.from ?? ''}..${part.to ?? ''}`, part })
  }
  return parts
}

export function partFilter({ column, from, to }: Part): Filter {
  const name = quoteName(column)
  const texts = [
    ...(from === null ? [] : [`${name} >= cast(? as signed)`]),
    ...(to === null ? [] : [`${name} < cast(? as signed)`]),
  ]
  const values = [from, to].filter((value) => value !== null)
  return { text: texts.length === 0 ? '(1 = 1)' : `(${texts.join(' and ')})`, values }
}
