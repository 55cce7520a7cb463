import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat, fromHex, toHex, utf8 } from '../bytes.ts'
import { expand, extract } from './hkdf.ts'
import type { Aead } from './primitives.ts'
import { both, native, noble, titled, vectors } from './primitives_fixture.ts'

interface Wycheproof<Group, Test> {
  testGroups: (Group & { tests: (Test & { tcId: number; result: 'valid' | 'invalid' | 'acceptable' })[] })[]
}
const zeros = (length: number) => new Uint8Array(length)

describe('values from the standards', () => {
  for (const [name, p] of both) {
    test(`${name}: SHA-2 and HMAC (RFC 6234, RFC 4231)`, () => {
      assert.equal(
        toHex(p.sha256(utf8('abc'))),
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      )
      assert.equal(
        toHex(p.sha512(utf8('abc'))),
        'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
          '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      )
      const [key, data] = [utf8('Jefe'), utf8('what do ya want for nothing?')]
      assert.equal(
        toHex(p.hmacSha256(key, data)),
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      )
      assert.equal(
        toHex(p.hmacSha512(key, data)),
        '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
          '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
      )
    })

    test(`${name}: X25519 (RFC 7748 §5.2)`, () => {
      const scalar = fromHex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4')
      const u = fromHex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c')
      assert.equal(
        toHex(p.x25519.sharedSecret(scalar, u)),
        'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
      )
    })

    test(`${name}: Ed25519 (RFC 8032 §7.1)`, () => {
      const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
      const publicKey = p.ed25519.publicKey(seed)
      const signature = p.ed25519.sign(seed, zeros(0))
      assert.equal(toHex(publicKey), 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
      assert.equal(
        toHex(signature),
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
          '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      )
      assert.equal(p.ed25519.verify(publicKey, zeros(0), signature), true)
      assert.equal(p.ed25519.verify(publicKey, zeros(1), signature), false)
    })

    test(`${name}: ChaCha20-Poly1305 (RFC 8439 §2.8.2)`, () => {
      const key = fromHex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
      const nonce = fromHex('070000004041424344454647')
      const aad = fromHex('50515253c0c1c2c3c4c5c6c7')
      const text =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
        'sunscreen would be it.'
      const sealed = p.chacha20Poly1305.seal(key, nonce, aad, utf8(text))
      assert.equal(toHex(sealed.subarray(0, 16)), 'd31a8d34648e60db7b86afbc53ef7ec2')
      assert.equal(toHex(sealed.slice(-16)), '1ae10b594f09e26a7e902ecbd0600691')
      assert.deepEqual(p.chacha20Poly1305.open(key, nonce, aad, sealed), utf8(text))
    })

    test(`${name}: AES-256-GCM (the GCM specification, test cases 13 and 14)`, () => {
      const [key, nonce] = [zeros(32), zeros(12)]
      assert.equal(
        toHex(p.aes256Gcm.seal(key, nonce, zeros(0), zeros(0))),
        '530f8afbc74536b9a963b4f1c4cb738b',
      )
      assert.equal(
        toHex(p.aes256Gcm.seal(key, nonce, zeros(0), zeros(16))),
        'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
      )
    })

    test(`${name}: HKDF-SHA256 (RFC 5869 A.1)`, () => {
      const prk = extract(p.hmacSha256, fromHex('000102030405060708090a0b0c'), new Uint8Array(22).fill(0x0b))
      assert.equal(toHex(prk), '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5')
      assert.equal(
        toHex(expand(p.hmacSha256, prk, fromHex('f0f1f2f3f4f5f6f7f8f9'), 42)),
        '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
      )
    })
  }
})

describe('Wycheproof', () => {
  const x25519 = vectors('wycheproof/x25519_test.json')
  const signatures = vectors('wycheproof/ed25519_test.json')
  const hkdf = vectors('wycheproof/hkdf_sha256_test.json')
  const ciphers = [
    { file: 'wycheproof/aes_gcm_test.json', cipher: 'aes256Gcm', least: 60 },
    { file: 'wycheproof/chacha20_poly1305_test.json', cipher: 'chacha20Poly1305', least: 250 },
  ] as const

  for (const [name, p] of both) {
    test(
      titled(`${name}: X25519 gives the shared secret, and none for a point of low order`, x25519.skip),
      { skip: x25519.skip },
      () => {
        const { testGroups } = x25519.read() as Wycheproof<
          unknown,
          { public: string; private: string; shared: string; flags: string[] }
        >
        let refused = 0
        for (const one of testGroups.flatMap(({ tests }) => tests)) {
          const [privateKey, publicKey] = [fromHex(one.private), fromHex(one.public)]
          if (/^0+$/.test(one.shared)) {
            assert.throws(() => p.x25519.sharedSecret(privateKey, publicKey), `tcId ${one.tcId}`)
            refused++
          } else {
            assert.equal(toHex(p.x25519.sharedSecret(privateKey, publicKey)), one.shared, `tcId ${one.tcId}`)
          }
        }
        assert.ok(refused >= 10)
      },
    )

    test(
      titled(`${name}: Ed25519 takes the valid and refuses the rest, 151 with them`, signatures.skip),
      { skip: signatures.skip },
      () => {
        const { testGroups } = signatures.read() as Wycheproof<
          { publicKey: { pk: string } },
          { msg: string; sig: string }
        >
        let asked = 0
        for (const { publicKey, tests } of testGroups) {
          for (const { tcId, msg, sig, result } of tests) {
            const found = p.ed25519.verify(fromHex(publicKey.pk), fromHex(msg), fromHex(sig))
            assert.equal(found, result === 'valid' && tcId !== 151, `tcId ${tcId}`)
            asked++
          }
        }
        assert.ok(asked >= 150)
      },
    )

    test(titled(`${name}: HKDF-SHA256 gives the key material`, hkdf.skip), { skip: hkdf.skip }, () => {
      const { testGroups } = hkdf.read() as Wycheproof<
        unknown,
        { ikm: string; salt: string; info: string; size: number; okm: string }
      >
      for (const { tcId, ikm, salt, info, size, okm, result } of testGroups.flatMap(({ tests }) => tests)) {
        const derive = () =>
          expand(p.hmacSha256, extract(p.hmacSha256, fromHex(salt), fromHex(ikm)), fromHex(info), size)
        if (result === 'valid') assert.equal(toHex(derive()), okm, `tcId ${tcId}`)
        else assert.throws(derive, RangeError, `tcId ${tcId}`)
      }
    })

    for (const { file, cipher, least } of ciphers) {
      const { skip, read } = vectors(file)
      test(
        titled(`${name}: ${cipher} seals and opens the valid and opens nothing else`, skip),
        { skip },
        () => {
          const { testGroups } = read() as Wycheproof<AeadGroup, AeadTest>
          const fitting = testGroups.filter(({ keySize, tagSize }) => keySize === 256 && tagSize === 128)
          const done = fitting.flatMap((group) =>
            group.tests.map((one) => checkAead(p[cipher], group.ivSize, one))
          )
          assert.ok(done.length >= least, `${done.length} cases`)
        },
      )
    }
  }
})

interface AeadGroup {
  ivSize: number
  keySize: number
  tagSize: number
}
interface AeadTest {
  tcId: number
  key: string
  iv: string
  aad: string
  msg: string
  ct: string
  tag: string
  result: string
}

function checkAead(aead: Aead, nonceBits: number, one: AeadTest): void {
  const [key, nonce, aad] = [fromHex(one.key), fromHex(one.iv), fromHex(one.aad)]
  const sealed = fromHex(one.ct + one.tag)
  if (nonceBits !== 96) {
    assert.throws(() => aead.open(key, nonce, aad, sealed), RangeError, `tcId ${one.tcId}`)
    return
  }
  const opened = aead.open(key, nonce, aad, sealed)
  if (one.result !== 'valid') return assert.equal(opened, null, `tcId ${one.tcId}`)
  assert.equal(opened && toHex(opened), one.msg, `tcId ${one.tcId}`)
  assert.equal(toHex(aead.seal(key, nonce, aad, fromHex(one.msg))), one.ct + one.tag, `tcId ${one.tcId}`)
}

describe('both primitives', () => {
  test('make the same keys and signatures', () => {
    for (let i = 0; i < 4; i++) {
      const secret = native.randomBytes(32)
      const message = native.randomBytes(100 * i)
      assert.deepEqual(native.x25519.publicKey(secret), noble.x25519.publicKey(secret))
      assert.deepEqual(native.ed25519.publicKey(secret), noble.ed25519.publicKey(secret))
      assert.deepEqual(native.ed25519.sign(secret, message), noble.ed25519.sign(secret, message))
    }
  })

  test('refuse keys of another length, and ciphertexts too short for a tag', () => {
    for (const [, p] of both) {
      for (const length of [0, 31, 33]) {
        assert.throws(() => p.x25519.publicKey(zeros(length)), RangeError)
        assert.throws(() => p.x25519.sharedSecret(zeros(32), zeros(length)), RangeError)
        assert.throws(() => p.ed25519.sign(zeros(length), zeros(1)), RangeError)
        assert.equal(p.ed25519.verify(zeros(length), zeros(1), zeros(64)), false)
        for (const aead of [p.aes256Gcm, p.chacha20Poly1305]) {
          assert.throws(() => aead.seal(zeros(length), zeros(12), zeros(0), zeros(0)), RangeError)
          assert.throws(() => aead.open(zeros(32), zeros(length), zeros(0), zeros(16)), RangeError)
          assert.equal(aead.open(zeros(32), zeros(12), zeros(0), zeros(length % 16)), null)
        }
      }
    }
  })

  test('notice a private key that was written over in its place', () => {
    for (const [, p] of both) {
      const key = p.randomBytes(32)
      const before = p.x25519.publicKey(key)
      key.set(p.randomBytes(32))
      assert.notDeepEqual(p.x25519.publicKey(key), before)
      assert.deepEqual(p.x25519.publicKey(key), p.x25519.publicKey(key.slice()))
    }
  })
})

describe('Ed25519 where libraries differ', () => {
  const { Point } = ed25519
  const order = Point.Fn.ORDER
  const message = utf8('a message')
  const torsion = ED25519_TORSION_SUBGROUP.map((encoded) => Point.fromHex(encoded))
  const littleEndian = (bytes: Uint8Array) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  const encodeScalar = (value: bigint) =>
    Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
  const challenge = (R: Uint8Array, A: Uint8Array) =>
    littleEndian(native.sha512(concat(R, A, message))) % order

  /** S = r + k·a for points that may carry a part of small order. */
  function forge(A: Uint8Array, R: Uint8Array, a: bigint, r: bigint): Uint8Array {
    return concat(R, encodeScalar((r + challenge(R, A) * a) % order))
  }

  function bothSay(publicKey: Uint8Array, signature: Uint8Array): boolean {
    const [one, other] = both.map(([, p]) => p.ed25519.verify(publicKey, message, signature))
    assert.equal(one, other, `${toHex(publicKey)} ${toHex(signature)}`)
    return one === true
  }

  test('a public key of small order has signed nothing, in any encoding', () => {
    const p255 = 2n ** 255n - 19n
    const encodings = torsion.map((point) => point.toBytes())
    for (const y of [0n, 1n]) encodings.push(encodeScalar(p255 + y), encodeScalar(p255 + y + 2n ** 255n))
    encodings.push(encodeScalar(1n + 2n ** 255n), encodeScalar(p255 - 1n + 2n ** 255n))
    for (const A of encodings) {
      for (const r of [0n, 1n, 7n]) {
        const R = r === 0n ? Point.ZERO.toBytes() : Point.BASE.multiply(r).toBytes()
        assert.equal(bothSay(A, concat(R, encodeScalar(r))), false)
      }
    }
  })

  test('an equation that holds only times the cofactor does not hold', () => {
    const [a, r] = [12345n, 67890n]
    const A = Point.BASE.multiply(a).toBytes()
    assert.equal(bothSay(A, forge(A, Point.BASE.multiply(r).toBytes(), a, r)), true)
    for (const small of torsion.filter((point) => !point.is0())) {
      assert.equal(bothSay(A, forge(A, Point.BASE.multiply(r).add(small).toBytes(), a, r)), false)
    }
  })

  test('S is below the order of the group, and R is canonical', () => {
    const [a, r] = [4321n, 8765n]
    const A = Point.BASE.multiply(a).toBytes()
    const good = forge(A, Point.BASE.multiply(r).toBytes(), a, r)
    const raised = concat(good.subarray(0, 32), encodeScalar(littleEndian(good.subarray(32)) + order))
    assert.equal(bothSay(A, good), true)
    assert.equal(bothSay(A, raised), false)
    for (const R of torsion) assert.equal(bothSay(A, forge(A, R.toBytes(), a, 0n)), false)
  })

  test('a key with a part of small order gets one answer from both', () => {
    const [a, r] = [999n, 31337n]
    let accepted = 0
    for (const small of torsion) {
      const A = Point.BASE.multiply(a).add(small).toBytes()
      for (let i = 0n; i < 8n; i++) {
        if (bothSay(A, forge(A, Point.BASE.multiply(r + i).toBytes(), a, r + i))) accepted++
      }
    }
    assert.ok(accepted >= 8)
  })
})
