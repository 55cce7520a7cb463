import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { toBase64 } from '../bytes.ts'
import { holdsName, nameHash } from './names.ts'

const p = { sha256: (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest()) }
const bytes = new Uint8Array(16).fill(7)
const salt = toBase64(bytes)
const leaf = JSON.stringify({ action: 'member.invited', names: { member: nameHash(p, bytes, 'Grace') } })

test('a name beside an entry is the one that the entry holds, and no other passes for it', () => {
  const good = { field: 'member', value: 'Grace', salt }
  assert.ok(holdsName(p, leaf, good))
  const wrong = [
    { ...good, value: 'Mallory' },
    { ...good, field: 'other' },
    { ...good, field: 'constructor' },
    { ...good, salt: toBase64(new Uint8Array(16)) },
    { ...good, salt: '?' },
  ]
  for (const name of wrong) assert.ok(!holdsName(p, leaf, name), JSON.stringify(name))
  for (const text of ['{"action":"x"}', '{"names":null}', 'no entry', '1']) {
    assert.ok(!holdsName(p, text, good))
  }
})
