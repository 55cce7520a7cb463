import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bearer, type Caller, type TestEdge } from '../../edge_fixture.ts'
import { world } from '../../world_fixture.ts'

async function made(edge: TestEdge & { readonly admin: Caller }, body: object = {}) {
  const { json } = await edge.call(edge.admin, 'POST /v1/tokens', { body: { name: 'ci', ...body } })
  return { id: json.id as string, caller: bearer(json.token) }
}

async function events(edge: TestEdge) {
  await edge.edge.flush()
  const sql = "SELECT bytes FROM audit_leaf WHERE action = 'token.new_network' ORDER BY seq"
  const rows = await edge.storage.read({ sql, parameters: [], reads: true })
  return rows.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes as Uint8Array)))
}

const from = (edge: TestEdge, caller: Caller, remote: string) =>
  edge.call(caller, 'GET /v1/whoami', { remote })

describe('a token that is used', () => {
  test('from a network that it was not used from before is an event, once', async () => {
    await using edge = await world()
    const { id, caller } = await made(edge)
    await from(edge, caller, '198.51.100.7')
    assert.deepEqual(await events(edge), [], 'the first one is where it lives')
    await from(edge, caller, '198.51.100.99')
    assert.deepEqual(await events(edge), [], 'a neighbour is no other network')
    await Promise.all([1, 2, 3].map(() => from(edge, caller, '203.0.113.5')))
    await from(edge, caller, '203.0.113.5')
    const [event, ...more] = await events(edge)
    assert.deepEqual(more, [])
    assert.deepEqual([event.facts.token, event.facts.refused], [id, false])
    assert.ok(!JSON.stringify(event).includes('203.0.113'))
    await from(edge, caller, '2001:db8::1')
    assert.equal((await events(edge)).length, 2)
    const { json } = await edge.call(edge.admin, 'GET /metrics')
    assert.match(json, /sallyport_security_events_total\{kind="token.new_network"\} 2/)
  })

  test('from two networks before either is written is an event all the same', async () => {
    await using edge = await world()
    const { caller } = await made(edge)
    await from(edge, caller, '198.51.100.7')
    await from(edge, caller, '203.0.113.5')
    assert.equal((await events(edge)).length, 1)
  })

  test('says from which address, with the time', async () => {
    await using edge = await world()
    const { id, caller } = await made(edge)
    await from(edge, caller, '::ffff:198.51.100.7')
    await edge.edge.flush()
    const { json } = await edge.call(edge.admin, 'GET /v1/tokens')
    const row = json.data.find((token: { id: string }) => token.id === id)
    assert.deepEqual([row.last_used, row.last_network], ['2026-11-22T09:00:00.000Z', '198.51.100.7'])
  })
})

describe('a token with an address list', () => {
  test('counts from there alone, however the address is spelled, and a stranger’s use is an event', async () => {
    await using edge = await world()
    const { id, caller } = await made(edge, { networks: ['198.51.100.0/24', '2001:db8::/32'] })
    for (const inside of ['198.51.100.7', '::ffff:198.51.100.8', '2001:db8:1::1']) {
      assert.equal((await from(edge, caller, inside)).status, 200, inside)
    }
    const before = (await events(edge)).length
    for (const outside of ['198.51.101.7', '198.51.101.7', '2001:db9::1']) {
      const { status, json } = await from(edge, caller, outside)
      assert.deepEqual([status, json.code], [403, 'forbidden'], outside)
    }
    const refused = (await events(edge)).slice(before)
    assert.deepEqual(refused.map(({ facts }) => [facts.token, facts.refused]), [[id, true], [id, true]])
  })

  test('is not let in by what a stranger writes into X-Forwarded-For', async () => {
    await using edge = await world()
    const { caller } = await made(edge, { networks: ['198.51.100.0/24'] })
    const answer = await edge.call(caller, 'GET /v1/whoami', {
      remote: '203.0.113.5',
      headers: { 'x-forwarded-for': '198.51.100.7' },
    })
    assert.equal(answer.status, 403)
  })

  test('takes addresses and ranges, and nothing that only looks like one', async () => {
    await using edge = await world()
    const networks = ['198.51.100.7/24', '2001:db8::/129', '1.2.3', '::ffff:0:0/95']
    const { status, json } = await edge.call(edge.admin, 'POST /v1/tokens', { body: { name: 'x', networks } })
    assert.equal(status, 400)
    assert.deepEqual(json.errors.map(({ at }: { at: string }) => at), networks.map((_, i) => `networks/${i}`))
  })
})
