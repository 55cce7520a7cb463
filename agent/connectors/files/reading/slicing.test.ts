import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupsOf } from './slicing.ts'

test('the id of a slice has room in every ledger, and is another for another file', () => {
  const file = (name: string) => ({ path: '', name, bytes: 32 << 20, signature: '', partitions: [] })
  const long = `${'🚢/'.repeat(1000)}orders.csv`
  const [one, other, short] = groupsOf([file(`a${long}`), file(`b${long}`), file('in/orders.csv')], [])
  assert.ok((one?.id.length ?? Infinity) <= 255 * 2 && Array.from(one?.id ?? '').length <= 255)
  assert.ok(one?.id.isWellFormed())
  assert.match(one?.id ?? '', /orders\.csv/)
  assert.notEqual(one?.id, other?.id)
  assert.match(short?.id ?? '', /^in\/orders\.csv [0-9a-f]{16}$/)
})
