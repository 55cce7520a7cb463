import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reader } from '../db/database.ts'
import { loadMigrations, migrate, migrationsFolder } from '../db/migrate.ts'
import { testStorage } from '../db/storage_fixture.ts'
import { invited } from './invitation_store.ts'

const statements = [
  "INSERT INTO tenant (id, name, log_key, log_key_sealed, created) VALUES ('t', 'Acme', x'00', 'v1.x', 1)",
  "INSERT INTO workspace (id, tenant, name, created) VALUES ('w', 't', 'default', 1)",
  "INSERT INTO member (id, tenant, name, role, state, operator, created) VALUES ('a', 't', 'Ada', 'admin', 'active', 1, 1)",
  "INSERT INTO member (id, tenant, name, role, state, operator, created) VALUES ('g', 't', 'Grace', 'editor', 'invited', 0, 1)",
  "INSERT INTO invitation (hash, tenant, member, expires) VALUES ('h', 't', 'g', 604800009)",
  "INSERT INTO enrolment_token (id, tenant, pool, hash, expires, created) VALUES ('e', 't', 'default', 'x', 9, 1)",
]

test('a database from before keeps its members, and invitations that wait are good', async () => {
  await using fixture = await testStorage('embedded', { migrated: false })
  const { storage } = fixture
  const migrations = await loadMigrations(migrationsFolder)
  await migrate(storage, { migrations: migrations.filter(({ version }) => version < 6), now: 1 })
  const steps = statements.map((sql) => ({ sql, parameters: [], reads: false }))
  await storage.write({ id: '', steps, leaf: null, repeatable: false })
  await migrate(storage, { migrations, now: 2 })
  const found = await invited(reader(storage), { hash: 'h', now: 10 })
  assert.deepEqual(
    [found?.member, found?.kind, found?.inviter, found?.email, found?.created, found?.closing],
    [
      'g',
      'join',
      null,
      null,
      9,
      null,
    ],
  )
  const rows = await storage.read({
    sql: 'SELECT b.role, m.kind, w.environment, e.maker FROM member m JOIN binding b ON b.member = m.id ' +
      'JOIN workspace w ON w.tenant = m.tenant JOIN enrolment_token e ON e.tenant = m.tenant ORDER BY m.id',
    parameters: [],
    reads: true,
  })
  const rest = { kind: 'person', environment: 'other', maker: null }
  assert.deepEqual([...rows], [{ role: 'owner', ...rest }, { role: 'editor', ...rest }])
})
