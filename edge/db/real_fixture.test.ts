import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openRemote } from './remote.ts'
import { emptied } from './real_fixture.ts'
import { testStorage } from './storage_fixture.ts'
import type { Storage } from './storage.ts'

const write = (storage: Storage, sql: string) =>
  storage.write({ id: '', steps: [{ sql, parameters: [], reads: false }], leaf: null, repeatable: false })

test('a database at an address is emptied for tests only when tests have left what is in it', async () => {
  await using fixture = await testStorage('remote', { migrated: false })
  const { url, token } = fixture.server ?? assert.fail('a server')
  await (await emptied(url, token))[Symbol.asyncDispose]()
  const storage = openRemote({ url, token })
  await write(storage, 'CREATE TABLE left_behind (a INTEGER) STRICT')
  await (await emptied(url, token))[Symbol.asyncDispose]()
  await assert.rejects(storage.read({ sql: 'SELECT a FROM left_behind', parameters: [], reads: true }))
  await write(storage, 'DROP TABLE sallyport_tests')
  await write(storage, 'CREATE TABLE somebodys (a INTEGER) STRICT')
  await assert.rejects(emptied(url, token), /not of tests: somebodys/)
  assert.deepEqual(await storage.read({ sql: 'SELECT a FROM somebodys', parameters: [], reads: true }), [])
  await storage.close()
})
