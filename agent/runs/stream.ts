/** One stream of a run: look at both ends, choose the way, move, count, commit. */
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import type {
  Column,
  Context,
  Destination,
  Load,
  Loading,
  Slice,
  Source,
  Stream,
} from '../connectors/connector.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import { blame } from '../engine/blame.ts'
import { type Hold, startHold } from '../engine/hold.ts'
import { chooseWay, type Way } from '../engine/route.ts'
import { type Moved, moveSlice, type Transfer } from '../engine/transfer.ts'
import { parseType, type Type } from '../engine/types.ts'
import { makePrivateFolder } from '../files.ts'
import { directNetwork } from '../network.ts'
import type { Order, StreamResult, StreamSpec } from './move.ts'

const holdMemoryMb = 512
const holdThreads = 2
/** Progress is for eyes: so often is enough. */
const progressEveryMs = 100

/** Both ends of a stream, and the hold between them if it comes to that. */
export class Ends implements AsyncDisposable {
  readonly source: Source
  readonly destination: Destination
  peakHoldBytes = 0
  readonly #order: Order
  readonly #index: number
  #hold: { files: readonly string[]; started: Promise<Hold> } | null = null
  #holds = 0

  constructor(order: Order, index: number) {
    this.#order = order
    this.#index = index
    const { guard, runId, fence, base, folder, network = directNetwork } = order
    const mostBytes = order.limits.bytes ?? null
    const hold: Context['hold'] = (files) => this.hold(files)
    const context: Context = { guard, runId, fence, base, folder, network, mostBytes, hold }
    const from = connectorOf(order.source.type).source
    const into = connectorOf(order.destination.type).destination
    if (!from) throw new Fault('unsupported', `${order.source.type} is no source.`)
    if (!into) throw new Fault('unsupported', `${order.destination.type} is no destination.`)
    this.source = from(parseConfig(order.source.type, order.source.config), context)
    this.destination = into(parseConfig(order.destination.type, order.destination.config), context)
  }

  /** What the pipeline wants of the source, as the source has it. Throws what `Source.stream` throws, or `unsupported`. */
  async stream(signal: AbortSignal): Promise<Stream> {
    const { from, where } = this.#order.streams[this.#index] as StreamSpec
    const stream = await this.source.stream(from, signal)
    if (where === undefined) return stream
    if (this.source.where === undefined) {
      throw new Fault('unsupported', `where: a source of kind ${this.#order.source.type} cannot be filtered.`)
    }
    return this.source.where(stream, where)
  }

  /** Keeps one hold as long as it lives and may read what is asked for. */
  async hold(files: readonly string[]): Promise<Hold> {
    const known = this.#hold
    if (known && files.every((file) => known.files.includes(file))) {
      const hold = await known.started
      if (hold.alive) return hold
    }
    await this.endHold()
    const folder = join(this.#order.folder, `${this.#index}-${this.#holds++}`)
    makePrivateFolder(folder)
    const memoryMb = this.#order.holdMemory ?? holdMemoryMb
    const started = startHold({ folder, files, memoryMb, threads: holdThreads })
    this.#hold = { files, started }
    return started
  }

  /** Starts the hold ahead of time where the way to the target leads through it for certain. */
  warm(target: string): void {
    const formats = this.destination.formats(target)
    // A source of files names those that the hold may read, and starts it itself.
    if (this.source.files === undefined && formats.every((format) => format === 'parquet')) {
      this.hold([]).catch(() => undefined)
    }
  }

  /** Ends the hold, if there is one. Never throws. */
  async endHold(): Promise<void> {
    const hold = await this.#hold?.started.catch(() => null)
    if (!hold) return
    this.peakHoldBytes = Math.max(this.peakHoldBytes, hold.peakRssBytes)
    await hold[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endHold()
    await this.source[Symbol.asyncDispose]()
    await this.destination[Symbol.asyncDispose]()
  }
}

/** What the pipeline asks for, put beside what the source has. Throws when they do not go together. */
export function loadOf(order: Order, index: number, stream: Stream): Load {
  const spec = order.streams[index] as StreamSpec
  const names = new Set(stream.columns.map(({ name }) => name))
  const cast = new Map<string, Type>()
  for (const [column, spelled] of Object.entries(spec.cast ?? {})) {
    const type = parseType(spelled)
    if (!type) throw new Fault('type_refused', `cast of "${column}": there is no type "${spelled}".`)
    if (!names.has(column)) {
      throw new Fault('column_missing', `cast names "${column}", which the source has not.`)
    }
    cast.set(column, type)
  }
  for (const column of spec.key ?? []) {
    if (!names.has(column)) {
      throw new Fault('column_missing', `key names "${column}", which the source has not.`)
    }
  }
  const { runId, fence } = order
  const key = spec.key ?? stream.key
  return {
    runId,
    index,
    fence,
    target: spec.to,
    mode: spec.mode,
    columns: stream.columns,
    key,
    cast,
    cursor: null,
    partial: false,
    schema: spec.schema ?? 'evolve',
    reset: order.action === 'reset',
    at: new Date().toISOString().replace('Z', '000Z'),
    quarantine: false,
  }
}

export interface Chosen {
  readonly way: Way
  readonly columns: readonly Column[]
  readonly targets: readonly Column[]
}

/** The way between two ends, without the columns that the target computes itself. */
export function choose(
  { source, destination }: Ends,
  { stream, load, targets }: { stream: Stream; load: Load; targets: readonly (Column | null)[] },
): Chosen {
  const sent = stream.columns.flatMap((column, at) => {
    const target = targets[at]
    return target ? [{ column, target }] : []
  })
  const columns = sent.map(({ column }) => column)
  const into = sent.map(({ target }) => target)
  const way = chooseWay({
    from: source.formats(stream),
    into: destination.formats(load.target),
    columns,
    targets: into,
  })
  return { way, columns, targets: into }
}

interface Tally {
  route: StreamResult['route']
  moved: Moved | null
  /** The commit is on its way: what it ends with is what happened, and no deadline cuts its answer off. */
  committing: boolean
}

/** Under which ids this stream is loaded. */
interface Attempt {
  readonly order: Order
  /** False once it is loaded anew: then nothing of it can be committed already. */
  readonly first: boolean
}

/** Moves one stream; never throws. */
export async function moveStream(
  order: Order,
  index: number,
): Promise<{ result: StreamResult; peakHoldBytes: number }> {
  const spec = order.streams[index] as StreamSpec
  const began = performance.now()
  const tally: Tally = { route: null, moved: null, committing: false }
  let ends: Ends | null = null
  let fault: Fault | null = null
  // A statement that waits for a lock hears of no signal: closing its connection is what ends it.
  const interrupt = () => {
    if (tally.committing && isDeadline(order.signal)) return
    void ends?.[Symbol.asyncDispose]().catch(() => undefined)
  }
  order.signal.addEventListener('abort', interrupt)
  try {
    order.signal.throwIfAborted()
    ends = new Ends(order, index)
    if (await run({ order, first: true }, { index, ends, tally }) === 'anew') {
      await ends[Symbol.asyncDispose]()
      const anew = { ...order, runId: order.anew?.() ?? order.runId, fence: 1 }
      order.signal.throwIfAborted()
      ends = new Ends(anew, index)
      await run({ order: anew, first: false }, { index, ends, tally })
    }
  } catch (error) {
    const cut = !(tally.committing && isDeadline(order.signal))
    fault = asFault(error, cut ? order.signal : null)
    order.onFault?.(index, fault)
  } finally {
    order.signal.removeEventListener('abort', interrupt)
    await ends?.[Symbol.asyncDispose]().catch(() => undefined)
  }
  const done = fault === null ? tally.moved : null
  const result: StreamResult = {
    stream: spec.from,
    target: spec.to,
    mode: spec.mode,
    route: tally.route,
    status: statusOf(fault),
    rows_read: tally.moved?.rowsRead ?? 0,
    rows: done?.rows ?? 0,
    bytes: done?.bytes ?? 0,
    rejected: 0,
    seconds: (performance.now() - began) / 1000,
    code: fault?.code ?? null,
  }
  return { result, peakHoldBytes: ends?.peakHoldBytes ?? 0 }
}

function statusOf(fault: Fault | null): StreamResult['status'] {
  if (fault === null) return 'succeeded'
  if (fault.code === 'cancelled') return 'cancelled'
  return fault.class === 'refused' ? 'refused' : 'failed'
}

function isDeadline({ reason }: AbortSignal): boolean {
  return reason instanceof Fault && reason.code === 'time_over_limit'
}

/** What is thrown because of a signal is what the signal says. */
function asFault(error: unknown, signal: AbortSignal | null): Fault {
  if (signal?.aborted) {
    return signal.reason instanceof Fault
      ? signal.reason
      : new Fault('cancelled', undefined, { cause: error })
  }
  return error instanceof Fault ? error : new Fault('engine_failed', undefined, { cause: error })
}

/** `anew`: an earlier attempt has committed this `replace`, and its rows are to be read and written once more. */
async function run(
  { order, first }: Attempt,
  { index, ends, tally }: { index: number; ends: Ends; tally: Tally },
): Promise<'done' | 'anew'> {
  const { signal } = order
  const spec = order.streams[index] as StreamSpec
  ends.warm(spec.to)
  const stream = await ends.stream(signal)
  const load = loadOf(order, index, stream)
  await using loading = await ends.destination.begin(load, signal)
  const chosen = choose(ends, { stream, load, targets: loading.target.columns })
  tally.route = chosen.way.route
  if (loading.committed) {
    if (first && load.mode === 'replace' && order.anew) return 'anew'
    const { rows, bytes } = loading.committed
    tally.moved = { rowsRead: rows, rows, bytes }
    order.onTaken?.(index, rows)
    return 'done'
  }
  const transfer: Transfer = {
    source: ends.source,
    ...chosen,
    hold: (files) => ends.hold(files),
    signal,
    onBytes: progressOf(order, index, stream),
  }
  const slices = await ends.source.slices({ ...stream, columns: chosen.columns }, signal)
  // Files that are read in place pass nobody who counts: their size is what they are.
  if (ends.source.files !== undefined) refuseBytes(order, stream.estimatedBytes ?? 0)
  await loading.prepare({ upTo: null, slices: slices.map(({ id }) => id), resumable: false }, signal)
  tally.moved = await moveAll(transfer, slices, { loading, key: load.key })
  const { rows } = tally.moved
  if (rows > (order.limits.rows ?? Infinity)) {
    throw new Fault('rows_over_limit', `${rows} rows; the pipeline allows ${order.limits.rows}.`)
  }
  signal.throwIfAborted()
  tally.committing = true
  // The hold has given all that it had; its memory goes back while the commit waits for the disk.
  const ended = ends.endHold()
  await loading.commit({ runId: order.runId, rows, cursor: null }, null)
  await ended
  return 'done'
}

async function moveAll(
  transfer: Transfer,
  slices: readonly Slice[],
  { loading, key }: { loading: Loading; key: readonly string[] },
): Promise<Moved> {
  const total = { rowsRead: 0, rows: 0, bytes: 0 }
  for (const slice of slices) {
    try {
      const moved = await moveSlice(transfer, slice, loading)
      total.rowsRead += moved.rowsRead
      total.rows += moved.rows
      total.bytes += moved.bytes
    } catch (error) {
      if (!(error instanceof Fault) || transfer.signal.aborted) throw error
      throw await blame(error, { transfer, slice, key })
    }
  }
  return total
}

function refuseBytes({ limits }: Order, bytes: number): void {
  if (bytes <= (limits.bytes ?? Infinity)) return
  throw new Fault('bytes_over_limit', `More than ${limits.bytes} bytes, which is what the policy allows.`)
}

function progressOf(order: Order, index: number, stream: Stream): Transfer['onBytes'] {
  let bytes = 0
  let last = 0
  const most = order.limits.rows ?? Infinity
  return (size, rows) => {
    bytes += size
    refuseBytes(order, bytes)
    // Where rows are counted on the way, there is no need to wait for the end.
    if (rows !== null && rows > most) throw new Fault('rows_over_limit', `More than ${most} rows.`)
    const now = performance.now()
    if (!order.onProgress || now - last < progressEveryMs) return
    last = now
    const { name, estimatedRows, estimatedBytes } = stream
    order.onProgress({ index, stream: name, rows, bytes, estimatedRows, estimatedBytes })
  }
}
