/** One stream of a run: look at both ends, choose the way, move, count, commit. */
import { Fault } from '../../shared/faults.ts'
import type { Column, Loading, Slice } from '../connectors/connector.ts'
import { chooseWay, type Way } from '../engine/route.ts'
import { Spool } from '../engine/spool.ts'
import type { Watchdog } from '../engine/stall.ts'
import type { Moved, Transfer } from '../engine/transfer.ts'
import { makePrivateFolder } from '../files.ts'
import type { Ends } from './ends.ts'
import { moveKeys, refuseWithoutKeys } from './keys.ts'
import { moveSlices } from './lanes.ts'
import { Meter } from './meter.ts'
import type { Order, StreamResult, StreamSpec } from './move.ts'
import { intentOf, isWhole, type Reach, reachOf } from './range.ts'
import { isKeyed, loadOf, readOf, type Shape, shapeOf } from './shape.ts'

/** A stream as a run has it: its specification, and its numbers. */
export interface RunStream {
  readonly spec: StreamSpec
  /** Among the streams of the run, for reports. */
  readonly index: number
  /** In the ledger; the same in every attempt of the run, whatever else a pattern finds. */
  readonly ledgerIndex: number
}

export interface Chosen {
  readonly way: Way
  /** Of the source. */
  readonly columns: readonly Column[]
  readonly targets: readonly Column[]
}

/** Throws `unsupported` for a mode that the destination does not have. */
export function refuseMode(order: Order, { mode }: StreamSpec, { destination }: Ends): void {
  if (destination.modes.includes(mode)) return
  throw new Fault(
    'unsupported',
    `A destination of kind ${order.destination.type} has no mode ${mode}; it has ${
      destination.modes.join(', ')
    }.`,
  )
}

/** The way between two ends, without the columns that the target computes itself. */
export function choose(
  { source, destination }: Ends,
  { shape, spec, targets }: { shape: Shape; spec: StreamSpec; targets: readonly (Column | null)[] },
): Chosen {
  const sent = shape.stream.columns.flatMap((column, at) => {
    const target = targets[at]
    return target ? [{ column, target }] : []
  })
  const columns = sent.map(({ column }) => column)
  const into = sent.map(({ target }) => target)
  const way = chooseWay({
    from: source.formats(shape.stream),
    into: destination.formats(spec.to),
    columns,
    targets: into,
    quarantine: spec.on_bad_row === 'quarantine',
    key: isKeyed(spec) ? positionsOf(shape.key, columns) : [],
  })
  return { way, columns, targets: into }
}

/** What is known of a try from outside, while it is under way. */
export interface Tally {
  route: StreamResult['route']
  rowsRead: number
  rows: number
  bytes: number
  rejected: number
  /** The commit is on its way: what it ends with is what happened, and no deadline cuts its answer off. */
  committing: boolean
  /** An earlier attempt, or try, has committed it. */
  taken: boolean
}

export const emptyTally = (): Tally => ({
  route: null,
  rowsRead: 0,
  rows: 0,
  bytes: 0,
  rejected: 0,
  committing: false,
  taken: false,
})

/** One try to move a stream. */
export interface Try {
  readonly order: Order
  readonly stream: RunStream
  readonly ends: Ends
  readonly tally: Tally
  readonly watchdog: Watchdog
  /** False where nothing of it can have been committed before this run began: then it is not loaded anew. */
  readonly first: boolean
}

/** `anew`: an earlier attempt has committed this `replace`, and its rows are to be read and written once more. */
export async function tryStream(attempt: Try): Promise<'done' | 'anew'> {
  const { order, stream: { spec, ledgerIndex }, ends, tally, first } = attempt
  const { signal } = order
  refuseMode(order, spec, ends)
  ends.warm(spec.to)
  const shape = shapeOf(spec, await ends.stream(signal))
  const load = loadOf(order, { spec, shape, index: ledgerIndex })
  await using loading = await ends.destination.begin(load, signal)
  const chosen = choose(ends, { shape, spec, targets: loading.target.columns })
  tally.route = chosen.way.route
  if (loading.committed) {
    if (first && load.mode === 'replace' && order.anew) return 'anew'
    taken(attempt, loading.committed)
    return 'done'
  }
  const reach = await reachOf({ order, spec, shape, source: ends.source }, loading)
  const spool = load.quarantine ? new Spool(ends.folder) : null
  const transfer = transferOf(attempt, { shape, chosen, spool })
  if (load.mode === 'mirror' && load.partial) refuseWithoutKeys(order, { ...ends, ...shape, loading })
  const moved = await moveAll(attempt, { loading, shape, reach, transfer })
  if (load.mode === 'mirror' && load.partial) {
    await moveKeys(order, keysOf(attempt, { loading, shape, chosen }))
  }
  signal.throwIfAborted()
  await commit(attempt, { loading, reach, moved, spool })
  return 'done'
}

function taken(
  { order, stream: { index, spec }, tally, first }: Try,
  { rows, bytes }: Pick<Moved, 'rows' | 'bytes'>,
): void {
  Object.assign(tally, { rowsRead: rows, rows, bytes, taken: true })
  // What this very run has committed, with the answer lost, is no news to anybody.
  if (first) order.onTaken?.(index, rows, spec)
}

interface Prepared {
  readonly shape: Shape
  readonly chosen: Chosen
  readonly spool: Spool | null
}

function transferOf(attempt: Try, { shape, chosen, spool }: Prepared): Transfer {
  const { order, ends, watchdog, stream: { index, spec } } = attempt
  const meter = new Meter(order, index, () => watchdog.moved())
  meter.expect({ ...shape.stream, name: spec.from })
  if (spool !== null) makePrivateFolder(ends.folder)
  return {
    source: ends.source,
    ...chosen,
    key: isKeyed(spec) ? positionsOf(shape.key, chosen.columns) : [],
    spool,
    hold: (files) => ends.hold(files),
    signal: order.signal,
    meter,
  }
}

function positionsOf(names: readonly string[], columns: readonly Column[]): number[] {
  return names.map((name) => columns.findIndex((column) => column.name === name)).filter((at) => at >= 0)
}

interface Moving {
  readonly loading: Loading
  readonly shape: Shape
  readonly reach: Reach
  readonly transfer: Transfer
}

async function moveAll(attempt: Try, { loading, shape, reach, transfer }: Moving): Promise<Moved> {
  const { order, ends, tally, stream: { spec } } = attempt
  const read = readOf(shape, { ...transfer, ...reach })
  const slices: readonly Slice[] = await ends.source.slices(read, order.signal)
  const refuse = new Meter(order, 0, () => undefined)
  // Files that are read in place pass nobody who counts: their size is what they are.
  if (ends.source.files !== undefined) refuse.refuse(read.estimatedBytes ?? 0, null)
  const quarantine = spec.on_bad_row === 'quarantine'
  const asked = { upTo: reach.range?.upTo ?? null, quarantine, whole: isWhole(spec, order.action) }
  await loading.prepare(intentOf(slices, asked), order.signal)
  const moved = await moveSlices(transfer, { loading, key: shape.key, slices })
  Object.assign(tally, moved)
  refuse.refuse(0, moved.rows)
  return moved
}

function keysOf(
  { ends, watchdog, stream: { spec } }: Try,
  { loading, shape, chosen }: Omit<Prepared, 'spool'> & { readonly loading: Loading },
) {
  const at = positionsOf(shape.key, chosen.columns)
  return {
    source: ends.source,
    loading,
    stream: shape.stream,
    columns: at.map((position) => chosen.columns[position] as Column),
    targets: at.map((position) => chosen.targets[position] as Column),
    quarantine: spec.on_bad_row === 'quarantine',
    moved: () => watchdog.moved(),
  }
}

interface Committing {
  readonly loading: Loading
  readonly reach: Reach
  readonly moved: Moved
  readonly spool: Spool | null
}

async function commit(attempt: Try, { loading, reach, moved, spool }: Committing): Promise<void> {
  const { order, ends, tally } = attempt
  const { rowsRead, rows } = moved
  if (rowsRead !== rows + (spool?.count ?? 0)) throw new Fault('rows_lost')
  tally.rejected = spool?.count ?? 0
  tally.committing = true
  // The hold has given all that it had; its memory goes back while the commit waits for the disk.
  const ended = ends.endHold()
  const cursor = rowsRead === 0 ? reach.idle : reach.cursor
  const work = () => loading.commit({ runId: order.runId, rows, cursor }, spool)
  const committed = await (order.around?.commit(work) ?? work())
  Object.assign(tally, { rows: committed.rows })
  await ended
}
