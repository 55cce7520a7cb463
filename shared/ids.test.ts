import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId, runId, type RunTrigger } from './ids.ts'
import { Id } from './schemas/fields.ts'
import { both, native } from './seal/primitives_fixture.ts'

const NOW = Date.parse('2026-11-22T12:00:00.000Z')
const msOf = (id: string) => parseInt(id.slice(0, 13).replace('-', ''), 16)

describe('ids', () => {
  test('new ones lead with their time and are of version 7', () => {
    const id = newId(NOW, native.randomBytes)
    assert.ok(Id.safeParse(id).success)
    assert.equal(id[14], '7')
    assert.equal(msOf(id), NOW)
    assert.ok(newId(NOW + 1, native.randomBytes) > id)
    assert.notEqual(newId(NOW, native.randomBytes), id)
  })
})

describe('run ids', () => {
  const [tenant, pipeline, other] = [1, 2, 3].map(() => newId(NOW, native.randomBytes)) as [
    string,
    string,
    string,
  ]
  const api = (day: string, slot: number): RunTrigger => ({ kind: 'api', day, slot })
  const request = (issued: string, nonce: string): RunTrigger => ({ kind: 'request', issued, nonce })
  const issued = '2026-11-22T12:00:00.000Z'
  const nonce = '00112233445566778899aabbccddeeff'
  const of = (trigger: RunTrigger, change = {}) => runId(native, { tenant, pipeline, trigger, ...change })

  test('follow from the trigger, on either primitives', () => {
    for (const trigger of [api('2026-11-22', 1), request(issued, nonce)]) {
      const [one, same] = both.map(([, p]) => runId(p, { tenant, pipeline, trigger }))
      assert.equal(one, same)
      assert.ok(Id.safeParse(one).success)
      assert.equal(one?.[14], '8')
    }
  })

  test('lead with the milliseconds of the trigger', () => {
    assert.equal(msOf(of(request(issued, nonce))), NOW)
    assert.equal(msOf(of(api('2026-11-22', 7))), Date.parse('2026-11-22T00:00:00.000Z') + 7)
  })

  test('differ when anything about the trigger does', () => {
    const ids = [
      of(api('2026-11-22', 1)),
      of(api('2026-11-22', 11)),
      of(api('2026-11-23', 1)),
      of(request(issued, nonce)),
      of(request(issued, nonce.replace('0', '1'))),
      of(request('2026-11-22T12:00:00.001Z', nonce)),
      of(api('2026-11-22', 1), { tenant: other }),
      of(api('2026-11-22', 1), { pipeline: other }),
    ]
    assert.equal(new Set(ids.map((id) => id.slice(15))).size, ids.length)
  })

  test('need a time', () => {
    assert.throws(() => of(api('no day', 1)), RangeError)
    assert.throws(() => of(request('no time', nonce)), RangeError)
  })
})
