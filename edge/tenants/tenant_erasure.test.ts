import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, fromUtf8, utf8 } from '../../shared/bytes.ts'
import { logOrigin } from '../../shared/log/checkpoint.ts'
import { checkpointLine, leafLine, verifyExport } from '../../shared/log/export.ts'
import { leaves } from '../audit/store.ts'
import { reader } from '../db/database.ts'
import { type Caller, nobody } from '../edge_fixture.ts'
import { type Answers, operations } from '../operations_fixture.ts'
import { native } from '../primitives.ts'
import { ids, member, type World, world } from '../world_fixture.ts'
import { first, linked, person, run } from './account_fixture.ts'
import { holdings, ofTenant } from './holdings.ts'

const DAY_MS = 86_400_000
const GRACE_MS = 30 * DAY_MS

/** Does all that can be done in the examples' tenant, and leaves what that leaves. */
async function live(edge: World): Promise<void> {
  const answers: Answers = {}
  const last = ['deleteTenant', 'restoreTenant']
  for (const operation of operations.filter(({ id }) => !last.includes(id))) {
    const route = edge.edge.routes.find(({ id }) => id === operation.id)
    if (route === undefined) continue
    await operation.prepare?.(edge, answers)
    const given = operation.request(answers, edge)
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => given.params?.[name] ?? 'missing')
    const as: Caller = given.as ?? (route.permission === null ? nobody : edge.admin)
    answers[operation.id] = (await edge.call(as, `${route.method.toUpperCase()} ${path}`, given)).json
  }
}

async function tables(edge: World): Promise<string[]> {
  const rows = await edge.storage.read({
    sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    parameters: [],
    reads: true,
  })
  return rows.map(({ name }) => name as string)
}

/** Every row of a table as text, with bytes in base64. */
async function texts(edge: World, table: string): Promise<string[]> {
  const rows = await edge.storage.read({ sql: `SELECT * FROM "${table}"`, parameters: [], reads: true })
  return rows.map((row) =>
    JSON.stringify(row, (_, value) => value instanceof Uint8Array ? fromUtf8Loose(value) : value)
  )
}

const fromUtf8Loose = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

async function count(edge: World, table: string, tenant: string): Promise<number> {
  const row = await first(
    edge,
    `SELECT count(*) AS n FROM "${table}" WHERE ${ofTenant(holdings[table]!)}`,
    tenant,
  )
  return row?.n as number
}

/** A row of the tenant where living there has left none, so that no table goes untried. */
async function fill(edge: World, table: string, tenant: string): Promise<void> {
  const found = await edge.storage.read({
    sql: 'SELECT name, type FROM pragma_table_info(?)',
    parameters: [table],
    reads: true,
  })
  const special: Record<string, Record<string, unknown>> = {
    approval: { kind: 'keys', state: 'waiting' },
    device_request: { state: 'waiting' },
    session: { stage: 'full' },
    token_network: { token: (await first(edge, 'SELECT id FROM token WHERE tenant = ?', tenant))?.id },
    binding: { level: 'tenant', member: 'm', member_group: null, place: null },
    catalogue: { action: 'test' },
    inspection: { action: 'test', state: 'queued' },
    rewrap: { state: 'done' },
    rewrap_batch: { state: 'done' },
  }
  const valueOf = (name: string, type: string) => {
    const own = special[table]?.[name]
    if (own !== undefined) return own
    if (name === 'tenant') return tenant
    return type === 'INTEGER' ? 1 : type === 'BLOB' ? new Uint8Array(1) : `filled ${table}.${name}`
  }
  const names = found.map(({ name }) => `"${name}"`).join(', ')
  const values = found.map(({ name, type }) => valueOf(name as string, type as string))
  const sql = `INSERT INTO "${table}" (${names}) VALUES (${values.map(() => '?').join(', ')})`
  await run(edge, [{ sql, parameters: values, reads: false }])
}

describe('erasing a tenant', () => {
  test('takes every row of every table, and leaves a log that verifies and names nobody', async () => {
    await using edge = await world()
    await live(edge)
    const { member: id } = (await edge.call(edge.admin, 'GET /v1/whoami')).json
    const ada = await person(edge, 'ada@example.com')
    const session = await linked(edge, ada, { tenant: ids.tenant, member: id })
    await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Zuleika Dobson', role: 'viewer' } })
    for (const table of Object.keys(holdings)) {
      if (await count(edge, table, ids.tenant) === 0) await fill(edge, table, ids.tenant)
      assert.ok(await count(edge, table, ids.tenant) > 0, `${table} has a row to lose`)
    }
    const theirs = new Map<string, number>()
    for (const table of Object.keys(holdings)) theirs.set(table, await count(edge, table, edge.otherTenant))
    await run(edge, [{
      sql: 'UPDATE installation SET tenant = ?',
      parameters: [edge.otherTenant],
      reads: false,
    }])
    const [{ name }] = [(await edge.call(edge.admin, 'GET /v1/tenant')).json]
    assert.equal((await edge.call(edge.admin, 'DELETE /v1/tenant', { body: { name } })).status, 200)
    edge.clock.now += GRACE_MS - 1
    assert.equal(await edge.edge.eraseTenants(), 0, 'not a moment before')
    edge.clock.now += 1
    assert.equal(await edge.edge.eraseTenants(), 1)

    for (const table of await tables(edge)) {
      const left = (await texts(edge, table)).filter((text) => text.includes(ids.tenant))
      if (table !== 'audit_leaf' && table !== 'erased_tenant') assert.deepEqual(left, [], table)
    }
    for (const table of await tables(edge)) {
      for (const text of await texts(edge, table)) {
        assert.ok(!text.includes('Zuleika'), `${table} names nobody`)
      }
    }
    for (const [table, before] of theirs) {
      assert.equal(await count(edge, table, edge.otherTenant), before, `${table} of the other tenant`)
    }
    await verifies(edge)
    assert.equal((await edge.call(edge.admin, 'GET /v1/whoami')).status, 401)
    assert.equal((await edge.call(session, 'GET /v1/account')).status, 401, 'after thirty days')
    assert.ok(await first(edge, 'SELECT id FROM account WHERE id = ?', ada.account), 'the account stays')
    const kept = await first(edge, 'SELECT tenant, revoked FROM session WHERE account = ?', ada.account)
    assert.deepEqual(kept, { tenant: null, revoked: null })
  })

  test('loses nothing of accounts but the membership, and of those who are in another tenant not even the session', async () => {
    await using edge = await world()
    const viewer = await member(edge, edge.stranger, 'viewer')
    const { member: id } = (await edge.call(viewer, 'GET /v1/whoami')).json
    const grace = await person(edge, 'grace@example.com')
    await linked(edge, grace, { tenant: edge.otherTenant, member: id })
    const here = (await edge.call(edge.editor, 'GET /v1/whoami')).json.member
    await linked(edge, grace, { tenant: ids.tenant, member: here })
    await erase(edge)
    const rows = await edge.storage.read({
      sql: 'SELECT tenant FROM session WHERE account = ? ORDER BY tenant',
      parameters: [grace.account],
      reads: true,
    })
    assert.deepEqual(rows.map(({ tenant }) => tenant), [null, null, ids.tenant])
    const members = await edge.storage.read({
      sql: 'SELECT tenant FROM member WHERE account = ?',
      parameters: [grace.account],
      reads: true,
    })
    assert.deepEqual([...members], [{ tenant: ids.tenant }])
  })

  test('goes on where it was broken off, and writes its entry once', async () => {
    await using edge = await world()
    await edge.call(edge.stranger, 'DELETE /v1/tenant', { body: { name: 'Other' } })
    edge.clock.now += GRACE_MS
    const write = edge.storage.write.bind(edge.storage)
    let left = 0
    Object.assign(edge.storage, {
      write: (plan: Parameters<typeof write>[0]) => {
        if (left-- <= 0) return Promise.reject(new Error('broken off'))
        return write(plan)
      },
    })
    for (let allowed = 1;; allowed += 3) {
      left = allowed
      const done = await edge.edge.eraseTenants().then((gone) => gone, () => null)
      if (done !== null) break
      assert.ok(allowed < 400)
    }
    Object.assign(edge.storage, { write })
    const rows = await edge.storage.read({
      sql: "SELECT count(*) AS n FROM audit_leaf WHERE tenant = ? AND action = 'tenant.erased'",
      parameters: [edge.otherTenant],
      reads: true,
    })
    assert.equal(rows[0]?.n, 1)
    assert.ok(await first(edge, 'SELECT id FROM erased_tenant WHERE id = ?', edge.otherTenant))
    assert.equal(await edge.edge.eraseTenants(), 0)
  })

  test('once begun is not taken back, and its id is nobody’s again', async () => {
    await using edge = await world()
    await edge.call(edge.stranger, 'DELETE /v1/tenant', { body: { name: 'Other' } })
    await run(edge, [{
      sql: 'UPDATE tenant SET erasing = 1 WHERE closing IS NOT NULL',
      parameters: [],
      reads: false,
    }])
    assert.equal((await edge.call(edge.stranger, 'POST /v1/tenant/restore')).json.code, 'conflict')
    edge.clock.now += GRACE_MS
    await edge.edge.eraseTenants()
    const again = await edge.call(edge.admin, 'POST /v1/tenants', {
      body: { tenant: { id: edge.otherTenant, name: 'Again' }, person: { name: 'Eve' } },
    })
    assert.equal(again.json.code, 'already_exists')
    const left = await edge.call(edge.admin, 'GET /v1/erased-tenants', {
      query: { tenant: edge.otherTenant },
    })
    assert.equal(left.json.id, edge.otherTenant)
    const { json: text } = await edge.call(edge.admin, 'GET /v1/erased-tenants/audit', {
      query: { tenant: edge.otherTenant },
    })
    const log = { name: logOrigin(edge.otherTenant), publicKey: fromBase64(left.json.log_key) }
    const report = await verifyExport(native, {
      chunks: ReadableStream.from([utf8(text)]),
      log,
      remembered: null,
    })
    assert.equal(report.checkpoint.size, left.json.size)
    assert.equal(
      (await edge.call(edge.viewer, 'GET /v1/erased-tenants', { query: { tenant: ids.tenant } })).status,
      403,
    )
  })
})

async function erase(edge: World): Promise<void> {
  await edge.call(edge.stranger, 'DELETE /v1/tenant', { body: { name: 'Other' } })
  edge.clock.now += GRACE_MS
  assert.equal(await edge.edge.eraseTenants(), 1)
}

/** What is left is a whole log under its last checkpoint, and ends with the erasure. */
async function verifies(edge: World): Promise<void> {
  const row = await first(edge, 'SELECT * FROM erased_tenant WHERE id = ?', ids.tenant)
  const all = await leaves(reader(edge.storage), ids.tenant, { start: 0, end: 10_000, take: 10_000 })
  assert.equal(row?.size, all.length)
  const last = JSON.parse(fromUtf8(all.at(-1) as Uint8Array))
  assert.deepEqual([last.action, last.actor, last.target], ['tenant.erased', { kind: 'edge' }, ids.tenant])
  const lines = [...all.map((leaf) => leafLine(fromUtf8(leaf))), checkpointLine(row?.checkpoint as string)]
  const log = { name: logOrigin(ids.tenant), publicKey: row?.log_key as Uint8Array }
  const chunks = ReadableStream.from([utf8(lines.join(''))])
  const report = await verifyExport(native, { chunks, log, remembered: null })
  assert.equal(report.checkpoint.size, all.length)
}
