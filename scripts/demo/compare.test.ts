import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compare, csv, equalRows } from './compare.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-compare-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return csv(join(folder, name))
}

test('rows in another order are the same rows', async () => {
  const all = await compare(file('a.csv', 'a,b\n1,x\n2,\n1,x\n'), file('b.csv', 'a,b\n2,\n1,x\n1,x\n'))
  assert.ok(equalRows(all))
  assert.deepEqual(all.columns, ['a', 'b'])
})

test('a row that is there too often, or not often enough, is seen', async () => {
  const all = await compare(file('c.csv', 'a,b\n1,x\n1,x\n2,y\n'), file('d.csv', 'a,b\n1,x\n2,y\n2,y\n'))
  assert.deepEqual([all.published, all.returned, all.missing, all.extra], [3, 3, 1, 1])
  assert.ok(!equalRows(all))
})

test('NULL and the empty text are two values', async () => {
  const all = await compare(file('e.csv', 'a,b\n1,\n'), file('f.csv', 'a,b\n1,""\n'))
  assert.deepEqual([all.missing, all.extra], [1, 1])
})

test('another column name is a difference, and so is nothing at all', async () => {
  assert.equal((await compare(file('g.csv', 'a,b\n1,2\n'), file('h.csv', 'a,c\n1,2\n'))).columns, null)
  assert.ok(!equalRows(await compare(file('i.csv', 'a,b\n'), file('j.csv', 'a,b\n'))))
})
