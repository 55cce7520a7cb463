/** Reads CSV, TSV, JSON lines and Parquet: one file, or those of a folder or a pattern as one stream. */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Condition } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import { type ParquetColumn } from '../../engine/hold_sql.ts'
import { errno } from '../../files.ts'
import type { Column, Context, Finding, Format, Range, Reading, Slice, Source, Stream } from '../connector.ts'
import type { FileFormat, FilesConfig } from './config.ts'
import { JsonlColumns } from './formats/jsonl_columns.ts'
import { endingOf, Place } from './place.ts'
import { textBytes } from './reading/bytes.ts'
import { concatenated } from './reading/concatenated.ts'
import { dataFiles, find, type Found, type FoundFile, signatureOf } from './reading/found.ts'
import { type Head, headOf } from './reading/head.ts'
import { describedParquet, newestOf, parquetRange, parquetReading } from './reading/parquet.ts'
import { inFile, rowsOf } from './reading/rows.ts'
import { groupsOf } from './reading/slicing.ts'

/** Has each row's file, where the connection asks for it. */
const fileColumn = '_file'

/** A stream as it was when it was described: what is read of it is that, or nothing. */
interface Seen extends Found {
  readonly columns: readonly Column[]
  readonly heads: ReadonlyMap<string, Head>
}

export class FilesSource implements Source {
  readonly #config: FilesConfig
  readonly #place: Place
  readonly #context: Context
  readonly #seen = new Map<string, Seen>()

  constructor(config: FilesConfig, context: Context) {
    this.#config = config
    this.#place = new Place(config, context)
    this.#context = context
  }

  async check(): Promise<void> {
    try {
      readdirSync(this.#place.folder)
    } catch (error) {
      const what = errno(error) === 'ENOENT' ? 'There is no such folder.' : 'The folder cannot be read.'
      throw new Fault('file_unreadable', what, { cause: error })
    }
  }

  async probe(): Promise<void> {
    await this.check()
  }

  async discover(signal?: AbortSignal): Promise<Stream[]> {
    await this.check()
    const streams: Stream[] = []
    for (const name of this.#listed()) {
      try {
        streams.push(await this.stream(name, signal))
      } catch (error) {
        if (!(error instanceof Fault) || error.message.includes(name)) throw error
        throw new Fault(error.code, `${name}: ${error.message}`, { cause: error })
      }
    }
    return streams
  }

  /** Files, and folders that have files. */
  #listed(): string[] {
    const { only, folder } = this.#place
    if (only !== null) return [only]
    const shown = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !/^[._]/.test(name))
    const files = shown.filter((entry) => !entry.isDirectory() && endingOf(entry.name) !== null)
    const folders = shown.filter((entry) =>
      entry.isDirectory() && dataFiles(join(folder, entry.name), this.#config.partitions).length > 0
    )
    return [...files, ...folders].map(({ name }) => name).sort()
  }

  async examine(names: readonly string[]): Promise<Finding[]> {
    const findings: Finding[] = []
    try {
      await this.check()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const { folder } = this.#place
      return [{
        what: `list ${folder}`,
        code: error.code,
        remedy: `chmod u+rx '${folder.replaceAll("'", "'\\''")}'`,
      }]
    }
    for (const name of names.length > 0 ? names : this.#listed()) {
      try {
        const { files, format } = find(name, this.#place, this.#config)
        if (format === 'parquet') continue
        for (const { path } of files) await headOf(path, { format, options: this.#config }, never)
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        findings.push({
          what: `read "${name}" (${error.message.replace(/\.$/, '')})`,
          code: error.code,
          remedy: null,
        })
      }
    }
    return findings
  }

  async stream(name: string, signal: AbortSignal = never): Promise<Stream> {
    const found = find(name, this.#place, this.#config)
    refuseOtherPartitions(found.files)
    const stream = found.format === 'parquet'
      ? await this.#parquetStream(name, found)
      : await this.#textStream(name, found, signal)
    return { ...stream, parts: { schema: null, table: stemOf(name) } }
  }

  async #textStream(name: string, found: Found, signal: AbortSignal): Promise<Stream> {
    const { format, files, bytes } = found
    const heads = new Map<string, Head>()
    const names = new Set<string>()
    for (const file of files) {
      const head = await headOf(file.path, { format, options: this.#config }, signal)
        .catch((error) => Promise.reject(placed(error, { file, files })))
      heads.set(file.path, head)
      for (const column of head.names) names.add(column)
    }
    if (!this.#config.header) refuseOtherWidths(files, heads)
    const lines = format === 'jsonl' ? await this.#jsonlColumns({ files, heads }, signal) : null
    const own = lines?.columns() ?? [...names].map(textColumn)
    const columns = [...own, ...this.#constantColumns(found, own)]
    this.#seen.set(name, { ...found, heads, columns })
    return { name, columns, key: [], estimatedRows: lines?.rows ?? null, estimatedBytes: bytes }
  }

  async #jsonlColumns(
    { files, heads }: Pick<Seen, 'files' | 'heads'>,
    signal: AbortSignal,
  ): Promise<JsonlColumns> {
    const columns = new JsonlColumns()
    for (const file of files) {
      const head = heads.get(file.path) as Head
      try {
        for await (const chunk of textBytes(head.file, head.skip, signal, 'unchecked')) columns.push(chunk)
        columns.endFile()
      } catch (error) {
        throw placed(error, { file, files })
      }
    }
    if (columns.columns().length === 0) {
      throw new Fault('file_invalid', 'There is no object with a key: nothing says which columns there are.')
    }
    return columns
  }

  /** Throws `name_refused` where a file has a column of that name itself. */
  #constantColumns({ files }: Found, own: readonly Column[]): Column[] {
    const partitions = files[0]?.partitions.map(([name]) => name) ?? []
    const names = [...partitions, ...(this.#config.file_column ? [fileColumn] : [])]
    for (const [at, name] of names.entries()) {
      if (!own.some((column) => column.name === name) && names.indexOf(name) === at) continue
      throw new Fault('name_refused', `"${name}" is a column of the files, and a folder as well.`)
    }
    // What a file is called, nobody spells in another way: it is a cursor.
    const typed = { native: 'text', vocabulary: 'json', nullable: false } as const
    return names.map((name) => name === fileColumn ? { ...textColumn(name), ...typed } : textColumn(name))
  }

  async #parquetStream(name: string, found: Found): Promise<Stream> {
    if (this.#config.file_column) throw new Fault('unsupported', 'file_column: Parquet files do not have it.')
    const paths = found.files.map(({ path }) => path)
    const { columns: own, rows } = await describedParquet(paths, await this.#context.hold(paths))
    const partitions = this.#constantColumns(found, own)
      .map((column): ParquetColumn => ({ ...column, duck: 'VARCHAR', partition: true }))
    const columns = [...own, ...partitions]
    this.#seen.set(name, { ...found, heads: new Map(), columns })
    return { name, columns, key: [], estimatedRows: rows, estimatedBytes: found.bytes }
  }

  #known(name: string): Seen {
    const seen = this.#seen.get(name)
    if (seen === undefined) throw new Fault('source_failed', `"${name}" has not been described.`)
    return seen
  }

  where(stream: Stream, condition: Condition): Stream {
    const { format } = this.#known(stream.name)
    if (format === 'parquet') return { ...stream, condition, estimatedRows: null }
    throw new Fault(
      'unsupported',
      `where: "${stream.name}" is ${called[format]}, which is text all through; Parquet can be filtered.`,
    )
  }

  async newest({ name, condition }: Stream, column: string): Promise<string | null> {
    const { format, files, columns } = this.#known(name)
    if (column === fileColumn && this.#config.file_column) {
      return files.reduce<string | null>((last, { name }) => last === null || name > last ? name : last, null)
    }
    if (format !== 'parquet') {
      throw new Fault(
        'cursor_refused',
        `"${column}" is text in ${
          called[format]
        } files, which has no order; the column _file (file_column: true) has.`,
      )
    }
    const paths = files.map(({ path }) => path)
    const known = columns.find((one) => one.name === column)
    if (!known) throw new Fault('column_missing', `There is no column "${column}".`)
    return await newestOf({ paths, column: known, condition }, await this.#context.hold(paths))
  }

  async slices(stream: Stream): Promise<Slice[]> {
    const { format, files, columns } = this.#known(stream.name)
    const text = format !== 'parquet'
    const ranged = text ? stream : parquetRange(stream, columns)
    const wanted = text && stream.range ? inRange(files, stream.range) : files
    const types = stream.columns.map(({ name, type }) => [name, type.kind])
    const groups = groupsOf(wanted, [types, this.#config, ranged.condition])
    // What lasts costs a destination more: there is nothing to go on from where there is one slice.
    const fixed = groups.length > 1
    return groups.map(({ id, files }) => ({ id, stream: ranged, part: files, fixed }))
  }

  formats({ name }: Stream): readonly Format[] {
    const format = this.#seen.get(name)?.format ?? find(name, this.#place, this.#config).format
    return [format === 'parquet' ? 'parquet' : 'csv']
  }

  files(slice: Slice): readonly string[] {
    return filesOf(slice).map(({ path }) => path)
  }

  unchanged(slice: Slice): void {
    for (const { path, signature } of filesOf(slice)) {
      if (signatureOf(path) !== signature) {
        throw new Fault('source_failed', 'A file changed while it was read.')
      }
    }
  }

  async open(slice: Slice, _format: Format, signal: AbortSignal): Promise<Reading> {
    const { format, heads, files } = this.#known(slice.stream.name)
    const { columns } = slice.stream
    if (format === 'parquet') {
      const paths = this.files(slice)
      const unchanged = () => this.unchanged(slice)
      return parquetReading(
        { paths, stream: slice.stream, unchanged },
        await this.#context.hold(paths),
        signal,
      )
    }
    const tally = { rows: 0 }
    const parts = filesOf(slice).map((file) => () =>
      rowsOf({
        head: heads.get(file.path) as Head,
        format,
        options: this.#config,
        columns,
        constants: this.#constantsOf(file),
        called: files.length > 1 ? file.name : null,
        sieved: slice.refused !== undefined,
        tally,
      }, signal)
    )
    const { promise: proof, resolve, reject } = Promise.withResolvers<null>()
    proof.catch(() => undefined)
    const bytes = concatenated(parts, () => {
      try {
        this.unchanged(slice)
        resolve(null)
      } catch (error) {
        reject(error)
      }
    })
    return { bytes, proof, ...(format === 'jsonl' ? { given: () => tally.rows } : {}) }
  }

  #constantsOf({ partitions, name }: FoundFile): Map<string, string | null> {
    return new Map([...partitions, ...(this.#config.file_column ? [[fileColumn, name] as const] : [])])
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Without its folders and endings: what a table of it would be called. */
const stemOf = (name: string) => basename(name).replace(/(?<=.)\.[a-z]+(?:\.(?:gz|zst))?$/i, '')

const never = new AbortController().signal

const called: Readonly<Record<FileFormat, string>> = {
  csv: 'CSV',
  tsv: 'TSV',
  jsonl: 'JSON lines',
  parquet: 'Parquet',
}

const textColumn = (name: string): Column => ({
  name,
  type: { kind: 'text', length: null },
  nullable: true,
  native: 'text',
  vocabulary: 'csv',
})

const filesOf = ({ part }: Slice) => part as readonly FoundFile[]

/** A fault of one file among several names it. */
function placed(error: unknown, { file, files }: { file: FoundFile; files: readonly FoundFile[] }): unknown {
  if (!(error instanceof Fault) || files.length === 1) return error
  return inFile(error, { columns: [], called: file.name })
}

/** Files by their name: the cursor `_file` reads those behind the last one that was loaded. */
function inRange(files: readonly FoundFile[], { after, upTo }: Range): FoundFile[] {
  if (upTo === null) return []
  return files.filter(({ name }) =>
    name <= upTo && (after === null || name > after.value || (after.inclusive && name === after.value))
  )
}

/** Throws `file_invalid` when files lie in folders of other names: what is no column of all is a column of none. */
function refuseOtherPartitions(files: readonly FoundFile[]): void {
  const namesOf = ({ partitions }: FoundFile) => partitions.map(([name]) => name).join('/')
  const [first] = files
  const other = files.find((file) => namesOf(file) !== namesOf(first as FoundFile))
  if (!first || !other) return
  throw new Fault('file_invalid', `"${first.name}" and "${other.name}" lie in folders of other names.`)
}

/** Without names, columns are known by their place alone. */
function refuseOtherWidths(files: readonly FoundFile[], heads: ReadonlyMap<string, Head>): void {
  const widthOf = ({ path }: FoundFile) => heads.get(path)?.names.length
  const [first] = files
  const other = files.find((file) => widthOf(file) !== widthOf(first as FoundFile))
  if (!first || !other) return
  throw new Fault('file_invalid', `"${first.name}" and "${other.name}" have rows of other widths.`)
}
