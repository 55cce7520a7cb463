/** Databases of the test server, one pair a test file: their settings differ from each other and from ours. */
import { SQL } from 'bun'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localGuard } from '../connectors/guard.ts'
import { moveRun, type Order, type RunResult, type StreamSpec } from '../runs/move.ts'

export const serverUrl = process.env['SALLYPORT_TEST_POSTGRES_URL'] ?? null

export const noServer = serverUrl === null ? 'SALLYPORT_TEST_POSTGRES_URL is not set' : false

export interface World extends AsyncDisposable {
  readonly source: SQL
  readonly target: SQL
  readonly sourceUrl: string
  readonly targetUrl: string
  /** For files; removed at the end. */
  readonly folder: string
  /** Moves streams between two connections as a run does; faults are kept in `faults`. */
  move(order: MoveOrder): Promise<RunResult & { readonly faults: readonly Error[] }>
}

export interface MoveOrder {
  readonly from: Order['source']
  readonly to: Order['destination']
  readonly streams: readonly StreamSpec[]
  readonly runId?: string
  readonly fence?: number
  readonly limits?: Order['limits']
  readonly signal?: AbortSignal
  readonly guard?: Order['guard']
  readonly holdMemory?: number
  readonly onProgress?: Order['onProgress']
  readonly onRetry?: Order['onRetry']
  readonly action?: Order['action']
  readonly patience?: Order['patience']
  readonly admit?: Order['admit']
  readonly startedAt?: string
}

/** Everything that changes how values are spelled, set to something else than the engine's own. */
const odd = [
  `timezone = 'America/New_York'`,
  `datestyle = 'SQL, DMY'`,
  `intervalstyle = 'sql_standard'`,
  `bytea_output = 'escape'`,
  `extra_float_digits = 0`,
  `xmloption = 'document'`,
]

export async function openWorld(name: string): Promise<World> {
  const admin = new SQL(serverUrl ?? '', { max: 1 })
  const names = { source: `${name}_source_${process.pid}`, target: `${name}_target_${process.pid}` }
  for (const database of Object.values(names)) {
    await admin.unsafe(`create database ${database} template template0 encoding 'UTF8'`)
  }
  for (const setting of odd) await admin.unsafe(`alter database ${names.source} set ${setting}`)
  const urlOf = (database: string) => {
    const url = new URL(serverUrl ?? '')
    url.pathname = `/${database}`
    return url.href
  }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-engine-'))
  const [sourceUrl, targetUrl] = [urlOf(names.source), urlOf(names.target)]
  const source = new SQL(sourceUrl, { max: 1 })
  const target = new SQL(targetUrl, { max: 1 })
  return {
    source,
    target,
    sourceUrl,
    targetUrl,
    folder,
    move: (order) => move(order, folder),
    async [Symbol.asyncDispose]() {
      await source.close({ timeout: 0 })
      await target.close({ timeout: 0 })
      for (const database of Object.values(names)) {
        await admin.unsafe(`drop database if exists ${database} with (force)`)
      }
      await admin.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function move({ from, to, ...rest }: MoveOrder, base: string) {
  const folder = mkdtempSync(join(base, 'run-'))
  const faults: Error[] = []
  const result = await moveRun({
    runId: crypto.randomUUID(),
    fence: 1,
    attempt: 1,
    limits: {},
    signal: new AbortController().signal,
    guard: localGuard,
    ...rest,
    source: from,
    destination: to,
    folder,
    base,
    onFault: (_, fault) => faults.push(fault as Error),
  })
  rmSync(folder, { recursive: true, force: true })
  return { ...result, faults }
}

export const postgres = (url: string, more: object = {}) => ({ type: 'postgres', config: { url, ...more } })
export const files = (path: string, more: object = {}) => ({ type: 'files', config: { path, ...more } })

/** Every row as one text, sorted: equal lists are equal contents. */
export async function contents(sql: SQL, table: string): Promise<string[]> {
  await sql.unsafe(
    `set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'postgres'; set bytea_output = 'hex';
     set extra_float_digits = 1; set xmloption = 'content'`,
  ).simple()
  const rows = await sql.unsafe(`select whole_row::text as row from ${table} whole_row`) as { row: string }[]
  return rows.map(({ row }) => row).sort()
}
