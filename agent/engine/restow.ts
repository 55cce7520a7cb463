/** Through the hold: bytes into a FIFO, a statement of DuckDB, bytes out of another FIFO. */
import { join } from 'node:path'
import type { Condition } from '../../shared/condition.ts'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { errno } from '../files.ts'
import type { Column, Reading } from '../connectors/connector.ts'
import { fromFifo, intoFifo } from './fifo.ts'
import type { Hold } from './hold.ts'
import { firstRefused, type Input, type ParquetColumn, toCsv, toParquet, variables } from './hold_sql.ts'

export interface Restowing {
  readonly hold: Hold
  readonly columns: readonly Column[]
  /** Names and types that Parquet will carry; null writes CSV. */
  readonly into: readonly Column[] | null
  /** Makes names of FIFOs differ within a run's folder. */
  readonly name: string
  readonly signal: AbortSignal
}

/** What comes in: a stream with its proof, or files that the hold reads in place. */
export type Cargo =
  | {
    readonly kind: 'csv'
    readonly reading: Reading
    readonly countRows: () => number | null
    /** Largest row that is expected. */
    readonly lineBytes: number
  }
  | {
    readonly kind: 'parquet'
    readonly paths: readonly string[]
    readonly condition?: Condition | undefined
    /** Throws when the files are not what was described. */
    readonly unchanged: () => void
  }

export interface Restowed {
  /** Ends well only after source, hold and their counts have agreed. */
  readonly bytes: ReadableStream<Uint8Array>
  /** Rows that went through. Rejects with the reason why `bytes` broke off. */
  readonly rows: Promise<number>
}

/** Starts the statement; the bytes flow as they are read. */
export function restow(cargo: Cargo, job: Restowing): Restowed {
  const stop = new AbortController()
  const signal = AbortSignal.any([job.signal, stop.signal])
  const out = fromFifo(join(job.hold.folder, `${job.name}.out`))
  const flow = cargo.kind === 'csv'
    ? streamed(cargo, job, { signal, out: outPath(job) })
    : inPlace(cargo, job)
  const rows = Promise.race([flow, job.hold.gone, aborted(job.signal)]).then(
    (count) => {
      out.finish()
      return count
    },
    (error) => {
      // First the reader learns that this is no end, then the writers go.
      out.fail(error)
      job.hold.kill()
      stop.abort(error)
      throw error
    },
  )
  rows.catch(() => undefined)
  return { bytes: out.bytes, rows }
}

const outPath = (job: Restowing) => join(job.hold.folder, `${job.name}.out`)
const inPath = (job: Restowing) => join(job.hold.folder, `${job.name}.in`)

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

const saysLittle: readonly FaultCode[] = ['file_invalid', 'hold_failed', 'hold_memory']

async function streamed(
  cargo: Cargo & { kind: 'csv' },
  job: Restowing,
  { signal, out }: { signal: AbortSignal; out: string },
): Promise<number> {
  const { lineBytes } = cargo
  const input: Input = { kind: 'csv', path: inPath(job), columns: job.columns, lineBytes }
  if (job.into === null) throw new Fault('unsupported')
  const writer = intoFifo(inPath(job), cargo.reading.bytes, signal)
  const stowed = job.hold.run(toParquet(input, job.into, out)).then(countOf, (error) => {
    // What its reader says of a row that is too wide depends on where its buffer ended.
    const wide = error instanceof Fault && saysLittle.includes(error.code) && writer.longestLine() > lineBytes
    throw wide ? new Fault('value_too_large', undefined, { cause: error }) : error
  })
  stowed.catch(() => undefined)
  const shown = (async () => {
    try {
      await writer.written
      const counted = await cargo.reading.proof
      writer.finish()
      return counted ?? cargo.countRows()
    } catch (error) {
      // A hold that has stopped reading knows why.
      if (errno(error) === 'EPIPE') await stowed
      // It must not take what came so far for all there is: it goes before its FIFO ends.
      job.hold.kill()
      writer.finish()
      throw await asSourceSays(error, cargo.reading)
    }
  })()
  const [read, held] = await Promise.all([shown, stowed])
  // A reader that meets a row wider than it takes may leave it out without a word.
  if (read !== held) throw new Fault(writer.longestLine() > lineBytes ? 'value_too_large' : 'rows_lost')
  return held
}

/** The bytes of a source end with whatever its driver throws; its proof fails with the Fault that this means. */
async function asSourceSays(error: unknown, { proof }: Reading): Promise<unknown> {
  if (error instanceof Fault || errno(error) === 'EPIPE') return error
  return await proof.then(() => error, (reason) => reason)
}

async function inPlace(cargo: Cargo & { kind: 'parquet' }, job: Restowing): Promise<number> {
  const columns = job.columns as readonly ParquetColumn[]
  const { paths, condition } = cargo
  const input = { kind: 'parquet', paths, columns, condition } as const
  await bind(cargo, job.hold)
  const sql = job.into === null ? toCsv(input, outPath(job)) : toParquet(input, job.into, outPath(job))
  const count = countOf(await job.hold.run(sql))
  cargo.unchanged()
  return count
}

/** Before a statement that filters: the hold may be another one than the last one was bound in. */
async function bind({ condition }: Cargo & { kind: 'parquet' }, hold: Hold): Promise<void> {
  if (condition === undefined) return
  for (const { sql, values } of variables(condition)) await hold.run(sql, values)
}

const countOf = (rows: readonly (readonly (string | null)[])[]) => Number(rows[0]?.[0] ?? NaN)

/** The number of the first row whose value in `column` the hold refuses; null when it finds none. */
export async function refusedRow(cargo: Cargo, job: Restowing, column: number): Promise<number | null> {
  const input: Input = cargo.kind === 'csv'
    ? { kind: 'csv', path: inPath(job), columns: job.columns, lineBytes: cargo.lineBytes }
    : { ...cargo, columns: job.columns as readonly ParquetColumn[] }
  const sql = firstRefused(input, job.into, column)
  if (sql === null) return null
  if (cargo.kind === 'parquet') await bind(cargo, job.hold)
  const stop = new AbortController()
  const writer = cargo.kind === 'csv'
    ? intoFifo(inPath(job), cargo.reading.bytes, AbortSignal.any([job.signal, stop.signal]))
    : null
  writer?.written.then(() => writer.finish(), () => writer.finish())
  try {
    const rows = await job.hold.run(sql)
    return rows[0]?.[0] === undefined ? null : Number(rows[0][0])
  } finally {
    stop.abort(new Fault('cancelled'))
  }
}
