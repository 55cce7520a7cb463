/** What an edge makes for itself on its first start, in files that only its owner can read. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toBase64 } from '../shared/bytes.ts'
import { newSecret } from './auth/secret.ts'
import type { Config } from './config.ts'
import { type MasterKeys, parseMasterKeys } from './db/master_keys.ts'

type Random = (length: number) => Uint8Array

/** The configured master keys, or those of the file, which is made when it is missing. */
export async function masterKeys(config: Config, randomBytes: Random): Promise<MasterKeys> {
  if (config.masterKeys !== null) return config.masterKeys
  return parseMasterKeys(await kept(config.masterKeysFile, () => `v1:${toBase64(randomBytes(32))}`))
}

/** The setup token; `file` is where it was written to, or null when the environment gave it. */
export async function setupToken(
  config: Config,
  randomBytes: Random,
): Promise<{ readonly token: string; readonly file: string | null }> {
  if (config.setupToken !== null) return { token: config.setupToken, file: null }
  const file = config.setupTokenFile
  return { token: await kept(file, () => newSecret('set', randomBytes)), file }
}

/** The text of a 0600 file; made when it is missing, and the first of two makers wins. */
async function kept(path: string, make: () => string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await writeFile(path, `${make()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error
  }
  await chmod(path, 0o600)
  return (await readFile(path, 'utf8')).trim()
}
