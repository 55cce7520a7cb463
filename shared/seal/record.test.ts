import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat, toHex, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { openState, sealState } from './agent_state.ts'
import { pad, unpad } from './padding.ts'
import { both, native } from './primitives_fixture.ts'
import { commit, uncommit } from './record.ts'

const faults = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

describe('a commitment', () => {
  const body = utf8('{"config":{}}')
  const { plaintext, commitment } = commit(native, body)

  test('leads from the opened plaintext to the body', () => {
    assert.deepEqual(uncommit(native, { plaintext, commitment }), body)
    assert.match(commitment, /^[0-9a-f]{64}$/)
  })

  test('differs each time, so that equal bodies do not show', () => {
    assert.notEqual(commit(native, body).commitment, commitment)
  })

  test('refuses another body, another r, another commitment and a plaintext too short', () => {
    const changed = (at: number) => plaintext.map((byte, i) => (i === at ? byte ^ 1 : byte))
    const other = commit(native, body).commitment
    for (const at of [0, 31, 32, plaintext.length - 1]) {
      assert.throws(
        () => uncommit(native, { plaintext: changed(at), commitment }),
        faults('commitment_mismatch'),
      )
    }
    assert.throws(() => uncommit(native, { plaintext, commitment: other }), faults('commitment_mismatch'))
    for (const length of [0, 31]) {
      const short = plaintext.subarray(0, length)
      assert.throws(() => uncommit(native, { plaintext: short, commitment }), faults('commitment_mismatch'))
    }
  })
})

test('a commitment is under an r of 32 bytes, though HMAC fills up a shorter one with zeros', () => {
  const r = native.randomBytes(32).fill(0, 20)
  const commitment = toHex(native.hmacSha256(r, utf8('')))
  assert.equal(uncommit(native, { plaintext: r, commitment }).length, 0)
  const short = r.subarray(0, 20)
  assert.throws(() => uncommit(native, { plaintext: short, commitment }), faults('commitment_mismatch'))
})

describe('padding', () => {
  test('fills to 256, 512 … 4096, then to multiples of 4096', () => {
    const padded = [0, 252, 253, 508, 1020, 4092, 4093, 8188, 8189].map((length) =>
      pad(new Uint8Array(length)).length
    )
    assert.deepEqual(padded, [256, 256, 512, 512, 1024, 4096, 8192, 8192, 12288])
  })

  test('comes off exactly, and only in its one form', () => {
    const text = utf8('a secret')
    const padded = pad(text)
    assert.deepEqual(unpad(padded), text)
    for (const at of [0, 1, 2, 3]) assert.equal(unpad(padded.map((b, i) => (i === at ? 0xff : b))), null)
    assert.equal(unpad(padded.map((b, i) => (i === 255 ? 1 : b))), null)
    assert.equal(unpad(concat(padded, new Uint8Array(256))), null)
    assert.equal(unpad(padded.subarray(0, 128)), null)
    assert.equal(unpad(new Uint8Array(3)), null)
  })
})

describe('agent state', () => {
  const place = { tenant: 't', type: 'token', id: 'a' }
  const stateKey = native.randomBytes(32)
  for (const [name, p] of both) {
    test(`${name}: opens in its place, under its key, unaltered, and nowhere else`, () => {
      const plaintext = utf8('refresh token')
      const sealed = sealState(p, stateKey, { place, plaintext })
      assert.deepEqual(openState(native, stateKey, { place, sealed }), plaintext)
      const refuse = (key: Uint8Array, where: typeof place, bytes: Uint8Array) =>
        assert.throws(() => openState(p, key, { place: where, sealed: bytes }), faults('state_refused'))
      for (const field of ['tenant', 'type', 'id']) refuse(stateKey, { ...place, [field]: 'other' }, sealed)
      refuse(stateKey, { ...place, type: 'tokena', id: '' }, sealed)
      refuse(p.randomBytes(32), place, sealed)
      for (let i = 0; i < sealed.length; i++) {
        refuse(stateKey, place, sealed.map((byte, at) => (at === i ? byte ^ 1 : byte)))
        refuse(stateKey, place, sealed.subarray(0, i))
      }
    })
  }
})
