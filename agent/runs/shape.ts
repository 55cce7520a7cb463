/** What of a stream is sent, under which names and as which types: the pipeline's wishes beside what the source has. */
import { Fault } from '../../shared/faults.ts'
import { type Column, historyColumns, type Load, type Range, type Stream } from '../connectors/connector.ts'
import { checkCursor } from '../engine/cursor.ts'
import { parseType, type Type } from '../engine/types.ts'
import type { Order, StreamSpec } from './move.ts'

export interface Shape {
  /** The stream with the columns that are sent, under the source's names. */
  readonly stream: Stream
  /** The same columns under the target's names. */
  readonly columns: readonly Column[]
  /** The source's column to go by; null where everything is read. It does not have to be sent. */
  readonly cursor: { readonly column: Column; readonly lag: string | null } | null
  /** The target's name of a column of the source. */
  nameOf(column: string): string
  /** The source's names of the key. */
  readonly key: readonly string[]
  readonly cast: ReadonlyMap<string, Type>
}

/** Modes in which rows are told apart by their key. */
const keyed: readonly string[] = ['merge', 'history', 'mirror']

export const isKeyed = ({ mode }: Pick<StreamSpec, 'mode'>) => keyed.includes(mode)

/** Throws `column_missing`, `name_refused`, `type_refused`, `key_missing`, `cursor_refused`. */
export function shapeOf(spec: StreamSpec, stream: Stream): Shape {
  const { include, exclude = [], rename = {}, cursor } = spec
  const known = new Map(stream.columns.map((column) => [column.name, column]))
  const need = (what: string, names: Iterable<string>) => {
    for (const name of names) {
      if (!known.has(name)) {
        throw new Fault('column_missing', `${what} names "${name}", which the source has not.`)
      }
    }
  }
  need('include', include ?? [])
  need('exclude', exclude)
  need('rename', Object.keys(rename))
  need('cast', Object.keys(spec.cast ?? {}))
  need('key', spec.key ?? [])
  need('cursor', cursor ? [cursor.column] : [])
  const sent = stream.columns.filter(({ name }) =>
    include?.includes(name) !== false && !exclude.includes(name)
  )
  if (sent.length === 0) throw new Fault('column_missing', 'include and exclude leave no column.')
  const nameOf = (name: string) => Object.hasOwn(rename, name) ? rename[name] as string : name
  refuseTwins(spec, sent, nameOf)
  const names = new Set(sent.map(({ name }) => name))
  const by = cursor ? { column: known.get(cursor.column) as Column, lag: cursor.lag ?? null } : null
  if (by) refuseCursor(spec.mode, by)
  return {
    stream: { ...stream, columns: sent },
    columns: sent.map((column) => ({ ...column, name: nameOf(column.name) })),
    cursor: by,
    nameOf,
    key: keyOf(spec, stream, names),
    cast: castOf(spec, nameOf),
  }
}

function refuseCursor(mode: StreamSpec['mode'], { column, lag }: NonNullable<Shape['cursor']>): void {
  checkCursor(column, lag)
  if (mode === 'replace') {
    throw new Fault(
      'cursor_refused',
      'Mode replace reads everything: there is nothing that a cursor could leave out.',
    )
  }
  if (mode === 'append' && lag !== null) {
    throw new Fault('cursor_refused', 'An append takes no lag: what is read once more would be there twice.')
  }
}

function refuseTwins(spec: StreamSpec, sent: readonly Column[], nameOf: (name: string) => string): void {
  const seen = new Map<string, string>()
  for (const { name } of sent) {
    const target = nameOf(name)
    const twin = seen.get(target)
    if (twin !== undefined) {
      throw new Fault('name_refused', `"${twin}" and "${name}" would both be "${target}" in the target.`)
    }
    seen.set(target, name)
  }
  for (const own of spec.mode === 'history' ? Object.values(historyColumns) : []) {
    if (!seen.has(own)) continue
    throw new Fault(
      'name_refused',
      `"${seen.get(own)}" would be "${own}" in the target, which history needs itself.`,
    )
  }
}

function keyOf(spec: StreamSpec, stream: Stream, sent: ReadonlySet<string>): readonly string[] {
  const key = spec.key ?? stream.key
  const left = key.find((name) => !sent.has(name))
  if (!isKeyed(spec)) return left === undefined ? key : []
  if (key.length === 0) {
    throw new Fault(
      'key_missing',
      `Mode ${spec.mode} needs a key, and neither pipeline nor source names one.`,
    )
  }
  if (left !== undefined) throw new Fault('key_missing', `"${left}" belongs to the key, and is not sent.`)
  return key
}

function castOf(spec: StreamSpec, nameOf: (name: string) => string): Map<string, Type> {
  const cast = new Map<string, Type>()
  for (const [column, spelled] of Object.entries(spec.cast ?? {})) {
    const type = parseType(spelled)
    if (!type) throw new Fault('type_refused', `cast of "${column}": there is no type "${spelled}".`)
    cast.set(nameOf(column), type)
  }
  return cast
}

/** The stream as it is asked of its source. */
export function readOf(
  { stream }: Shape,
  { columns, range }: { readonly columns: readonly Column[]; readonly range: Range | null },
): Stream {
  return { ...stream, columns, ...(range === null ? {} : { range }) }
}

/** The load that a stream of this shape is. `index`: its number in the ledger. */
export function loadOf(
  order: Order,
  { spec, shape, index }: { spec: StreamSpec; shape: Shape; index: number },
): Load {
  const { runId, fence, startedAt, action } = order
  const cursor = shape.cursor?.column.name
  const quarantine = spec.on_bad_row === 'quarantine'
  return {
    runId,
    index,
    fence,
    target: spec.to,
    // Outside of its range a backfill knows nothing, so nothing is gone there.
    mode: order.action === 'backfill' && spec.mode === 'mirror' ? 'merge' : spec.mode,
    columns: shape.columns,
    key: shape.key.map(shape.nameOf),
    cast: shape.cast,
    cursor: shape.stream.columns.some(({ name }) => name === cursor) ? shape.nameOf(cursor as string) : null,
    partial: isPartial(order, { shape, quarantine }),
    schema: spec.schema ?? 'evolve',
    reset: action === 'reset',
    at: startedAt ?? `${new Date().toISOString().slice(0, -1)}000Z`,
    quarantine,
  }
}

/**
 * True where a key that does not come may be at the source all the same: a range is read, or a row that has it may be
 * refused.
 */
function isPartial(
  { action = 'run' }: Order,
  { shape, quarantine }: { shape: Shape; quarantine: boolean },
): boolean {
  return quarantine || action === 'backfill' || (action === 'run' && shape.cursor !== null)
}
