import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import { Ring } from '../../shared/schemas/ring.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import type { OpeningKey } from '../../shared/seal/envelope.ts'
import { parsePin } from '../../shared/trust/pin.ts'
import { parseFile } from '../home.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { native } from '../primitives.ts'

/** Throws `file_…` or `invalid_file`, which names place and field, never a value. */
export async function loadRing(keystore: Keystore): Promise<Ring> {
  return parseFile(Ring, await keystore.read(), keystore.place)
}

/** The typed pin where one is configured, else the ring's. Throws `ring_mismatch` when they name two tenants. */
export function pinFor(ring: Ring, typed: string | null): Pin {
  if (typed === null) return ring.pin
  const pin = readPin(typed)
  if (pin.tenant !== ring.tenant) {
    throw new Fault('ring_mismatch', 'The ring is of another tenant than the configured pin.')
  }
  return pin
}

/** Throws `invalid_setting` on a text that is no pin. */
export function readPin(text: string): Pin {
  const pin = parsePin(text.trim())
  if (pin === null) {
    throw new Fault(
      'invalid_setting',
      'pin: this is no pin. It looks like <tenant>:<version>:<64 hex digits>.',
    )
  }
  return pin
}

/** Throws `ring_mismatch` when the trust document knows the ring's pool by another key, or not at all. */
export function checkRing(ring: Ring, trust: TrustDocument): void {
  const pool = trust.pools.find(({ name }) => name === ring.pool)
  const key = toBase64(native.ed25519.publicKey(fromBase64(ring.pool_key)))
  if (ring.tenant !== trust.tenant || pool?.key !== key) {
    throw new Fault(
      'ring_mismatch',
      `The trust document knows no pool ${ring.pool} with the key of this ring.`,
    )
  }
}

/** The keys that may still open: a retired one is kept, but nothing current is sealed to it. */
export function openingKeys(ring: Ring): OpeningKey[] {
  return ring.sealing
    .filter(({ state }) => state !== 'retired')
    .map((key): OpeningKey => ({ suite: key.suite, privateKey: fromBase64(key.private) }))
}
