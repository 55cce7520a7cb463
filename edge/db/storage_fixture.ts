/** Both storages over a database of their own, for the suites that each has to pass. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HranaServer, serveHrana } from './hrana_fixture.ts'
import { loadMigrations, migrate, migrationsFolder } from './migrate.ts'
import { openStorage } from './open.ts'
import type { Storage } from './storage.ts'
import { openRemote } from './remote.ts'

export interface TestStorage extends AsyncDisposable {
  readonly storage: Storage
  /** The database file. */
  readonly path: string
  /** Null for the embedded engine. */
  readonly server: HranaServer | null
}

export type Kind = 'embedded' | 'remote'
export const kinds: readonly Kind[] = ['embedded', 'remote']

/** An empty database; `migrated` unless told otherwise. */
export async function testStorage(
  kind: Kind,
  options: { readonly migrated?: boolean; readonly timeoutMs?: number } = {},
): Promise<TestStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-db-'))
  const path = join(folder, 'test.db')
  const server = kind === 'remote' ? serveHrana(path, { token: 'secret' }) : null
  const storage = server === null
    ? await openStorage(`file:${path}`, { token: null })
    : openRemote({ url: server.url, token: 'secret', timeoutMs: options.timeoutMs ?? 5_000 })
  if (options.migrated !== false) {
    await migrate(storage, { migrations: await loadMigrations(migrationsFolder), now: 0 })
  }
  return {
    storage,
    path,
    server,
    async [Symbol.asyncDispose]() {
      await storage.close()
      await server?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
