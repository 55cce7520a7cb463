import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type MoveOrder, noServer, openWorld, postgres, type World } from '../engine/postgres_fixture.ts'
import type { StreamSpec } from './move.ts'

describe('a stream that is read by cursor', { skip: noServer }, () => {
  let world: World
  before(async () => {
    world = await openWorld('incremental')
  })
  after(() => world?.[Symbol.asyncDispose]())

  const source = (sql: string) => world.source.unsafe(sql).simple()
  const target = async (sql: string) => [...await world.target.unsafe(sql).values()]
  const move = (spec: Omit<StreamSpec, 'from' | 'to'> & { table: string }, more: Partial<MoveOrder> = {}) => {
    const { table, ...rest } = spec
    return world.move({
      from: postgres(world.sourceUrl),
      to: postgres(world.targetUrl),
      streams: [{ from: table, to: table, ...rest }],
      ...more,
    })
  }
  const moves = async (...[spec, more]: Parameters<typeof move>) => {
    const result = await move(spec, more)
    assert.equal(result.status, 'succeeded', result.faults.map((one) => `${one} ${one.cause}`).join())
    return result.streams[0]?.rows_read
  }
  const refuses = async (...[spec, more]: Parameters<typeof move>) => {
    const result = await move(spec, more)
    assert.notEqual(result.status, 'succeeded')
    return result
  }
  const stateOf = async (table: string) => {
    const rows = await target(`select state from sallyport.targets where target = 'public.${table}'`)
    return (rows[0]?.[0] as { cursor: unknown } | undefined)?.cursor
  }

  test('appends what is newer than the last run, and nothing twice', async () => {
    const spec = { table: 'log', mode: 'append', cursor: { column: 'id' } } as const
    await source(`create table log (id bigint not null, v text); insert into log values (1, 'a'), (2, 'b')`)
    assert.equal(await moves(spec), 2)
    assert.deepEqual(await stateOf('log'), { column: 'id', value: '2' })
    assert.equal(await moves(spec), 0)
    await source(`insert into log values (3, 'c'), (10, 'd')`)
    assert.equal(await moves(spec), 2)
    assert.deepEqual(await target('select id::text from log order by log.id'), [['1'], ['2'], ['3'], ['10']])
  })

  test('keeps its state where the newest rows have gone at the source', async () => {
    await source(`delete from log where id > 2`)
    const spec = { table: 'log', mode: 'append', cursor: { column: 'id' } } as const
    assert.equal(await moves(spec), 0)
    assert.deepEqual(await stateOf('log'), { column: 'id', value: '10' })
  })

  test('with ties and microseconds at the edge of the range', async () => {
    const spec = { table: 'ties', mode: 'append', cursor: { column: 'at' } } as const
    await source(`create table ties (id int, at timestamptz not null);
      insert into ties values (1, '2026-01-01 00:00:00.000001+00'), (2, '2026-01-01 00:00:00.000001+00')`)
    assert.equal(await moves(spec), 2)
    await source(`insert into ties values (3, '2026-01-01 00:00:00.000002+00')`)
    assert.equal(await moves(spec), 1)
    assert.deepEqual(await stateOf('ties'), { column: 'at', value: '2026-01-01 00:00:00.000002+00' })
  })

  test('refuses an append where some rows have no cursor: it could not tell them apart', async () => {
    await source(`create table holes (id int); insert into holes values (1), (null)`)
    const spec = { table: 'holes', mode: 'append', cursor: { column: 'id' } } as const
    const { streams, faults } = await refuses(spec)
    assert.equal(streams[0]?.code, 'cursor_refused')
    assert.match(String(faults[0]), /"id" is NULL/)
    await source(`delete from holes where id is null`)
    assert.equal(await moves(spec), 1)
  })

  test('merges what is newer, what lies within the lag, and rows without a cursor each time', async () => {
    const spec = {
      table: 'accounts',
      mode: 'merge',
      key: ['id'],
      cursor: { column: 'at', lag: '1h' },
    } as const
    await source(`create table accounts (id int primary key, at timestamp, v text);
      insert into accounts values (1, '2026-01-01 08:00', 'a'), (2, '2026-01-01 10:00', 'b'), (3, null, 'c')`)
    assert.equal(await moves(spec), 3)
    await source(`update accounts set v = 'late', at = '2026-01-01 09:00' where id = 1;
      update accounts set v = 'C' where id = 3;
      insert into accounts values (4, '2026-01-01 10:30', 'd'), (5, '2026-01-01 08:59:59.999999', 'too late')`)
    assert.equal(await moves(spec), 4)
    assert.deepEqual(await target('select id, v from accounts order by id'), [
      [1, 'late'],
      [2, 'b'],
      [3, 'C'],
      [
        4,
        'd',
      ],
    ])
    assert.equal(await moves(spec, { action: 'resync' }), 5)
    assert.deepEqual(await target('select count(*)::int from accounts'), [[5]])
    assert.deepEqual(await stateOf('accounts'), { column: 'at', value: '2026-01-01 10:30:00' })
  })

  test('a mirror of a part deletes what the source has no longer, by its keys', async () => {
    const spec = { table: 'mirrored', mode: 'mirror', key: ['id'], cursor: { column: 'at' } } as const
    await source(`create table mirrored (id int primary key, at int not null, v text);
      insert into mirrored select i, i, 'v' || i from generate_series(1, 9) i`)
    assert.equal(await moves(spec), 9)
    await source(
      `delete from mirrored where id in (2, 9); update mirrored set at = 20, v = 'new' where id = 5`,
    )
    assert.equal(await moves(spec), 1)
    assert.deepEqual(await target('select id, v from mirrored order by id'), [
      [1, 'v1'],
      [3, 'v3'],
      [4, 'v4'],
      [5, 'new'],
      [6, 'v6'],
      [7, 'v7'],
      [8, 'v8'],
    ])
  })

  test('a reset begins with nothing, and with no state', async () => {
    const spec = { table: 'log', mode: 'append', cursor: { column: 'id' } } as const
    assert.equal(await moves(spec, { action: 'reset' }), 2)
    assert.deepEqual(await target('select id::text from log order by log.id'), [['1'], ['2']])
    assert.deepEqual(await stateOf('log'), { column: 'id', value: '2' })
  })

  test('a backfill reads what its condition says, and moves no state', async () => {
    await source(`insert into log values (0, 'early'), (50, 'new')`)
    const where = { pieces: ['id = 0'], values: {} }
    const spec = { table: 'log', mode: 'append', cursor: { column: 'id' } } as const
    assert.equal(await moves({ ...spec, where }, { action: 'backfill' }), 1)
    assert.deepEqual(await stateOf('log'), { column: 'id', value: '2' })
    assert.equal(await moves(spec), 1)
  })

  test('a backfill of a mirror brings its rows, and takes none away', async () => {
    await source(`update mirrored set v = 'filled' where id < 4`)
    const where = { pieces: ['id < 4'], values: {} }
    const spec = { table: 'mirrored', mode: 'mirror', key: ['id'], cursor: { column: 'at' } } as const
    assert.equal(await moves({ ...spec, where }, { action: 'backfill' }), 2)
    assert.deepEqual(await target('select count(*)::int, min(v) from mirrored'), [[7, 'filled']])
    assert.deepEqual(await stateOf('mirrored'), { column: 'at', value: '20' })
  })

  test('another cursor on the same target is refused in an append, and reads everything in a merge', async () => {
    await source(
      `alter table log add column n int not null default 7; alter table accounts add column n int default 7`,
    )
    const { streams } = await refuses({ table: 'log', mode: 'append', cursor: { column: 'n' } })
    assert.equal(streams[0]?.code, 'cursor_refused')
    assert.equal(await moves({ table: 'accounts', mode: 'merge', key: ['id'], cursor: { column: 'n' } }), 5)
  })

  test('an empty source has no state, and the first rows are read when they come', async () => {
    await source(`create table later (id int not null)`)
    const spec = { table: 'later', mode: 'append', cursor: { column: 'id' } } as const
    assert.equal(await moves(spec), 0)
    assert.equal((await stateOf('later')) ?? null, null)
    await source(`insert into later values (-5)`)
    assert.equal(await moves(spec), 1)
  })

  test('begins anew where its target has been dropped', async () => {
    await source(`create table gone (id int not null); insert into gone values (1), (2)`)
    const spec = { table: 'gone', mode: 'append', cursor: { column: 'id' } } as const
    assert.equal(await moves(spec), 2)
    await world.target.unsafe('drop table gone')
    await source(`insert into gone values (3)`)
    assert.equal(await moves(spec), 3)
    assert.deepEqual(await target('select count(*)::int from gone'), [[3]])
  })

  test('is refused where its greatest value is one that nothing comes after', async () => {
    await source(`create table endless (at timestamptz, n numeric);
      insert into endless values ('infinity', 'NaN'), ('2026-01-01', 1)`)
    for (const column of ['at', 'n']) {
      const { streams, faults } = await refuses({ table: 'endless', mode: 'append', cursor: { column } })
      assert.equal(streams[0]?.code, 'cursor_refused')
      assert.match(String(faults[0]), /no row would ever be newer/)
    }
    const where = { pieces: [`at < 'infinity'`], values: {} }
    assert.equal(await moves({ table: 'endless', mode: 'append', cursor: { column: 'at' }, where }), 1)
  })

  test('does not go back where the newest text has gone at the source, and comes again', async () => {
    const spec = { table: 'texts', mode: 'append', cursor: { column: 'id' } } as const
    await source(`create table texts (id text not null); insert into texts values ('a'), ('b'), ('c')`)
    assert.equal(await moves(spec), 3)
    await source(`delete from texts where id = 'c'`)
    assert.equal(await moves(spec), 0)
    assert.deepEqual(await stateOf('texts'), { column: 'id', value: 'c' })
    await source(`insert into texts values ('c'), ('d')`)
    assert.equal(await moves(spec), 1)
  })

  for (const mode of ['mirror', 'history'] as const) {
    test(`a resync of a ${mode} that is tried again takes no row for gone that has moved meanwhile`, async () => {
      const table = `moving_${mode}`
      const spec = { table, mode, key: ['id'], cursor: { column: 'at' } } as const
      await source(`create table ${table} (id int primary key, at int not null, v text);
        insert into ${table} values (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c')`)
      assert.equal(await moves(spec), 3)
      await source(`update ${table} set v = 'refused', at = 4 where id = 3`)
      await world.target.unsafe(`alter table ${table} add constraint no check (v <> 'refused')`)
      const run = { runId: crypto.randomUUID(), action: 'resync' } as const
      await refuses(spec, run)
      await world.target.unsafe(`alter table ${table} drop constraint no`)
      await source(`update ${table} set at = 9 where id = 1`)
      assert.equal(await moves(spec, { ...run, fence: 2 }), 3)
      const current = mode === 'history' ? ' where _valid_to is null' : ''
      assert.deepEqual(await target(`select id, at from ${table}${current} order by id`), [[1, 9], [2, 2], [
        3,
        4,
      ]])
      assert.deepEqual(await stateOf(table), { column: 'at', value: '9' })
    })
  }

  test('is refused before anything is written: no such column, no order, no key, no such mode', async () => {
    await source(`create table odd (id int, j json)`)
    const codes = async (spec: Parameters<typeof move>[0]) => (await refuses(spec)).streams[0]?.code
    assert.equal(await codes({ table: 'odd', mode: 'append', cursor: { column: 'x' } }), 'column_missing')
    assert.equal(await codes({ table: 'odd', mode: 'append', cursor: { column: 'j' } }), 'cursor_refused')
    assert.equal(await codes({ table: 'odd', mode: 'merge' }), 'key_missing')
    assert.equal(await codes({ table: 'odd', mode: 'replace', cursor: { column: 'id' } }), 'cursor_refused')
    const lagging = { table: 'odd', mode: 'append', cursor: { column: 'id', lag: '1' } } as const
    assert.equal(await codes(lagging), 'cursor_refused')
    assert.deepEqual(await target(`select to_regclass('odd')::text`), [[null]])
  })
})
