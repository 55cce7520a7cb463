/** Reads tables and views: everything under one snapshot. */
import type { Condition } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import type { Context, Finding, Format, Reading, Slice, Source, Stream, StreamName } from '../connector.ts'
import { findTable, listTables, missing, type PostgresColumn, streamOf, type Table } from './catalog.ts'
import type { PostgresConfig } from './config.ts'
import { stateOf } from './errors.ts'
import { examineSource } from './examine.ts'
import { Lanes } from './lanes.ts'
import { parseTable, quoteTable, spell, type TableName, tableText } from './names.ts'
import { bind, copyOut, type Pages, type Portion, whereOf } from './reading.ts'
import { probe, Session } from './session.ts'
import { newestQuery, slicesOf } from './slices.ts'

export class PostgresSource implements Source {
  readonly lanes: number
  readonly #config: PostgresConfig
  readonly #context: Context
  #session: Promise<Session> | null = null
  #shared: Promise<Lanes> | null = null
  readonly #tables = new Map<string, Table>()

  constructor(config: PostgresConfig, context: Context) {
    this.#config = config
    this.#context = context
    this.lanes = config.lanes
  }

  #connect(): Promise<Session> {
    return Session.open(this.#config, this.#context, 'source')
  }

  #open(): Promise<Session> {
    this.#session ??= this.#connect().then(async (session) => {
      await session.begin('isolation level repeatable read, read only')
      return session
    })
    return this.#session
  }

  #lanes(): Promise<Lanes> {
    this.#shared ??= this.#open().then((session) =>
      new Lanes(session, { most: this.lanes, open: () => this.#connect() })
    )
    return this.#shared
  }

  async check(): Promise<void> {
    await (await this.#open()).rows('select 1')
  }

  async probe(signal: AbortSignal): Promise<void> {
    await probe(this.#config, this.#context, { side: 'source', signal })
  }

  async examine(names: readonly string[]): Promise<Finding[]> {
    const tables = names.map((name) => parseTable(name, this.#config.schema))
    return await examineSource(await this.#open(), tables, this.#config.ledger)
  }

  async discover(): Promise<Stream[]> {
    const session = await this.#open()
    const streams: Stream[] = []
    for (const name of await listTables(session, this.#config.ledger)) {
      const table = await findTable(session, name)
      if (table) streams.push(this.#streamOf(table, spell(name)))
    }
    return streams
  }

  async names(): Promise<StreamName[]> {
    const tables = await listTables(await this.#open(), this.#config.ledger)
    return tables.map((name) => ({ name: spell(name), parts: name }))
  }

  async stream(name: string): Promise<Stream> {
    const table = await this.#table(name)
    if (table.columns.length === 0) {
      throw new Fault('column_missing', `${tableText(table.name)} has no columns.`)
    }
    return this.#streamOf(table, name)
  }

  #streamOf(table: Table, name: string): Stream {
    const parts: TableName = table.name
    return { ...streamOf(table, name), parts }
  }

  async #table(name: string): Promise<Table> {
    const known = this.#tables.get(name)
    if (known) return known
    const parsed = parseTable(name, this.#config.schema)
    const table = await findTable(await this.#open(), parsed)
    if (!table) throw missing(parsed)
    this.#tables.set(name, table)
    return table
  }

  where(stream: Stream, condition: Condition): Stream {
    return { ...stream, condition, estimatedRows: null, estimatedBytes: null }
  }

  async newest(stream: Stream, column: string): Promise<string | null> {
    const table = await this.#table(stream.name)
    const session = await this.#open()
    const portion: Portion = { condition: stream.condition ?? null, range: null, pages: null }
    await session.unbounded()
    await bind(session, portion)
    const query = newestQuery(quoteTable(table.name), column, whereOf(table, portion))
    try {
      const [row] = await session.rows<{ newest: string }>(query)
      return row?.newest ?? null
    } catch (error) {
      // No ordering operator for the type.
      if (stateOf(error) !== '42883') throw error
      throw new Fault('cursor_refused', `cursor "${column}": its type has no order.`, { cause: error })
    }
  }

  formats(): readonly Format[] {
    return ['pgcopy', 'quoted-csv', 'csv']
  }

  async slices(stream: Stream): Promise<Slice[]> {
    const table = await this.#table(stream.name)
    const slices = await slicesOf(await this.#open(), stream, { table, lanes: this.lanes })
    if (slices.length > 1 && this.lanes > 1) await (await this.#lanes()).share()
    return slices
  }

  async open({ stream, part }: Slice, format: Format, signal: AbortSignal): Promise<Reading> {
    signal.throwIfAborted()
    const table = await this.#table(stream.name)
    const { lane, free } = await (await this.#lanes()).take()
    const { session } = lane
    // A slice may be opened again, after a read that was broken off: under the same snapshot.
    await session.run(lane.opened ? 'rollback to savepoint reading' : 'savepoint reading')
    await session.unbounded()
    lane.opened = true
    const portion: Portion = {
      condition: stream.condition ?? null,
      range: stream.range ?? null,
      pages: (part ?? null) as Pages | null,
    }
    await bind(session, portion)
    const columns = stream.columns as readonly PostgresColumn[]
    const { bytes, rows } = session.copyOut(copyOut({ table, columns, format }, portion))
    rows.then(free, free)
    return { bytes, proof: rows }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => null)
    await session?.[Symbol.asyncDispose]()
    await (await this.#shared?.catch(() => null))?.[Symbol.asyncDispose]()
  }
}
