import { gcm } from '@noble/ciphers/aes.js'
import * as crypto from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hasher, native as nativeOn } from './native.ts'
import { noble as nobleWith, nobleChaCha20Poly1305 } from './noble.ts'
import { type Aead, checkLength, KEY_BYTES, NONCE_BYTES, type Primitives } from './primitives.ts'

const bun = (globalThis as { Bun?: { CryptoHasher: Hasher } }).Bun

/** The runtime's own library, put together as agent and edge do. */
export const native: Primitives = nativeOn(
  crypto,
  bun ? { chacha20Poly1305: nobleChaCha20Poly1305, hasher: bun.CryptoHasher } : {},
)

const nobleAes256Gcm: Aead = {
  seal(key, nonce, aad, plaintext) {
    checkLength('key', key, KEY_BYTES)
    checkLength('nonce', nonce, NONCE_BYTES)
    return gcm(key, nonce, aad).encrypt(plaintext)
  },
  open(key, nonce, aad, ciphertext) {
    checkLength('key', key, KEY_BYTES)
    checkLength('nonce', nonce, NONCE_BYTES)
    try {
      return gcm(key, nonce, aad).decrypt(ciphertext)
    } catch {
      return null
    }
  },
}

/** Everything in JavaScript, AES too: it leaks timing, which a test does not mind. */
export const noble: Primitives = nobleWith({
  aes256Gcm: nobleAes256Gcm,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
})

export const both: readonly (readonly [string, Primitives])[] = [['native', native], ['noble', noble]]

/** `randomBytes` that hands out the given bytes in turn, and throws when it is asked for others. */
export function scripted(p: Primitives, ...script: readonly Uint8Array[]): Primitives {
  const left = [...script]
  return {
    ...p,
    randomBytes(length) {
      const next = left.shift()
      if (next?.length !== length) throw new Error(`the script has no ${length} bytes here`)
      return next.slice()
    },
  }
}

const folder = join(import.meta.dirname ?? '.', '..', '..', '..', 'shared', 'vectors')

/** Test vectors of others that stand beside the checkout; `skip` names the file where they do not. */
export function vectors(file: string): { readonly skip: string | false; readonly read: () => unknown } {
  const path = join(folder, file)
  return {
    skip: existsSync(path) ? false : `the vectors ${file} are not beside this checkout`,
    read: () => JSON.parse(readFileSync(path, 'utf8')),
  }
}

/** The test's name; where it is skipped with the reason, since reports of test runners leave that out. */
export function titled(name: string, skip: string | false): string {
  return skip ? `${name} – ${skip}` : name
}
