/** Reads tables and views: everything under one snapshot. */
import { type Condition, conditionText } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import type { ParameterType } from '../../../shared/parameters.ts'
import type { Context, Format, Reading, Slice, Source, Stream } from '../connector.ts'
import { findTable, listTables, missing, type PostgresColumn, streamOf, type Table } from './catalog.ts'
import type { PostgresConfig } from './config.ts'
import { parseTable, quoteName, quoteTable, tableText } from './names.ts'
import { Session } from './session.ts'

export class PostgresSource implements Source {
  readonly #config: PostgresConfig
  readonly #context: Context
  #session: Promise<Session> | null = null
  readonly #tables = new Map<string, Table>()
  #opened = false

  constructor(config: PostgresConfig, context: Context) {
    this.#config = config
    this.#context = context
  }

  #open(): Promise<Session> {
    this.#session ??= Session.open(this.#config, this.#context, 'source').then(async (session) => {
      await session.begin('isolation level repeatable read, read only')
      return session
    })
    return this.#session
  }

  async check(): Promise<void> {
    await (await this.#open()).rows('select 1')
  }

  async discover(): Promise<Stream[]> {
    const session = await this.#open()
    const streams: Stream[] = []
    for (const name of await listTables(session, this.#config.ledger)) {
      const table = await findTable(session, name)
      if (table) streams.push(streamOf(table, `${part(name.schema)}.${part(name.table)}`))
    }
    return streams
  }

  async stream(name: string): Promise<Stream> {
    const table = await this.#table(name)
    if (table.columns.length === 0) {
      throw new Fault('column_missing', `${tableText(table.name)} has no columns.`)
    }
    return streamOf(table, name)
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

  formats(): readonly Format[] {
    return ['pgcopy', 'quoted-csv', 'csv']
  }

  async slices(stream: Stream): Promise<Slice[]> {
    return [{ id: '0', stream, fixed: false }]
  }

  async open({ stream }: Slice, format: Format, signal: AbortSignal): Promise<Reading> {
    signal.throwIfAborted()
    const session = await this.#open()
    const { condition } = stream
    if (condition !== undefined && !this.#opened) await bind(session, condition)
    // A slice may be opened again, after a read that was broken off: under the same snapshot.
    if (this.#opened) await session.run('rollback to savepoint reading')
    else await session.run('savepoint reading')
    this.#opened = true
    const table = await this.#table(stream.name)
    const columns = stream.columns as readonly PostgresColumn[]
    const what = readable(table, columns, condition)
    const { bytes, rows } = session.copyOut(`copy ${what} to stdout ${optionsOf(format)}`)
    return { bytes, proof: rows }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => null)
    await session?.[Symbol.asyncDispose]()
  }
}

/** A table as itself, which is a little faster; what has no rows of its own, or computes some, as a query. */
function readable(table: Table, columns: readonly PostgresColumn[], condition?: Condition): string {
  const names = columns.map(({ name }) => quoteName(name)).join(', ')
  if (condition !== undefined) {
    return `(select ${names} from ${quoteTable(table.name)} where ${conditionText(condition, spelled)})`
  }
  const plain = table.kind === 'r' && !table.hasChildren && columns.every((column) => !column.generated)
  return plain ? `${quoteTable(table.name)} (${names})` : `(select ${names} from ${quoteTable(table.name)})`
}

/** COPY takes no parameters: a setting of this transaction carries each value, and is bound like one. */
const settingOf = (parameter: string) => `sallyport.${parameter}`

async function bind(session: Session, { values }: Condition): Promise<void> {
  for (const [parameter, { value }] of Object.entries(values)) {
    await session.rows('select set_config($1, $2, true)', [settingOf(parameter), value])
  }
}

const types: Readonly<Record<ParameterType, string>> = {
  text: 'text',
  integer: 'bigint',
  date: 'date',
  timestamp: 'timestamptz',
}

function spelled(parameter: string, type: ParameterType): string {
  return `current_setting('${settingOf(parameter)}')::${types[type]}`
}

function optionsOf(format: Format): string {
  if (format === 'pgcopy') return '(format binary)'
  return `(format csv, null ''${format === 'quoted-csv' ? ', force_quote *' : ''})`
}

/** A name as `parseTable` reads it. */
function part(name: string): string {
  return /[".]/.test(name) ? quoteName(name) : name
}
