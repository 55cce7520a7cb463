/** Which rows an incremental stream reads: from where its target has it, to where its source was when the run began. */
import { Fault } from '../../shared/faults.ts'
import type { Column, Intent, Loading, Range, Source, State } from '../connectors/connector.ts'
import { before as valueBefore, later } from '../engine/cursor.ts'
import type { Order, StreamSpec } from './move.ts'
import type { Shape } from './shape.ts'

export interface Reach {
  /** Null: everything is read. */
  readonly range: Range | null
  /** What the target's state says after the load. */
  readonly cursor: State['cursor']
  /** What it says where nothing was read: no value lies behind the last one then. */
  readonly idle: State['cursor']
}

interface Asking {
  readonly order: Order
  readonly spec: StreamSpec
  readonly shape: Shape
  readonly source: Source
}

/** Throws `unsupported` or `cursor_refused`. */
export async function reachOf(
  { order, spec, shape, source }: Asking,
  { state, intent }: Pick<Loading, 'state' | 'intent'>,
): Promise<Reach> {
  const { cursor, stream } = shape
  const { action = 'run', signal } = order
  // What a backfill reads, its condition says; the state is for the runs that go on from it.
  if (cursor === null || action === 'backfill') {
    const kept = state?.cursor ?? null
    return { range: null, cursor: kept, idle: kept }
  }
  if (source.newest === undefined) {
    throw new Fault('unsupported', `cursor: a source of kind ${order.source.type} has none.`)
  }
  const { column, lag } = cursor
  // From what a whole stream does not bring, it follows that it is gone: an end of before would leave out what has
  // moved behind it since.
  const before = isWhole(spec, action) ? null : intent?.upTo ?? null
  const upTo = before ?? await source.newest(stream, column.name, signal)
  refuseEndless(column, upTo)
  const last = action === 'run' ? lastOf(state, { spec, column: column.name }) : null
  const appends = spec.mode === 'append'
  const value = last === null || lag === null || appends ? last : valueBefore(last, lag, column)
  const range: Range = {
    column: column.name,
    after: value === null ? null : { value, inclusive: !appends },
    upTo,
    // An append that has read them once would read them again, and again.
    nulls: !appends,
  }
  if (appends && column.nullable) await refuseNulls(source, { order, shape, range })
  const known = state?.cursor?.column === column.name && action !== 'reset' ? state.cursor.value : null
  const cursorAfter = reached(column, known, upTo)
  return {
    range,
    cursor: cursorAfter,
    idle: known === null ? cursorAfter : { column: column.name, value: known },
  }
}

/** True where a key that does not come is taken for gone, and what comes is bounded all the same. */
export function isWhole({ mode }: Pick<StreamSpec, 'mode'>, action: Order['action']): boolean {
  return action === 'resync' && (mode === 'mirror' || mode === 'history')
}

/** Throws `cursor_refused` for a value that nothing can come after: the next run would find nothing new, for ever. */
function refuseEndless({ name }: Column, upTo: string | null): void {
  if (upTo === null || !/^(?:NaN|infinity)$/i.test(upTo)) return
  throw new Fault(
    'cursor_refused',
    `The greatest value of "${name}" is ${upTo}: no row would ever be newer. Leave such rows out with a where, or go ` +
      'by another column.',
  )
}

/** It never goes back, even where the newest rows have gone at the source. */
function reached(column: Column, known: string | null, upTo: string | null): State['cursor'] {
  const value = known === null ? upTo : upTo === null ? known : later(known, upTo, column)
  return value === null ? null : { column: column.name, value }
}

/** Of another column, nothing follows for this one: where nothing is doubled, everything is read once more. */
function lastOf(state: State | null, { spec, column }: { spec: StreamSpec; column: string }): string | null {
  if (!state?.cursor) return null
  if (state.cursor.column === column) return state.cursor.value
  if (spec.mode !== 'append') return null
  throw new Fault(
    'cursor_refused',
    `The target was loaded by the cursor "${state.cursor.column}", and "${column}" does not say which rows are ` +
      'there already: reset the stream, or name another target.',
  )
}

/** Throws `cursor_refused` when a row has no value in the cursor's column: it would never be read, or each time. */
async function refuseNulls(
  source: Source,
  { order, shape, range }: { order: Order; shape: Shape; range: Range },
): Promise<void> {
  const { cursor, stream } = shape
  if (cursor === null) return
  const { upTo } = range
  // Nothing lies behind the last value but what has none.
  const after = upTo === null ? null : { value: upTo, inclusive: false }
  const without = { ...stream, columns: [cursor.column], range: { ...range, after, nulls: true } }
  for (const slice of await source.slices(without, order.signal)) {
    const { bytes, proof } = await source.open(slice, 'csv', order.signal)
    const reader = bytes.getReader()
    const { done } = await reader.read()
    await reader.cancel().catch(() => undefined)
    proof.catch(() => undefined)
    if (done) continue
    throw new Fault(
      'cursor_refused',
      `"${cursor.column.name}" is NULL in some rows. An append by cursor cannot tell whether it has had them: give ` +
        'it a where that leaves them out, or use another mode.',
    )
  }
}

/** Nothing of a range that is closed changes while it is read, nor do files: those slices last. */
export function intentOf(
  slices: readonly { readonly id: string; readonly fixed: boolean }[],
  { upTo, quarantine, whole }: { upTo: string | null; quarantine: boolean; whole: boolean },
): Intent {
  return {
    upTo,
    slices: slices.map(({ id }) => id),
    // What was kept back of a slice is here and not there: such a slice is read again.
    // And a whole stream is what it is at one moment.
    resumable: slices.length > 0 && !quarantine && !(whole && upTo !== null) &&
      slices.every(({ fixed }) => fixed),
  }
}
