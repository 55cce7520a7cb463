import fc from 'fast-check'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat, equal, utf8 } from '../bytes.ts'
import { Fault, type FaultCode } from '../faults.ts'
import type { Context } from './context.ts'
import { describeEnvelope, open, reseal, rewrap, seal } from './envelope.ts'
import { native as p } from './primitives_fixture.ts'
import { kemOf, newPrivateKey, publicKeyOf, type Suite } from './suites.ts'

const context: Context = {
  tenant: '019ab0c4-1f00-7000-8000-000000000001',
  project: '019ab0c4-1f00-7000-8000-000000000002',
  type: 'pipeline',
  id: '019ab0c4-1f00-7000-8000-000000000003',
  version: 2,
  schema: 'pipeline/1',
}
const plaintext = utf8('{"streams":[]}')
function pairOf(suite: Suite) {
  const privateKey = newPrivateKey(p)
  return { key: { suite, privateKey }, recipient: { suite, publicKey: publicKeyOf(p, suite, privateKey) } }
}
const old = pairOf(1)
const next = pairOf(2)
const sealedTo = (pair: typeof old) => seal(p, { context, plaintext, recipients: [pair.recipient] })
const [classic, hybrid] = [sealedTo(old), sealedTo(next)]
const refused = (code: FaultCode, act: () => unknown) =>
  assert.throws(act, (error) => error instanceof Fault && error.code === code)
const bodyOf = (envelope: Uint8Array) =>
  envelope.subarray(12 + (describeEnvelope(envelope).suite === 1 ? 96 : 1184) + 32)

describe('suites', () => {
  test('keys are 32 bytes on the private side, 32 and 1,216 on the public one', () => {
    assert.deepEqual([old, next].map(({ key }) => key.privateKey.length), [32, 32])
    assert.deepEqual([old, next].map(({ recipient }) => recipient.publicKey.length), [32, 1216])
  })

  test('never two on one record', () => {
    const twoSuites = { name: 'RangeError', message: /two suites/ }
    const both = [old.recipient, next.recipient]
    for (const recipients of [both, both.toReversed()]) {
      assert.throws(() => seal(p, { context, plaintext, recipients }), twoSuites)
      for (const envelope of [classic, hybrid]) {
        const given = { context, envelope, keys: [old.key, next.key], recipients }
        assert.throws(() => rewrap(p, given), twoSuites)
        assert.throws(() => reseal(p, given), twoSuites)
      }
    }
  })

  test('there is no third', () => {
    const third = 3 as unknown as Suite
    assert.throws(() => kemOf(third), RangeError)
    const recipients = [{ ...old.recipient, suite: third }]
    assert.throws(() => seal(p, { context, plaintext, recipients }), RangeError)
  })

  test('a key opens by its own suite alone, whatever the header says', () => {
    for (const [envelope, pair, other] of [[classic, old, 2], [hybrid, next, 1]] as const) {
      const openWith = (bytes: Uint8Array) => open(p, { context, envelope: bytes, keys: [pair.key] })
      assert.deepEqual(openWith(envelope), plaintext)
      const relabelled = concat(envelope.subarray(0, 8), Uint8Array.of(0, other), envelope.subarray(10))
      const longEnough = concat(relabelled, new Uint8Array(2048))
      assert.equal(describeEnvelope(longEnough).suite, other)
      refused('suite_refused', () => openWith(longEnough))
    }
  })

  test('a record of a suite that none of the keys is of is a missing key, so that a ring is read anew', () => {
    refused('kid_missing', () => open(p, { context, envelope: hybrid, keys: [old.key] }))
    refused('kid_missing', () => open(p, { context, envelope: classic, keys: [next.key] }))
  })

  test('rewrapping keeps the suite: a data key that was under one is never put under another', () => {
    const kept = { name: 'RangeError', message: /keeps the suite/ }
    const toNext = { context, envelope: classic, keys: [old.key], recipients: [next.recipient] }
    assert.throws(() => rewrap(p, toNext), kept)
    const toOld = { context, envelope: hybrid, keys: [next.key], recipients: [old.recipient] }
    assert.throws(() => rewrap(p, toOld), kept)
  })
})

describe('resealing', () => {
  test('goes from any suite to any, with the same plaintext in the same place', () => {
    for (const from of [old, next]) {
      for (const to of [pairOf(1), pairOf(2)]) {
        fc.assert(
          fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
            const envelope = seal(p, { context, plaintext: bytes, recipients: [from.recipient] })
            const given = { context, envelope, keys: [from.key], recipients: [to.recipient] }
            const resealed = reseal(p, given)
            assert.deepEqual(open(p, { context, envelope: resealed, keys: [to.key] }), bytes)
            refused('kid_missing', () => open(p, { context, envelope: resealed, keys: [from.key] }))
          }),
          { numRuns: 4 },
        )
      }
    }
  })

  test('makes a new data key: no part of the body stays, where rewrapping leaves it', () => {
    const given = { context, envelope: classic, keys: [old.key], recipients: [old.recipient] }
    assert.ok(equal(bodyOf(rewrap(p, given)), bodyOf(classic)))
    const [before, after] = [bodyOf(classic), bodyOf(reseal(p, given))]
    assert.equal(after.length, before.length)
    for (const [from, to] of [[0, 24], [24, 56], [56, 88]] as const) {
      assert.ok(!equal(after.subarray(from, to), before.subarray(from, to)))
    }
  })

  test('and rewrapping show the plaintext first to who has a say, and pass nothing on that he refuses', () => {
    const given = { context, envelope: classic, keys: [old.key], recipients: [old.recipient] }
    for (const onward of [rewrap, reseal]) {
      const seen: Uint8Array[] = []
      onward(p, { ...given, check: (bytes) => seen.push(bytes) })
      assert.deepEqual(seen, [plaintext])
      const check = () => {
        throw new Fault('commitment_mismatch')
      }
      refused('commitment_mismatch', () => onward(p, { ...given, check }))
    }
  })

  test('refuses what does not open, and what is of another place', () => {
    const given = { keys: [next.key], recipients: [old.recipient] }
    const broken = hybrid.slice()
    broken[broken.length - 1] = (broken.at(-1) as number) ^ 1
    refused('envelope_refused', () => reseal(p, { ...given, context, envelope: broken }))
    const elsewhere = { ...context, version: 3 }
    refused('envelope_refused', () => reseal(p, { ...given, context: elsewhere, envelope: hybrid }))
    refused('envelope_invalid', () => reseal(p, { ...given, context, envelope: plaintext }))
  })
})
