/** Moves the slices of a stream, as many at once as both ends allow. */
import { Fault } from '../../shared/faults.ts'
import type { Loading, Slice, Written } from '../connectors/connector.ts'
import { blame } from '../engine/blame.ts'
import { type Moved, moveSlice, type Transfer } from '../engine/transfer.ts'

export interface Lanes {
  readonly loading: Loading
  /** The source's names of the key, for naming a bad row. */
  readonly key: readonly string[]
  readonly slices: readonly Slice[]
}

/** Resolves once every slice is in the destination: those that were there already count as they were. */
export async function moveSlices(transfer: Transfer, { loading, key, slices }: Lanes): Promise<Moved> {
  const total = { rowsRead: 0, rows: 0, bytes: 0 }
  const waiting: Slice[] = []
  for (const slice of slices) {
    const done = loading.done.get(slice.id)
    if (done) add(total, { rowsRead: rowsOf(done), rows: rowsOf(done), bytes: done.bytes })
    else waiting.push(slice)
  }
  const lanes = Math.min(lanesOf(transfer, loading), waiting.length)
  if (lanes <= 1) {
    for (const slice of waiting) add(total, await moveOne(transfer, slice, { loading, key }))
    return total
  }
  const stop = new AbortController()
  const together = { ...transfer, signal: AbortSignal.any([transfer.signal, stop.signal]) }
  let first: { readonly error: unknown } | null = null
  const lane = async () => {
    for (let slice = waiting.shift(); slice && first === null; slice = waiting.shift()) {
      try {
        add(total, await moveOne(together, slice, { loading, key }))
      } catch (error) {
        // What the others fail for from now on is this one's doing.
        first ??= { error }
        stop.abort(error)
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const failed = first as { readonly error: unknown } | null
  if (failed !== null) throw failed.error
  return total
}

function lanesOf({ source, way }: Transfer, { lanes = 1 }: Loading): number {
  // The hold does one thing at a time.
  return way.route === 'restowed' ? 1 : Math.max(1, Math.min(source.lanes ?? 1, lanes))
}

const rowsOf = ({ rows }: Written) => rows ?? 0

function add(total: { rowsRead: number; rows: number; bytes: number }, moved: Moved): void {
  total.rowsRead += moved.rowsRead
  total.rows += moved.rows
  total.bytes += moved.bytes
}

async function moveOne(
  transfer: Transfer,
  slice: Slice,
  { loading, key }: Pick<Lanes, 'loading' | 'key'>,
): Promise<Moved> {
  try {
    return await moveSlice(transfer, slice, loading)
  } catch (error) {
    if (!(error instanceof Fault) || transfer.signal.aborted) throw error
    throw await blame(error, { transfer, slice, key })
  }
}
