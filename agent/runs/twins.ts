/** Two streams into one target: the second would undo or mix with the first. */
import { Fault } from '../../shared/faults.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import type { Order, StreamSpec } from './move.ts'

/** Throws `names_collide` for two streams whose targets are one, by whatever spelling, or once letters are folded. */
export function refuseTwins(order: Order, streams: readonly StreamSpec[]): void {
  const seen = new Map<string, StreamSpec>()
  for (const stream of streams) {
    const target = targetOf(order, stream.to)
    const folded = target.normalize('NFC').toLowerCase()
    const twin = seen.get(folded)
    if (twin !== undefined) throw collision([twin, stream], target === targetOf(order, twin.to))
    seen.set(folded, stream)
  }
}

function targetOf(order: Order, to: string): string {
  const { type, config } = order.destination
  try {
    return connectorOf(type).target?.(parseConfig(type, config), order.base, to) ?? to
  } catch {
    // The stream itself will say what is wrong with it.
    return to
  }
}

function collision([one, other]: readonly [StreamSpec, StreamSpec], same: boolean): Fault {
  const both = one.to === other.to ? `"${one.to}"` : `"${one.to}" and "${other.to}"`
  return new Fault(
    'names_collide',
    `The streams "${one.from}" and "${other.from}" have one target, ${both}${
      same ? '' : ', once capital letters count for nothing'
    }.`,
  )
}
