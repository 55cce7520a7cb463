/** Rows on their way: read as fast as they are taken, and no faster; ended by the server, or by us. */
import { Fault } from '../../../shared/faults.ts'
import type { Context, Reading } from '../connector.ts'
import type { MysqlConfig } from './config.ts'
import { RowCsv, type Spelling } from './row_csv.ts'
import { Session } from './session.ts'

/** Chunks that may wait to be taken before the server has to. */
const waiting = 4

export interface RowsRead extends Reading {
  /** True until the server has said its last word about it. */
  readonly under: boolean
  /** Resolves when the connection is free again, whatever became of the rows. */
  end(): Promise<void>
}

interface Options {
  readonly columns: readonly Spelling[]
  readonly quoted: boolean
  /** Makes the server stop. */
  kill(): Promise<void>
  readonly signal: AbortSignal
}

export function readRows(
  session: Session,
  sql: string,
  { columns, quoted, kill, signal }: Options,
): RowsRead {
  let under = true
  let given = false
  let stopped: Promise<void> | null = null
  let controller: ReadableStreamDefaultController<Uint8Array>
  const stop = () => {
    given = true
    raw.resume()
    // Killed from another connection: this one is full of rows that nobody takes.
    stopped ??= under ? kill().catch(() => undefined) : Promise.resolve()
    return stopped
  }
  const csv = new RowCsv({
    columns,
    quoted,
    emit(chunk) {
      if (given) return
      controller.enqueue(chunk)
      if ((controller.desiredSize ?? 0) <= 0) raw.pause()
    },
  })
  const bytes = new ReadableStream<Uint8Array>({
    start: (one) => void (controller = one),
    pull: () => raw.resume(),
    cancel: () => stop().then(() => raw.done.catch(() => undefined)),
  }, { highWaterMark: waiting })
  const raw = session.read(sql, (row, start, end) => {
    if (!given) csv.push(row, start, end)
  })
  const onAbort = () => void stop()
  signal.addEventListener('abort', onAbort, { once: true })
  const proof = raw.done.finally(() => {
    under = false
    signal.removeEventListener('abort', onAbort)
  }).then(() => {
    if (given) throw new Fault('cancelled')
    csv.flush()
    controller.close()
    return csv.rows
  }).catch((error) => {
    if (!given) controller.error(error)
    throw error
  })
  proof.catch(() => undefined)
  return {
    bytes,
    proof,
    get under() {
      return under
    },
    async end() {
      if (under) await stop()
      await stopped
      await proof.catch(() => undefined)
      // A kill that came after the last row would end what is asked next.
      if (stopped !== null) await session.rows('select 1').catch(() => undefined)
    },
  }
}

/** Ends what a connection is at, from another one. An account may do so with its own. */
export async function killed(
  config: MysqlConfig,
  context: Context,
  id: number,
  what: 'query' | 'connection' = 'query',
): Promise<void> {
  try {
    await using session = await Session.open(config, context, 'source')
    await session.run(`kill ${what} ${id}`)
  } catch {
    // It has ended by itself, or there is no way to the server: then nothing more can be done from here.
  }
}
