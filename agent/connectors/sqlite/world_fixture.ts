/** Database files of one test file, and loads of a few rows straight into a destination. */
import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseType } from '../../engine/types.ts'
import { directNetwork } from '../../network.ts'
import type {
  Column,
  Committed,
  Context,
  Destination,
  Intent,
  Load,
  Loading,
  Rejected,
  Slice,
  Source,
  Stream,
  Vocabulary,
} from '../connector.ts'
import { localGuard } from '../guard.ts'

export const signal = new AbortController().signal

export const contextOf = (base: string, given: Partial<Context> = {}): Context => ({
  guard: localGuard,
  runId: crypto.randomUUID(),
  fence: 1,
  base,
  folder: '/nowhere',
  network: directNetwork,
  mostBytes: null,
  hold: () => Promise.reject(new Error('no hold here')),
  ...given,
})

export interface Folder extends Disposable {
  readonly path: string
  /** Runs statements in a file of the folder, which is made when it is not there. */
  run(file: string, ...statements: readonly string[]): void
  /** Rows of a query; whole numbers as bigint. */
  rows(file: string, sql: string): unknown[][]
}

export function newFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-sqlite-'))
  const using = <T>(file: string, work: (database: Database) => T): T => {
    const database = new Database(join(path, file), { create: true, readwrite: true, safeIntegers: true })
    try {
      return work(database)
    } finally {
      database.close()
    }
  }
  return {
    path,
    run: (file, ...statements) =>
      using(file, (database) => {
        for (const statement of statements) database.run(statement)
      }),
    rows: (file, sql) => using(file, (database) => database.prepare(sql).values() as unknown[][]),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** `id bigint not null` */
export function columnOf(text: string, vocabulary: Vocabulary = 'postgres'): Column {
  const [name = '', ...rest] = text.split(' ')
  const native = rest.join(' ').replace(/ not null$/, '')
  const type = parseType(native) ?? { kind: 'other' }
  return { name, type, nullable: !text.endsWith(' not null'), native, vocabulary }
}

export const standard = ['id bigint not null', 'v text', 'at timestamp with time zone'].map((one) =>
  columnOf(one)
)

export function loadOf(given: Partial<Load> & Pick<Load, 'target'>): Load {
  return {
    runId: crypto.randomUUID(),
    index: 0,
    fence: 1,
    mode: 'merge',
    columns: standard,
    key: given.mode === 'replace' || given.mode === 'append' ? [] : ['id'],
    cast: new Map(),
    cursor: null,
    partial: false,
    schema: 'evolve',
    reset: false,
    at: '2026-11-22T08:30:00.123456Z',
    quarantine: false,
    ...given,
  }
}

export const sliceOf = (id = '0', columns: readonly Column[] = standard): Slice => ({
  id,
  fixed: true,
  stream: { name: 's', columns, key: [], estimatedRows: null, estimatedBytes: null },
})

/** In chunks that end anywhere. */
export function bytesOf(text: string, size = 7): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at += size))
    },
  })
}

export const once: Intent = { upTo: null, slices: ['0'], resumable: false }

export interface Loaded {
  readonly committed: Committed
  readonly loading: Loading
}

/** One load from begin to commit. `keys`: for a mirror of a part. */
export async function loaded(
  destination: Destination,
  load: Load,
  { csv, keys, rejected = null }: { csv: string; keys?: string; rejected?: Rejected | null },
): Promise<Loaded> {
  await using loading = await destination.begin(load, signal)
  await loading.prepare(once, signal)
  const { rows } = await loading.write(sliceOf('0', load.columns), 'csv', bytesOf(csv))
  if (keys !== undefined) await loading.writeKeys?.(sliceOf('k'), 'csv', bytesOf(keys))
  const state = { runId: load.runId, rows: rows ?? 0, cursor: null }
  return { committed: await loading.commit(state, rejected), loading }
}

/** All of a stream as CSV. */
export async function readAll(source: Source, stream: Stream): Promise<string> {
  let text = ''
  for (const slice of await source.slices(stream, signal)) {
    const { bytes, proof } = await source.open(slice, 'csv', signal)
    text += await new Response(bytes).text()
    await proof
  }
  return text
}
