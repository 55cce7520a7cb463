/** What becomes of a load whose clock or whose file is not what it was. */
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Range } from '../connector.ts'
import { SqliteDestination } from './destination.ts'
import { SqliteSource } from './source.ts'
import { columnOf } from '../load_fixture.ts'
import {
  bytesOf,
  contextOf,
  type Folder,
  loaded,
  loadOf,
  newFolder,
  once,
  signal,
  sliceOf,
} from './world_fixture.ts'

const folders: Folder[] = []
after(() => folders.forEach((folder) => folder[Symbol.dispose]()))
const fresh = () => {
  const folder = newFolder()
  folders.push(folder)
  return folder
}

describe('a load', () => {
  for (const journal of ['delete', 'wal']) {
    test(`whose file was moved away is no success: ${journal}`, async () => {
      const folder = fresh()
      folder.run(
        'x.db',
        `pragma journal_mode = ${journal}`,
        'create table t (id BIGINT, v TEXT, at TIMESTAMPTZ)',
      )
      await using destination = new SqliteDestination({ path: 'x.db' }, contextOf(folder.path))
      const load = loadOf({ target: 't', mode: 'append' })
      await using loading = await destination.begin(load, signal)
      await loading.prepare(once, signal)
      await loading.write(sliceOf('0', load.columns), 'csv', bytesOf('1,a,\n'))
      renameSync(join(folder.path, 'x.db'), join(folder.path, 'y.db'))
      await assert.rejects(loading.commit({ runId: load.runId, rows: 1, cursor: null }, null), {
        code: 'target_failed',
      })
    })
  }

  test('into a table that was dropped has no state of the one before', async () => {
    const folder = fresh()
    await using destination = new SqliteDestination({ path: 'x.db' }, contextOf(folder.path))
    await loaded(destination, loadOf({ target: 't', mode: 'append' }), { csv: '1,a,\n' })
    const { loading } = await loaded(destination, loadOf({ target: 't', mode: 'append' }), { csv: '' })
    assert.notEqual(loading.state, null)
    folder.run('x.db', 'drop table t')
    const again = await loaded(destination, loadOf({ target: 't', mode: 'append' }), { csv: '1,a,\n' })
    assert.equal(again.loading.state, null)
  })
})

test('rowids that a VACUUM may change cut no slices that last', async () => {
  const folder = fresh()
  for (const key of ['', ' primary key']) {
    const table = key === '' ? 'loose' : 'kept'
    folder.run(
      'x.db',
      `create table ${table} (id INTEGER${key}, at BIGINT)`,
      `insert into ${table} (rowid, at) values (1, 1), (9000000, 2)`,
    )
    await using source = new SqliteSource({ path: 'x.db' }, contextOf(folder.path))
    const range: Range = { column: 'at', after: null, upTo: '2', nulls: false }
    const slices = await source.slices({ ...await source.stream(table, signal), range }, signal)
    assert.equal(slices.length > 1, key !== '', table)
  }
})

test('a history goes on behind its last moment where a clock has gone back', async () => {
  const folder = fresh()
  await using destination = new SqliteDestination({ path: 'x.db' }, contextOf(folder.path))
  const history = (at: string, csv: string) =>
    loaded(destination, loadOf({ target: 't', mode: 'history', at }), { csv })
  await history('2026-02-01T00:00:00.999999Z', '1,a,\n2,x,\n')
  await history('2026-01-01T00:00:00.000000Z', '1,b,\n')
  await history('2026-02-01T00:00:00.999999Z', '1,c,\n2,x,\n')
  const [first, second, third] = ['00.999999', '01.000000', '01.000001'].map((one) =>
    `2026-02-01 00:00:${one}+00`
  )
  assert.deepEqual(folder.rows('x.db', 'select id, v, _valid_from, _valid_to from t order by 1, 3'), [
    [1n, 'a', first, second],
    [1n, 'b', second, third],
    [1n, 'c', third, null],
    [2n, 'x', first, second],
    [2n, 'x', third, null],
  ])
})

test('keys that a collation takes for equal do not take the place of each other', async () => {
  const folder = fresh()
  await using destination = new SqliteDestination({ path: 'x.db' }, contextOf(folder.path))
  const into = () => destination
  const run = (...sql: string[]) => folder.run('x.db', ...sql)
  const values = (sql: string) => folder.rows('x.db', sql)
  run(
    'create table folds (id TEXT collate nocase primary key, v TEXT)',
    `insert into folds values ('a', 'old')`,
  )
  const columns = ['id text not null', 'v text'].map((one) => columnOf(one))
  for (const mode of ['merge', 'mirror'] as const) {
    const merge = (csv: string) => loaded(into(), loadOf({ target: 'folds', mode, columns }), { csv })
    await assert.rejects(merge('a,one\nA,two\n'), { code: 'keys_doubled' })
    assert.deepEqual(values('select * from folds'), [['a', mode === 'merge' ? 'old' : 'new']])
    await merge('A,new\n')
    assert.deepEqual(values('select v from folds'), [['new']])
  }
})
