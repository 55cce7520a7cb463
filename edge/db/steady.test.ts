import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { reader, scopedReader, writes } from './database.ts'
import { EngineConnection } from './engine.ts'
import { loadMigrations, migrate, migrationsFolder } from './migrate.ts'
import { openStorage } from './open.ts'
import type { Statement } from './plan.ts'
import { lookup } from './prepared.ts'
import { SteadyRows } from './steady.ts'

const ACME = '019a9f3e-7c00-7000-8000-000000000001'
const GLOBEX = '019a9f3e-7c00-7000-8000-000000000002'

const projectOf = lookup(
  (of: { readonly tenant: string; readonly id: string }) =>
    writes.selectFrom('project').select('name').where('tenant', '=', of.tenant).where('id', '=', of.id),
  { steady: true },
)
const rights: Statement = {
  sql: 'SELECT rights FROM tenant WHERE id = ?',
  parameters: [ACME],
  reads: true,
  single: true,
  steady: true,
}

async function world() {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-db-'))
  const path = join(folder, 'test.db')
  const storage = await openStorage(`file:${path}`, { token: null })
  await migrate(storage, { migrations: await loadMigrations(migrationsFolder), now: 0 })
  const write = async (sql: string, ...parameters: unknown[]) => {
    const steps = [{ sql, parameters, reads: false }]
    await storage.write({ id: '', steps, leaf: null, repeatable: false })
  }
  for (const tenant of [ACME, GLOBEX]) {
    await write(
      "INSERT INTO tenant (id, name, log_key, log_key_sealed, created) VALUES (?, 'one', x'00', 's', 1)",
      tenant,
    )
  }
  await write(
    "INSERT INTO project (tenant, id, workspace, name, created) VALUES (?, 'p', 'w', 'first', 1)",
    ACME,
  )
  const db = reader(storage)
  const name = async () => (await projectOf(db, { tenant: ACME, id: 'p' }))?.name
  return {
    ...{ storage, path, db, write, name },
    async [Symbol.asyncDispose]() {
      await storage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

describe('a steady row', () => {
  test('is kept while nothing is written to its tables, and found anew once something is', async () => {
    await using it = await world()
    const first = await projectOf(it.db, { tenant: ACME, id: 'p' })
    await it.write('INSERT INTO installation (id, tenant, created) VALUES (1, ?, 1)', ACME)
    assert.equal(await projectOf(it.db, { tenant: ACME, id: 'p' }), first)
    await it.write("UPDATE project SET name = 'second' WHERE tenant = ?", ACME)
    assert.equal(await it.name(), 'second')
    await it.write('DELETE FROM project WHERE tenant = ?', ACME)
    assert.equal(await it.name(), undefined)
    await it.write(
      "INSERT INTO project (tenant, id, workspace, name, created) VALUES (?, 'p', 'w', 'third', 1)",
      ACME,
    )
    assert.equal(await it.name(), 'third')
  })

  test('is found anew when a trigger has written to its table', async () => {
    await using it = await world()
    const [before] = await it.storage.read(rights)
    await it.write("UPDATE project SET workspace = 'x' WHERE tenant = ?", ACME)
    const [after] = await it.storage.read(rights)
    assert.notEqual(after?.['rights'], before?.['rights'])
  })

  test('is found anew when another process has written', async () => {
    await using it = await world()
    assert.equal(await it.name(), 'first')
    const other = new EngineConnection(it.path)
    other.run("UPDATE project SET name = 'second' WHERE tenant = ?", [ACME])
    other.close()
    // What another process does shows from the next turn of the event loop on.
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(await it.name(), 'second')
  })

  test('is not believed where nobody could say whether another process has written', async () => {
    await using it = await world()
    let broken = false
    const real = new EngineConnection(it.path)
    const engine = new Proxy(real, {
      get: (_, name) => {
        if (name === 'first' && broken) throw new Error('SQLITE_IOERR')
        const value = Reflect.get(real, name)
        return typeof value === 'function' ? value.bind(real) : value
      },
    })
    const kept = new SteadyRows(engine)
    const name = () => kept.read(rights, () => real.first(rights.sql, rights.parameters))?.['rights']
    const before = name()
    await new Promise((resolve) => setImmediate(resolve))
    await it.write("UPDATE tenant SET rights = 'others' WHERE id = ?", ACME)
    broken = true
    assert.throws(name, /IOERR/)
    assert.throws(name, /IOERR/, 'nor by who asks in the same turn')
    broken = false
    assert.notEqual(name(), before)
    real.close()
  })

  test('stays as it is when the write is refused', async () => {
    await using it = await world()
    assert.equal(await it.name(), 'first')
    const steps = [{
      sql: "UPDATE project SET name = 'second' WHERE tenant = ?",
      parameters: [ACME],
      reads: false,
      expect: { rows: 7, otherwise: 'conflict' as const },
    }]
    await assert.rejects(it.storage.write({ id: '', steps, leaf: null, repeatable: false }))
    assert.equal(await it.name(), 'first')
  })

  test('is of the tenant of the handle that asks, though another one has asked before', async () => {
    await using it = await world()
    await it.name()
    await assert.rejects(
      projectOf(scopedReader(it.storage, GLOBEX), { tenant: ACME, id: 'p' }),
      /bound to another tenant/,
    )
  })

  test('cannot be changed by who reads it', async () => {
    await using it = await world()
    const row = await projectOf(it.db, { tenant: ACME, id: 'p' }) as { name: string }
    assert.throws(() => (row.name = 'mine'), TypeError)
    assert.equal(await it.name(), 'first')
  })

  test('is read where the tables of the database have changed', async () => {
    await using it = await world()
    assert.equal(await it.name(), 'first')
    await it.write('DROP TABLE project')
    await it.write('CREATE TABLE project (tenant TEXT, id TEXT, name TEXT) STRICT')
    assert.equal(await it.name(), undefined)
  })
})
