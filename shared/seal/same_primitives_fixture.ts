/** What agent and edge have to show of the primitives that each puts together by itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open, seal } from './envelope.ts'
import type { Primitives } from './primitives.ts'
import { noble } from './primitives_fixture.ts'

const context = { tenant: 't', project: 'p', type: 'connection', id: 'i', version: 1, schema: 's' } as const

/** Tests that these make, verify and open what the implementation without a library of the system does. */
export function isAsTheOther(who: string, native: Primitives): void {
  test(`what ${who} makes is what the other implementation makes, to the byte`, () => {
    for (let i = 0; i < 8; i++) {
      const [secret, data] = [native.randomBytes(32), native.randomBytes(37 * i)]
      const [key, nonce] = [native.randomBytes(32), native.randomBytes(12)]
      for (const name of ['sha256', 'sha512'] as const) {
        assert.deepEqual(native[name](data), noble[name](data))
      }
      for (const name of ['hmacSha256', 'hmacSha512'] as const) {
        assert.deepEqual(native[name](secret, data), noble[name](secret, data))
        assert.deepEqual(native[name](new Uint8Array(0), data), noble[name](new Uint8Array(0), data))
      }
      for (const name of ['chacha20Poly1305', 'aes256Gcm'] as const) {
        const sealed = native[name].seal(key, nonce, secret, data)
        assert.deepEqual(sealed, noble[name].seal(key, nonce, secret, data))
        assert.deepEqual(native[name].open(key, nonce, secret, sealed), data)
      }
      const signature = native.ed25519.sign(secret, data)
      assert.deepEqual(signature, noble.ed25519.sign(secret, data))
      assert.equal(native.ed25519.verify(native.ed25519.publicKey(secret), data, signature), true)
    }
  })

  test(`${who} opens what the other implementation sealed, and the other way round`, () => {
    const privateKey = native.randomBytes(32)
    const keys = [{ suite: 1, privateKey }] as const
    const recipients = [{ suite: 1, publicKey: native.x25519.publicKey(privateKey) }] as const
    const plaintext = native.randomBytes(20_000)
    for (const [one, other] of [[native, noble], [noble, native]] as const) {
      const envelope = seal(one, { context, plaintext, recipients })
      assert.deepEqual(open(other, { context, envelope, keys }), plaintext)
    }
  })
}
