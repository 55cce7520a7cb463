/** Reads tables and views: everything in one read transaction, a little at a time. */
import { existsSync } from 'node:fs'
import type { Condition } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import type { Context, Finding, Format, Reading, Slice, Source, Stream, StreamName } from '../connector.ts'
import { estimateRows, findTable, listNames, missing, streamOf, type Table } from './catalog.ts'
import type { SqliteConfig } from './config.ts'
import { columnOf } from './cursor.ts'
import { checkTarget } from './names.ts'
import { newestOf } from './newest.ts'
import { placeOf } from './place.ts'
import { type Part, Reads, slicesOf } from './reads.ts'
import { pause, Session } from './session.ts'
import { withSeenTypes } from './seen_types.ts'
import { whereOf } from './where.ts'

/** How long a reader waits for who holds the whole file. */
const lockWaitMs = 3000

export class SqliteSource implements Source {
  readonly #path: string
  #session: Promise<Session> | null = null
  readonly #tables = new Map<string, Table>()

  constructor(config: SqliteConfig, context: Context) {
    this.#path = placeOf(config, context)
  }

  #open(signal: AbortSignal): Promise<Session> {
    this.#session ??= this.#begin(signal).catch((error) => {
      this.#session = null
      throw error
    })
    return this.#session
  }

  /** The snapshot begins with the first read. */
  async #begin(signal: AbortSignal): Promise<Session> {
    const session = this.#connect()
    try {
      session.run('begin')
      await session.locked(() => session.run('select count(*) from sqlite_schema'), lockWaitMs, signal)
      return session
    } catch (error) {
      session.close()
      throw error
    }
  }

  #connect(): Session {
    if (!existsSync(this.#path)) throw new Fault('database_missing', 'There is no such file.')
    return Session.reading(this.#path)
  }

  formats(): readonly Format[] {
    return ['csv', 'quoted-csv']
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.#open(signal)
  }

  async probe(signal: AbortSignal): Promise<void> {
    const session = this.#connect()
    try {
      await session.locked(() => session.run('select count(*) from sqlite_schema'), lockWaitMs, signal)
    } finally {
      session.close()
    }
  }

  async examine(names: readonly string[], signal: AbortSignal): Promise<Finding[]> {
    const session = await this.#open(signal)
    const found: Finding[] = []
    for (const name of names) {
      if (await findTable(session, name)) continue
      found.push({ what: `table ${name}`, code: 'stream_missing', remedy: null })
    }
    return found
  }

  async names(signal: AbortSignal): Promise<StreamName[]> {
    return await listNames(await this.#open(signal))
  }

  async discover(signal: AbortSignal): Promise<Stream[]> {
    const session = await this.#open(signal)
    const streams: Stream[] = []
    for (const { name } of await listNames(session)) {
      await pause(signal)
      const table = await findTable(session, name)
      if (table) streams.push(streamOf(table, table.name, await estimateRows(session, table)))
    }
    return streams
  }

  async stream(name: string, signal: AbortSignal): Promise<Stream> {
    const table = await this.#table(name, signal)
    return streamOf(table, name, await estimateRows(await this.#open(signal), table))
  }

  async #table(name: string, signal: AbortSignal): Promise<Table> {
    const known = this.#tables.get(name)
    if (known) return known
    checkTarget(name)
    const session = await this.#open(signal)
    const found = await findTable(session, name)
    if (!found) throw missing(name)
    const table = await withSeenTypes(session, found, () => pause(signal))
    this.#tables.set(name, table)
    return table
  }

  where(stream: Stream, condition: Condition): Stream {
    return { ...stream, condition, estimatedRows: null, estimatedBytes: null }
  }

  async newest(stream: Stream, column: string, signal: AbortSignal): Promise<string | null> {
    const table = await this.#table(stream.name, signal)
    const reads = new Reads(await this.#open(signal), table, whereOf(stream))
    return await newestOf(reads, columnOf(table, column), signal)
  }

  async slices(stream: Stream, signal: AbortSignal): Promise<Slice[]> {
    return await slicesOf(await this.#open(signal), await this.#table(stream.name, signal), stream)
  }

  async open(slice: Slice, format: Format, signal: AbortSignal): Promise<Reading> {
    const { stream } = slice
    const table = await this.#table(stream.name, signal)
    const reads = new Reads(await this.#open(signal), table, whereOf(stream))
    const columns = stream.columns.map(({ name }) => columnOf(table, name))
    const part = (slice.part ?? null) as Part | null
    const quoteAll = format === 'quoted-csv'
    const opening = { columns, part, range: stream.range ?? null, quoteAll, refused: slice.refused ?? null }
    return reads.open(opening, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => null)
    this.#session = null
    session?.close()
  }
}
