/**
 * The hold: DuckDB in a process of its own, between two FIFOs. It does what its parent says, one statement at a
 * time, may touch the run's folder and the named files only, and dies with its parent.
 *
 * Lines of JSON on stdin and stdout. The first line sets it up; each further one is a statement.
 */
import { createInterface } from 'node:readline'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { patternOf } from './hold_columns.ts'
import { dieWithParent } from './libc.ts'
import { peakRssBytes } from './peak_memory.ts'

export interface HoldSetup {
  /** The run's own folder: FIFOs and what does not fit into memory. */
  readonly folder: string
  /** Files elsewhere that may be read. */
  readonly files: readonly string[]
  readonly memoryMb: number
  readonly threads: number
}

export interface HoldStatement {
  readonly sql: string
  /** Bound to `$1`, `$2`, …: text that is never read as SQL. */
  readonly values?: readonly string[]
}

export type HoldReply =
  | { readonly rows: readonly (readonly (string | null)[])[]; readonly rssBytes: number }
  /** May quote a value: for the log on this machine only. */
  | { readonly error: string; readonly code: FaultCode | null; readonly rssBytes: number }

/** A string literal of DuckDB. */
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * A file is asked for by a pattern that only it fits, so both are named.
 *
 * After these, neither a statement nor a file name in it reaches anything else, and nothing can undo them.
 */
export function lockdown({ folder, files }: HoldSetup): string[] {
  return [
    `set temp_directory=${quoted(`${folder}/spill`)}`,
    'set autoinstall_known_extensions=false',
    'set autoload_known_extensions=false',
    `set allowed_directories=[${quoted(folder)}]`,
    `set allowed_paths=[${files.flatMap((path) => [path, patternOf(path)]).map(quoted).join(', ')}]`,
    'set enable_external_access=false',
    `set TimeZone='UTC'`,
    'set lock_configuration=true',
  ]
}

async function open(setup: HoldSetup) {
  // Here and not at the top: where it cannot be loaded, the parent is told why.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${setup.memoryMb}MB`,
    threads: String(setup.threads),
  })
  const connection = await instance.connect()
  for (const statement of lockdown(setup)) await connection.run(statement)
  return connection
}

export async function holdChild(): Promise<never> {
  dieWithParent()
  const reply = (line: HoldReply) => process.stdout.write(JSON.stringify(line) + '\n')
  let connection: Awaited<ReturnType<typeof open>> | null = null
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
  // A statement may be running in a thread that cannot be stopped: only SIGKILL ends it for sure.
  lines.on('close', () => process.kill(process.pid, 'SIGKILL'))
  let turn: Promise<unknown> = Promise.resolve()
  lines.on('line', (line) => {
    turn = turn.then(async () => {
      try {
        const message = JSON.parse(line) as HoldSetup | HoldStatement
        if (!connection) {
          connection = await open(message as HoldSetup)
          reply({ rows: [], rssBytes: peakRssBytes() })
          // The library was copied on its way into memory: nobody needs the copy, and nothing else ever makes room.
          setImmediate(() => Bun.gc(true))
          return
        }
        const { sql, values } = message as HoldStatement
        const result = await connection.runAndReadAll(sql, values === undefined ? undefined : [...values])
        const rows = result.getRows().map((row) => row.map((cell) => cell === null ? null : String(cell)))
        reply({ rows, rssBytes: peakRssBytes() })
      } catch (error) {
        const code = error instanceof Fault ? error.code : null
        const text = error instanceof Error ? error.message : String(error)
        reply({ error: text, code, rssBytes: peakRssBytes() })
      }
    })
  })
  return new Promise<never>(() => undefined)
}
