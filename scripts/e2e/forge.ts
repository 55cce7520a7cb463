/** Documents that are signed by whom a test likes, over what a test likes: what no honest program would write. */
import * as crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fromBase64, utf8 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { native } from '../../shared/seal/native.ts'
import { nobleChaCha20Poly1305 } from '../../shared/seal/noble.ts'
import { sign } from '../../shared/sign/dsse.ts'
import type { Json } from './tampering_proxy.ts'

export const primitives = native(crypto, { chacha20Poly1305: nobleChaCha20Poly1305 })

/** The seed in a key file of the binary's home folder. */
export function seedOf(path: string): Uint8Array {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { private: string }
  return fromBase64(file.private)
}

export const newSeed = (): Uint8Array => new Uint8Array(crypto.randomBytes(32))

export const payloadOf = (dsse: Dsse): Json =>
  JSON.parse(Buffer.from(dsse.payload, 'base64').toString('utf8'))

/** The document after `change`, signed anew by the seeds: valid in form, whatever it says. */
export function resigned(dsse: Dsse, change: (payload: Json) => void, seeds: readonly Uint8Array[]): Dsse {
  const payload = payloadOf(dsse)
  change(payload)
  return sign(primitives, { payloadType: dsse.payloadType, payload: utf8(JSON.stringify(payload)), seeds })
}

/** The document after `change` under the signatures that it had. */
export function altered(dsse: Dsse, change: (payload: Json) => void): Dsse {
  const payload = payloadOf(dsse)
  change(payload)
  return { ...dsse, payload: Buffer.from(JSON.stringify(payload)).toString('base64') }
}
