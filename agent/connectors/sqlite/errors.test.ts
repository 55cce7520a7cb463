/** What SQLite says, by the code that people see. */
import assert from 'node:assert/strict'
import { Database } from 'bun:sqlite'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { unprivileged } from '../../unprivileged_fixture.ts'
import { SqliteDestination } from './destination.ts'
import { faultOf, faultOfCode } from './errors.ts'
import { contextOf, loadOf, newFolder, signal } from './world_fixture.ts'

const folder = newFolder()
after(() => folder[Symbol.dispose]())

test('a full disk, a lock, damage and limits have codes of their own', () => {
  const said = [
    ['SQLITE_FULL', 'disk_full'],
    ['SQLITE_IOERR_WRITE', 'disk_full'],
    ['SQLITE_BUSY_SNAPSHOT', 'target_locked'],
    ['SQLITE_READONLY_DIRECTORY', 'permission_denied'],
    ['SQLITE_CORRUPT_VTAB', 'file_invalid'],
    ['SQLITE_TOOBIG', 'value_too_large'],
    ['SQLITE_CONSTRAINT_DATATYPE', 'value_refused'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'constraint_refused'],
    ['SQLITE_ERROR', 'target_failed'],
    ['', 'target_failed'],
  ] as const
  for (const [code, expected] of said) assert.equal(faultOfCode(code, 'target', null).code, expected, code)
  assert.equal(faultOfCode('SQLITE_BUSY', 'source', null).code, 'source_unavailable')
  assert.equal(faultOfCode('SQLITE_ERROR', 'source', null).code, 'source_failed')
})

test('a file that can grow no more is a full disk, and nothing of what SQLite says is quoted', () => {
  const database = new Database(join(folder.path, 'full.db'), { create: true })
  database.run('pragma max_page_count = 8')
  database.run('create table secret (v blob)')
  try {
    database.run('insert into secret values (zeroblob(1000000))')
    assert.fail('a full disk was expected')
  } catch (error) {
    const fault = faultOf(error, 'target')
    assert.equal(fault.code, 'disk_full')
    assert.ok(!fault.message.includes('secret'))
  } finally {
    database.close()
  }
})

test('a file that may not be written to is said to be so', async () => {
  folder.run('read.db', 'create table t (id integer)')
  const file = join(folder.path, 'read.db')
  chmodSync(file, 0o400)
  await unprivileged([folder.path, file], async () => {
    await using destination = new SqliteDestination({ path: 'read.db' }, contextOf(folder.path))
    await assert.rejects(destination.begin(loadOf({ target: 't' }), signal), { code: 'permission_denied' })
    assert.equal((await destination.examine([], signal))[0]?.code, 'permission_denied')
  })
})
