/** Two streams into one target: the second would undo or mix with the first. */
import { Fault } from '../../shared/faults.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import type { Order, StreamResult } from './move.ts'

/** The first two streams whose targets are one, by whatever spelling; null when there are none. */
export function twinsOf(order: Order): readonly [first: number, second: number] | null {
  const { type } = order.destination
  const seen = new Map<string, number>()
  for (const [index, { to }] of order.streams.entries()) {
    let target = to
    try {
      const config = parseConfig(type, order.destination.config)
      target = connectorOf(type).target?.(config, order.base, to) ?? to
    } catch {
      // The stream itself will say what is wrong with it.
    }
    const first = seen.get(target)
    if (first !== undefined) return [first, index]
    seen.set(target, index)
  }
  return null
}

export function twinFault(order: Order, [first, second]: readonly [number, number]): Fault {
  const [one, other] = [order.streams[first]?.to, order.streams[second]?.to]
  return new Fault(
    'target_refused',
    `Streams ${first + 1} and ${second + 1} have one target, "${one}"${
      one === other ? '' : ` and "${other}"`
    }.`,
  )
}

/** The results of all streams when two have one target: nothing is moved then. None otherwise. */
export function refuseTwins(order: Order): StreamResult[] {
  const twins = twinsOf(order)
  if (twins === null) return []
  order.onFault?.(twins[1], twinFault(order, twins))
  return order.streams.map(({ from, to, mode }) => ({
    stream: from,
    target: to,
    mode,
    route: null,
    status: 'failed',
    rows_read: 0,
    rows: 0,
    bytes: 0,
    rejected: 0,
    seconds: 0,
    code: 'target_refused',
  }))
}
