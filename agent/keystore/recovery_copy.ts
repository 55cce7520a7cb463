/** The whole ring, sealed to the recovery key: one file a pool, kept where the customer keeps it, never at the edge. */
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { Base64, Id, KeyId, Name, Suite, Time } from '../../shared/schemas/fields.ts'
import { Ring } from '../../shared/schemas/ring.ts'
import type { Recovery } from '../../shared/schemas/trust_document.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { open, type OpeningKey, seal } from '../../shared/seal/envelope.ts'
import { makePrivateFolder, readPrivate, writeAtomic } from '../files.ts'
import { parseFile } from '../home.ts'
import { native } from '../primitives.ts'

/** What stands around the envelope says what it is; the envelope is bound to tenant and pool, and opens nowhere else. */
const Copy = z.strictObject({
  type: z.literal('sealed ring'),
  tenant: Id,
  pool: Name,
  /** The recovery key that it is sealed to. */
  kid: KeyId,
  suite: Suite,
  written: Time,
  sealed: Base64,
})
export type Copy = z.infer<typeof Copy>

function contextOf({ tenant, pool }: { readonly tenant: string; readonly pool: string }): Context {
  return { tenant, project: null, type: 'ring', id: pool, version: 1, schema: schemas.ring }
}

/** `recovery/ring-<pool>.sealed` in the home folder. */
export function copyPath(home: string, pool: string): string {
  return join(home, 'recovery', `ring-${pool}.sealed`)
}

export function writeCopy(
  path: string,
  ring: Ring,
  { recovery, now }: { readonly recovery: Recovery; readonly now: number },
): void {
  const { tenant, pool } = ring
  const envelope = seal(native, {
    context: contextOf(ring),
    plaintext: utf8(JSON.stringify(ring)),
    recipients: [{ suite: recovery.suite, publicKey: fromBase64(recovery.public) }],
  })
  const copy: Copy = {
    type: 'sealed ring',
    tenant,
    pool,
    kid: recovery.kid,
    suite: recovery.suite,
    written: new Date(now).toISOString(),
    sealed: toBase64(envelope),
  }
  makePrivateFolder(dirname(path))
  writeAtomic(path, JSON.stringify(copy, null, 2) + '\n')
}

/** Throws `file_…` or `invalid_file`. */
export function readCopy(path: string): Copy {
  return parseFile(Copy, readPrivate(path, 'sealed ring'), path)
}

/** The ring. Throws `recovery_refused` when the key does not open it, or it holds no ring of this tenant and pool. */
export function openCopy(copy: Copy, key: Uint8Array): Ring {
  const opening: OpeningKey = { suite: copy.suite, privateKey: key }
  let text: string
  try {
    text = fromUtf8(
      open(native, { context: contextOf(copy), envelope: fromBase64(copy.sealed), keys: [opening] }),
    )
  } catch (cause) {
    throw new Fault('recovery_refused', 'The shares do not open this copy of the ring.', { cause })
  }
  const ring = ringIn(text)
  if (ring !== null && ring.tenant === copy.tenant && ring.pool === copy.pool) return ring
  throw new Fault('recovery_refused', 'The copy holds no ring of its tenant and pool.')
}

/** The copy was sealed to a public key, so anybody may have written what is in it. */
function ringIn(text: string): Ring | null {
  try {
    return Ring.parse(JSON.parse(text))
  } catch {
    return null
  }
}
