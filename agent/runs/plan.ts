/** What a run would do: both ends are looked at, nothing is written. */
import type { Mode, Target } from '../connectors/connector.ts'
import type { Order, Route } from './move.ts'
import { choose, Ends, loadOf } from './stream.ts'
import { twinFault, twinsOf } from './twins.ts'

export interface StreamPlan {
  readonly stream: string
  readonly target: string
  readonly mode: Mode
  /** What would become of the target. */
  readonly how: Target['how']
  readonly route: Route
  /** Why this route. */
  readonly why: string
  readonly estimated_rows: number | null
  readonly estimated_bytes: number | null
  /** DDL, or file operations in words, in order. */
  readonly statements: readonly string[]
}

/** Throws the first fault that a run would meet before its first byte. */
export async function planRun(order: Order): Promise<StreamPlan[]> {
  const twins = twinsOf(order)
  if (twins !== null) throw twinFault(order, twins)
  const plans: StreamPlan[] = []
  for (const index of order.streams.keys()) plans.push(await planStream(order, index))
  return plans
}

async function planStream(order: Order, index: number): Promise<StreamPlan> {
  await using ends = new Ends(order, index)
  const { from } = order.streams[index] as Order['streams'][number]
  const stream = await ends.stream(order.signal)
  const load = loadOf(order, index, stream)
  const target = await ends.destination.plan(load, order.signal)
  const { way } = choose(ends, { stream, load, targets: target.columns })
  return {
    stream: from,
    target: load.target,
    mode: load.mode,
    how: target.how,
    route: way.route,
    why: way.why,
    estimated_rows: stream.estimatedRows,
    estimated_bytes: stream.estimatedBytes,
    statements: target.statements,
  }
}
