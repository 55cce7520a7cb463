/** Reads tables and views: everything under one snapshot. */
import type { Condition } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import type { Context, Finding, Format, Reading, Slice, Source, Stream, StreamName } from '../connector.ts'
import {
  findTable,
  listTables,
  missing,
  type MysqlColumn,
  streamName,
  streamOf,
  type Table,
} from './catalog.ts'
import { type Filter, filterOf, orderOf, rangeFilter, together } from './condition.ts'
import type { MysqlConfig } from './config.ts'
import { examineSource } from './examine.ts'
import { parseTable, quoteName, quoteTable, tableText } from './names.ts'
import { killed, readRows, type RowsRead } from './reading.ts'
import { RowCsv } from './row_csv.ts'
import { Session } from './session.ts'
import { isPart, type Part, partFilter, partsOf } from './slices.ts'
import { readingOf } from './types.ts'

export class MysqlSource implements Source {
  readonly #config: MysqlConfig
  readonly #context: Context
  #session: Promise<Session> | null = null
  readonly #tables = new Map<string, Table>()
  #reading: RowsRead | null = null

  constructor(config: MysqlConfig, context: Context) {
    this.#config = config
    this.#context = context
  }

  #open(): Promise<Session> {
    this.#session ??= Session.open(this.#config, this.#context, 'source').then(async (session) => {
      await session.run('set session transaction isolation level repeatable read')
      await session.run('start transaction with consistent snapshot, read only')
      return session
    })
    return this.#session
  }

  async check(): Promise<void> {
    await (await this.#open()).rows('select 1')
  }

  async probe(): Promise<void> {
    await using session = await Session.open(this.#config, this.#context, 'source')
    await session.rows('select 1')
  }

  async examine(names: readonly string[]): Promise<Finding[]> {
    await using session = await Session.open(this.#config, this.#context, 'source')
    return await examineSource(session, names.map((name) => parseTable(name, this.#config.database)))
  }

  async discover(): Promise<Stream[]> {
    const session = await this.#open()
    const streams: Stream[] = []
    for (const name of await listTables(session)) {
      const table = await findTable(session, name)
      if (table) streams.push(streamOf(table, streamName(name).name))
    }
    return streams
  }

  async names(): Promise<StreamName[]> {
    return (await listTables(await this.#open())).map(streamName)
  }

  async stream(name: string): Promise<Stream> {
    const table = await this.#table(name)
    if (table.columns.length === 0) {
      throw new Fault('column_missing', `${tableText(table.name)} has no columns.`)
    }
    for (const column of table.columns) readingOf(column.name, column.catalog)
    return streamOf(table, name)
  }

  async #table(name: string): Promise<Table> {
    const known = this.#tables.get(name)
    if (known) return known
    const parsed = parseTable(name, this.#config.database)
    const table = await findTable(await this.#open(), parsed)
    if (!table) throw missing(parsed)
    this.#tables.set(name, table)
    return table
  }

  where(stream: Stream, condition: Condition): Stream {
    filterOf(condition)
    return { ...stream, condition, estimatedRows: null, estimatedBytes: null }
  }

  formats(): readonly Format[] {
    return ['quoted-csv', 'csv']
  }

  async newest(stream: Stream, column: string, signal: AbortSignal): Promise<string | null> {
    const table = await this.#table(stream.name)
    const found = columnOf(table, column)
    const { expression } = orderOf(found)
    const filters = stream.condition === undefined ? [] : [filterOf(stream.condition)]
    // Its own type all along: what is greatest is then spelled like any other value.
    const text = expression === quoteName(column)
      ? `max(${expression})`
      : `convert(max(${expression}) using utf8mb4)`
    const { expression: read, spelling } = readingOf(column, found.catalog)
    const sql = `select ${read.replaceAll(quoteName(column), () => 'newest')} from
      (select ${text} as newest from ${quoteTable(table.name)}${together(filters)}) as found`
    const chunks: Uint8Array[] = []
    const csv = new RowCsv({
      columns: [found.type.kind === 'text' ? 'plain' : spelling],
      quoted: false,
      emit: (chunk) => chunks.push(chunk),
    })
    const session = await this.#open()
    signal.throwIfAborted()
    await execute(session, sql, filters)
    await session.read(executing(filters), (bytes, start, end) => csv.push(bytes, start, end)).done
    csv.flush()
    const value = Buffer.concat(chunks).toString().slice(0, -1)
    return value === '' ? null : value
  }

  async slices(stream: Stream): Promise<Slice[]> {
    const table = await this.#table(stream.name)
    const parts = await partsOf(await this.#open(), table, stream)
    return parts.map(({ id, part }) => ({
      id,
      stream,
      ...(part === null ? {} : { part }),
      fixed: isClosed(stream),
    }))
  }

  async open({ stream, part }: Slice, format: Format, signal: AbortSignal): Promise<Reading> {
    signal.throwIfAborted()
    const session = await this.#open()
    await this.#reading?.end()
    const table = await this.#table(stream.name)
    const filters = filtersOf(table, stream, isPart(part) ? part : null)
    const columns = stream.columns.map(({ name }) => columnOf(table, name))
    const readings = columns.map(({ name, catalog }) => readingOf(name, catalog))
    const what = readings.map(({ expression }) => expression).join(', ')
    await execute(session, `select ${what} from ${quoteTable(table.name)}${together(filters)}`, filters)
    this.#reading = readRows(session, executing(filters), {
      columns: readings.map(({ spelling }) => spelling),
      quoted: format === 'quoted-csv',
      kill: () => killed(this.#config, this.#context, session.id),
      signal,
    })
    return this.#reading
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => null)
    const reading = this.#reading
    await session?.[Symbol.asyncDispose]()
    // What has no reader any more would otherwise be worked out to its end.
    if (session && reading?.under === true) {
      await killed(this.#config, this.#context, session.id, 'connection')
    }
  }
}

function columnOf(table: Table, name: string): MysqlColumn {
  const column = table.columns.find((one) => one.name === name)
  if (!column) throw new Fault('column_missing', `${tableText(table.name)} has no column "${name}".`)
  return column
}

function isClosed({ range }: Stream): boolean {
  return range !== undefined && range.upTo !== null && !range.nulls
}

function filtersOf(table: Table, { condition, range }: Stream, part: Part | null): Filter[] {
  return [
    ...(condition === undefined ? [] : [filterOf(condition)]),
    ...(range === undefined ? [] : [rangeFilter(range, columnOf(table, range.column))]),
    ...(part === null ? [] : [partFilter(part)]),
  ]
}

const valuesOf = (filters: readonly Filter[]) => filters.flatMap(({ values }) => values)
const variable = (at: number) => `sallyport_${at}`

/** Makes the statement ready; `executing` runs it. Rows of a statement with bound values come as text this way. */
async function execute(session: Session, sql: string, filters: readonly Filter[]): Promise<void> {
  await session.bind('sallyport_sql', sql)
  for (const [at, value] of valuesOf(filters).entries()) await session.bind(variable(at), value)
  await session.run('prepare sallyport from @sallyport_sql')
}

function executing(filters: readonly Filter[]): string {
  const names = valuesOf(filters).map((_, at) => `@${variable(at)}`)
  return `execute sallyport${names.length === 0 ? '' : ` using ${names.join(', ')}`}`
}
