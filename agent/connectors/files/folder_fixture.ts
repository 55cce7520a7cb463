/** A folder of its own, what loads into it, and what is read from it, without an engine between. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { CsvScanner, fieldText } from '../../engine/csv_scan.ts'
import type { Type } from '../../engine/types.ts'
import type { Column, Context, Intent, Loading, Range, Rejected, Slice, Stream } from '../connector.ts'
import { bytesOf, contextOf, loadOf as anyLoad, textColumn } from '../load_fixture.ts'
import { filesConfig } from './config_fixture.ts'
import { FilesDestination } from './destination.ts'
import { FilesSource } from './source.ts'

const { signal } = new AbortController()

export const typedColumn = (name: string, type: Type): Column => ({
  ...textColumn(name),
  type,
  native: type.kind,
  vocabulary: 'postgres',
})

type LoadGiven = Parameters<typeof anyLoad>[0]

export const loadOf = (given: LoadGiven) =>
  anyLoad({ columns: [textColumn('id'), textColumn('v')], ...given })

export const sliceOf = (id: string): Slice => ({
  id,
  stream: { name: 's', columns: [], key: [], estimatedRows: null, estimatedBytes: null },
  fixed: true,
})

export const intentOf = (...slices: string[]): Intent => ({ upTo: null, slices, resumable: true })

export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'sallyport-files-'))

  context(): Context {
    return contextOf({ base: this.path })
  }

  write(name: string, bytes: string | Uint8Array): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true })
    writeFileSync(join(this.path, name), bytes)
  }

  read(name: string): Buffer {
    return readFileSync(join(this.path, name))
  }

  has(name: string): boolean {
    return existsSync(join(this.path, name))
  }

  /** Every file below the folder but those of `.sallyport`. */
  files(below = ''): string[] {
    const root = join(this.path, below)
    if (!existsSync(root)) return []
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('.sallyport'))
      .map((entry) => relative(this.path, join(entry.parentPath, entry.name)))
      .sort()
  }

  manifest(
    target: string,
  ): { files: { name: string; rows: number }[]; loads: object[]; partition_by: string[] } {
    return JSON.parse(readFileSync(join(this.path, '.sallyport', `${target}.json`), 'utf8'))
  }

  destination(options: object = {}): FilesDestination {
    return new FilesDestination(filesConfig({ path: this.path, ...options }), this.context())
  }

  source(options: object = {}): FilesSource {
    return new FilesSource(filesConfig({ path: this.path, ...options }), this.context())
  }

  /** Loads slices, by id, and commits them. */
  async load(
    given: LoadGiven,
    slices: Readonly<Record<string, string>>,
    { options = {}, rejected = null, cursor = null }: {
      options?: object
      rejected?: Rejected | null
      cursor?: { column: string; value: string } | null
    } = {},
  ): Promise<void> {
    const load = loadOf(given)
    await using destination = this.destination(options)
    await using loading: Loading = await destination.begin(load)
    await loading.prepare(intentOf(...Object.keys(slices)), signal)
    let rows = 0
    for (const [id, text] of Object.entries(slices)) {
      if (loading.done.has(id)) continue
      rows += (await loading.write(sliceOf(id), 'csv', bytesOf(text))).rows ?? 0
    }
    await loading.commit({ runId: load.runId, rows, cursor }, rejected)
  }

  /** All rows of a stream, in the order of its slices. */
  async rows(name: string, options: object = {}, range?: Range): Promise<Rows> {
    await using source = this.source(options)
    const stream: Stream = await source.stream(name, signal)
    const columns = stream.columns.map((column) => column.name)
    const slices = await source.slices(range ? { ...stream, range } : stream)
    const rows: (string | null)[][] = []
    for (const slice of slices) {
      const { bytes, proof } = await source.open(slice, 'csv', signal)
      const onRow = (_: number, fields: readonly Buffer[]) => rows.push(fields.map((one) => fieldText(one)))
      const scanner = new CsvScanner({ columns: columns.length, onRow })
      for await (const chunk of bytes) scanner.push(chunk)
      scanner.end()
      await proof
    }
    return { columns, types: stream.columns.map(({ type }) => type.kind), rows, slices: slices.length }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export interface Rows {
  readonly columns: readonly string[]
  readonly types: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly slices: number
}
