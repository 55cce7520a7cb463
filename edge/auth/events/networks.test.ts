import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import type { MasterKeys } from '../../db/master_keys.ts'
import { nobody } from '../../edge_fixture.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { native } from '../../primitives.ts'
import { ids, world } from '../../world_fixture.ts'
import { addMember, person } from '../devices/people_fixture.ts'
import { networkHider } from './networks.ts'

const key = (byte: number) => new Uint8Array(32).fill(byte)
const master = (...versions: readonly number[]): MasterKeys => ({
  newest: Math.max(...versions),
  keys: new Map(versions.map((version) => [version, key(version)])),
})

describe('the network in an audit entry', () => {
  test('is the same for the same one of a tenant, and like nothing of another tenant or installation', () => {
    const [here, elsewhere] = [networkHider(native, master(1)), networkHider(native, master(2))]
    assert.match(here('a', '192.0.2.1'), /^[0-9a-f]{16}$/)
    assert.equal(here('a', '192.0.2.1'), here('a', '192.0.2.1'))
    const others = [here('a', '192.0.2.2'), here('b', '192.0.2.1'), elsewhere('a', '192.0.2.1')]
    assert.equal(new Set([here('a', '192.0.2.1'), ...others]).size, 4)
  })

  test('stays what it is while a new master key stands beside the old one', () => {
    const [before, after] = [networkHider(native, master(1)), networkHider(native, master(2, 1))]
    assert.equal(before('a', '192.0.2.1'), after('a', '192.0.2.1'))
  })

  test('is nothing where nobody hides it', () => {
    assert.equal(JSON.stringify({ network: new NetworkFact('192.0.2.1') }), '{"network":null}')
  })

  test('is another one in each of the logs that have the same act, and cannot be found by trying', async () => {
    await using edge = await world()
    const { account, caller } = await person(edge, ids.tenant)
    await addMember(edge, edge.otherTenant, { account, role: 'viewer' })
    for (let n = 0; n < 2; n++) {
      const asked = { body: { client_id: 'sallyport' } }
      const { user_code } = (await edge.call(nobody, 'POST /v1/device/authorize', asked)).json
      const denied = await edge.call(caller, 'POST /v1/device/requests/deny', { body: { user_code } })
      assert.equal(denied.status, 200)
    }
    const rows = await edge.storage.read({
      sql: "SELECT tenant, CAST(bytes AS TEXT) AS text FROM audit_leaf WHERE action = 'device.denied'",
      parameters: [],
      reads: true,
    })
    const of = (tenant: string) =>
      rows.filter((row) => row.tenant === tenant)
        .map(({ text }) => (JSON.parse(String(text)) as { facts: { network: string } }).facts.network)
    const [mine, theirs] = [of(ids.tenant), of(edge.otherTenant)]
    assert.deepEqual([mine.length, new Set(mine).size, theirs.length, new Set(theirs).size], [2, 1, 2, 1])
    assert.equal(new Set([...mine, ...theirs]).size, 2)
    for (const text of ['192.0.2.1', 'sallyport network 192.0.2.1']) {
      const tried = createHash('sha256').update(text).digest('hex').slice(0, 16)
      assert.ok(![...mine, ...theirs].includes(tried))
    }
  })
})
