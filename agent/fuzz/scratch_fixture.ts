/** A folder for the inputs of parsers that read files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-files-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** The input as a private file of that name. */
export function fileOf(name: string, input: Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, input, { mode: 0o600 })
  return path
}
