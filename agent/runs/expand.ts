/** The streams of a run: every name that fits a pattern is one of its own. */
import { createHash } from 'node:crypto'
import { Fault } from '../../shared/faults.ts'
import type { NameParts, Source, StreamName } from '../connectors/connector.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import { isPattern, placeholdersOf } from '../pipeline_files/patterns.ts'
import { openSource } from './ends.ts'
import type { Order, StreamSpec } from './move.ts'
import type { RunStream } from './stream.ts'
import { refuseTwins } from './twins.ts'

/** So many streams have a number in a report. */
const mostStreams = 10_000

/**
 * In the order of the pipeline; what one pattern finds, by name. Nothing has been written yet, nor opened but to list
 * names. Throws `stream_missing` for a pattern that nothing fits, `names_collide`, `unsupported`, and what `admit`
 * throws.
 */
export async function runStreams(order: Order): Promise<RunStream[]> {
  const streams = needsNames(order) ? await expanded(order) : [...order.streams.entries()].map(plain)
  if (streams.length > mostStreams) {
    throw new Fault('unsupported', `The patterns find more than ${mostStreams} streams.`)
  }
  refuseTwins(order, streams.map(({ spec }) => spec))
  for (const { spec } of streams) order.admit?.(spec)
  return streams
}

const plain = ([index, spec]: [number, StreamSpec]): RunStream => ({ spec, index, ledgerIndex: index })

const isOpen = ({ from, to }: StreamSpec) => isPattern(from) || placeholdersOf(to).length > 0

function needsNames({ streams }: Order): boolean {
  return streams.some(isOpen)
}

async function expanded(order: Order): Promise<RunStream[]> {
  await using source = openSource(order)
  let names: StreamName[] | null = null
  const found: (readonly [StreamSpec, boolean])[] = []
  for (const spec of order.streams) {
    if (!isOpen(spec)) {
      found.push([spec, false])
      continue
    }
    if (isPattern(spec.from) && source.names !== undefined) {
      names ??= await source.names(order.signal)
      for (const one of fitting(order, spec, names)) found.push([named(order, spec, one), true])
    } else found.push([await alone(order, { spec, source }), true])
  }
  const taken = new Set(order.streams.keys())
  return found.map(([spec, open], index) => ({
    spec,
    index,
    ledgerIndex: open ? numberOf(spec.to, taken) : order.streams.indexOf(spec),
  }))
}

/** A name that stands for itself, as the source understands it. */
async function alone(
  order: Order,
  { spec, source }: { spec: StreamSpec; source: Source },
): Promise<StreamSpec> {
  if (placeholdersOf(spec.to).length === 0) return spec
  const { parts } = await source.stream(spec.from, order.signal)
  if (parts !== undefined) return named(order, spec, { name: spec.from, parts })
  throw new Fault(
    'unsupported',
    `"${spec.to}": names of a source of kind ${order.source.type} have no parts.`,
  )
}

function fitting(order: Order, { from }: StreamSpec, names: readonly StreamName[]): StreamName[] {
  const whole = expressionOf(from)
  const parts = partsOf(from).map((part) => expressionOf(part, '.*'))
  const fits = names.filter((one) => whole.test(one.name) || fitsByParts(order, one, parts))
  if (fits.length === 0) throw new Fault('stream_missing', `No name fits "${from}".`)
  return fits.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}

/** A pattern of one part means what a name of one part would: the schema that goes without saying. */
function fitsByParts(order: Order, { name, parts }: StreamName, patterns: readonly RegExp[]): boolean {
  const table = patterns.at(-1)
  if (!table?.test(parts.table)) return false
  if (patterns.length === 2) return patterns[0]?.test(parts.schema ?? '') === true
  return patterns.length === 1 && isOneName(order, name, `"${parts.table.replaceAll('"', '""')}"`)
}

function isOneName({ source: { type, config }, base }: Order, one: string, other: string): boolean {
  const { target } = connectorOf(type)
  if (target === undefined) return false
  try {
    const parsed = parseConfig(type, config)
    return target(parsed, base, one) === target(parsed, base, other)
  } catch {
    return false
  }
}

const pieces = /"(?:[^"]|"")*"|\*|\.|[^"*.]+|"/g

/** At the dots that no quotes are around. */
function partsOf(from: string): string[] {
  const parts = ['']
  for (const piece of from.match(pieces) ?? []) {
    if (piece === '.') parts.push('')
    else parts[parts.length - 1] += piece
  }
  return parts
}

function named(order: Order, spec: StreamSpec, { name, parts }: StreamName): StreamSpec {
  return { ...spec, from: name, to: filled(order, spec.to, parts) }
}

/** What is quoted stands for itself; a star does for anything within its part. */
function expressionOf(from: string, star = '[^.]*'): RegExp {
  const text = (from.match(pieces) ?? []).map((piece) => {
    if (piece === '*') return star
    return escaped(
      piece.length > 1 && piece.startsWith('"') ? piece.slice(1, -1).replaceAll('""', '"') : piece,
    )
  })
  return new RegExp(`^${text.join('')}$`, 'su')
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Parts of a path are what they are; those of a table's name are quoted where they would be read as more than one. */
function filled(order: Order, to: string, parts: NameParts): string {
  if (order.destination.type === 'files') return withParts(to, parts)
  return partsOf(to).map((part) => {
    const whole = withParts(part, parts)
    return part === whole || !/[".]/.test(whole) ? whole : `"${whole.replaceAll('"', '""')}"`
  }).join('.')
}

function withParts(to: string, { schema, table }: NameParts): string {
  return to.replace(/"(?:[^"]|"")*"|\{(schema|table)\}/g, (whole, which: 'schema' | 'table' | undefined) => {
    if (which === undefined) return whole
    const part = which === 'schema' ? schema : table
    if (part === null) throw new Fault('name_refused', `"${to}": the names of this source have no schema.`)
    return part
  })
}

/** A number that the target has in every attempt of a run, whatever else is found then. */
function numberOf(target: string, taken: Set<number>): number {
  let number = 10_000 + createHash('sha256').update(target).digest().readUInt32BE(0) % 2_000_000_000
  while (taken.has(number)) number++
  taken.add(number)
  return number
}
