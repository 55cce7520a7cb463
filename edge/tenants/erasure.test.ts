import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fromBase64, lengthPrefixed, utf8 } from '../../shared/bytes.ts'
import { logOrigin, openCheckpoint } from '../../shared/log/checkpoint.ts'
import { verifyExport } from '../../shared/log/export.ts'
import { verifyConsistency, verifyInclusion } from '../../shared/log/proof.ts'
import { leafHash } from '../../shared/log/tree.ts'
import { loadMigrations, migrate, migrationsFolder } from '../db/migrate.ts'
import { kinds, testStorage } from '../db/storage_fixture.ts'
import { bearer, type Caller, rowCounts, type TestEdge } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { ids, logKey, type World, world } from '../world_fixture.ts'

const log = { name: logOrigin(ids.tenant), publicKey: fromBase64(logKey) }

async function invite(
  edge: World,
  name: string,
  role = 'viewer',
): Promise<{ id: string; invitation: string }> {
  const { json, status } = await edge.call(edge.admin, 'POST /v1/members', { body: { name, role } })
  assert.equal(status, 201)
  return { id: json.member.id, invitation: json.invitation }
}

const erase = (edge: World, id: string, caller: Caller = edge.admin) =>
  edge.call(caller, `POST /v1/members/${id}/erase`)

/** Everything in the database, as one text. */
async function contents(edge: TestEdge): Promise<string> {
  const parts: string[] = []
  for (const table of Object.keys(await rowCounts(edge.storage))) {
    const rows = await edge.storage.read({ sql: `SELECT * FROM "${table}"`, parameters: [], reads: true })
    for (const row of rows) {
      for (const value of Object.values(row)) {
        parts.push(value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value))
      }
    }
  }
  return parts.join('\n')
}

async function head(edge: World) {
  const { json } = await edge.call(edge.admin, 'GET /v1/audit/checkpoint')
  return openCheckpoint(native, json.checkpoint, log)
}

interface Entry {
  readonly index: number
  readonly leaf: string
  readonly names?: Record<string, { readonly value: string; readonly salt: string }>
}

async function entries(edge: World): Promise<Entry[]> {
  return (await edge.call(edge.admin, 'GET /v1/audit', { query: { limit: '200' } })).json.data
}

/** The export against what was remembered, a proof for each entry, and a name for each hash that still has one. */
async function checkLog(edge: World, remembered: Awaited<ReturnType<typeof head>>): Promise<void> {
  const now = await head(edge)
  const query = { from: `${remembered.size}`, to: `${now.size}` }
  const { json } = await edge.call(edge.admin, 'GET /v1/audit/consistency', { query })
  const between = { from: remembered, to: now, proof: json.proof.map(fromBase64) }
  assert.ok(verifyConsistency(native, between))
  const { json: text } = await edge.call(edge.admin, 'GET /v1/audit/export')
  const chunks = (async function* () {
    yield utf8(text)
  })()
  assert.ok((await verifyExport(native, { chunks, log, remembered })).anchored)
  for (const { index, leaf, names } of await entries(edge)) {
    const at = { index: `${index}`, size: `${now.size}` }
    const proved = await edge.call(edge.admin, 'GET /v1/audit/inclusion', { query: at })
    const proof = proved.json.proof.map(fromBase64)
    const inclusion = { leaf: leafHash(native, utf8(leaf)), index, head: now, proof }
    assert.ok(verifyInclusion(native, inclusion))
    for (const [field, { value, salt }] of Object.entries(names ?? {})) {
      const salted = lengthPrefixed(fromBase64(salt), utf8(value))
      assert.equal(JSON.parse(leaf).names[field], createHash('sha256').update(salted).digest('hex'))
    }
  }
}

for (const kind of kinds) {
  test(`an erased member leaves an id, and an entry that says how many names went, on the ${kind} storage`, async () => {
    await using edge = await world({ kind })
    const name = 'Grace Brewster Hopper'
    const { id, invitation } = await invite(edge, name, 'editor')
    const accepted = await edge.call(bearer(invitation), 'POST /v1/invitations/accept')
    const grace = bearer(accepted.json.token)
    await edge.call(grace, 'POST /v1/tokens', { body: { name: `laptop of ${name}` } })
    const remembered = await head(edge)
    assert.ok((await contents(edge)).includes(name))
    const erased = await erase(edge, id)
    assert.deepEqual([erased.status, erased.json.names], [200, 1], JSON.stringify(erased.json))
    assert.ok(!(await contents(edge)).includes(name))
    assert.equal((await edge.call(grace, 'GET /v1/whoami')).status, 401)
    const row = (await edge.call(edge.admin, 'GET /v1/members')).json.data.find((one: { id: string }) =>
      one.id === id
    )
    assert.deepEqual([row.name, row.state, row.role], ['', 'removed', undefined])
    assert.equal(row.erased, erased.json.erased)
    const leaf = JSON.parse((await entries(edge)).at(-1)?.leaf ?? '')
    assert.deepEqual([leaf.action, leaf.target, leaf.facts], ['member.erased', id, { names: 1 }])
    await checkLog(edge, remembered)
    const counts = await rowCounts(edge.storage)
    assert.equal((await erase(edge, id)).json.erased, erased.json.erased)
    assert.deepEqual(await rowCounts(edge.storage), counts)
  })
}

test('whoever is erased, in whatever order, every proof and export still verifies, and the others keep their names', async () => {
  const deed = fc.oneof(
    fc.record({
      kind: fc.constant('invite' as const),
      name: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
    }),
    fc.record({ kind: fc.constant('erase' as const), whom: fc.nat(9) }),
    fc.record({ kind: fc.constant('remove' as const), whom: fc.nat(9) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 12 }), async (deeds) => {
      await using edge = await world()
      const people = new Map<string, { readonly name: string; erased: boolean }>()
      const remembered = await head(edge)
      for (const one of deeds) {
        const id = one.kind === 'invite' ? undefined : [...people.keys()][one.whom]
        if (one.kind === 'invite') {
          const body = { name: one.name, role: 'viewer' }
          const made = await edge.call(edge.admin, 'POST /v1/members', { body })
          if (made.status === 201) people.set(made.json.member.id, { name: one.name, erased: false })
        } else if (id !== undefined && one.kind === 'erase') {
          assert.equal((await erase(edge, id)).status, 200)
          people.get(id)!.erased = true
        } else if (id !== undefined) {
          await edge.call(edge.admin, `DELETE /v1/members/${id}`)
        }
      }
      await checkLog(edge, remembered)
      for (const { leaf, names } of await entries(edge)) {
        const { action, target } = JSON.parse(leaf)
        const person = people.get(target)
        if (action !== 'member.invited' || person === undefined) continue
        assert.deepEqual(names?.member?.value, person.erased ? undefined : person.name)
      }
    }),
    { numRuns: 12 },
  )
})

describe('erasing', () => {
  test('is for who may change members, and of their own tenant', async () => {
    await using edge = await world()
    const { id } = await invite(edge, 'Grace')
    const counts = await rowCounts(edge.storage)
    assert.equal((await erase(edge, id, edge.editor)).status, 403)
    assert.equal((await erase(edge, id, edge.stranger)).status, 404)
    assert.deepEqual(await rowCounts(edge.storage), counts)
  })

  test('spares the last owner', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.admin, 'GET /v1/whoami')
    assert.equal((await erase(edge, json.member)).json.code, 'last_owner')
    assert.ok((await contents(edge)).includes('Ada'))
  })

  test('ends an invitation that nobody has accepted', async () => {
    await using edge = await world()
    const { id, invitation } = await invite(edge, 'Grace')
    await erase(edge, id)
    assert.equal((await edge.call(bearer(invitation), 'POST /v1/invitations/accept')).status, 401)
  })

  test('by two at once happens once', async () => {
    await using edge = await world()
    const { id } = await invite(edge, 'Grace')
    const answers = await Promise.all([1, 2, 3].map(() => erase(edge, id)))
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200])
    const actions = (await entries(edge)).map(({ leaf }) => JSON.parse(leaf).action)
    assert.equal(actions.filter((action) => action === 'member.erased').length, 1)
  })
})

test('a database from before is told whose its names are', async () => {
  await using fixture = await testStorage('embedded', { migrated: false })
  const { storage } = fixture
  const migrations = await loadMigrations(migrationsFolder)
  const before = migrations.filter(({ version }) => version < 4)
  await migrate(storage, { migrations: before, now: 1 })
  const leaves = [
    { plan: 'a', action: 'tenant.created', leaf: { facts: { member: 'ada' }, target: 'tenant' } },
    { plan: 'b', action: 'member.invited', leaf: { facts: { role: 'viewer' }, target: 'grace' } },
  ]
  const steps = leaves.flatMap(({ plan, action, leaf }, seq) => [
    {
      sql: "INSERT INTO audit_leaf VALUES ('t', ?, ?, ?, 0, NULL, ?)",
      parameters: [seq, plan, action, utf8(JSON.stringify(leaf))],
      reads: false,
    },
    {
      sql: "INSERT INTO audit_name (tenant, plan, field, salt, value) VALUES ('t', ?, 'member', x'00', 'x')",
      parameters: [plan],
      reads: false,
    },
  ])
  await storage.write({ id: '', steps, leaf: null, repeatable: false })
  await migrate(storage, { migrations, now: 2 })
  const rows = await storage.read({
    sql: 'SELECT plan, member FROM audit_name ORDER BY plan',
    parameters: [],
    reads: true,
  })
  assert.deepEqual([...rows], [{ plan: 'a', member: 'ada' }, { plan: 'b', member: 'grace' }])
})
