/** How one read is cut: by ranges of its cursor, which stay what they are, or by pages, for several lanes. */
import type { Range, Slice, Stream } from '../connector.ts'
import type { Table } from './catalog.ts'
import { quoteName } from './names.ts'
import { orderType, type Pages } from './reading.ts'
import type { Session } from './session.ts'

/** So many rows are worth a slice that lasts. */
const rowsPerSlice = 500_000
const mostSlices = 64
/** So many bytes are worth a lane. */
const bytesPerLane = 64 * 2 ** 20
const pageBytes = 8192

/** From this version on, a range of pages is read without reading all of them. */
const pagesSince = 140_000

/** The stream as one slice; it is fixed by nothing but the snapshot. */
const whole = (stream: Stream): Slice[] => [{ id: '0', stream, fixed: false }]

export async function slicesOf(
  session: Session,
  stream: Stream,
  { table, lanes }: { table: Table; lanes: number },
): Promise<Slice[]> {
  if (stream.range) return await byRange(session, stream, { table, range: stream.range })
  if (lanes === 1 || table.kind !== 'r' || table.hasChildren) return whole(stream)
  if (await session.version() < pagesSince) return whole(stream)
  return byPages(stream, table.estimatedBytes ?? 0, lanes)
}

export function byPages(stream: Stream, bytes: number, lanes: number): Slice[] {
  const count = Math.min(Math.floor(bytes / bytesPerLane), lanes * 4, mostSlices)
  if (count < 2) return whole(stream)
  const pages = Math.ceil(bytes / pageBytes)
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((pages * at) / count)
    // What has been added since the size was looked at is behind the last page.
    const to = at === count - 1 ? null : Math.floor((pages * (at + 1)) / count)
    const part: Pages = { from, to }
    return { id: `pages ${from}`, stream, part, fixed: false }
  })
}

/**
 * Closed ranges of about the same number of rows, by what the server knows of the column: a later attempt that cuts
 * them alike finds the same rows in each. Rows without a value may change, and are a slice of their own.
 */
async function byRange(
  session: Session,
  stream: Stream,
  { table, range }: { table: Table; range: Range },
): Promise<Slice[]> {
  const bounds = await boundsOf(session, table, range)
  if (bounds.length === 0 || range.upTo === null) return whole(stream)
  const ends = [...bounds, range.upTo]
  const slices = ends.map((upTo, at): Slice => {
    const after = at === 0 ? range.after : { value: ends[at - 1] as string, inclusive: false }
    const part: Range = { column: range.column, after, upTo, nulls: false }
    const from = after ? `${after.inclusive ? '[' : '('}${after.value}` : '('
    return { id: `${from}, ${upTo}]`, stream: { ...stream, range: part }, fixed: true }
  })
  const column = table.columns.find(({ name }) => name === range.column)
  if (!range.nulls || column?.nullable === false) return slices
  const nulls: Range = { column: range.column, after: null, upTo: null, nulls: true }
  return [...slices, { id: 'null', stream: { ...stream, range: nulls }, fixed: false }]
}

/** Values between the range's ends that part it into slices; none where it is small, or nothing is known. */
async function boundsOf(session: Session, table: Table, { column, after, upTo }: Range): Promise<string[]> {
  if (upTo === null || (table.estimatedRows ?? 0) < 2 * rowsPerSlice) return []
  const type = orderType(table, column)
  const known = await session.rows<{ bound: string; all: number }>(
    `select u.value::text as bound, pg_catalog.array_length(s.bounds, 1)::float8 as all
     from (select histogram_bounds::text::${type}[] as bounds from pg_catalog.pg_stats
       where schemaname = $1 and tablename = $2 and attname = $3 and inherited = $4::text::boolean
       and histogram_bounds is not null) s, unnest(s.bounds) as u(value)
     where u.value < $5::text::${type} and ($6::text is null or u.value > $6::text::${type}) order by u.value`,
    [
      table.name.schema,
      table.name.table,
      column,
      String(table.hasChildren || table.kind === 'p'),
      upTo,
      after?.value ?? null,
    ],
  )
  const bounds = [...new Set(known.map(({ bound }) => bound))]
  const perBound = (table.estimatedRows ?? 0) / Math.max((known[0]?.all ?? 0) - 1, 1)
  const rows = perBound * bounds.length
  const count = Math.min(Math.floor(rows / rowsPerSlice), mostSlices, bounds.length)
  if (count < 2) return []
  return Array.from(
    { length: count - 1 },
    (_, at) => bounds[Math.floor((bounds.length * (at + 1)) / count)] as string,
  )
}

/** The greatest value of a column; the caller has checked that it has an order. */
export function newestQuery(table: string, column: string, where: string): string {
  const name = quoteName(column)
  return `select ${name}::text as newest from ${table}${where}${
    where === '' ? ' where' : ' and'
  } ${name} is not null
    order by ${name} desc limit 1`
}
