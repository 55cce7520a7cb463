/** Reads CSV and Parquet files: one file, or a folder of files as one stream. */
import { createReadStream, readdirSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Condition } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import { withoutCarriageReturns } from '../../engine/csv_scan.ts'
import { countParquet, describeParquet, type ParquetColumn, parquetMetadata } from '../../engine/hold_sql.ts'
import type { Column, Context, Format, Reading, Slice, Source, Stream } from '../connector.ts'
import type { FileFormat, FilesConfig } from './config.ts'
import { checkHeader, type Header, maxHeaderBytes, parseHeader } from './header.ts'
import { readManifest } from './manifest.ts'
import { Place } from './place.ts'
import { parquetColumns } from './types.ts'

interface Found {
  readonly format: FileFormat
  readonly paths: readonly string[]
  readonly bytes: number
}

export class FilesSource implements Source {
  readonly #place: Place
  readonly #context: Context
  readonly #headers = new Map<string, Header>()
  /** By stream: its files as they were before anything of them was read. */
  readonly #seen = new Map<string, ReadonlyMap<string, string>>()

  constructor(config: FilesConfig, context: Context) {
    this.#place = new Place(config, context)
    this.#context = context
  }

  async check(): Promise<void> {
    try {
      readdirSync(this.#place.folder)
    } catch (error) {
      throw new Fault('file_unreadable', 'The folder cannot be read.', { cause: error })
    }
  }

  async discover(): Promise<Stream[]> {
    await this.check()
    const names = this.#place.only === null
      ? readdirSync(this.#place.folder).filter((name) => /\.(csv|parquet)$/i.test(name)).sort()
      : [this.#place.only]
    const streams: Stream[] = []
    for (const name of names) streams.push(await this.stream(name))
    return streams
  }

  #find(name: string): Found {
    const path = this.#place.path(name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat) throw new Fault('stream_missing', `There is no file "${name}".`)
    if (!stat.isDirectory()) {
      return { format: this.#place.format(name), paths: [path], bytes: stat.size }
    }
    const own = this.#place.own(name)
    const listed = readManifest(own.folder, own.target).files.map((file) => join(own.folder, file.name))
    const there = readdirSync(path).filter((file) => /\.(csv|parquet)$/i.test(file)).sort()
    const paths = (listed.length > 0 ? listed : there.map((file) => join(path, file)))
      .map((file) => this.#place.member(name, file))
    if (paths.length === 0) throw new Fault('stream_missing', `There are no files in "${name}".`)
    const bytes = paths.reduce((sum, file) => sum + sizeOf(file), 0)
    return { format: this.#place.format(paths[0] as string), paths, bytes }
  }

  async stream(name: string): Promise<Stream> {
    const found = this.#find(name)
    this.#seen.set(name, new Map(found.paths.map((path) => [path, signature(path)])))
    return found.format === 'csv' ? this.#csvStream(name, found) : await this.#parquetStream(name, found)
  }

  async #csvStream(name: string, { paths, bytes }: Found): Promise<Stream> {
    let first: Header | null = null
    for (const path of paths) {
      const header = parseHeader(await beginning(path))
      checkHeader(header)
      this.#headers.set(path, header)
      first ??= header
      if (header.names.join('\0') !== first.names.join('\0')) {
        throw new Fault('file_invalid', 'The files of the folder have different header lines.')
      }
    }
    const columns = (first?.names ?? []).map((column): Column => ({
      name: column,
      type: { kind: 'text', length: null },
      nullable: true,
      native: 'text',
      vocabulary: 'csv',
    }))
    return { name, columns, key: [], estimatedRows: null, estimatedBytes: bytes }
  }

  async #parquetStream(name: string, { paths, bytes }: Found): Promise<Stream> {
    const hold = await this.#context.hold(paths)
    const columns: ParquetColumn[][] = []
    for (const path of paths) {
      const described = await hold.run(describeParquet(path))
      const [metadata] = await hold.run(parquetMetadata(path))
      columns.push(parquetColumns(described, metadata?.[0] ?? null))
    }
    refuseDifferences(columns)
    const [count] = await hold.run(countParquet(paths))
    return {
      name,
      columns: columns[0] ?? [],
      key: [],
      estimatedRows: Number(count?.[0] ?? 0),
      estimatedBytes: bytes,
    }
  }

  where(stream: Stream, condition: Condition): Stream {
    if (this.#find(stream.name).format === 'parquet') return { ...stream, condition, estimatedRows: null }
    throw new Fault(
      'unsupported',
      `where: "${stream.name}" is CSV, which is text all through; Parquet can be filtered.`,
    )
  }

  async slices(stream: Stream): Promise<Slice[]> {
    return [{ id: '0', stream, fixed: false }]
  }

  formats({ name }: Stream): readonly Format[] {
    return [this.#find(name).format]
  }

  files(slice: Slice): readonly string[] {
    return this.#find(slice.stream.name).paths
  }

  unchanged({ stream }: Slice): void {
    const seen = this.#seen.get(stream.name) ?? new Map<string, string>()
    const { paths } = this.#find(stream.name)
    if (paths.length === seen.size && paths.every((path) => signature(path) === seen.get(path))) return
    throw new Fault('source_failed', 'A file changed while it was read.')
  }

  async open(slice: Slice, _format: Format, signal: AbortSignal): Promise<Reading> {
    const { paths } = this.#find(slice.stream.name)
    const bytes = concatenated(paths.map((path) => () => this.#rows(path, signal)))
    const proof = Promise.withResolvers<null>()
    const watched = bytes.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        flush: () => {
          try {
            this.unchanged(slice)
            proof.resolve(null)
          } catch (error) {
            proof.reject(error)
          }
        },
      }),
    )
    proof.promise.catch(() => undefined)
    return { bytes: watched, proof: proof.promise }
  }

  #rows(path: string, signal: AbortSignal): ReadableStream<Uint8Array> {
    const header = this.#headers.get(path)
    if (header === undefined) throw new Fault('source_failed', 'A file came in while the folder was read.')
    const bytes = fileBytes(path, header.bytes, signal)
    return header.crlf ? bytes.pipeThrough(withoutCarriageReturns()) : bytes
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Throws `file_invalid` when not all files have the same columns, of the same types, in the same order. */
function refuseDifferences([first, ...others]: readonly (readonly ParquetColumn[])[]): void {
  if (!first) return
  for (const other of others) {
    const at = first.findIndex((column, at) => !isDeepStrictEqual(column, other[at]))
    if (at < 0 && other.length === first.length) continue
    const name = at < 0 ? other[first.length]?.name : first[at]?.name
    throw new Fault(
      'file_invalid',
      `The files of the folder have different columns: "${name}" is not in all of them, not of one type, or in ` +
        'another place. Read them one by one.',
    )
  }
}

async function beginning(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const bytes = new Uint8Array(maxHeaderBytes)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new Fault('file_unreadable', undefined, { cause: error })
  }
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new Fault('file_unreadable', 'A file that the folder is made of is gone.')
  return stat.size
}

/** Size and time of change: a file that keeps both was not written to meanwhile. */
function signature(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.size} ${stat.mtimeNs} ${stat.ino}` : 'gone'
}

const chunkBytes = 256 * 1024

function fileBytes(path: string, start: number, signal: AbortSignal): ReadableStream<Uint8Array> {
  const chunks = createReadStream(path, { start, highWaterMark: chunkBytes, signal })[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value as Uint8Array)
      } catch (error) {
        controller.error(new Fault('file_unreadable', undefined, { cause: error }))
      }
    },
    async cancel() {
      await chunks.return?.()
    },
  })
}

const LF = 10

/** One after the other, each ending in a line feed. */
function concatenated(parts: readonly (() => ReadableStream<Uint8Array>)[]): ReadableStream<Uint8Array> {
  const only = parts[0]
  if (parts.length === 1 && only) return only()
  const waiting = [...parts]
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  let last = LF
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (true) {
        reader ??= waiting.shift()?.().getReader() ?? null
        if (!reader) return controller.close()
        const { done, value } = await reader.read()
        if (!done) {
          last = value.at(-1) ?? last
          return controller.enqueue(value)
        }
        reader = null
        if (last === LF) continue
        last = LF
        return controller.enqueue(new Uint8Array([LF]))
      }
    },
    async cancel(reason) {
      await reader?.cancel(reason)
    },
  })
}
