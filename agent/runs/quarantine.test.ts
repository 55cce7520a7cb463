import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  files,
  type MoveOrder,
  noServer,
  openWorld,
  postgres,
  type World,
} from '../engine/postgres_fixture.ts'
import type { StreamSpec } from './move.ts'

describe('rows that are refused are put aside', { skip: noServer }, () => {
  let world: World
  before(async () => {
    world = await openWorld('aside')
  })
  after(() => world?.[Symbol.asyncDispose]())

  const rows = async (sql: string) => [...await world.target.unsafe(sql).values()]
  const move = async (
    ends: Pick<MoveOrder, 'from' | 'to'>,
    spec: Omit<StreamSpec, 'mode'> & { mode?: StreamSpec['mode'] },
  ) => {
    const result = await world.move({
      ...ends,
      streams: [{ mode: 'replace', on_bad_row: 'quarantine', ...spec }],
    })
    const [stream] = result.streams
    return { ...stream, why: result.faults.map((one) => `${one} ${one.cause}`).join() }
  }
  const intoPostgres = () => ({ from: files(world.folder), to: postgres(world.targetUrl) })
  const write = (name: string, text: string | Buffer) => writeFileSync(join(world.folder, name), text)
  const aside = (table: string) =>
    rows(`select row::int, "column", code, source::text from ${table}__quarantine order by row`)

  test('from a file into a table: the good ones arrive, each bad one with its reason and its text', async () => {
    await world.target.unsafe('create table people (id int primary key, born date, name varchar(5))')
    write(
      'people.csv',
      'id,born,name\n1,2000-02-29,ann\nx,2000-01-01,bob\n3,2001-02-29,cid\n4,,toolong\n5,2000-01-01\n',
    )
    const moved = await move(intoPostgres(), { from: 'people.csv', to: 'people' })
    assert.deepEqual([moved.code, moved.rows_read, moved.rows, moved.rejected], [null, 5, 1, 4], moved.why)
    assert.deepEqual(await rows('select id, name from people'), [[1, 'ann']])
    assert.deepEqual(await aside('people'), [
      [2, 'id', 'value_refused', '{"id":"x","born":"2000-01-01","name":"bob"}'],
      [3, 'born', 'value_refused', '{"id":"3","born":"2001-02-29","name":"cid"}'],
      [4, 'name', 'value_refused', '{"id":"4","born":null,"name":"toolong"}'],
      [5, null, 'row_refused', '{"id":"5","born":"2000-01-01"}'],
    ])
  })

  test('from a file whose bytes are not all text, also where columns are left out', async () => {
    const bytes = Buffer.concat([
      Buffer.from('id,v,w\n1,a,b\n2,'),
      Buffer.from([0xff]),
      Buffer.from(',b\n3,c,d\n'),
    ])
    write('bytes.csv', bytes)
    for (const [to, include] of [['whole', ['id', 'v', 'w']], ['part', ['id', 'v']]] as const) {
      const moved = await move(intoPostgres(), { from: 'bytes.csv', to, include })
      assert.deepEqual([moved.code, moved.rows, moved.rejected], [null, 2, 1], moved.why)
      const [kept] = await aside(to)
      assert.deepEqual(kept?.slice(0, 3), [2, 'v', 'value_refused'])
    }
  })

  test('from a file with other delimiters whose rows are not all of one width', async () => {
    write('ragged.tsv', 'id\tv\n1\ta\n2\n3\tc\td\n4\te\n')
    const moved = await move(intoPostgres(), { from: 'ragged.tsv', to: 'ragged' })
    assert.deepEqual([moved.code, moved.rows, moved.rejected], [null, 2, 2], moved.why)
    assert.deepEqual(await aside('ragged'), [
      [2, null, 'row_refused', '{"id":"2"}'],
      [3, null, 'row_refused', '{"id":"3","v":"c","#3":"d"}'],
    ])
  })

  test('with signs in them that some take for the end of a line', async () => {
    await world.target.unsafe('create table signs (id int, v text)')
    write('signs.csv', 'id,v\n1,a\nx,b\u2028c\u2029d\n')
    const moved = await move(intoPostgres(), { from: 'signs.csv', to: 'signs' })
    assert.deepEqual([moved.code, moved.rows, moved.rejected], [null, 1, 1], moved.why)
    assert.deepEqual((await aside('signs'))[0]?.[3], '{"id":"x","v":"b\u2028c\u2029d"}')
  })

  test('all of them, where all are bad: nothing arrives, and that is committed', async () => {
    await world.target.unsafe('create table none (id int)')
    write('none.csv', 'id\nx\ny\n')
    const moved = await move(intoPostgres(), { from: 'none.csv', to: 'none', mode: 'append' })
    assert.deepEqual([moved.code, moved.rows, moved.rejected], [null, 0, 2], moved.why)
    assert.equal((await aside('none')).length, 2)
  })

  test('between tables, where the target takes no NULL and no fraction', async () => {
    await world.source.unsafe('create table loose (id int, n numeric)')
    await world.source.unsafe(`insert into loose values (1, 1.50), (2, 1.505), (null, 3), (4, 'NaN')`)
    await world.target.unsafe('create table strict (id int not null, n numeric(6,2))')
    const moved = await move({ from: postgres(world.sourceUrl), to: postgres(world.targetUrl) }, {
      from: 'loose',
      to: 'strict',
      cast: { n: 'decimal(6,2)' },
    })
    assert.deepEqual([moved.code, moved.rows_read, moved.rows, moved.rejected], [null, 4, 2, 2], moved.why)
    assert.deepEqual(await rows('select id, n::text from strict order by id'), [[1, '1.50'], [4, 'NaN']])
  })

  test('from text into Parquet, and from Parquet into a table', async () => {
    write('mixed.csv', 'id,v\n1,a\nx,b\n3,c\n')
    const into = await move({ from: files(world.folder), to: files(world.folder) }, {
      from: 'mixed.csv',
      to: 'mixed.parquet',
      cast: { id: 'int' },
    })
    assert.deepEqual([into.code, into.rows, into.rejected, into.route], [null, 2, 1, 'restowed'], into.why)
    const [kept] = readFileSync(join(world.folder, 'mixed.parquet__quarantine.jsonl'), 'utf8').trim().split(
      '\n',
    )
    assert.deepEqual(JSON.parse(JSON.parse(String(kept)).source), { id: 'x', v: 'b' })
    await world.target.unsafe('create table narrow (id smallint, v varchar(1))')
    write('wide.csv', 'id,v\n1,a\n2,bb\n3,c\n')
    const wide = await move({ from: files(world.folder), to: files(world.folder) }, {
      from: 'wide.csv',
      to: 'wide.parquet',
      cast: { id: 'int' },
    })
    assert.equal(wide.code, null, wide.why)
    const out = await move(intoPostgres(), {
      from: 'wide.parquet',
      to: 'narrow',
      cast: { id: 'smallint', v: 'varchar(1)' },
    })
    assert.deepEqual([out.code, out.rows_read, out.rows, out.rejected], [null, 3, 2, 1], out.why)
    assert.deepEqual(await aside('narrow'), [[2, 'v', 'value_refused', '{"id":"2","v":"bb"}']])
  })

  test('a mirror keeps what it has of a row that is put aside: the source still has it', async () => {
    await world.target.unsafe('create table mirrored (id int primary key, n smallint)')
    write('mirrored.csv', 'id,n\n1,1\n2,2\n3,3\n')
    const spec = { from: 'mirrored.csv', to: 'mirrored', mode: 'mirror', key: ['id'] } as const
    const first = await move(intoPostgres(), spec)
    assert.deepEqual([first.code, first.rows], [null, 3], first.why)
    write('mirrored.csv', 'id,n\n1,10\n2,99999\n,4\n')
    const second = await move(intoPostgres(), spec)
    assert.deepEqual([second.code, second.rejected], [null, 2], second.why)
    assert.deepEqual(await rows('select id, n from mirrored order by id'), [[1, 10], [2, 2]])
    const kept = await rows(`select code from mirrored__quarantine order by row`)
    assert.deepEqual(kept, [['value_refused'], ['key_refused']])
  })

  test('equal types on both sides have nothing to refuse, and stay on the fastest way', async () => {
    await world.source.unsafe('create table plain (id int, t text); insert into plain values (1, null)')
      .simple()
    const moved = await move({ from: postgres(world.sourceUrl), to: postgres(world.targetUrl) }, {
      from: 'plain',
      to: 'plain',
    })
    assert.deepEqual([moved.code, moved.rows, moved.route], [null, 1, 'direct'], moved.why)
  })

  test('what only the database refuses fails the stream, and leaves the target as it was', async () => {
    await world.target.unsafe('create table checked (id int check (id < 10))')
    write('checked.csv', 'id\n1\n11\nx\n')
    const moved = await move(intoPostgres(), { from: 'checked.csv', to: 'checked' })
    assert.equal(moved.code, 'constraint_refused')
    assert.deepEqual(await rows('select * from checked'), [])
  })
})
