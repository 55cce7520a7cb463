/** What a run would do: both ends are looked at, nothing is written. */
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Mode, Range, Target } from '../connectors/connector.ts'
import { Ends } from './ends.ts'
import { runStreams } from './expand.ts'
import type { Order, Route } from './move.ts'
import { reachOf } from './range.ts'
import { loadOf, readOf, shapeOf } from './shape.ts'
import { choose, refuseMode, type RunStream } from './stream.ts'

export interface StreamPlan {
  readonly stream: string
  readonly target: string
  readonly mode: Mode
  /** What would become of the target. */
  readonly how: Target['how']
  readonly route: Route
  /** Why this route. */
  readonly why: string
  /** Parts that the stream is read in. */
  readonly slices: number
  /** Rows by the cursor; null where everything is read. */
  readonly range: PlannedRange | null
  /** Of those only the ones for which the stream's `where` is true. */
  readonly filtered: boolean
  readonly estimated_rows: number | null
  readonly estimated_bytes: number | null
  /** DDL, or file operations in words, in order. */
  readonly statements: readonly string[]
  /** What becomes of an existing target's columns, in words. */
  readonly changes: readonly string[]
}

export interface PlannedRange {
  readonly column: string
  /** The last value that is not read any more, or the first that is; null: from the first row on. */
  readonly from: string | null
  readonly inclusive: boolean
  /** The last value that is read; null where there is none. */
  readonly up_to: string | null
  /** False where only the run will know what the target has: then it may read less than is said here. */
  readonly exact: boolean
}

/** About one stream: the others may fail as well, each for its own reason. */
const ofStream: readonly FaultCode[] = [
  'unsupported',
  'path_refused',
  'policy_denied',
  'stream_missing',
  'column_missing',
  'column_required',
  'names_collide',
  'cursor_refused',
  'key_missing',
  'key_refused',
  'schema_refused',
  'name_refused',
  'target_refused',
  'type_refused',
  'permission_denied',
  'file_invalid',
]

/**
 * Throws the first fault that a run would meet before its first byte. Its message names every stream that fails, each
 * in a line of its own with its reason.
 */
export async function planRun(order: Order): Promise<StreamPlan[]> {
  const plans: StreamPlan[] = []
  const faults: { readonly fault: Fault; readonly line: string }[] = []
  for (const stream of await runStreams(order)) {
    try {
      plans.push(await planStream(order, stream))
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
      faults.push({ fault, line: `${stream.spec.from}: ${fault.message}` })
      if (!ofStream.includes(fault.code)) break
    }
  }
  const [first] = faults
  if (first === undefined) return plans
  const lines = faults.map(({ line }) => line).join('\n')
  throw new Fault(first.fault.code, lines, { cause: first.fault })
}

async function planStream(order: Order, { spec, ledgerIndex }: RunStream): Promise<StreamPlan> {
  await using ends = new Ends(order, spec)
  refuseMode(order, spec, ends)
  const shape = shapeOf(spec, await ends.stream(order.signal))
  const load = loadOf(order, { spec, shape, index: ledgerIndex })
  const target = await ends.destination.plan(load, order.signal)
  const { way, columns } = choose(ends, { shape, spec, targets: target.columns })
  const state = target.state ?? null
  const { range } = await reachOf({ order, spec, shape, source: ends.source }, { state, intent: null })
  const slices = await ends.source.slices(readOf(shape, { columns, range }), order.signal)
  return {
    stream: spec.from,
    target: load.target,
    mode: load.mode,
    how: target.how,
    route: way.route,
    why: way.why,
    slices: slices.length,
    range: plannedRange(range, target),
    filtered: spec.where !== undefined,
    estimated_rows: shape.stream.estimatedRows,
    estimated_bytes: shape.stream.estimatedBytes,
    statements: target.statements,
    changes: target.changes,
  }
}

function plannedRange(
  range: Range | null,
  { how, state }: Pick<Target, 'how' | 'state'>,
): PlannedRange | null {
  if (range === null) return null
  const { column, after, upTo } = range
  return {
    column,
    from: after?.value ?? null,
    inclusive: after?.inclusive ?? true,
    up_to: upTo,
    exact: state !== undefined || how === 'create',
  }
}
