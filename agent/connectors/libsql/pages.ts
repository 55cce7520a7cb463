/** Rows of one table of a server as CSV, page by page under one snapshot. */
import { Fault } from '../../../shared/faults.ts'
import type { Range, Reading, Slice } from '../connector.ts'
import type { SqliteColumn, Table, Value } from '../sqlite/catalog.ts'
import { columnOf, ranged } from '../sqlite/cursor.ts'
import { CsvOut, hexOf, type RowEncoder, rowEncoder, selected } from '../sqlite/encode.ts'
import { quoteName } from '../sqlite/names.ts'
import type { Where } from '../sqlite/reads.ts'
import type { Snapshot } from './snapshot.ts'

export interface Opening {
  readonly columns: readonly SqliteColumn[]
  readonly range: Range | null
  readonly quoteAll: boolean
  readonly refused: Slice['refused'] | null
}

/** What one page should have; servers refuse answers of more than some 10 MB. */
const pageBytes = 1 << 20
const firstPage = 200
const mostRows = 2000

/** Infinities do not pass JSON: they come as the bytes of their sign. */
function selectedRemotely(column: SqliteColumn): string {
  if (column.type.kind !== 'float64' && column.type.kind !== 'decimal') return selected(column)
  const name = quoteName(column.name)
  return `case typeof(${name}) when 'real' then
    case ${name} when 9e999 then x'2b' when -9e999 then x'2d' else ${name} end when 'blob' then ${
    hexOf(name)
  } else ${name} end`
}

function fromWire(value: Value, { type }: SqliteColumn): Value {
  if (!(value instanceof Uint8Array) || (type.kind !== 'float64' && type.kind !== 'decimal')) return value
  return value[0] === 0x2d ? -Infinity : Infinity
}

/** How the rows of a table follow each other; null where nothing says. */
function orderOf({ rowid, kind, key }: Table): readonly string[] | null {
  if (rowid !== null) return [rowid]
  // The key of a table without rowids has no NULLs.
  return kind === 'table' && key.length > 0 ? key.map(quoteName) : null
}

export class Pages {
  readonly #snapshot: Snapshot
  readonly #table: Table
  readonly #where: Where | null

  constructor(snapshot: Snapshot, table: Table, where: Where | null) {
    this.#snapshot = snapshot
    this.#table = table
    this.#where = where
  }

  open(opening: Opening, signal: AbortSignal): Reading {
    const proof = Promise.withResolvers<number>()
    proof.promise.catch(() => undefined)
    const encoder = rowEncoder(opening.columns, opening.refused)
    const pages = this.#encoded(opening, encoder)
    const bytes = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          signal.throwIfAborted()
          const next = await pages.next()
          if (next.done) {
            controller.close()
            return proof.resolve(encoder.rows)
          }
          controller.enqueue(next.value)
        } catch (error) {
          proof.reject(error)
          controller.error(error)
        }
      },
      cancel: async () => {
        await pages.return(undefined)
        proof.reject(new Fault('cancelled'))
      },
    }, { highWaterMark: 0 })
    return { bytes, proof: proof.promise }
  }

  async *#encoded(
    { columns, range, quoteAll }: Opening,
    encoder: RowEncoder,
  ): AsyncGenerator<Uint8Array, undefined> {
    const cursor = range === null ? null : columnOf(this.#table, range.column)
    const within = cursor === null || range === null ? null : ranged(cursor, range)
    const selects = columns.map(selectedRemotely)
    if (within?.holds && cursor !== null) selects.push(selectedRemotely(cursor))
    const out = new CsvOut(64 * 1024, quoteAll)
    for await (const page of this.pages(selects, within)) {
      for (const row of page) {
        const values = columns.map((column, at) => fromWire(row[at] ?? null, column))
        if (within?.holds && cursor && !within.holds(fromWire(row[columns.length] ?? null, cursor))) continue
        encoder.write(values, out)
      }
      if (out.size > 0) yield out.take()
    }
    return undefined
  }

  async *pages(selects: readonly string[], within: Where | null): AsyncGenerator<Value[][]> {
    const order = orderOf(this.#table)
    const conditions = [this.#where, within].filter((one) => one !== null)
    const list = [...selects, ...(order ?? [])].join(', ')
    let last: readonly Value[] | null = null
    let offset = 0
    let count = firstPage
    while (true) {
      const place = order !== null && last !== null ? [after(order, last)] : []
      const all = [...place, ...conditions]
      const where = all.length === 0 ? '' : ` where ${all.map(({ sql }) => `(${sql})`).join(' and ')}`
      // A view has no order of its own: under one snapshot the same statement gives the same one.
      const rest = order === null
        ? ` limit ${count} offset ${offset}`
        : ` order by ${order.join(', ')} limit ${count}`
      const sql = `select ${list} from ${quoteName(this.#table.name)}${where}${rest}`
      const rows = await this.#snapshot.rows(sql, all.flatMap(({ values }) => values))
      const final = rows.at(-1)
      if (final) yield rows
      if (rows.length < count || !final) return
      offset += rows.length
      last = final.slice(selects.length)
      count = nextCount(rows.length, sizeOf(final))
    }
  }
}

/** Of the last row's own size: wide rows come one by one. */
function nextCount(rows: number, rowBytes: number): number {
  const fits = Math.max(1, Math.floor(pageBytes / Math.max(1, rowBytes)))
  return Math.min(mostRows, 4 * rows, fits)
}

function sizeOf(row: readonly Value[]): number {
  let size = 0
  for (const value of row) {
    size += typeof value === 'string' || value instanceof Uint8Array ? value.length + 16 : 24
  }
  return size
}

function after(order: readonly string[], last: readonly Value[]): Where {
  const marks = last.map(() => '?').join(', ')
  const sql = order.length === 1 ? `${order[0]} > ?` : `(${order.join(', ')}) > (${marks})`
  return { sql, values: last }
}
