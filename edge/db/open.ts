import { chmod, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openEmbedded } from './embedded.ts'
import { openRemote } from './remote.ts'
import type { Storage } from './storage.ts'

/**
 * Opens the database that the URL names: `file:` embedded, `libsql:`, `https:` or `http:` remote.
 *
 * The engine opens its file past the runtime's permissions, so file modes guard it: folder 0700, files 0600.
 */
export async function openStorage(url: string, options: { readonly token: string | null }): Promise<Storage> {
  if (!url.startsWith('file:')) return openRemote({ url, token: options.token })
  const path = url.slice('file:'.length)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // SQLite gives its WAL and shared memory the mode of the database file, so the file is made first.
  await (await open(path, 'a', 0o600)).close()
  await chmod(path, 0o600)
  return openEmbedded(path)
}
