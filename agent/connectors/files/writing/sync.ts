import { open } from 'node:fs/promises'

/** Makes the names in a folder durable. Folders cannot be opened for this on Windows. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  await folder.sync()
  await folder.close()
}
