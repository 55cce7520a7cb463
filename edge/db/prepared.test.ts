import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reader, scopedReader, writes } from './database.ts'
import { lookup, prepared } from './prepared.ts'
import { testStorage } from './storage_fixture.ts'

const ACME = '019a9f3e-7c00-7000-8000-000000000001'
const GLOBEX = '019a9f3e-7c00-7000-8000-000000000002'

const workspace = lookup((of: { readonly tenant: string; readonly name: string }) =>
  writes.selectFrom('workspace').select(['id', 'name']).where('tenant', '=', of.tenant)
    .where('name', '=', of.name)
)

interface Named {
  readonly id: string
  readonly tenant: string
  readonly name: string
}

const insertion = prepared(({ id, tenant, name }: Named) =>
  writes.insertInto('workspace').values({ id, tenant, name, environment: 'other', created: 1 })
)

describe('a prepared statement', () => {
  test('runs with the values that are said, each time others', async () => {
    await using fixture = await testStorage('embedded')
    const db = reader(fixture.storage)
    for (const [id, tenant, name] of [['a', ACME, 'one'], ['b', GLOBEX, 'two']] as const) {
      const steps = [insertion({ id, tenant, name })]
      await fixture.storage.write({ id, steps, leaf: null, repeatable: false })
    }
    assert.deepEqual(await workspace(db, { tenant: ACME, name: 'one' }), { id: 'a', name: 'one' })
    assert.deepEqual(await workspace(db, { tenant: GLOBEX, name: 'two' }), { id: 'b', name: 'two' })
    assert.equal(await workspace(db, { tenant: ACME, name: 'two' }), null)
  })

  test('keeps to the tenant of the handle that it is asked of', async () => {
    await using fixture = await testStorage('embedded')
    const db = scopedReader(fixture.storage, ACME)
    assert.equal(await workspace(db, { tenant: ACME, name: 'one' }), null)
    await assert.rejects(workspace(db, { tenant: GLOBEX, name: 'one' }), /bound to another tenant/)
  })

  test('has a text for each shape', () => {
    const renaming = prepared((to: { readonly name: string; readonly created: number }, columns) =>
      writes.updateTable('workspace').set(columns === 'name' ? { name: to.name } : { created: to.created })
    )
    const given = { name: 'one', created: 2 }
    assert.deepEqual(renaming(given, 'name').parameters, ['one'])
    assert.deepEqual(renaming(given, 'created').parameters, [2])
    assert.deepEqual(renaming({ ...given, name: 'two' }, 'name').parameters, ['two'])
  })
})
