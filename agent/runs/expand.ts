/** The streams of a run: every name that fits a pattern is one of its own. */
import { createHash } from 'node:crypto'
import { Fault } from '../../shared/faults.ts'
import type { NameParts, Source, StreamName } from '../connectors/connector.ts'
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
      for (const one of fitting(spec, names)) found.push([named(spec, one), true])
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
  if (parts !== undefined) return named(spec, { name: spec.from, parts })
  throw new Fault(
    'unsupported',
    `"${spec.to}": names of a source of kind ${order.source.type} have no parts.`,
  )
}

function fitting({ from }: StreamSpec, names: readonly StreamName[]): StreamName[] {
  const pattern = expressionOf(from)
  const fits = names.filter(({ name }) => pattern.test(name))
  if (fits.length === 0) throw new Fault('stream_missing', `No name fits "${from}".`)
  return fits.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}

function named(spec: StreamSpec, { name, parts }: StreamName): StreamSpec {
  return { ...spec, from: name, to: filled(spec.to, parts) }
}

/**
 * `*` is any letters within one part of a name. What is quoted in the pattern, or has to be in the name, is compared
 * as it is meant.
 */
function expressionOf(from: string): RegExp {
  const parts = from.match(/"(?:[^"]|"")*"|\*|\.|[^"*.]+/g) ?? []
  const text = parts.map((part) => {
    if (part === '*') return '(?:[^".]*|"(?:[^"]|"")*")'
    if (part === '.') return '\\.'
    return part.startsWith('"') ? quotedOrNot(part) : escaped(part)
  })
  return new RegExp(`^${text.join('')}$`, 'u')
}

function quotedOrNot(part: string): string {
  const bare = part.slice(1, -1).replaceAll('""', '"')
  return `(?:${escaped(part)}|${escaped(bare)})`
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

function filled(to: string, { schema, table }: NameParts): string {
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
