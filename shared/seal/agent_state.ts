/** What agents keep for themselves (tokens, cursors in use) under the pool's state key. FORMAT.md, "Agent state". */
import { concat, lengthPrefixed, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { expand, extract } from './hkdf.ts'
import { checkLength, KEY_BYTES, NONCE_BYTES, type Primitives } from './primitives.ts'

export interface StatePlace {
  readonly tenant: string
  readonly type: string
  readonly id: string
}

const VERSION = 1
const label = utf8('sallyport agent state v1')

function place({ tenant, type, id }: StatePlace): Uint8Array {
  return lengthPrefixed(label, utf8(tenant), utf8(type), utf8(id))
}

function keyFor(p: Primitives, stateKey: Uint8Array, info: Uint8Array): Uint8Array {
  checkLength('state key', stateKey, KEY_BYTES)
  return expand(p.hmacSha256, extract(p.hmacSha256, new Uint8Array(0), stateKey), info, KEY_BYTES)
}

/** version (1) ‖ nonce (12) ‖ AES-256-GCM ciphertext and tag. */
export function sealState(
  p: Primitives,
  stateKey: Uint8Array,
  given: { readonly place: StatePlace; readonly plaintext: Uint8Array },
): Uint8Array {
  const info = place(given.place)
  const nonce = p.randomBytes(NONCE_BYTES)
  const sealed = p.aes256Gcm.seal(keyFor(p, stateKey, info), nonce, info, given.plaintext)
  return concat(Uint8Array.of(VERSION), nonce, sealed)
}

/** Throws `state_refused` when it was altered, stood elsewhere or is under another key. */
export function openState(
  p: Primitives,
  stateKey: Uint8Array,
  given: { readonly place: StatePlace; readonly sealed: Uint8Array },
): Uint8Array {
  const { sealed } = given
  const info = place(given.place)
  if (sealed[0] !== VERSION || sealed.length < 1 + NONCE_BYTES) throw new Fault('state_refused')
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
  const opened = p.aes256Gcm.open(keyFor(p, stateKey, info), nonce, info, sealed.subarray(1 + NONCE_BYTES))
  if (!opened) throw new Fault('state_refused')
  return opened
}
