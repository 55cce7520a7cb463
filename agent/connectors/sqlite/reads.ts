/** Rows of one table, as CSV: a little at a time, so that nothing else in this process has to wait for long. */
import { Fault } from '../../../shared/faults.ts'
import type { Range, Reading, Slice, Stream } from '../connector.ts'
import type { SqliteColumn, Table, Value } from './catalog.ts'
import { columnOf, ranged } from './cursor.ts'
import { CsvOut, rowEncoder, selected } from './encode.ts'
import { quoteName } from './names.ts'
import { pause, type Session } from './session.ts'

/** A condition with its values, each bound where it stands. */
export interface Where {
  readonly sql: string
  readonly values: readonly Value[]
}

/** Rows by rowid; as text, since parts are noted down. */
export interface Part {
  /** Exclusive; null: from the first. */
  readonly after: string | null
  /** Inclusive; null: to the last. */
  readonly upTo: string | null
}

export interface Opening {
  readonly columns: readonly SqliteColumn[]
  readonly part: Part | null
  readonly range: Range | null
  readonly quoteAll: boolean
  readonly refused: Slice['refused'] | null
}

/** Bytes of one chunk, more when a row has more. */
const chunkBytes = 128 * 1024
/** How long rows are read before everything else has its turn. */
const turnMs = 10
/** So many rows are looked at before everything else has its turn, whether they are wanted or not. */
const windowRows = 20_000

export class Reads {
  readonly #session: Session
  readonly #table: Table
  readonly #where: Where | null

  constructor(session: Session, table: Table, where: Where | null) {
    this.#session = session
    this.#table = table
    this.#where = where
  }

  open(opening: Opening, signal: AbortSignal): Reading {
    const proof = Promise.withResolvers<number>()
    proof.promise.catch(() => undefined)
    const out = new CsvOut(chunkBytes + 16 * 1024, opening.quoteAll)
    const encoder = rowEncoder(opening.columns, opening.refused)
    const rows = this.#encoded(opening, { encoder, out })
    const bytes = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          while (true) {
            await pause(signal)
            const more = turn(rows, out)
            if (out.size > 0) controller.enqueue(out.take())
            if (!more) {
              controller.close()
              return proof.resolve(encoder.rows)
            }
            if ((controller.desiredSize ?? 0) <= 0) return
          }
        } catch (error) {
          rows.return(undefined)
          proof.reject(error)
          controller.error(error)
        }
      },
      cancel: () => {
        rows.return(undefined)
        proof.reject(new Fault('cancelled'))
      },
    })
    return { bytes, proof: proof.promise }
  }

  *#encoded(
    { columns, part, range }: Opening,
    { encoder, out }: { encoder: ReturnType<typeof rowEncoder>; out: CsvOut },
  ): Generator<void, void, void> {
    const cursor = range === null ? null : columnOf(this.#table, range.column)
    const within = cursor === null || range === null ? null : ranged(cursor, range)
    const selects = columns.map(selected)
    // The cursor may be a column that is not sent.
    if (within?.holds && cursor !== null) selects.push(quoteName(cursor.name))
    const names = selects.map((_, at) => `c${at}`)
    const values: Value[] = new Array(selects.length)
    const last = selects.length - 1
    for (const row of this.select(selects, { part, within })) {
      if (row !== null) {
        for (let at = 0; at <= last; at++) values[at] = row[names[at] as string] as Value
        if (within?.holds && !within.holds(values[last] as Value)) continue
        encoder.write(values, out)
      }
      yield
    }
  }

  /** The greatest value of an expression, in SQLite's own order. */
  async greatest(expression: string): Promise<Value> {
    const where = this.#where === null ? '' : ` where ${this.#where.sql}`
    const [row] = await this.#session.rows(
      `select max(${expression}) from ${quoteName(this.#table.name)}${where}`,
      this.#where?.values ?? [],
    )
    return row?.[0] ?? null
  }

  /** Rows with `selects` as c0, c1 …; null where there is none and others may have their turn. */
  *select(
    selects: readonly string[],
    { part, within }: { part: Part | null; within: Where | null },
  ): Generator<Record<string, Value> | null> {
    const { rowid, name } = this.#table
    const conditions = [this.#where, within].filter((one) => one !== null)
    const columns = selects.map((sql, at) => `${sql} as c${at}`).join(', ')
    const from = `select ${columns} from ${quoteName(name)}`
    // Without a condition every row is a turn; with one, rows that do not fit have to be counted.
    const windows = rowid === null || conditions.length === 0 ? [partWindow(part)] : this.#windows(part)
    for (const { after, upTo } of windows) {
      const bounds = rowid === null ? [] : [
        ...(after === null ? [] : [{ sql: `${rowid} > ?`, values: [after] }]),
        ...(upTo === null ? [] : [{ sql: `${rowid} <= ?`, values: [upTo] }]),
      ]
      const all = [...bounds, ...conditions]
      const where = all.length === 0 ? '' : ` where ${all.map(({ sql }) => `(${sql})`).join(' and ')}`
      yield* this.#session.each(from + where, all.flatMap(({ values }) => values))
      yield null
    }
  }

  *#windows(part: Part | null): Generator<Window> {
    const { rowid, name } = this.#table
    const { after, upTo } = partWindow(part)
    let from = after
    while (true) {
      const bounds = [
        ...(from === null ? [] : [{ sql: `${rowid} > ?`, value: from }]),
        ...(upTo === null ? [] : [{ sql: `${rowid} <= ?`, value: upTo }]),
      ]
      const where = bounds.length === 0 ? '' : ` where ${bounds.map(({ sql }) => sql).join(' and ')}`
      const sql = `select max(r) as c0 from (select ${rowid} as r from ${quoteName(name)}${where}
        order by ${rowid} limit ${windowRows})`
      const [row] = [...this.#session.each(sql, bounds.map(({ value }) => value))]
      const last = row?.['c0']
      if (typeof last !== 'bigint') return
      yield { after: from, upTo: last }
      from = last
    }
  }
}

interface Window {
  readonly after: bigint | null
  readonly upTo: bigint | null
}

function partWindow(part: Part | null): Window {
  const { after = null, upTo = null } = part ?? {}
  return { after: after === null ? null : BigInt(after), upTo: upTo === null ? null : BigInt(upTo) }
}

/** Encodes until a chunk is full or the time is over. False when there is nothing more. */
function turn(rows: Iterator<void, void, void>, out: CsvOut): boolean {
  const end = performance.now() + turnMs
  for (let count = 1;; count++) {
    if (rows.next().done) return false
    if (out.size >= chunkBytes) return true
    if (count % 64 === 0 && performance.now() >= end) return true
  }
}

/** Rowids of one slice, of those that can be read again. */
const sliceRowids = 1_000_000n

/**
 * One slice; under a range with an end, in tables with rowids, several at rowids that stay the same however the table
 * grows in between, so that a later attempt finds the ones that it has.
 */
export async function slicesOf(session: Session, table: Table, stream: Stream): Promise<Slice[]> {
  const fixed = typeof stream.range?.upTo === 'string'
  const whole: Slice[] = [{ id: '0', stream, fixed }]
  // Rowids that no column keeps are others after a VACUUM.
  if (!fixed || table.rowid === null || table.alias === null) return whole
  const [row] = await session.rows(
    `select min(${table.rowid}), max(${table.rowid}) from ${quoteName(table.name)}`,
  )
  const [least, most] = row ?? []
  if (typeof least !== 'bigint' || typeof most !== 'bigint' || most - least < sliceRowids) return whole
  const slices: Slice[] = []
  const first = floor(least - 1n)
  for (let from = first; from < most; from += sliceRowids) {
    const upTo = from + sliceRowids
    const part: Part = {
      after: from === first ? null : String(from),
      upTo: upTo >= most ? null : String(upTo),
    }
    slices.push({ id: `${from}`, stream, part, fixed })
    if (slices.length > mostSlices) return whole
  }
  return slices
}

/** Rowids may lie far apart. */
const mostSlices = 1000

function floor(rowid: bigint): bigint {
  const down = rowid - ((rowid % sliceRowids) + sliceRowids) % sliceRowids
  return down
}
