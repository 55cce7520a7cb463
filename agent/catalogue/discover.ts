/** Which streams a connection has: names, columns, types, keys and estimates; never a row. */
import { Fault } from '../../shared/faults.ts'
import type { CatalogueStream, DiscoverResult } from '../../shared/schemas/catalogue.ts'
import type { Source, Stream } from '../connectors/connector.ts'
import { typeText } from './type_text.ts'

export interface DiscoverOptions {
  /** Names that are wanted, `*` for any letters; all where there is none. */
  readonly patterns: readonly string[]
  /** Most streams, and most bytes of them as JSON. */
  readonly mostStreams: number
  readonly mostBytes: number
  /** Whether anybody may read a stream of this name. */
  readonly allowed: (name: string) => boolean
  readonly now: () => number
}

/** Throws what the source throws. A stream that goes while it is looked at is left out. */
export async function discover(
  source: Source,
  options: DiscoverOptions,
  signal: AbortSignal,
): Promise<DiscoverResult> {
  const fits = fitting(options.patterns)
  const known = source.names === undefined ? await source.discover(signal) : null
  const names = known?.map(({ name }) => name) ?? (await source.names?.(signal) ?? []).map(({ name }) => name)
  const wanted = names.filter(fits)
  const readable = wanted.filter(options.allowed)
  const streams: CatalogueStream[] = []
  let bytes = 0
  let gone = 0
  for (const name of readable) {
    signal.throwIfAborted()
    if (streams.length >= options.mostStreams) break
    const stream = known?.find((one) => one.name === name) ?? await described(source, name, signal)
    if (stream === null) {
      gone++
      continue
    }
    const shown = shownAs(stream)
    bytes += JSON.stringify(shown).length
    if (bytes > options.mostBytes) break
    streams.push(shown)
  }
  return {
    action: 'discover',
    at: new Date(options.now()).toISOString(),
    streams,
    left_off: readable.length - gone - streams.length,
    withheld: wanted.length - readable.length,
  }
}

async function described(source: Source, name: string, signal: AbortSignal): Promise<Stream | null> {
  try {
    return await source.stream(name, signal)
  } catch (error) {
    const gone = error instanceof Fault &&
      ['stream_missing', 'permission_denied', 'column_missing'].includes(error.code)
    if (gone) return null
    throw error
  }
}

function shownAs({ name, columns, key, estimatedRows, estimatedBytes }: Stream): CatalogueStream {
  return {
    name,
    columns: columns.map((column) => ({
      name: column.name,
      type: typeText(column.type),
      native: column.native,
      nullable: column.nullable,
      ...(column.generated === true ? { generated: true } : {}),
    })),
    key: [...key],
    estimated_rows: estimatedRows,
    estimated_bytes: estimatedBytes,
  }
}

/** Whether a name is one that the patterns ask for; letters count as they are written. */
export function fitting(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    return new RegExp(`^${parts.join('[^]*')}$`)
  })
  return (name) => expressions.length === 0 || expressions.some((expression) => expression.test(name))
}
