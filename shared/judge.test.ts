import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { Fault } from './faults.ts'
import { judge } from './judge.ts'
import { readUnverified } from './sign/documents.ts'
import { verify } from './sign/dsse.ts'
import { native as p } from './seal/primitives_fixture.ts'

/** An object that says to have a length, of a kind that cannot be compared with a number. */
const deceiver: unknown = JSON.parse('{"length":{"toString":1}}')

describe('judging what others have written', () => {
  test('takes and refuses as the schema does, and names the place', () => {
    const schema = z.strictObject({ name: z.string().max(3) })
    assert.deepEqual(judge(schema, { name: 'abc' }), { success: true, data: { name: 'abc' } })
    const refused = judge(schema, { name: 'abcd' })
    assert.ok(!refused.success)
    assert.deepEqual(refused.error?.issues[0]?.path, ['name'])
  })

  test('refuses what makes the schema itself throw', () => {
    assert.throws(() => z.string().max(3).safeParse(deceiver), TypeError)
    assert.deepEqual(judge(z.string().max(3), deceiver), { success: false, error: null })
  })

  test('a signed document that holds such a thing is no document', () => {
    const payloadType = 'application/vnd.sallyport.connection.v1+json'
    const signature = { keyid: 'a'.repeat(32), sig: `${'A'.repeat(86)}==` }
    for (
      const dsse of [
        { payloadType, payload: deceiver, signatures: [signature] },
        { payloadType, payload: 'AAAA', signatures: deceiver },
      ]
    ) {
      const invalid = (error: unknown) => error instanceof Fault && error.code === 'document_invalid'
      assert.throws(() => verify(p, { dsse, payloadType, keys: [new Uint8Array(32)] }), invalid)
      assert.throws(() => readUnverified(p, 'connection', dsse), invalid)
    }
  })
})
