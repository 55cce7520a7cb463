import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { openStorage } from './open.ts'
import type { Storage } from './storage.ts'
import { testStorage } from './storage_fixture.ts'

const name = 'Augusta Ada Byron King'

async function act(storage: Storage, sql: string, parameters: unknown[] = []): Promise<void> {
  await storage.write({ id: '', steps: [{ sql, parameters, reads: false }], leaf: null, repeatable: false })
}

test('what is deleted or replaced is no longer in the file once the log of writes is folded into it', async () => {
  await using fixture = await testStorage('embedded')
  const { storage, path } = fixture
  const isThere = async () => (await readFile(path)).includes(name)
  const insert = 'INSERT INTO audit_name (tenant, plan, field, salt, value) VALUES (?, ?, ?, ?, ?)'
  for (let i = 0; i < 50; i++) {
    await act(storage, insert, [
      't',
      `plan ${i}`,
      'name',
      new Uint8Array(16),
      i === 25 ? name : 'somebody else',
    ])
  }
  const envelope = new TextEncoder().encode(name.repeat(1000))
  const version =
    'INSERT INTO connection_version (tenant, id, version, hash, document, sealed, created) VALUES '
  await act(storage, `${version} ('t', 'c', 1, '', '', ?, 0)`, [envelope])
  await storage.close()
  assert.equal(await isThere(), true)
  const again = await openStorage(`file:${path}`, { token: null })
  await act(again, "DELETE FROM audit_name WHERE plan = 'plan 25'")
  await act(again, 'UPDATE connection_version SET sealed = ?', [new Uint8Array(8)])
  await again.close()
  assert.equal(await isThere(), false)
})
