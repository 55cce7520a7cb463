/** Loads of a few rows, straight into the destination, for its tests. */
import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { Fault, type FaultCode } from '../../../shared/faults.ts'
import type { Committed, Destination, Intent, Load, Loading, Rejected, Slice } from '../connector.ts'
import { bytesOf, contextOf, loadOf as anyLoad } from '../load_fixture.ts'
import { config } from './config.ts'
import { PostgresDestination } from './destination.ts'

export const serverUrl = process.env['SALLYPORT_TEST_POSTGRES_URL'] ?? null

export const noServer = serverUrl === null ? 'SALLYPORT_TEST_POSTGRES_URL is not set' : false

/** A database of its own. */
export interface Database extends AsyncDisposable {
  readonly url: string
  readonly sql: SQL
  /** Every row of a table as one text, sorted. */
  rows(table: string): Promise<string[]>
  /** One statement or more. */
  run(text: string): Promise<unknown>
  /** The only value of a query, as text. */
  value(query: string): Promise<string | null>
}

export async function openDatabase(name: string, server = serverUrl ?? ''): Promise<Database> {
  const admin = new SQL(server, { max: 1 })
  const database = `${name}_${process.pid}`
  await admin.unsafe(`create database ${database} template template0 encoding 'UTF8'`)
  const place = new URL(server)
  place.pathname = `/${database}`
  const sql = new SQL(place.href, { max: 1 })
  await sql.unsafe(`set timezone = 'UTC'`)
  return {
    url: place.href,
    sql,
    async rows(table) {
      const rows = await sql.unsafe(`select whole_row::text as row from ${table} whole_row`) as {
        row: string
      }[]
      return rows.map(({ row }) => row).sort()
    },
    run: (text) => sql.unsafe(text).simple(),
    async value(query) {
      const [row] = await sql.unsafe(query) as Record<string, unknown>[]
      const [value] = Object.values(row ?? {})
      return value === null || value === undefined ? null : String(value)
    },
    async [Symbol.asyncDispose]() {
      await sql.close({ timeout: 0 })
      // Version 12 cannot drop a database that somebody is in.
      await admin.unsafe(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`,
      )
      await admin.unsafe(`drop database if exists ${database}`)
      await admin.close()
    },
  }
}

const signal = new AbortController().signal

export function destinationOf(
  url: string,
  load: Pick<Load, 'runId' | 'fence'>,
  settings: object = {},
): Destination {
  return new PostgresDestination(
    config.parse({ url, ...settings }),
    contextOf({ runId: load.runId, fence: load.fence }),
  )
}

/** A merge, unless something else is given. */
export const loadOf = (given: Parameters<typeof anyLoad>[0]) =>
  anyLoad({ mode: 'merge', key: ['id'], ...given })

export function sliceOf(id: string, load: Load, fixed = false): Slice {
  const { columns, key } = load
  return { id, fixed, stream: { name: 's', columns, key, estimatedRows: null, estimatedBytes: null } }
}

export interface Parts {
  /** CSV by slice. */
  readonly slices: Readonly<Record<string, string>>
  readonly resumable?: boolean
  readonly upTo?: string | null
  /** CSV of all keys. */
  readonly keys?: string
  readonly rejected?: Rejected
}

export const intentOf = ({ slices, resumable = false, upTo = null }: Parts): Intent => ({
  upTo,
  slices: Object.keys(slices),
  resumable,
})

/** Writes what is not there yet, and commits unless `end` says otherwise. */
export async function loadParts(
  url: string,
  load: Load,
  parts: Parts,
  end: (loading: Loading) => Promise<unknown> | null = () => null,
): Promise<{ committed: Committed | null; loading: Loading }> {
  await using destination = destinationOf(url, load)
  await using loading = await destination.begin(load, signal)
  await loading.prepare(intentOf(parts), signal)
  for (const [id, text] of Object.entries(parts.slices)) {
    if (!loading.done.has(id)) await loading.write(sliceOf(id, load), 'csv', bytesOf(text))
  }
  if (parts.keys !== undefined) await loading.writeKeys?.(sliceOf('keys', load), 'csv', bytesOf(parts.keys))
  const ended = end(loading)
  if (ended !== null) {
    await ended
    return { committed: null, loading }
  }
  const { upTo = null } = parts
  const cursor = upTo === null ? null : { column: 'at', value: upTo }
  const state = { runId: load.runId, rows: 0, cursor }
  return { committed: await loading.commit(state, parts.rejected ?? null), loading }
}

/** One slice, one transaction. */
export function loadText(url: string, load: Load, text: string): ReturnType<typeof loadParts> {
  return loadParts(url, load, { slices: { '0': text } })
}

/** What was refused, with this code. */
export async function refused(code: FaultCode, work: () => Promise<unknown>): Promise<Fault> {
  try {
    await work()
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    assert.equal(error.code, code, `${error.message} ${error.cause}`)
    return error
  }
  return assert.fail(`${code} was expected`)
}
