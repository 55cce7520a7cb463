/** A pipeline file to begin with: every stream that was found, under a name that its destination can take. */
import { stringify } from 'yaml'
import type { DiscoverResult } from '../../shared/schemas/catalogue.ts'

/** The connection that a pipeline is begun for, as far as it is known here. */
export interface Towards {
  readonly name: string
  /** Null where only its name is known. */
  readonly kind: string | null
  readonly config: Readonly<Record<string, unknown>>
}

export interface Starting {
  readonly name: string
  /** Of the connection that was looked at; null where it is not known. */
  readonly kind: string | null
  readonly to: Towards
}

/** Streams move as they are; keys stand beside them, for who wants to merge. */
export function starterPipeline({ streams }: DiscoverResult, { name, kind, to }: Starting): string {
  const head = { sallyport: 1, name, source: name, destination: to.name, defaults: { mode: 'replace' } }
  const targets = streams.map((stream) => targetOf(stream.name, { kind, to }))
  const folded = targets.map((target) => target.toLowerCase())
  const lines = streams.map(({ name: stream, key }, at) => {
    const alone = folded.indexOf(folded[at] as string) === folded.lastIndexOf(folded[at] as string)
    const target = alone ? targets[at] : targetOf(stream, { kind, to, whole: true })
    const entry = `  - { from: ${JSON.stringify(stream)}, to: ${JSON.stringify(target)} }`
    return key.length === 0 ? entry : `${entry} # key: ${JSON.stringify(key)}`
  })
  return `${stringify(head)}streams:\n${lines.join('\n')}\n`
}

const isFiles = (kind: string | null) => kind === 'files' || kind === 'https'

/** `whole`: where the last part of the name would be that of another stream too. */
function targetOf(
  stream: string,
  { kind, to, whole = false }: Pick<Starting, 'kind' | 'to'> & { readonly whole?: boolean },
): string {
  const single = isFiles(kind) || kind === 'sqlite' || kind === 'libsql'
  const parts = single ? [stream] : partsOf(stream).map(unquoted)
  const last = isFiles(kind) ? stemOf(stream) : parts.at(-1) ?? stream
  const own = whole ? parts.join('_').replace(/[/\\]/g, '_') : last
  switch (to.kind) {
    case 'files':
      return `${own.replace(/[/\\:*?]/g, '_')}${endingFor(to)}`
    case 'sqlite':
    case 'libsql':
      return own
    case 'mysql':
      return quoted(own)
    default:
      return single ? quoted(own) : stream
  }
}

/** Parts of a name with dots, quoted ones whole. */
const partsOf = (name: string): string[] => name.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [name]

const unquoted = (part: string) => part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part

const quoted = (name: string) => /[."*{}]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name

/** `in/2026/orders.csv.gz` is orders. */
function stemOf(file: string): string {
  const last = file.split('/').filter((part) => part !== '').at(-1) ?? file
  return last.replace(/\.(csv|tsv|jsonl|ndjson|parquet)?(\.(gz|zst))?$/i, '') || last
}

/** A connection that writes folders, of files that it names itself, says their format on its own. */
function endingFor({ config }: Towards): string {
  const splits = ['partition_by', 'rows_per_file', 'bytes_per_file'].some((key) => config[key] !== undefined)
  const { format = 'parquet', compression } = config
  if (splits || typeof format !== 'string') return ''
  const compressed = format === 'parquet' ? undefined : { gzip: '.gz', zstd: '.zst' }[String(compression)]
  return `.${format}${compressed ?? ''}`
}
