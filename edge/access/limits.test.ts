import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ids, type World, world } from '../world_fixture.ts'

/** So many rows more, straight into the database: of each its number, `i`, and the tenant, `?`. */
async function fill(w: World, rows: number, insert: string): Promise<void> {
  const [into, select] = insert.split(' AS ')
  const sql = `${into} WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) ` +
    `SELECT ${select} FROM n`
  const steps = [{ sql, parameters: [ids.tenant], reads: false }]
  await w.storage.write({ id: '', steps, leaf: null, repeatable: false })
}

async function count(w: World, table: string): Promise<number> {
  const sql = `SELECT count(*) AS n FROM ${table} WHERE tenant = ?`
  return (await w.storage.read({ sql, parameters: [ids.tenant], reads: true }))[0]?.n as number
}

test('a tenant has at most 10,000 projects', async () => {
  await using w = await world()
  const { json } = await w.call(w.admin, `GET /v1/projects/${ids.project}`)
  const insert = "INSERT INTO project (id, tenant, name, workspace, created) AS 'p' || i, ?, i, 'x', 0"
  await fill(w, 9999 - await count(w, 'project'), insert)
  const make = (name: string) =>
    w.call(w.admin, 'POST /v1/projects', { body: { workspace: json.workspace, name } })
  assert.equal((await make('last')).status, 201)
  const refused = await make('more')
  assert.deepEqual([refused.status, refused.json.code], [429, 'limit_reached'])
  assert.equal(await count(w, 'project'), 10_000)
})

test('and at most 1,000 groups', async () => {
  await using w = await world()
  await fill(w, 999, "INSERT INTO member_group (id, tenant, name, created) AS 'g' || i, ?, i, 0")
  const make = (name: string) => w.call(w.admin, 'POST /v1/groups', { body: { name } })
  assert.equal((await make('last')).status, 201)
  assert.equal((await make('more')).json.code, 'limit_reached')
})

test('and at most 10,000 bindings, by whatever way they are made', async () => {
  await using w = await world()
  const columns = 'INSERT INTO binding (id, tenant, member, role, level, created)'
  await fill(
    w,
    9999 - await count(w, 'binding'),
    `${columns} AS 'b' || i, ?, 'm' || i, 'viewer', 'tenant', 0`,
  )
  const { json } = await w.call(w.editor, 'GET /v1/whoami')
  const body = { member: json.member, role: 'viewer', level: 'tenant' }
  assert.equal((await w.call(w.admin, 'POST /v1/bindings', { body })).status, 201)
  const more = await w.call(w.admin, 'POST /v1/bindings', { body: { ...body, role: 'auditor' } })
  assert.equal(more.json.code, 'limit_reached')
  const invited = await w.call(w.admin, 'POST /v1/members', {
    body: { name: 'Grace', bindings: [{ role: 'viewer', level: 'tenant' }] },
  })
  assert.equal(invited.json.code, 'limit_reached')
  assert.equal(await count(w, 'binding'), 10_000)
})
