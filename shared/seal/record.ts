/**
 * What is sealed inside an envelope: 32 random bytes r, then the body as JSON. The signed document that belongs to it
 * carries HMAC-SHA256(r, body), so a signature holds for the plaintext and says nothing about it.
 */
import { concat, equal, fromHex, toHex } from '../bytes.ts'
import { Fault } from '../faults.ts'
import type { Primitives } from './primitives.ts'

const R_BYTES = 32

/** The plaintext to seal, and the commitment to sign. */
export function commit(p: Primitives, body: Uint8Array): { plaintext: Uint8Array; commitment: string } {
  const r = p.randomBytes(R_BYTES)
  return { plaintext: concat(r, body), commitment: toHex(p.hmacSha256(r, body)) }
}

/** The body of an opened record. Throws `commitment_mismatch` when it is not the one that was signed. */
export function uncommit(
  p: Primitives,
  given: { readonly plaintext: Uint8Array; readonly commitment: string },
): Uint8Array {
  const { plaintext, commitment } = given
  const body = plaintext.slice(R_BYTES)
  const found = p.hmacSha256(plaintext.subarray(0, R_BYTES), body)
  if (plaintext.length < R_BYTES || !equal(found, fromHex(commitment))) throw new Fault('commitment_mismatch')
  return body
}
