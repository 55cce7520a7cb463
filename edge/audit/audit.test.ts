import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { logOrigin, openCheckpoint } from '../../shared/log/checkpoint.ts'
import { verifyExport } from '../../shared/log/export.ts'
import { verifyConsistency, verifyInclusion } from '../../shared/log/proof.ts'
import { leafHash } from '../../shared/log/tree.ts'
import type { Caller, TestEdge } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { ids, logKey, world } from '../world_fixture.ts'

const log = { name: logOrigin(ids.tenant), publicKey: fromBase64(logKey) }

async function grow(edge: TestEdge, caller: Caller, count: number): Promise<void> {
  const names = Array.from({ length: count }, () => `w-${crypto.randomUUID()}`)
  const made = await Promise.all(
    names.map((name) => edge.call(caller, 'POST /v1/workspaces', { body: { name } })),
  )
  assert.ok(made.every(({ status }) => status === 201))
}

async function head(edge: TestEdge, caller: Caller) {
  const { json } = await edge.call(caller, 'GET /v1/audit/checkpoint')
  return openCheckpoint(native, json.checkpoint, log)
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 1000) yield utf8(text.slice(at, at + 1000))
}

describe('the audit log', () => {
  test('is signed by the log key, and every checkpoint continues the one before', async () => {
    await using edge = await world()
    let earlier = await head(edge, edge.admin)
    for (const count of [1, 2, 5, 1, 13]) {
      await grow(edge, edge.admin, count)
      const later = await head(edge, edge.admin)
      assert.equal(later.size, earlier.size + count)
      const query = { from: `${earlier.size}`, to: `${later.size}` }
      const { json } = await edge.call(edge.admin, 'GET /v1/audit/consistency', { query })
      const proof = json.proof.map(fromBase64)
      assert.ok(verifyConsistency(native, { from: earlier, to: later, proof }))
      assert.ok(
        !verifyConsistency(native, { from: { ...earlier, root: new Uint8Array(32) }, to: later, proof }),
      )
      earlier = later
    }
  })

  test('is searched by action, who, what and when, page by page', async () => {
    await using edge = await world()
    const since = new Date(edge.clock.now += 60_000).toISOString()
    await grow(edge, edge.admin, 3)
    const until = new Date(edge.clock.now += 60_000).toISOString()
    await grow(edge, edge.admin, 2)
    const { member } = (await edge.call(edge.admin, 'GET /v1/whoami')).json
    const found = async (query: Record<string, string>) => {
      const all: { index: number; leaf: string }[] = []
      for (let cursor: string | undefined = '';;) {
        const page = { ...query, limit: '2', ...(cursor === '' ? {} : { cursor }) }
        const { status, json } = await edge.call(edge.admin, 'GET /v1/audit', { query: page })
        assert.equal(status, 200, JSON.stringify(json))
        assert.ok(json.data.length <= 2)
        all.push(...json.data)
        cursor = json.next_cursor
        if (cursor === undefined) return all
      }
    }
    const whole = await found({})
    interface Leaf {
      readonly action: string
      readonly target: string
      readonly actor: { readonly id?: string }
    }
    const sift = (fits: (leaf: Leaf) => boolean) =>
      whole.filter(({ leaf }) => fits(JSON.parse(leaf))).map(({ index }) => index)
    const indexes = async (query: Record<string, string>) => (await found(query)).map(({ index }) => index)
    const made = sift(({ action }) => action === 'workspace.created')
    assert.equal(made.length, 5)
    assert.deepEqual(await indexes({ action: 'workspace.created' }), made)
    assert.deepEqual(await indexes({ action: 'workspace.' }), made)
    assert.deepEqual(await indexes({ action: 'workspace.create_' }), [])
    assert.deepEqual(await indexes({ action: 'workspace.created', since }), made)
    assert.equal((await indexes({ action: 'workspace.created', since, until })).length, 3)
    assert.equal((await indexes({ action: 'workspace.created', since: until })).length, 2)
    const theirs = sift(({ actor }) => actor.id === member)
    assert.ok(theirs.length > 0 && theirs.length < whole.length)
    assert.deepEqual(await indexes({ actor: member }), theirs)
    const { target } = JSON.parse(whole.at(-1)?.leaf ?? '')
    assert.deepEqual(await indexes({ target }), sift((leaf) => leaf.target === target))
    const strange = await edge.call(edge.stranger, 'GET /v1/audit', { query: { target } })
    assert.deepEqual(strange.json.data, [])
    const wrong: Record<string, string>[] = [{ action: "x' or 1" }, { actor: 'me' }, { since: 'yesterday' }]
    for (const query of wrong) {
      assert.equal((await edge.call(edge.admin, 'GET /v1/audit', { query })).status, 400)
    }
  })

  test('looks at a part of a long one at a time, and says where it goes on', async () => {
    await using edge = await world()
    const leaf = {
      v: 1,
      time: '2026-11-22T08:00:00.000Z',
      actor: { kind: 'setup' },
      action: 'a.b',
      target: 'x',
    }
    const before = (await head(edge, edge.admin)).size
    const sql = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
      INSERT INTO audit_leaf (tenant, seq, plan, action, time, bytes)
      SELECT ?, ? + i, 'p' || i, 'a.b', 0, CAST(? AS BLOB) FROM n`
    const parameters = [ids.tenant, before, JSON.stringify(leaf)]
    await edge.storage.write({
      id: '',
      steps: [{ sql, parameters, reads: false }],
      leaf: null,
      repeatable: false,
    })
    const query = { target: 'nowhere' }
    const first = (await edge.call(edge.admin, 'GET /v1/audit', { query })).json
    assert.deepEqual(first.data, [])
    const again = { ...query, cursor: first.next_cursor }
    const second = (await edge.call(edge.admin, 'GET /v1/audit', { query: again })).json
    assert.deepEqual(second, { data: [] })
  })

  test('proves each of its entries', async () => {
    await using edge = await world()
    await grow(edge, edge.admin, 9)
    const tree = await head(edge, edge.admin)
    const { json } = await edge.call(edge.admin, 'GET /v1/audit')
    assert.equal(json.data.length, tree.size)
    for (const entry of json.data) {
      const query = { index: `${entry.index}`, size: `${tree.size}` }
      const proved = await edge.call(edge.admin, 'GET /v1/audit/inclusion', { query })
      const leaf = leafHash(native, utf8(entry.leaf))
      assert.equal(proved.json.leaf_hash, toHex(leaf))
      const proof = proved.json.proof.map(fromBase64)
      assert.ok(verifyInclusion(native, { leaf, index: entry.index, head: tree, proof }))
    }
  })

  test('is exported whole, and an export with one byte changed is refused', async () => {
    await using edge = await world()
    await grow(edge, edge.admin, 3)
    const { json: text } = await edge.call(edge.admin, 'GET /v1/audit/export')
    const tree = await head(edge, edge.admin)
    const report = await verifyExport(native, { chunks: chunks(text), log, remembered: tree })
    assert.deepEqual([report.anchored, report.checkpoint.size], [true, tree.size])
    const altered = text.replace('workspace.created', 'workspace.creates')
    await assert.rejects(
      verifyExport(native, { chunks: chunks(altered), log, remembered: null }),
      (error) => error instanceof Fault && error.code === 'export_altered',
    )
  })

  test('that somebody rewrote in the database does not match what was signed before', async () => {
    await using edge = await world()
    await grow(edge, edge.admin, 4)
    const remembered = await head(edge, edge.admin)
    const sql =
      "UPDATE audit_leaf SET bytes = CAST(replace(CAST(bytes AS TEXT), 'action', 'Action') AS BLOB) " +
      'WHERE tenant = ? AND seq = 2'
    const step = { sql, parameters: [ids.tenant], reads: false }
    await edge.storage.write({ id: '', steps: [step], leaf: null, repeatable: false })
    const { json: text } = await edge.call(edge.admin, 'GET /v1/audit/export')
    await assert.rejects(verifyExport(native, { chunks: chunks(text), log, remembered }))
  })

  test("is the tenant's own, and begins with its making", async () => {
    await using edge = await world()
    const own = await edge.call(edge.stranger, 'GET /v1/audit/checkpoint')
    assert.ok(own.json.checkpoint.startsWith(`sallyport/${edge.otherTenant}\n1\n`))
    const { data } = (await edge.call(edge.stranger, 'GET /v1/audit')).json
    assert.deepEqual(data.map(({ leaf }: { leaf: string }) => JSON.parse(leaf).target), [edge.otherTenant])
    assert.throws(() => openCheckpoint(native, own.json.checkpoint, log))
  })

  test('has no proofs for sizes that it does not have', async () => {
    await using edge = await world()
    const { size } = await head(edge, edge.admin)
    const queries = [
      ['consistency', { from: '0', to: `${size + 1}` }],
      ['consistency', { from: '2', to: '1' }],
      ['inclusion', { index: `${size}`, size: `${size}` }],
      ['inclusion', { index: '0', size: `${size + 1}` }],
    ] as const
    for (const [what, query] of queries) {
      assert.equal((await edge.call(edge.admin, `GET /v1/audit/${what}`, { query })).status, 404)
    }
  })

  test('is read in pages behind an index', async () => {
    await using edge = await world()
    await grow(edge, edge.admin, 5)
    const first = await edge.call(edge.admin, 'GET /v1/audit', { query: { after: '1', limit: '2' } })
    assert.deepEqual(first.json.data.map(({ index }: { index: number }) => index), [2, 3])
    const foreign = await edge.call(edge.admin, 'GET /v1/audit', { query: { cursor: 'YWJj' } })
    assert.equal(foreign.status, 400)
    const query = { limit: '2', cursor: first.json.next_cursor }
    const second = await edge.call(edge.admin, 'GET /v1/audit', { query })
    assert.deepEqual(second.json.data.map(({ index }: { index: number }) => index), [4, 5])
  })

  test('shows the names that its entries hash, until they are erased', async () => {
    await using edge = await world()
    await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Grace Hopper', role: 'viewer' } })
    const before = (await edge.call(edge.admin, 'GET /v1/audit', { query: { limit: '200' } })).json.data.at(
      -1,
    )
    assert.equal(before.names.member.value, 'Grace Hopper')
    assert.match(JSON.parse(before.leaf).names.member, /^[0-9a-f]{64}$/)
    assert.ok(fromHex(JSON.parse(before.leaf).names.member).length === 32)
    const remembered = await head(edge, edge.admin)
    const step = { sql: 'DELETE FROM audit_name', parameters: [], reads: false }
    await edge.storage.write({ id: '', steps: [step], leaf: null, repeatable: false })
    const after = (await edge.call(edge.admin, 'GET /v1/audit', { query: { limit: '200' } })).json.data.at(-1)
    assert.deepEqual(after, { index: before.index, leaf: before.leaf })
    const { json: text } = await edge.call(edge.admin, 'GET /v1/audit/export')
    assert.ok((await verifyExport(native, { chunks: chunks(text), log, remembered })).anchored)
  })
})
