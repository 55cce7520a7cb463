import { Chacha20Poly1305 } from '@hpke/chacha20poly1305'
import { CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromHex, toHex, utf8 } from '../bytes.ts'
import { dhkemX25519 as kem } from './dhkem.ts'
import { keySchedule, openBase, sealBase } from './hpke.ts'
import { both, native, scripted, titled, vectors } from './primitives_fixture.ts'

/** RFC 9180 A.2.1, the values that a bare clone can check. */
const rfc = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  skEm: 'f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600',
  pkEm: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
  pkRm: '4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a',
  skRm: '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
  shared_secret: '0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7',
  key: 'ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91',
  base_nonce: '5c4d98150661b848853b547f',
  pt: '4265617574792069732074727574682c20747275746820626561757479',
  aad: '436f756e742d30',
  ct: '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
}

interface Vector {
  suite: string
  kem_id: number
  aead_id: number
  info: string
  skEm: string
  enc: string
  pkRm: string
  skRm: string
  shared_secret: string
  key: string
  base_nonce: string
  encryptions: { sequence: number; pt: string; aad: string; ct: string }[]
}

function checkVector(
  p: typeof native,
  vector: Omit<Vector, 'suite' | 'kem_id' | 'aead_id' | 'encryptions'>,
): void {
  const { sharedSecret, enc } = kem.encap(scripted(p, fromHex(vector.skEm)), fromHex(vector.pkRm))
  assert.equal(toHex(enc), vector.enc)
  assert.equal(toHex(sharedSecret), vector.shared_secret)
  assert.equal(toHex(kem.decap(p, enc, fromHex(vector.skRm))), vector.shared_secret)
  const { key, baseNonce } = keySchedule(p, kem, { sharedSecret, info: fromHex(vector.info) })
  assert.equal(toHex(key), vector.key)
  assert.equal(toHex(baseNonce), vector.base_nonce)
}

const file = vectors('rfc9180-x25519-base.json')

for (const [name, p] of both) {
  describe(`HPKE on ${name} primitives`, () => {
    test('derives and seals as RFC 9180 A.2.1 says', () => {
      checkVector(p, { ...rfc, enc: rfc.pkEm })
      const given = { kem, info: fromHex(rfc.info), aad: fromHex(rfc.aad) }
      const sealed = sealBase(scripted(p, fromHex(rfc.skEm)), fromHex(rfc.pkRm), {
        ...given,
        plaintext: fromHex(rfc.pt),
      })
      assert.equal(toHex(sealed.ciphertext), rfc.ct)
      assert.equal(toHex(openBase(p, fromHex(rfc.skRm), { ...given, ...sealed }) ?? utf8('')), rfc.pt)
    })

    test(titled('agrees with every published vector of its suite', file.skip), { skip: file.skip }, () => {
      const ours = (file.read() as Vector[]).filter(({ kem_id, aead_id }) => kem_id === 0x20 && aead_id === 3)
      assert.ok(ours.length >= 1)
      for (const vector of ours) {
        checkVector(p, vector)
        const first = vector.encryptions.find(({ sequence }) => sequence === 0)
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
    })

    test('refuses to seal to a key of low order', () => {
      const zero = new Uint8Array(32)
      assert.throws(() => sealBase(p, zero, { kem, info: zero, aad: zero, plaintext: zero }))
    })

    test('refuses an enc of low order, for which anybody knows the shared secret', () => {
      const zero = new Uint8Array(32)
      const skR = p.randomBytes(32)
      const lax = { ...p, x25519: { ...p.x25519, sharedSecret: () => zero } }
      const forging = { ...p, x25519: { publicKey: () => zero, sharedSecret: () => zero } }
      const given = { kem, info: utf8('info'), aad: utf8('aad') }
      const forged = sealBase(forging, p.x25519.publicKey(skR), { ...given, plaintext: utf8('forged') })
      assert.deepEqual(openBase(lax, skR, { ...given, ...forged }), utf8('forged'))
      assert.equal(openBase(p, skR, { ...given, ...forged }), null)
    })

    test('opens what @hpke/core sealed, and the other way round', async () => {
      const suite = new CipherSuite({
        kem: new DhkemX25519HkdfSha256(),
        kdf: new HkdfSha256(),
        aead: new Chacha20Poly1305(),
      })
      const skR = p.randomBytes(32)
      const pkR = p.x25519.publicKey(skR)
      const [info, aad, plaintext] = [utf8('info'), utf8('aad'), utf8('a data key')]
      const theirs = await suite.seal(
        { recipientPublicKey: await suite.kem.deserializePublicKey(pkR), info },
        plaintext,
        aad,
      )
      const opened = openBase(p, skR, {
        kem,
        info,
        aad,
        enc: new Uint8Array(theirs.enc),
        ciphertext: new Uint8Array(theirs.ct),
      })
      assert.deepEqual(opened, plaintext)

      const ours = sealBase(p, pkR, { kem, info, aad, plaintext })
      const recipientKey = await suite.kem.deserializePrivateKey(skR)
      const back = await suite.open({ recipientKey, enc: ours.enc, info }, ours.ciphertext, aad)
      assert.deepEqual(new Uint8Array(back), plaintext)
    })
  })
}
