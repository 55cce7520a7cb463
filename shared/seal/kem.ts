import type { Primitives } from './primitives.ts'

/** A key encapsulation mechanism of HPKE, RFC 9180 §4. Its shared secret is 32 bytes, its private key too. */
export interface Kem {
  /** HPKE's registered number. */
  readonly id: number
  readonly publicKeyBytes: number
  readonly encBytes: number
  /** Private keys are 32 bytes; other lengths throw a RangeError. */
  readonly publicKey: (p: Primitives, privateKey: Uint8Array) => Uint8Array
  /** Throws on a public key that is none: of another length, of low order, with coefficients out of range. */
  readonly encap: (p: Primitives, pkR: Uint8Array) => { sharedSecret: Uint8Array; enc: Uint8Array }
  /** Throws on an `enc` of another length or of low order; an altered one gives another secret. */
  readonly decap: (p: Primitives, enc: Uint8Array, skR: Uint8Array) => Uint8Array
}
