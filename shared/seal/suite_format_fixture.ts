/** The worked example of FORMAT.md for suite 2: the record of suite 1's, sealed to a key of X-Wing. */
import { toHex } from '../bytes.ts'
import type { Context } from './context.ts'
import { open, seal } from './envelope.ts'
import { keyId } from './key_id.ts'
import { native as p, scripted } from './primitives_fixture.ts'
import { publicKeyOf } from './suites.ts'

const counting = (first: number, length: number) => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff)
const lines = (bytes: Uint8Array) =>
  toHex(bytes).match(/.{1,64}/g)?.map((line) => `  ${line}`).join('\n') ?? '  '

interface Given {
  readonly context: Context
  readonly plaintext: Uint8Array
  readonly dataKey: Uint8Array
  readonly salt: Uint8Array
  /** The body of the example of suite 1. */
  readonly body: Uint8Array
}

export function hybridExample({ context, plaintext, dataKey, salt, body }: Given): string {
  const privateKey = counting(0x20, 32)
  const publicKey = publicKeyOf(p, 2, privateKey)
  const random = counting(0x31, 64)
  const recipients = [{ suite: 2 as const, publicKey }]
  const envelope = seal(scripted(p, dataKey, salt, random), { context, plaintext, recipients })
  const opened = open(p, { context, envelope, keys: [{ suite: 2, privateKey }] })
  if (toHex(opened) !== toHex(plaintext)) throw new Error('the example does not open')
  if (toHex(envelope.subarray(1228)) !== toHex(body)) throw new Error('the body depends on the suite')
  const part = (from: number, to: number) => lines(envelope.subarray(from, to))
  return [
    `private key\n${lines(privateKey)}`,
    `public key\n${lines(publicKey)}`,
    `key id\n  ${keyId(p, publicKey)}`,
    `randomness of the encapsulation: m of ML-KEM, then the X25519 private key\n${lines(random)}`,
    `magic, suite, count\n${part(0, 12)}`,
    `kid\n${part(12, 28)}`,
    `enc\n${part(28, 1148)}`,
    `wrapped\n${part(1148, 1196)}`,
    `header mac\n${part(1196, 1228)}`,
  ].join('\n')
}
