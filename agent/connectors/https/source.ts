/** Reads files from a web server: each into the run's folder first, then as the files source does. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault } from '../../../shared/faults.ts'
import type { Context, Format, Reading, Slice, Source, Stream } from '../connector.ts'
import type { FilesConfig, FormatOptions } from '../files/config.ts'
import { FilesSource } from '../files/source.ts'
import { inside } from '../guard.ts'
import { type HttpsConfig, onlyStream, pathOf } from './config.ts'
import { download } from './download.ts'
import { faultOfStatus } from './errors.ts'
import { request } from './request.ts'

export class HttpsSource implements Source {
  readonly #config: HttpsConfig
  readonly #context: Context
  readonly #fetched = new Set<string>()
  #folder: string | null = null
  #reader: FilesSource | null = null

  constructor(config: HttpsConfig, context: Context) {
    this.#config = config
    this.#context = context
  }

  async check(signal: AbortSignal): Promise<void> {
    const { path } = this.#config
    const { status, body } = await request(this.#config, this.#context, { method: 'HEAD', path, signal })
    await body?.cancel()
    const folder = onlyStream(this.#config) === null
    // Some servers know no HEAD, and many show no folder: whoever answers that has been reached.
    const there = status < 400 || status === 405 || status === 501 || (folder && [403, 404].includes(status))
    if (!there) throw faultOfStatus(status, path)
  }

  async discover(signal: AbortSignal): Promise<Stream[]> {
    const only = onlyStream(this.#config)
    if (only === null) {
      throw new Fault('unsupported', 'A folder of a web server has no list: name its files in the pipeline.')
    }
    return [await this.stream(only, signal)]
  }

  async stream(name: string, signal: AbortSignal): Promise<Stream> {
    await this.#fetch(name, signal)
    return await this.#files().stream(name, signal)
  }

  /** Once for this source: whatever reads the stream again reads the same bytes. */
  async #fetch(name: string, signal: AbortSignal): Promise<void> {
    if (this.#fetched.has(name)) return
    const path = pathOf(this.#config, name)
    this.#folder ??= mkdtempSync(join(this.#context.folder, 'https-'))
    const target = inside(this.#folder, name)
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    rmSync(target, { force: true })
    await download({
      ask: (headers) => request(this.#config, this.#context, { method: 'GET', path, headers, signal }),
      path: target,
      name,
      host: this.#config.host,
      mostBytes: this.#context.mostBytes,
      signal,
    })
    this.#fetched.add(name)
  }

  #files(): FilesSource {
    const folder = this.#folder
    if (folder === null) throw new Fault('source_failed', 'Nothing of this connection has been fetched.')
    const guard = { ...this.#context.guard, path: (path: string) => void inside(folder, path) }
    return this.#reader ??= new FilesSource(fetched(this.#config, folder), { ...this.#context, guard })
  }

  async slices(stream: Stream): Promise<Slice[]> {
    return await this.#files().slices(stream)
  }

  formats(stream: Stream): readonly Format[] {
    return this.#files().formats(stream)
  }

  files(slice: Slice): readonly string[] {
    return this.#files().files(slice)
  }

  unchanged(slice: Slice): void {
    this.#files().unchanged(slice)
  }

  async open(slice: Slice, format: Format, signal: AbortSignal): Promise<Reading> {
    return await this.#files().open(slice, format, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = null
    this.#reader = null
    this.#fetched.clear()
  }
}

/** A files connection that reads what was fetched in the way that this one says. */
function fetched(config: FormatOptions, path: string): FilesConfig {
  const { format, delimiter, quote, header, columns, null: none, encoding, line_ending, style } = config
  return {
    path,
    ...{ format, delimiter, quote, header, columns, null: none, encoding, line_ending, style },
    compression: null,
    partitions: false,
    file_column: false,
    partition_by: [],
    rows_per_file: null,
    bytes_per_file: null,
  }
}
