/** An entry of the audit log as a line for people. It comes from the edge, so nothing in it may steer the terminal. */
import { holdsName } from '../../shared/log/names.ts'
import { printable } from '../edge_client/problem.ts'
import { native } from '../primitives.ts'

export interface Entry {
  readonly index: number
  readonly leaf: string
  readonly names?: Readonly<Record<string, { readonly value: string; readonly salt: string }>> | undefined
}

/** `known`: what the edge calls these ids now. The entry does not say so: only the id beside it is in the log. */
export function entryLine({ index, leaf, names }: Entry, known: ReadonlyMap<string, string>): string {
  const { time, action, actor, target, facts } = JSON.parse(leaf) as Record<string, unknown>
  const { kind, id } = (actor ?? {}) as { kind?: unknown; id?: unknown }
  const more = Object.entries((facts ?? {}) as Record<string, unknown>).map(([name, value]) =>
    `${name}=${String(value)}`
  )
  // A name stands beside the entry, which holds its hash: the edge could write any other one there.
  const said = Object.entries(names ?? {}).map(([field, { value, salt }]) =>
    holdsName(native, leaf, { field, value, salt }) ? `${field}="${value}"` : `${field}=(not the entry's)`
  )
  const called = (one: unknown) => {
    const name = known.get(String(one))
    return name === undefined ? String(one) : `${name} (${String(one)})`
  }
  const who = id === undefined ? String(kind) : `${String(kind)} ${called(id)}`
  return printable(
    [String(index).padStart(6), String(time), String(action), `by ${who}`, called(target), ...more, ...said]
      .join('  '),
  )
}
