/** Reads tables and views of a libSQL server, under one snapshot as long as the server keeps it. */
import type { Condition } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import type { Context, Finding, Format, Reading, Slice, Source, Stream, StreamName } from '../connector.ts'
import {
  estimateRows,
  findTable,
  listNames,
  missing,
  streamOf,
  type Table,
  type Value,
} from '../sqlite/catalog.ts'
import { columnOf } from '../sqlite/cursor.ts'
import { checkTarget, quoteName } from '../sqlite/names.ts'
import { Newest } from '../sqlite/newest.ts'
import { typeSeen } from '../sqlite/seen_types.ts'
import { whereOf } from '../sqlite/where.ts'
import type { LibsqlConfig } from './config.ts'
import { Hrana } from './hrana.ts'
import { Pages } from './pages.ts'
import { Snapshot } from './snapshot.ts'

export class LibsqlSource implements Source {
  readonly #hrana: Hrana
  readonly #ended = new AbortController()
  #snapshot: Promise<Snapshot> | null = null
  readonly #tables = new Map<string, Table>()

  constructor(config: LibsqlConfig, context: Context) {
    this.#hrana = new Hrana(config, context, 'source')
  }

  #open(): Promise<Snapshot> {
    this.#snapshot ??= Snapshot.open(this.#hrana, this.#ended.signal).catch((error) => {
      this.#snapshot = null
      throw error
    })
    return this.#snapshot
  }

  formats(): readonly Format[] {
    return ['csv', 'quoted-csv']
  }

  async check(): Promise<void> {
    await this.#open()
  }

  async probe(signal: AbortSignal): Promise<void> {
    await this.#hrana.reader(signal).rows('select 1')
  }

  async examine(names: readonly string[]): Promise<Finding[]> {
    const snapshot = await this.#open()
    const found: Finding[] = []
    for (const name of names) {
      if (!(await findTable(snapshot, name))) {
        found.push({ what: `table ${name}`, code: 'stream_missing', remedy: null })
      }
    }
    return found
  }

  async names(): Promise<StreamName[]> {
    return await listNames(await this.#open())
  }

  async discover(): Promise<Stream[]> {
    const snapshot = await this.#open()
    const streams: Stream[] = []
    for (const { name } of await listNames(snapshot)) {
      const table = await findTable(snapshot, name)
      if (table) streams.push(streamOf(table, table.name, await estimateRows(snapshot, table)))
    }
    return streams
  }

  async stream(name: string): Promise<Stream> {
    const table = await this.#table(name)
    return streamOf(table, name, await estimateRows(await this.#open(), table))
  }

  async #table(name: string): Promise<Table> {
    const known = this.#tables.get(name)
    if (known) return known
    checkTarget(name)
    const found = await findTable(await this.#open(), name)
    if (!found) throw missing(name)
    const table = await this.#withSeenTypes(found)
    this.#tables.set(name, table)
    return table
  }

  /** Columns whose declaration says nothing: their values say what they are, all of them. */
  async #withSeenTypes(table: Table): Promise<Table> {
    const snapshot = await this.#open()
    const columns = []
    for (const column of table.columns) {
      if (column.declared !== null) {
        columns.push(column)
        continue
      }
      const sql = `select distinct typeof(${quoteName(column.name)}) from ${quoteName(table.name)}`
      const seen = new Set((await snapshot.rows(sql)).map(([kind]) => String(kind)))
      columns.push({ ...column, type: typeSeen(column, seen) })
    }
    return { ...table, columns }
  }

  where(stream: Stream, condition: Condition): Stream {
    return { ...stream, condition, estimatedRows: null, estimatedBytes: null }
  }

  async newest(stream: Stream, name: string, signal: AbortSignal): Promise<string | null> {
    const table = await this.#table(stream.name)
    const column = columnOf(table, name)
    const newest = new Newest(column)
    const snapshot = await this.#open()
    const pages = new Pages(snapshot, table, whereOf(stream))
    const own = quoteName(column.name)
    if (newest.byMax) {
      const where = whereOf(stream)
      const sql = `select max(${own}) from ${quoteName(table.name)}${
        where === null ? '' : ` where ${where.sql}`
      }`
      const [row] = await snapshot.rows(sql, where?.values ?? [])
      newest.take(row?.[0] ?? null)
      return newest.text
    }
    for await (const page of pages.pages([own], null)) {
      signal.throwIfAborted()
      for (const [value] of page) newest.take(value as Value)
    }
    return newest.text
  }

  async slices(stream: Stream): Promise<Slice[]> {
    return await Promise.resolve([{ id: '0', stream, fixed: typeof stream.range?.upTo === 'string' }])
  }

  async open({ stream, refused }: Slice, format: Format, signal: AbortSignal): Promise<Reading> {
    if (this.#ended.signal.aborted) throw new Fault('cancelled')
    const table = await this.#table(stream.name)
    const pages = new Pages(await this.#open(), table, whereOf(stream))
    const columns = stream.columns.map(({ name }) => columnOf(table, name))
    const quoteAll = format === 'quoted-csv'
    return pages.open({ columns, range: stream.range ?? null, quoteAll, refused: refused ?? null }, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const snapshot = await this.#snapshot?.catch(() => null)
    this.#snapshot = null
    await snapshot?.close()
    this.#ended.abort(new Fault('cancelled'))
  }
}
