/** Moves a run's streams, one after the other, each whole or not at all. */
import type { Condition } from '../../shared/condition.ts'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { ConnectGuard } from '../connectors/guard.ts'
import { peakRssBytes } from '../engine/peak_memory.ts'
import type { RequestAction } from '../../shared/schemas/request.ts'
import type { Network } from '../network.ts'
import type { Mode, SchemaPolicy } from '../connectors/connector.ts'
import type { Patience } from '../engine/stall.ts'
import { runStreams } from './expand.ts'
import type { RunStream } from './stream.ts'
import { faultOf, moveStream, statusOfFault, trying } from './tries.ts'

/** One stream of a pipeline, resolved: nothing left to default. */
export interface StreamSpec {
  readonly from: string
  readonly to: string
  readonly mode: Mode
  /** Rows for which it is not true stay where they are. */
  readonly where?: Condition
  readonly key?: readonly string[]
  /** Column → type, as `decimal(18,2)`. */
  readonly cast?: Readonly<Record<string, string>>
  readonly cursor?: { readonly column: string; readonly lag?: string }
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** The source's name → the target's. */
  readonly rename?: Readonly<Record<string, string>>
  readonly schema?: SchemaPolicy
  readonly on_bad_row?: 'fail' | 'quarantine'
}

/** A connection as its sealed body or the connections file has it, references resolved. */
export interface Endpoint {
  readonly type: string
  readonly config: unknown
}

export interface Limits {
  /** Most rows that one stream may have. */
  readonly rows?: number
  /** Most bytes of one stream, as they are read. */
  readonly bytes?: number
  readonly minutes?: number
  /** Tries of a stream after its first that fail for what may pass; none if absent, and never more than five. */
  readonly retries?: number
}

export interface Progress {
  /** Position of the stream in the pipeline. */
  readonly index: number
  readonly stream: string
  /** Null while the route does not count rows. */
  readonly rows: number | null
  readonly bytes: number
  readonly estimatedRows: number | null
  readonly estimatedBytes: number | null
}

/** Work that is watched as it is done: it is done once, and its end is the work's own. */
export interface Around {
  /** `index`: position of the stream in the run. */
  stream<T extends { readonly result: StreamResult }>(index: number, work: () => Promise<T>): Promise<T>
  commit<T>(work: () => Promise<T>): Promise<T>
}

export interface Order {
  readonly runId: string
  /** Lease epoch: grows with each lease of this run. */
  readonly fence: number
  readonly attempt: number
  /** UTC with microseconds, `2026-11-22T08:30:00.123456Z`; the moment in which it is moved if absent. */
  readonly startedAt?: string
  readonly action?: RequestAction
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly streams: readonly StreamSpec[]
  /** This run's own folder, mode 0700: FIFOs and what the hold spills. Emptied by its owner. */
  readonly folder: string
  /** Relative paths of files connections start here. */
  readonly base: string
  readonly guard: ConnectGuard
  /** The way out of this machine; a direct one if absent. */
  readonly network?: Network
  readonly limits: Limits
  readonly signal: AbortSignal
  /** MB that the hold of one restowed stream may use; 512 if absent. */
  readonly holdMemory?: number
  /**
   * Called with every stream as it is in the end, the names of a pattern found, before anything of it is opened. Throws
   * what policy says against it.
   */
  readonly admit?: (stream: StreamSpec) => void
  readonly onProgress?: (progress: Progress) => void
  /**
   * Makes the id under which a `replace` is loaded once more that an earlier attempt of this run has committed: its
   * source may have changed since. Absent: what is committed counts as done, as for `append` in any case.
   */
  readonly anew?: () => string
  /** Told of a stream that an earlier attempt of this run has committed, and that is not read again. */
  readonly onTaken?: (index: number, rows: number, stream?: StreamSpec) => void
  /** How long a server may be silent; the usual if absent. */
  readonly patience?: Patience
  /** Told of a stream that is tried again, in `ms`, after so many tries. */
  readonly onRetry?: (index: number, retry: Retry) => void
  /** For the log on this machine: may name keys, never goes further. */
  readonly onFault?: (index: number, fault: unknown, stream?: StreamSpec) => void
  /** Told of each stream's end, after `onFault`. */
  readonly onEnded?: (index: number, result: StreamResult) => void
  readonly around?: Around
}

export interface Retry {
  readonly fault: Fault
  readonly tries: number
  readonly ms: number
  readonly stream: StreamSpec
}

export type Route = 'direct' | 'restowed'

export interface StreamResult {
  readonly stream: string
  readonly target: string
  readonly mode: Mode
  /** Null when the stream failed before its route was chosen. */
  readonly route: Route | null
  readonly status: 'succeeded' | 'failed' | 'refused' | 'cancelled'
  readonly rows_read: number
  /** Rows written to the target. */
  readonly rows: number
  readonly bytes: number
  readonly rejected: number
  readonly seconds: number
  readonly code: FaultCode | null
  /** An attempt before has committed it, by the ledger of the destination: nothing was read or written again. */
  readonly taken?: true
}

export interface RunResult {
  readonly run_id: string
  readonly status: 'succeeded' | 'partial' | 'failed' | 'refused' | 'cancelled'
  readonly streams: readonly StreamResult[]
  readonly seconds: number
  /** Highest resident memory of this process plus that of the largest hold beside it. */
  readonly peak_rss_bytes: number
}

/** Streams that have failed for these would all fail: the rest is not tried. */
const ends: readonly FaultCode[] = ['cancelled', 'time_over_limit', 'run_superseded']

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Never throws for what happens to a stream: the result says it. */
export async function moveRun(order: Order): Promise<RunResult> {
  // Tables and files are named after it.
  if (!uuid.test(order.runId)) throw new TypeError('a run id is a UUID')
  const began = performance.now()
  const deadline = new AbortController()
  const minutes = order.limits.minutes
  const timer = minutes === undefined
    ? null
    : setTimeout(() => deadline.abort(new Fault('time_over_limit')), minutes * 60_000)
  const cut: Order = { ...order, signal: AbortSignal.any([order.signal, deadline.signal]) }
  try {
    const { found, fault } = await listed(cut)
    const { streams, holdBytes } = fault === null ? await moveEach(cut, found) : failing(order, fault)
    return {
      run_id: order.runId,
      status: statusOf(streams, fault === null ? found.length : order.streams.length),
      streams,
      seconds: Math.round(performance.now() - began) / 1000,
      peak_rss_bytes: peakRssBytes() + holdBytes,
    }
  } finally {
    if (timer !== null) clearTimeout(timer)
  }
}

interface Moved {
  readonly streams: readonly StreamResult[]
  readonly holdBytes: number
}

async function moveEach(order: Order, found: readonly RunStream[]): Promise<Moved> {
  const streams: StreamResult[] = []
  let holdBytes = 0
  for (const stream of found) {
    const work = () => moveStream(order, stream)
    const { result, peakHoldBytes } = await (order.around?.stream(stream.index, work) ?? work())
    streams.push(result)
    order.onEnded?.(stream.index, result)
    holdBytes = Math.max(holdBytes, peakHoldBytes)
    if (result.code !== null && ends.includes(result.code)) break
  }
  return { streams, holdBytes }
}

interface Listed {
  readonly found: readonly RunStream[]
  readonly fault: Fault | null
}

async function listed(order: Order): Promise<Listed> {
  try {
    return { found: await trying(order, () => runStreams(order)), fault: null }
  } catch (error) {
    return { found: [], fault: faultOf(error, order.signal) }
  }
}

/** The results of all streams of the pipeline when it is not known, or not allowed, what they are: nothing is moved. */
function failing(order: Order, fault: Fault): Moved {
  order.onFault?.(0, fault, order.streams[0])
  const streams = order.streams.map(({ from, to, mode }): StreamResult => ({
    stream: from,
    target: to,
    mode,
    route: null,
    status: statusOfFault(fault),
    rows_read: 0,
    rows: 0,
    bytes: 0,
    rejected: 0,
    seconds: 0,
    code: fault.code,
  }))
  return { streams, holdBytes: 0 }
}

function statusOf(streams: readonly StreamResult[], wanted: number): RunResult['status'] {
  const has = (status: StreamResult['status']) => streams.some((stream) => stream.status === status)
  if (has('cancelled')) return 'cancelled'
  const done = streams.filter((stream) => stream.status === 'succeeded').length
  if (done === wanted) return 'succeeded'
  if (done > 0) return 'partial'
  return has('failed') ? 'failed' : 'refused'
}
