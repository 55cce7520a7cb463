import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadMigrations, migrate, migrationsFolder, parseMigration } from './migrate.ts'
import { openRemote } from './remote.ts'
import { kinds, testStorage } from './storage_fixture.ts'
import type { Storage } from './storage.ts'

const one = parseMigration(
  '0001_one.sql',
  '-- first\nCREATE TABLE a (x INTEGER) STRICT;\nINSERT INTO a VALUES (1);\n',
)
const two = parseMigration('0002_two.sql', 'ALTER TABLE a ADD COLUMN y TEXT;\n')
const broken = parseMigration('0002_two.sql', 'INSERT INTO a VALUES (2);\nINSERT INTO nowhere VALUES (1);\n')

async function rows(storage: Storage, sql: string) {
  return [...await storage.read({ sql, parameters: [], reads: true })]
}

for (const kind of kinds) {
  describe(`migrations on the ${kind} storage`, () => {
    test('those of the tree run from an empty database, and nothing the second time', async () => {
      await using fixture = await testStorage(kind, { migrated: false })
      const migrations = await loadMigrations(migrationsFolder)
      assert.ok(migrations.length > 0)
      assert.equal(await migrate(fixture.storage, { migrations, now: 1 }), migrations.length)
      assert.equal(await migrate(fixture.storage, { migrations, now: 2 }), 0)
      const tables = await rows(fixture.storage, "SELECT name FROM sqlite_schema WHERE type = 'table'")
      assert.ok(tables.some(({ name }) => name === 'audit_leaf'))
    })

    test('later ones run on what is there', async () => {
      await using fixture = await testStorage(kind, { migrated: false })
      assert.equal(await migrate(fixture.storage, { migrations: [one], now: 1 }), 1)
      assert.equal(await migrate(fixture.storage, { migrations: [one, two], now: 2 }), 1)
      assert.deepEqual(await rows(fixture.storage, 'SELECT * FROM a'), [{ x: 1, y: null }])
      const applied = await rows(
        fixture.storage,
        'SELECT version, name, applied FROM migration ORDER BY version',
      )
      assert.deepEqual(applied, [
        { version: 1, name: 'one', applied: 1 },
        { version: 2, name: 'two', applied: 2 },
      ])
    })

    test('one that fails leaves nothing of itself', async () => {
      await using fixture = await testStorage(kind, { migrated: false })
      await assert.rejects(migrate(fixture.storage, { migrations: [one, broken], now: 1 }))
      assert.deepEqual(await rows(fixture.storage, 'SELECT x FROM a'), [{ x: 1 }])
      assert.deepEqual(await rows(fixture.storage, 'SELECT version FROM migration'), [{ version: 1 }])
      assert.equal(await migrate(fixture.storage, { migrations: [one, two], now: 2 }), 1)
    })

    test('an edited one and a database that is newer are refused', async () => {
      await using fixture = await testStorage(kind, { migrated: false })
      await migrate(fixture.storage, { migrations: [one, two], now: 1 })
      const edited = parseMigration('0001_one.sql', 'CREATE TABLE a (x INTEGER) STRICT;\n')
      await assert.rejects(migrate(fixture.storage, { migrations: [edited, two], now: 2 }), /edited/)
      await assert.rejects(migrate(fixture.storage, { migrations: [one], now: 2 }), /newer/)
    })
  })
}

test('two edges that start at once run each migration once', async () => {
  await using fixture = await testStorage('remote', { migrated: false })
  const other = openRemote({ url: fixture.server?.url ?? '', token: fixture.server?.token ?? null })
  const migrations = await loadMigrations(migrationsFolder)
  const ran = await Promise.all([fixture.storage, other].map((one) => migrate(one, { migrations, now: 1 })))
  await other.close()
  assert.equal(ran[0] as number + (ran[1] as number), migrations.length)
})

test('a migration has a number and a name, and comments are not statements', () => {
  assert.deepEqual(one.statements, ['CREATE TABLE a (x INTEGER) STRICT', 'INSERT INTO a VALUES (1)'])
  assert.throws(() => parseMigration('1_one.sql', ''), /named like/)
})
