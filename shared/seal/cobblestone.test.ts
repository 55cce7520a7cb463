import fc from 'fast-check'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat, toHex, utf8 } from '../bytes.ts'
import { CHUNK_BYTES, openBody, sealBody, sealedLength } from './cobblestone.ts'
import { both, native } from './primitives_fixture.ts'

/** A second implementation, from the specification, on WebCrypto alone. */
async function expandOnWebCrypto(inputKey: Uint8Array<ArrayBuffer>, salt: Uint8Array, context: Uint8Array) {
  const key = await crypto.subtle.importKey('raw', inputKey, { name: 'HMAC', hash: 'SHA-512' }, false, [
    'sign',
  ])
  const info = concat(
    utf8('c2sp.org/chunked-encryption@v1+'),
    utf8('AEAD_AES_256_GCM'),
    Uint8Array.of(0),
    salt,
    context,
  )
  const t1 = new Uint8Array(await crypto.subtle.sign('HMAC', key, concat(info, Uint8Array.of(1))))
  const t2 = new Uint8Array(await crypto.subtle.sign('HMAC', key, concat(t1, info, Uint8Array.of(2))))
  const okm = concat(t1, t2)
  const usages: KeyUsage[] = ['encrypt', 'decrypt']
  return {
    aes: await crypto.subtle.importKey('raw', okm.slice(0, 32), 'AES-GCM', false, usages),
    nonce: (chunk: number) => {
      const nonce = okm.slice(32, 44)
      for (let i = 0; i < 4; i++) nonce[11 - i] = (nonce[11 - i] as number) ^ ((chunk >>> (8 * i)) & 0xff)
      return nonce
    },
    commitment: okm.slice(44, 76),
  }
}

async function sealOnWebCrypto(
  inputKey: Uint8Array<ArrayBuffer>,
  salt: Uint8Array,
  given: { context: Uint8Array; plaintext: Uint8Array<ArrayBuffer> },
) {
  const { aes, nonce, commitment } = await expandOnWebCrypto(inputKey, salt, given.context)
  const out = [salt, commitment]
  for (let chunk = 0;; chunk++) {
    const part = given.plaintext.slice(chunk * 16384, (chunk + 1) * 16384)
    out.push(new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce(chunk) }, aes, part)))
    if (part.length < 16384) return concat(...out)
  }
}

async function openOnWebCrypto(
  inputKey: Uint8Array<ArrayBuffer>,
  context: Uint8Array,
  body: Uint8Array<ArrayBuffer>,
) {
  const { aes, nonce, commitment } = await expandOnWebCrypto(inputKey, body.slice(0, 24), context)
  if (toHex(commitment) !== toHex(body.slice(24, 56))) throw new Error('commitment')
  const out = []
  for (let chunk = 0, at = 56;; chunk++, at += 16400) {
    const part = body.slice(at, at + 16400)
    out.push(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce(chunk) }, aes, part)))
    if (part.length < 16400) return concat(...out)
  }
}

const context = utf8('a context')
const sizes = [
  0,
  1,
  255,
  CHUNK_BYTES - 1,
  CHUNK_BYTES,
  CHUNK_BYTES + 1,
  2 * CHUNK_BYTES,
  3 * CHUNK_BYTES + 77,
]
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

describe('the body (Cobblestone-256)', () => {
  for (const [name, p] of both) {
    for (const size of sizes) {
      test(`${name}: ${size} bytes are what a second implementation makes and opens`, async () => {
        const [inputKey, plaintext] = [random(32), new Uint8Array(size).map((_, i) => i % 251)]
        const body = sealBody(p, inputKey, { context, plaintext })
        assert.equal(body.length, sealedLength(size))
        const theirs = await sealOnWebCrypto(inputKey, body.subarray(0, 24), { context, plaintext })
        assert.ok(toHex(theirs) === toHex(body))
        assert.deepEqual(openBody(p, inputKey, { context, body: theirs }), plaintext)
        assert.deepEqual(await openOnWebCrypto(inputKey, context, body.slice()), plaintext)
      })
    }
  }

  const inputKey = random(32)
  const open = (body: Uint8Array) => openBody(native, inputKey, { context, body })

  test('cut at every chunk boundary, and beside each, it does not open', () => {
    for (const size of [0, 100, CHUNK_BYTES, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 500]) {
      const body = sealBody(native, inputKey, { context, plaintext: new Uint8Array(size) })
      const boundaries = [0, 24, 56]
      for (let at = 56; at < body.length; at += CHUNK_BYTES + 16) boundaries.push(at, at + CHUNK_BYTES)
      for (const at of boundaries.flatMap((at) => [at - 1, at, at + 1])) {
        if (at >= 0 && at < body.length) assert.equal(open(body.subarray(0, at)), null, `cut at ${at}`)
      }
    }
  })

  test('cut anywhere, lengthened, or under another context or key, it does not open', () => {
    fc.assert(
      fc.property(fc.nat(40_000), fc.double({ min: 0, max: 1, noNaN: true }), (size, where) => {
        const body = sealBody(native, inputKey, { context, plaintext: new Uint8Array(size) })
        assert.equal(open(body.subarray(0, Math.floor(where * (body.length - 1)))), null)
        assert.equal(open(concat(body, Uint8Array.of(0))), null)
        assert.equal(openBody(native, inputKey, { context: utf8('another'), body }), null)
        assert.equal(openBody(native, random(32), { context, body }), null)
      }),
      { numRuns: 25 },
    )
  })

  test('chunks do not change places, repeat or go missing', () => {
    const plaintext = random(3 * CHUNK_BYTES + 9)
    const body = sealBody(native, inputKey, { context, plaintext })
    const head = body.subarray(0, 56)
    const chunk = (i: number) => body.subarray(56 + i * (CHUNK_BYTES + 16), 56 + (i + 1) * (CHUNK_BYTES + 16))
    assert.deepEqual(open(concat(head, chunk(0), chunk(1), chunk(2), chunk(3))), plaintext)
    for (const order of [[1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3], [0, 1, 2, 2, 3], [3], [0, 1, 2]]) {
      assert.equal(open(concat(head, ...order.map(chunk))), null, order.join())
    }
  })

  test('a body under two keys does not exist: the commitment is checked before any chunk', () => {
    const body = sealBody(native, inputKey, { context, plaintext: utf8('x') })
    let opened = 0
    const counting = {
      ...native,
      aes256Gcm: {
        ...native.aes256Gcm,
        open: (...given: Parameters<typeof native.aes256Gcm.open>) => {
          opened++
          return native.aes256Gcm.open(...given)
        },
      },
    }
    const altered = body.slice()
    altered[30] = (altered[30] as number) ^ 1
    assert.equal(openBody(counting, inputKey, { context, body: altered }), null)
    assert.equal(opened, 0)
    assert.deepEqual(openBody(counting, inputKey, { context, body }), utf8('x'))
    assert.equal(opened, 1)
  })
})
