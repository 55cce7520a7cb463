import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Storage } from '../db/storage.ts'
import { bearer, PUBLIC_URL } from '../edge_fixture.ts'
import { ids, world } from '../world_fixture.ts'
import { linked, person, signIn } from './account_fixture.ts'
import { columns, holdings, ofTenant, others } from './holdings.ts'

interface Line {
  readonly export?: { readonly tenant: string }
  readonly table?: string
  readonly row?: Readonly<Record<string, unknown>>
  readonly end?: { readonly rows: Readonly<Record<string, number>> }
}

const linesOf = (text: string) => text.trimEnd().split('\n').map((line) => JSON.parse(line) as Line)

/** Names of every table, and of every column of each. */
async function schemaOf(storage: Storage): Promise<Map<string, readonly string[]>> {
  const tables = await storage.read({
    sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    parameters: [],
    reads: true,
  })
  const found = new Map<string, readonly string[]>()
  for (const { name } of tables) {
    const rows = await storage.read({
      sql: 'SELECT name FROM pragma_table_info(?)',
      parameters: [name],
      reads: true,
    })
    found.set(name as string, rows.map((row) => row.name as string))
  }
  return found
}

/** Where `hash` is of a document or an envelope, and of no secret. */
const ofContent = new Set([
  'trust_document',
  'project_index',
  'connection',
  'connection_version',
  'pipeline',
  'pipeline_version',
  'run_log',
  'inspection',
  'catalogue',
  'sealed_record',
])

describe('what the edge holds of a tenant', () => {
  test('is a closed list: every table is in it, and every column is shown or left out', async () => {
    await using edge = await world()
    const schema = await schemaOf(edge.storage)
    assert.deepEqual(
      [...Object.keys(holdings), ...Object.keys(others)].toSorted(),
      [...schema.keys()].toSorted(),
      'every table is in `holdings` or in `others` of holdings.ts',
    )
    for (const [table, { shown, hidden, tenant = 'tenant', key, where }] of Object.entries(holdings)) {
      const listed = [...columns(shown), ...columns(hidden)]
      assert.deepEqual(listed.toSorted(), [...schema.get(table) ?? []].toSorted(), table)
      assert.ok(where !== undefined || listed.includes(tenant), table)
      if (shown !== undefined) {
        for (const one of columns(key)) assert.ok(columns(shown).includes(one), `${table}.${one} is its key`)
      }
    }
    for (const table of Object.keys(others)) {
      if (table !== 'installation') assert.ok(!schema.get(table)?.includes('tenant'), table)
    }
  })

  test('is never shown where it opens something', () => {
    for (const [table, { shown }] of Object.entries(holdings)) {
      for (const one of columns(shown)) {
        assert.ok(!/_sealed$|password|secret/.test(one), `${table}.${one}`)
        assert.ok(one !== 'hash' || ofContent.has(table), `${table}.${one}`)
      }
    }
  })
})

describe('an export', () => {
  test('has every row of the tenant, none of another, and says when it is whole', async () => {
    await using edge = await world()
    const { status, json: text, headers } = await edge.call(edge.admin, 'GET /v1/tenant/export')
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'application/jsonl')
    const lines = linesOf(text)
    assert.equal(lines[0]?.export?.tenant, ids.tenant)
    const rows = lines.at(-1)?.end?.rows ?? {}
    for (const [table, holding] of Object.entries(holdings)) {
      if (holding.shown === undefined) continue
      const [counted] = await edge.storage.read({
        sql: `SELECT count(*) AS n FROM "${table}" WHERE ${ofTenant(holding)}`,
        parameters: [ids.tenant],
        reads: true,
      })
      assert.equal(rows[table], counted?.n, table)
      assert.equal(lines.filter((line) => line.table === table).length, counted?.n, table)
    }
    assert.ok(!text.includes('Mallory'))
    assert.ok(text.includes('Ada'))
  })

  test('has no secret of the edge in it, nor its hash', async () => {
    await using edge = await world()
    await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Later', role: 'viewer' } })
    const { json: text } = await edge.call(edge.admin, 'GET /v1/tenant/export')
    let looked = 0
    for (const [table, holding] of Object.entries(holdings)) {
      if (holding.shown === undefined) continue
      for (const column of columns(holding.hidden)) {
        const rows = await edge.storage.read({
          sql: `SELECT "${column}" AS value FROM "${table}" WHERE ${ofTenant(holding)}`,
          parameters: [ids.tenant],
          reads: true,
        })
        for (const { value } of rows) {
          if (typeof value !== 'string' || value.length < 16) continue
          looked++
          assert.ok(!text.includes(value), `${table}.${column}`)
        }
      }
    }
    assert.ok(looked >= 5, `looked at ${looked}`)
  })

  test('pages through long tables, each row once', async () => {
    await using edge = await world()
    for (let i = 0; i < 205; i++) {
      edge.clock.now += 1
      await edge.call(edge.admin, 'POST /v1/workspaces', { body: { name: `w${i}` } })
    }
    const { json: text } = await edge.call(edge.admin, 'GET /v1/tenant/export')
    const found = linesOf(text).filter(({ table }) => table === 'workspace').map(({ row }) => row?.['name'])
    assert.equal(new Set(found).size, 206)
    assert.equal(found.length, 206)
  })

  const endings: Readonly<Record<string, string>> = {
    'is suspended': `UPDATE tenant SET suspended = 1 WHERE id = '${ids.tenant}'`,
    'has revoked the token': 'UPDATE token SET revoked = 1',
    'has removed the member': `UPDATE member SET state = 'removed' WHERE tenant = '${ids.tenant}'`,
    'has another owner': `DELETE FROM binding WHERE tenant = '${ids.tenant}'`,
  }
  for (const [what, sql] of Object.entries(endings)) {
    test(`is broken off once the tenant ${what}, however slowly it is read`, async () => {
      await using edge = await world()
      const headers = { authorization: `Bearer ${edge.admin.kind === 'bearer' ? edge.admin.secret : ''}` }
      const request = new Request(`${PUBLIC_URL}/v1/tenant/export`, { headers })
      const { body } = await edge.edge.app(request, { remote: '192.0.2.1' })
      const reader = (body as ReadableStream<Uint8Array>).getReader()
      assert.match(new TextDecoder().decode((await reader.read()).value), /"export"/)
      const steps = [{ sql, parameters: [], reads: false }]
      await edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
      await assert.rejects(async () => {
        while (!(await reader.read()).done);
      }, { code: 'forbidden' })
    })
  }

  test('is for owners, who have just shown a passkey or a code', async () => {
    await using edge = await world()
    for (const caller of [edge.editor, edge.viewer]) {
      assert.equal((await edge.call(caller, 'GET /v1/tenant/export')).json.code, 'forbidden')
    }
    const ada = await person(edge, 'ada@example.com')
    const { member } = (await edge.call(edge.admin, 'GET /v1/whoami')).json
    const session = await linked(edge, ada, { tenant: ids.tenant, member })
    assert.equal((await edge.call(session, 'GET /v1/tenant/export')).status, 200)
    const stale = await signIn(edge, ada.account, { tenant: ids.tenant, fresh: false })
    const refused = await edge.call(stale, 'GET /v1/tenant/export')
    assert.equal(refused.json.code, 'fresh_sign_in_required')
    const { json } = await edge.call(edge.admin, 'POST /v1/tokens', {
      body: { name: 'reads', scopes: ['tenant.read'] },
    })
    assert.equal((await edge.call(bearer(json.token), 'GET /v1/tenant/export')).status, 403)
  })
})
