import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row, Value } from '../db/plan.ts'
import { kinds, testStorage } from '../db/storage_fixture.ts'
import type { Storage } from '../db/storage.ts'
import { Grantor } from './grantor.ts'

async function run(storage: Storage, sql: string, parameters: readonly Value[]): Promise<void> {
  const steps = [{ sql, parameters, reads: false }]
  await storage.write({ id: '', steps, leaf: null, repeatable: false })
}

/** What a member's rights follow from, and a row of each. */
const tables: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  binding: { id: '1', tenant: 'a', member: 'm', role: 'viewer', level: 'tenant', created: 0 },
  group_member: { tenant: 'a', member_group: 'g', member: 'm', created: 0 },
  custom_role: { id: '1', tenant: 'a', name: 'r', permissions: '[]', created: 0, updated: 0 },
  project: { id: '1', tenant: 'a', workspace: 'w', name: 'p', created: 0 },
}

/** Of each, a column that matters. */
const changed: Readonly<Record<string, string>> = {
  binding: 'role',
  group_member: 'member',
  custom_role: 'permissions',
  project: 'workspace',
}

for (const kind of kinds) {
  test(`whatever writes to a table that rights follow from changes the tenant's, ${kind}`, async () => {
    await using fixture = await testStorage(kind)
    const { storage } = fixture
    const insert = 'INSERT INTO tenant (id, name, log_key, log_key_sealed, created) VALUES (?, ?, ?, ?, 0)'
    for (const id of ['a', 'b']) await run(storage, insert, [id, id, new Uint8Array(1), ''])
    const rights = async () =>
      (await storage.read({ sql: 'SELECT rights FROM tenant ORDER BY id', parameters: [], reads: true }))
        .map((row: Row) => row.rights)
    let before = await rights()
    for (const [table, row] of Object.entries(tables)) {
      const columns = Object.keys(row)
      const values = columns.map(() => '?').join()
      const writes: [string, Value[]][] = [
        [`INSERT INTO ${table} (${columns.join()}) VALUES (${values})`, Object.values(row)],
        [`UPDATE ${table} SET ${changed[table]} = 'x' WHERE tenant = ?`, ['a']],
        [`DELETE FROM ${table} WHERE tenant = ?`, ['a']],
      ]
      for (const [sql, parameters] of writes) {
        await run(storage, sql, parameters)
        const now = await rights()
        assert.notEqual(now[0], before[0], sql)
        assert.equal(now[1], before[1], sql)
        before = now
      }
    }
    await run(storage, 'INSERT INTO project (id, tenant, workspace, name, created) VALUES (?, ?, ?, ?, 0)', [
      ...['2', 'a', 'w', 'p'],
    ])
    before = await rights()
    await run(storage, 'UPDATE project SET name = name WHERE tenant = ?', ['a'])
    assert.deepEqual(await rights(), before, 'what says that a project is there changes nothing')
  })
}

test('what somebody may is computed once for each state, and by how much they hold it stays bounded', async () => {
  const asked: (readonly unknown[])[] = []
  const projects = Array.from({ length: 60_000 }, (_, i) => `p${i}`)
  const row = {
    rights: '1',
    bindings: '[["viewer","workspace","w",null]]',
    inside: JSON.stringify([['w', projects]]),
  }
  const grantor = new Grantor({ read: ({ parameters }) => Promise.resolve((asked.push(parameters), [row])) })
  const of = (member: string, rights = '1') =>
    grantor.of({ tenant: 'a', member, rights, operator: false, scopes: null, place: null })
  const first = await of('0')
  assert.equal(await of('0'), first)
  assert.equal(asked.length, 1)
  await of('0', '2')
  assert.equal(asked.length, 2, 'other rights')
  for (const member of ['1', '2', '3', '0']) await of(member)
  assert.equal(asked.length, 6, 'the fourth of them was one too many')
})
