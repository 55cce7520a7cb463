import { Chacha20Poly1305 } from '@hpke/chacha20poly1305'
import { CipherSuite, HkdfSha256 } from '@hpke/core'
import { XWing } from '@hpke/hybridkem-x-wing'
import { ml_kem768_x25519 as theirs } from '@noble/post-quantum/hybrid.js'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat, fromHex, toHex, utf8 } from '../bytes.ts'
import { keySchedule, openBase, sealBase } from './hpke.ts'
import { MLKEM_BYTES } from './primitives.ts'
import { both, scripted, titled, vectors } from './primitives_fixture.ts'
import { newPrivateKey } from './suites.ts'
import { xwing as kem } from './xwing.ts'

interface Vector {
  kem_id: number
  kdf_id: number
  aead_id: number
  info: string
  ikmE: string
  enc: string
  pkRm: string
  skRm: string
  shared_secret: string
  key: string
  base_nonce: string
  encryptions: { nonce: string; pt: string; aad: string; ct: string }[]
}
const file = vectors('hpke-pq.json')
const ofXWing = () => (file.read() as Vector[]).filter(({ kem_id }) => kem_id === 0x647a)
const [info, aad, plaintext] = [utf8('info'), utf8('aad'), utf8('a data key')]

for (const [name, p] of both) {
  describe(`X-Wing on ${name} primitives`, () => {
    test(
      titled('has the keys, encapsulations and secrets of every published vector', file.skip),
      { skip: file.skip },
      () => {
        assert.ok(ofXWing().length >= 2)
        for (const vector of ofXWing()) {
          assert.equal(toHex(kem.publicKey(p, fromHex(vector.skRm))), vector.pkRm)
          const { sharedSecret, enc } = kem.encap(scripted(p, fromHex(vector.ikmE)), fromHex(vector.pkRm))
          assert.equal(toHex(enc), vector.enc)
          assert.equal(toHex(sharedSecret), vector.shared_secret)
          assert.equal(toHex(kem.decap(p, enc, fromHex(vector.skRm))), vector.shared_secret)
        }
      },
    )

    test(
      titled('agrees with every published vector of its suite', file.skip),
      { skip: file.skip },
      () => {
        const ours = ofXWing().filter(({ kdf_id, aead_id }) => kdf_id === 1 && aead_id === 3)
        assert.ok(ours.length >= 1)
        for (const vector of ours) {
          const sharedSecret = fromHex(vector.shared_secret)
          const { key, baseNonce } = keySchedule(p, kem, { sharedSecret, info: fromHex(vector.info) })
          assert.equal(toHex(key), vector.key)
          assert.equal(toHex(baseNonce), vector.base_nonce)
          for (const { nonce, pt, aad, ct } of vector.encryptions) {
            const sealed = p.chacha20Poly1305.seal(key, fromHex(nonce), fromHex(aad), fromHex(pt))
            assert.equal(toHex(sealed), ct)
          }
          const first = vector.encryptions.find(({ nonce }) => nonce === vector.base_nonce)
          assert.ok(first)
          const opened = openBase(p, fromHex(vector.skRm), {
            kem,
            enc: fromHex(vector.enc),
            info: fromHex(vector.info),
            aad: fromHex(first.aad),
            ciphertext: fromHex(first.ct),
          })
          assert.equal(opened && toHex(opened), first.pt)
        }
      },
    )

    test('has the keys and secrets of the hybrid in @noble/post-quantum', () => {
      const seed = newPrivateKey(p)
      const { publicKey } = theirs.keygen(seed)
      assert.equal(toHex(kem.publicKey(p, seed)), toHex(publicKey))
      const ours = kem.encap(p, publicKey)
      assert.equal(toHex(theirs.decapsulate(ours.enc, seed)), toHex(ours.sharedSecret))
      const back = theirs.encapsulate(publicKey)
      assert.equal(toHex(kem.decap(p, back.cipherText, seed)), toHex(back.sharedSecret))
    })

    test('opens what @hpke/hybridkem-x-wing sealed, and the other way round', async () => {
      const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Chacha20Poly1305() })
      const skR = newPrivateKey(p)
      const pkR = kem.publicKey(p, skR)
      const recipientPublicKey = await suite.kem.deserializePublicKey(pkR)
      const sealed = await suite.seal({ recipientPublicKey, info }, plaintext, aad)
      const given = { kem, info, aad }
      const [enc, ciphertext] = [new Uint8Array(sealed.enc), new Uint8Array(sealed.ct)]
      assert.deepEqual(openBase(p, skR, { ...given, enc, ciphertext }), plaintext)

      const ours = sealBase(p, pkR, { ...given, plaintext })
      const recipientKey = await suite.kem.deserializePrivateKey(skR)
      const back = await suite.open({ recipientKey, enc: ours.enc, info }, ours.ciphertext, aad)
      assert.deepEqual(new Uint8Array(back), plaintext)
    })

    test('refuses an X25519 half of low order, on either side', () => {
      const skR = newPrivateKey(p)
      const pkR = kem.publicKey(p, skR)
      const zeroed = (bytes: Uint8Array, from: number) =>
        concat(bytes.subarray(0, from), new Uint8Array(bytes.length - from))
      assert.throws(() => kem.encap(p, zeroed(pkR, MLKEM_BYTES.publicKey)))
      const lax = { ...p, x25519: { ...p.x25519, sharedSecret: () => new Uint8Array(32) } }
      const forging = { ...lax, x25519: { ...lax.x25519, publicKey: () => new Uint8Array(32) } }
      const forged = sealBase(forging, pkR, { kem, info, aad, plaintext })
      assert.deepEqual(openBase(lax, skR, { kem, info, aad, ...forged }), plaintext)
      assert.equal(openBase(p, skR, { kem, info, aad, ...forged }), null)
    })

    test('refuses a public key that ML-KEM does not have: a coefficient beyond its modulus', () => {
      const pkR = kem.publicKey(p, newPrivateKey(p))
      const beyond = pkR.slice()
      beyond.set([0xff, 0xff, 0xff], 0)
      assert.ok(kem.encap(p, pkR))
      assert.throws(() => kem.encap(p, beyond))
    })

    test('takes keys, ciphertexts and randomness of one length each', () => {
      const seed = newPrivateKey(p)
      const pkR = kem.publicKey(p, seed)
      const { enc } = kem.encap(p, pkR)
      const { mlkem768 } = p
      const pair = mlkem768.keyPair(p.randomBytes(64))
      const wrong = [
        () => kem.publicKey(p, seed.subarray(1)),
        () => kem.encap(p, pkR.subarray(1)),
        () => kem.encap(p, concat(pkR, pkR)),
        () => kem.decap(p, enc.subarray(1), seed),
        () => kem.decap(p, enc, seed.subarray(1)),
        () => mlkem768.keyPair(seed),
        () => mlkem768.encapsulate(pair.publicKey.subarray(1), p.randomBytes(32)),
        () => mlkem768.encapsulate(pair.publicKey, p.randomBytes(31)),
        () => mlkem768.decapsulate(pair.privateKey.subarray(1), enc.subarray(0, MLKEM_BYTES.ciphertext)),
        () => mlkem768.decapsulate(pair.privateKey, enc),
      ]
      for (const act of wrong) assert.throws(act, RangeError, String(act))
    })

    test('a seed whose bytes were changed in place is another key', () => {
      const seed = newPrivateKey(p)
      const before = kem.publicKey(p, seed)
      seed[0] = (seed[0] as number) ^ 1
      assert.notDeepEqual(kem.publicKey(p, seed), before)
      assert.deepEqual(kem.publicKey(p, seed), kem.publicKey(p, seed.slice()))
    })
  })
}
