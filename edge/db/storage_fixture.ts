/**
 * Both storages over a database of their own, for the suites that each has to pass. The server behind the remote one is
 * a fixture, unless the environment names a real one; `npm run remote` does.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HranaServer } from './faulty_fixture.ts'
import { serveHrana } from './hrana_fixture.ts'
import { loadMigrations, migrate, migrationsFolder } from './migrate.ts'
import { openStorage } from './open.ts'
import { emptied, startProgram } from './real_fixture.ts'
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

/** `remote` for suites that run on the embedded engine otherwise. */
const everywhere = Deno.env.get('SALLYPORT_TEST_STORAGE')
const program = Deno.env.get('SALLYPORT_TEST_LIBSQL_SERVER')
const address = Deno.env.get('SALLYPORT_TEST_LIBSQL_URL')

async function serverFor(folder: string, path: string, migrated: boolean): Promise<HranaServer> {
  if (program !== undefined) return await startProgram(program, folder, { migrated })
  if (address !== undefined) {
    return await emptied(address, Deno.env.get('SALLYPORT_TEST_LIBSQL_TOKEN') ?? null)
  }
  return serveHrana(path, { token: 'secret' })
}

/** An empty database; `migrated` unless told otherwise. */
export async function testStorage(
  wanted: Kind,
  options: { readonly migrated?: boolean; readonly timeoutMs?: number } = {},
): Promise<TestStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-db-'))
  const path = join(folder, 'test.db')
  const kind = everywhere === 'remote' ? 'remote' : wanted
  const migrated = options.migrated !== false
  const server = kind === 'remote' ? await serverFor(folder, path, migrated) : null
  const storage = server === null
    ? await openStorage(`file:${path}`, { token: null })
    : openRemote({ url: server.url, token: server.token, timeoutMs: options.timeoutMs ?? 5_000 })
  if (migrated && (server === null || program === undefined)) {
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
