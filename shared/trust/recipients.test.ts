import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, toBase64, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { TrustDocument } from '../schemas/trust_document.ts'
import { open, seal } from '../seal/envelope.ts'
import { keyId } from '../seal/key_id.ts'
import { native as p } from '../seal/primitives_fixture.ts'
import { newPrivateKey, publicKeyOf, type Suite } from '../seal/suites.ts'
import { connectionRecipients, pipelineRecipients, policyRecipients, suiteOf } from './recipients.ts'
import { tenant } from './trust_fixture.ts'

function keyOf(suite: Suite) {
  const privateKey = newPrivateKey(p)
  const publicKey = publicKeyOf(p, suite, privateKey)
  return { privateKey, entry: { kid: keyId(p, publicKey), suite, public: toBase64(publicKey) } }
}

/** The tenant of the fixture with every key of one suite. */
function tenantOf(suite: Suite) {
  const base = tenant()
  const [pool, other, reader, everywhere] = [keyOf(suite), keyOf(suite), keyOf(suite), keyOf(suite)]
  const trust: TrustDocument = {
    ...base.trust,
    sealing_keys: [
      { ...pool.entry, pool: 'default', state: 'active' },
      { ...other.entry, pool: 'other', state: 'active' },
      { ...keyOf(1).entry, pool: 'default', state: 'retiring' },
      { ...keyOf(2).entry, pool: 'default', state: 'compromised' },
    ],
    readers: [
      { ...reader.entry, owner: 'Grace', projects: [base.ids.project] },
      { ...everywhere.entry, owner: 'Barbara', projects: ['*'] },
    ],
  }
  return { trust, ids: base.ids, pool, other, reader, everywhere }
}

for (const suite of [1, 2] as const) {
  describe(`recipients of a tenant of suite ${suite}`, () => {
    const world = tenantOf(suite)
    const { trust, ids, pool, other, reader, everywhere } = world
    const publics = (keys: { entry: { public: string } }[]) => keys.map(({ entry }) => entry.public).sort()
    const found = (recipients: readonly { publicKey: Uint8Array }[]) =>
      recipients.map(({ publicKey }) => toBase64(publicKey)).sort()

    test('are active keys alone, of the pools that are named, and readers who may', () => {
      assert.ok(TrustDocument.safeParse(trust).success)
      assert.equal(suiteOf(trust), suite)
      assert.deepEqual(found(connectionRecipients(trust, { pools: ['default'] })), publics([pool]))
      const pipeline = { pool: 'default', project: ids.project }
      assert.deepEqual(found(pipelineRecipients(trust, pipeline)), publics([pool, reader, everywhere]))
      const elsewhere = { pool: 'other', project: ids.tenant }
      assert.deepEqual(found(pipelineRecipients(trust, elsewhere)), publics([other, everywhere]))
      assert.deepEqual(found(policyRecipients(trust)), publics([pool, other, everywhere]))
    })

    test('open what is sealed to them, whoever they are', () => {
      const recipients = pipelineRecipients(trust, { pool: 'default', project: ids.project })
      const context = {
        tenant: ids.tenant,
        project: ids.project,
        type: 'pipeline',
        id: ids.pipeline,
        version: 1,
        schema: 'pipeline/1',
      } as const
      const envelope = seal(p, { context, plaintext: utf8('{}'), recipients })
      for (const { privateKey } of [pool, reader, everywhere]) {
        assert.deepEqual(open(p, { context, envelope, keys: [{ suite, privateKey }] }), utf8('{}'))
      }
    })

    test('a pool without an active key gets nothing sealed', () => {
      const bare = { ...trust, sealing_keys: trust.sealing_keys.filter(({ state }) => state !== 'active') }
      assert.throws(
        () => connectionRecipients(bare, { pools: ['default'] }),
        (error) => error instanceof Fault && error.code === 'wrong_pool',
      )
      assert.throws(() => suiteOf(bare), (error) => error instanceof Fault && error.code === 'trust_invalid')
    })
  })
}

describe('the suite of a tenant', () => {
  const { trust } = tenantOf(1)
  const x = keyOf(2).entry
  const [first, ...rest] = trust.sealing_keys
  const [reader, ...readers] = trust.readers
  assert.ok(first && reader)

  test('is one: an active key or a reader of another does not parse', () => {
    const mixedKeys = { ...trust, sealing_keys: [{ ...first, ...x }, ...rest] }
    const mixedReaders = { ...trust, readers: [{ ...reader, ...x }, ...readers] }
    assert.ok(TrustDocument.safeParse(trust).success)
    for (const document of [mixedKeys, mixedReaders]) assert.ok(!TrustDocument.safeParse(document).success)
  })

  test('is not for a key to choose: its length is that of the suite that is written with it', () => {
    assert.equal(fromBase64(x.public).length, 1216)
    for (const wrong of [{ ...first, suite: 2 }, { ...x, suite: 1, pool: 'default', state: 'retired' }]) {
      assert.ok(!TrustDocument.safeParse({ ...trust, sealing_keys: [...trust.sealing_keys, wrong] }).success)
    }
  })
})
