/** Database files of one test file, and loads of a few rows straight into a destination. */
import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
} from '../connector.ts'
import { contextOf as anyContext, loadOf as anyLoad, standard } from '../load_fixture.ts'

export const signal = new AbortController().signal

/** Relative paths start at `base`. */
export const contextOf = (base: string, given: Partial<Context> = {}) => anyContext({ base, ...given })

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

/** A merge, unless something else is given. */
export function loadOf(given: Parameters<typeof anyLoad>[0]): Load {
  const key = given.mode === 'replace' || given.mode === 'append' ? [] : ['id']
  return anyLoad({ mode: 'merge', key, ...given })
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
