/** Which binary this is, for tenants whose trust document lists the ones that may run. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Fault } from '../../shared/faults.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'

let digest: Promise<string> | null = null

/**
 * SHA-256 of this process's executable in lowercase hex, read once. On Linux it is what runs, also when another file has
 * taken its place since; elsewhere it is what lies at the path that it was started from.
 */
export function ownDigest(): Promise<string> {
  return digest ??= digestOf(process.platform === 'linux' ? '/proc/self/exe' : process.execPath)
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece)
  return hash.digest('hex')
}

/** Throws `release_refused` when the trust document lists binaries and not this one. Nothing listed: none is demanded. */
export async function checkRelease(
  { releases }: Pick<TrustDocument, 'releases'>,
  own: () => Promise<string>,
): Promise<void> {
  if (releases.length === 0) return
  const mine = await own()
  if (releases.includes(mine)) return
  throw new Fault(
    'release_refused',
    `The trust document lists ${releases.length} binaries, and not this one: ${mine}.`,
  )
}
