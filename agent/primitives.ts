import { CryptoHasher } from 'bun'
import * as crypto from 'node:crypto'
import { native as nativeOn } from '../shared/seal/native.ts'
import { nobleChaCha20Poly1305 } from '../shared/seal/noble.ts'
import type { Primitives } from '../shared/seal/primitives.ts'

/** Bun's node:crypto has no ChaCha20-Poly1305. */
export const native: Primitives = nativeOn(crypto, {
  chacha20Poly1305: nobleChaCha20Poly1305,
  hasher: CryptoHasher,
})
