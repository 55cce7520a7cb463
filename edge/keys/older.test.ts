import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import { reader } from '../db/database.ts'
import { loadMigrations, migrate, migrationsFolder } from '../db/migrate.ts'
import { kinds, type TestStorage, testStorage } from '../db/storage_fixture.ts'
import { Scene } from './campaign_fixture.ts'
import { checkReadable, describeOlder } from './older.ts'

const tables = [
  'tenant',
  'trust_document',
  'connection',
  'connection_version',
  'pipeline',
  'pipeline_version',
] as const

type Row = Record<string, unknown>

async function rows({ storage }: Pick<TestStorage, 'storage'>, sql: string): Promise<Row[]> {
  return [...await storage.read({ sql, parameters: [], reads: true })]
}

/** Records and groups, without the groups' numbers. */
const counted = (of: Pick<TestStorage, 'storage'>) =>
  rows(
    of,
    'SELECT r.tenant, type, r.id, version, project, hash, bytes, batch, refused, tries, audience, sealed_to, records ' +
      'FROM sealed_record AS r JOIN sealed_group AS g ON g.id = r.grp ORDER BY type, r.id, version',
  )

/** What the scene has, in a database that only the first migrations have made, each row as `change` has it. */
async function older(at: TestStorage, from: Scene, change: (table: string, row: Row) => Row): Promise<void> {
  const migrations = await loadMigrations(migrationsFolder)
  await migrate(at.storage, { migrations: migrations.filter(({ version }) => version < 3), now: 0 })
  for (const table of tables) {
    const known = (await rows(at, `SELECT name FROM pragma_table_info('${table}')`)).map(({ name }) =>
      `${name}`
    )
    const steps = (await from.edge.rows(`SELECT ${known.join()} FROM ${table}`)).map((row) => {
      const changed = change(table, row)
      return {
        sql: `INSERT INTO ${table} (${known.join()}) VALUES (${known.map(() => '?').join()})`,
        parameters: known.map((name) => changed[name]),
        reads: false,
      }
    })
    assert.ok(steps.length > 0, table)
    await at.storage.write({ id: '', steps, leaf: null, repeatable: false })
  }
  await migrate(at.storage, { migrations, now: 1 })
}

for (const kind of kinds) {
  test(`a database from before keys were counted has them counted at the start, on the ${kind} storage`, async () => {
    await using s = await Scene.start()
    const { estate } = s
    const of = { type: 'policy', id: estate.tenant, version: 2, project: null } as const
    const [first, second] = [estate.sealed(of), estate.sealed(of)]
    const policy = { version: 2, commitment: first.commitment }
    for (const { sealed: envelope } of [first, second]) {
      await estate.publishTrust({ policy }, { version: 2, envelope })
    }
    for (let i = 0; i < 220; i++) await estate.addConnection()
    await using at = await testStorage(kind, { migrated: false })
    await older(at, s, (_, row) => row)
    assert.deepEqual(await counted(at), [])
    const db = reader(at.storage)
    await checkReadable(db)
    assert.equal(await describeOlder(db, at.storage), 224)
    assert.deepEqual(await counted(at), await counted({ storage: s.edge.storage }))
    assert.equal(await describeOlder(db, at.storage), 0)
  })
}

test('a database whose documents are of an older format is refused at the start, and the document is named', async () => {
  await using s = await Scene.start()
  await using at = await testStorage('embedded', { migrated: false })
  await older(at, s, (table, row) => {
    if (table !== 'trust_document') return row
    const dsse = JSON.parse(row['document'] as string)
    const { recovery: _, ...before } = JSON.parse(new TextDecoder().decode(fromBase64(dsse.payload)))
    const payload = toBase64(utf8(JSON.stringify(before)))
    return { ...row, document: JSON.stringify({ ...dsse, payload }) }
  })
  await assert.rejects(checkReadable(reader(at.storage)), {
    code: 'database_outdated',
    message: `The database has a trust document 1 of tenant ${s.estate.tenant} that this edge cannot read.`,
  })
})
