/** Loads as a run makes them, without the run. */
import { Fault, type FaultCode } from '../../../shared/faults.ts'
import type { Column, Context, Intent, Load, Loading, Rejected, State } from '../connector.ts'
import type { Type } from '../../engine/types.ts'
import { bytesOf, contextOf, loadOf as anyLoad } from '../load_fixture.ts'
import { MysqlDestination } from './destination.ts'
import { configOf, type Mariadb } from './server_fixture.ts'

export const signal = new AbortController().signal

export const column = (name: string, type: Type, nullable = true): Column => ({
  name,
  type,
  nullable,
  native: type.kind,
  vocabulary: 'postgres',
})

export const int: Type = { kind: 'int32' }
export const text: Type = { kind: 'text', length: null }
export const stamp: Type = { kind: 'timestamptz', digits: 6 }

export const loadOf = (more: Partial<Load>): Load =>
  anyLoad({ target: 't', columns: [column('id', int, false), column('v', text)], key: ['id'], ...more })

export const sliceOf = (id: string) => ({
  id,
  fixed: true,
  stream: { name: 's', columns: [], key: [], estimatedRows: null, estimatedBytes: null },
})

export const once: Intent = { upTo: null, slices: ['0'], resumable: false }

export const stateOf = ({ runId }: Load, rows: number): State => ({ runId, rows, cursor: null })

export interface Given {
  readonly csv: string
  readonly keys?: string
  readonly rejected?: Rejected
  readonly context?: Partial<Context>
  readonly config?: object
}

/** A whole load, from its lease to its commit. */
export async function loads(db: Mariadb, load: Load, given: Given): Promise<Loading> {
  await using destination = new MysqlDestination(
    configOf(db.url('a'), given.config),
    contextOf(given.context),
  )
  await using loading = await destination.begin(load, signal)
  if (loading.committed) return loading
  await loading.prepare(once, signal)
  const { rows } = await loading.write(sliceOf('0'), 'csv', bytesOf(given.csv))
  if (given.keys !== undefined) await loading.writeKeys?.(sliceOf('0'), 'csv', bytesOf(given.keys))
  await loading.commit(stateOf(load, rows ?? 0), given.rejected ?? null)
  return loading
}

/** The code of what it throws; null when it does not. */
export async function codeOf(work: () => Promise<unknown>): Promise<FaultCode | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}

/** Rows of a table as CSV, sorted by the server's text of them. */
export async function rowsOf(db: Mariadb, table: string, columns = '*'): Promise<string[]> {
  const rows = await db.run(`select ${columns} from a.${table}`)
  return rows.map((row) => row.map((value) => value ?? '').join(',')).sort()
}

/** Tables of Sallyport's own that are there beside the ledger's. */
export async function leftovers(db: Mariadb): Promise<string[]> {
  const rows = await db.run(
    `select table_name from information_schema.tables where table_schema = 'a' and table_name regexp '^sallyport_[0-9a-f]{32}_'`,
  )
  return rows.map(([name]) => name as string)
}
