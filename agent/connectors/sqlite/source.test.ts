/** What a source of a file reads: under one snapshot, by ranges, by conditions; and what it opens at all. */
import assert from 'node:assert/strict'
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { bindCondition } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import { OwnFiles } from '../../trust/own_files.ts'
import { real } from '../../trust/real_path.ts'
import type { Range, Stream } from '../connector.ts'
import { parseConfig } from '../connectors.ts'
import { localGuard } from '../guard.ts'
import { SqliteDestination } from './destination.ts'
import { SqliteSource } from './source.ts'
import { contextOf, loadOf, newFolder, readAll, signal } from './world_fixture.ts'

const folder = newFolder()
after(() => folder[Symbol.dispose]())
let files = 0
const newFile = (...statements: string[]) => {
  const file = `s${files++}.db`
  folder.run(file, ...statements)
  return file
}
const sourceOf = (file: string) => new SqliteSource({ path: file }, contextOf(folder.path))

async function readRange(file: string, range: Range, columns?: readonly string[]): Promise<string> {
  await using source = sourceOf(file)
  const stream = await source.stream('t', signal)
  const kept = columns === undefined
    ? stream.columns
    : stream.columns.filter(({ name }) => columns.includes(name))
  return await readAll(source, { ...stream, columns: kept, range })
}

const closed = (
  column: string,
  after: string | null,
  upTo: string | null,
  given: Partial<Range> = {},
): Range => ({
  column,
  after: after === null ? null : { value: after, inclusive: false },
  upTo,
  nulls: false,
  ...given,
})

describe('a snapshot of a file', () => {
  test('stays what it was while others write', async () => {
    const file = newFile(
      'pragma journal_mode = wal',
      'create table t (id integer)',
      'insert into t values (1)',
    )
    await using source = sourceOf(file)
    const stream = await source.stream('t', signal)
    folder.run(file, 'insert into t values (2)', 'create table later (a)')
    assert.equal(await readAll(source, stream), '1\n')
    assert.deepEqual((await source.names(signal)).map(({ name }) => name), ['t'])
  })

  test('is read a little at a time: everything else goes on', async () => {
    const file = newFile(
      'create table t (id integer, v text)',
      `insert into t with recursive r(x) as (select 1 union all select x + 1 from r limit 60000)
       select x, 'some text, and more of it ' || x from r`,
    )
    await using source = sourceOf(file)
    const stream = await source.stream('t', signal)
    let beats = 0
    const beat = () => void (beats++, heart = setImmediate(beat))
    let heart = setImmediate(beat)
    const text = await readAll(source, stream)
    clearImmediate(heart)
    assert.equal(text.split('\n').length, 60_001)
    assert.ok(beats > 10, `${beats}`)
  })
})

describe('a range of a file', () => {
  test('of whole numbers has its ends as they are said, and rows without a value where they are asked for', async () => {
    const file = newFile(
      'create table t (id integer, v text)',
      `insert into t values (1, 'a'), (2, 'b'), (3, 'c'), (9223372036854775807, 'd'), (null, 'e')`,
    )
    assert.equal(await readRange(file, closed('id', '1', '3')), '2,b\n3,c\n')
    assert.equal(
      await readRange(file, closed('id', '2', '9223372036854775807')),
      '3,c\n9223372036854775807,d\n',
    )
    const inclusive = { after: { value: '2', inclusive: true }, nulls: true }
    assert.equal(await readRange(file, closed('id', null, '3', inclusive)), '2,b\n3,c\n,e\n')
    assert.equal(await readRange(file, closed('id', null, null)), '')
    assert.equal(await readRange(file, closed('id', null, null, { nulls: true })), ',e\n')
    await using source = sourceOf(file)
    assert.equal(await source.newest(await source.stream('t', signal), 'id', signal), '9223372036854775807')
  })

  test('of times is exact, whatever way they are spelled, and of columns that are not sent', async () => {
    const file = newFile(
      'create table t (id integer, at timestamptz)',
      `insert into t values (1, '2024-01-01 00:00:00.1+00'), (2, '2024-01-01T00:00:00.100000Z'),
        (3, '2024-01-01 01:00:00.100001+01:00'), (4, '2024-01-02 00:00:00+00'), (5, '0044-01-01 00:00:00+00 BC'),
        (6, '10000-01-01 00:00:00+00'), (7, 'infinity')`,
    )
    const at = '2024-01-01 00:00:00.1+00'
    const day = '2024-01-02 00:00:00+00'
    assert.equal(await readRange(file, closed('at', at, day), ['id']), '3\n4\n')
    const inclusive = { after: { value: at, inclusive: true } }
    assert.equal(await readRange(file, closed('at', at, day, inclusive), ['id']), '1\n2\n3\n4\n')
    assert.equal(await readRange(file, closed('at', null, at), ['id']), '1\n2\n5\n')
    assert.equal(await readRange(file, closed('at', day, 'infinity'), ['id']), '6\n7\n')
    await using source = sourceOf(file)
    const stream = await source.stream('t', signal)
    assert.equal(await source.newest(stream, 'at', signal), 'infinity')
    const condition = { pieces: ['id < 6'], values: {} }
    assert.equal(await source.newest(source.where(stream, condition), 'at', signal), day)
  })

  test('of decimals and of text goes by their order', async () => {
    const file = newFile(
      'create table t (d decimal_text, s text, u uuid, j json)',
      `insert into t(d, s) values ('9.5', 'a'), ('10', 'B'), ('-3', 'ä'), ('-20.25', '\u{1f600}')`,
    )
    assert.equal(await readRange(file, closed('d', '-20.25', '9.5'), ['d']), '9.5\n-3\n')
    assert.equal(await readRange(file, closed('s', 'B', 'ä'), ['s']), 'a\nä\n')
    await using source = sourceOf(file)
    const stream = await source.stream('t', signal)
    assert.equal(await source.newest(stream, 'd', signal), '10')
    assert.equal(await source.newest(stream, 's', signal), '\u{1f600}')
    assert.equal(await source.newest(stream, 'u', signal), null)
    await assert.rejects(source.newest(stream, 'j', signal), { code: 'cursor_refused' })
  })

  test('leaves out no row for its value being of another kind: it is refused', async () => {
    const file = newFile(
      'create table t (id integer, at timestamp)',
      `insert into t values (1, '2024-01-01 00:00:00'), ('x', 12)`,
    )
    await assert.rejects(readRange(file, closed('id', '0', '5')), { code: 'value_refused' })
    await assert.rejects(readRange(file, closed('at', '2023-01-01 00:00:00', '2025-01-01 00:00:00')), {
      code: 'value_refused',
    })
    await using source = sourceOf(file)
    const stream = await source.stream('t', signal)
    await assert.rejects(source.newest(stream, 'id', signal), { code: 'cursor_refused' })
    await assert.rejects(source.newest(stream, 'at', signal), { code: 'cursor_refused' })
  })

  test('of a large table is cut at rowids that stay, and gives every row once', async () => {
    const file = newFile(
      'create table t (id integer primary key, v integer)',
      'insert into t values (-5, 0), (1, 1), (1000000, 2), (1000001, 3), (2500000, 4)',
    )
    const idsOf = async () => {
      await using source = sourceOf(file)
      const stream: Stream = { ...await source.stream('t', signal), range: closed('v', null, '4') }
      const slices = await source.slices(stream, signal)
      assert.ok(slices.every(({ fixed }) => fixed))
      assert.equal(await readAll(source, stream), '-5,0\n1,1\n1000000,2\n1000001,3\n2500000,4\n')
      return slices.map(({ id }) => id)
    }
    const ids = await idsOf()
    assert.equal(ids.length, 4)
    folder.run(file, 'insert into t values (2900000, 5)')
    assert.deepEqual(await idsOf(), ids)
  })
})

describe('a condition on a file', () => {
  const statements = [
    'create table t (id integer, v text, at date)',
    `insert into t values (1, 'a', '2024-01-01'), (2, 'it''s', '2024-01-02'), (3, 'c', '2024-01-03')`,
  ]
  const read = async (text: string, values: Readonly<Record<string, string>> = {}) => {
    await using source = sourceOf(newFile(...statements))
    const declared = { n: { type: 'integer' }, v: { type: 'text' }, d: { type: 'date' } }
    const condition = bindCondition(text, declared as Parameters<typeof bindCondition>[1], values)
    return await readAll(source, source.where(await source.stream('t', signal), condition))
  }

  test('has its values bound', async () => {
    assert.equal(await read('id >= ${n} and id < ${n} + 1', { n: '2' }), "2,it's,2024-01-02\n")
    assert.equal(await read('v = ${v}', { v: "it's" }), "2,it's,2024-01-02\n")
    assert.equal(await read('at > ${d}', { d: '2024-01-02' }), '3,c,2024-01-03\n')
    assert.equal(await read('v = ${v}', { v: "' or 1=1 --" }), '')
  })

  test('reaches nothing but its table', async () => {
    const refused = (work: Promise<unknown>) => assert.rejects(work, (error) => error instanceof Fault)
    await refused(read(`load_extension('x') is null`))
    await refused(read(`no_such_column = 1`))
    await refused(read(`exists (select 1)`))
  })
})

describe('the path of a file', () => {
  test('is one that the guard lets pass, links and what lies beside it too', async () => {
    mkdirSync(join(folder.path, 'own'))
    const secret = join(folder.path, 'own', 'key.db')
    writeFileSync(secret, '')
    const own = new OwnFiles([join(folder.path, 'own')])
    const guard = {
      ...localGuard,
      path(path: string) {
        const reason = own.reason(real(path))
        if (reason !== null) throw new Fault('path_refused', reason)
      },
    }
    symlinkSync(secret, join(folder.path, 'link.db'))
    linkSync(secret, join(folder.path, 'hard.db'))
    symlinkSync(secret, join(folder.path, 'beside.db-wal'))
    folder.run('plain.db', 'create table t (id integer)')
    for (const path of ['own/key.db', 'link.db', 'hard.db', 'beside.db', '/proc/self/environ', '/dev/zero']) {
      const context = contextOf(folder.path, { guard })
      assert.throws(() => new SqliteSource({ path }, context), { code: 'path_refused' }, path)
      assert.throws(() => new SqliteDestination({ path }, context), { code: 'path_refused' }, path)
    }
    await using source = new SqliteSource({ path: 'plain.db' }, contextOf(folder.path, { guard }))
    await source.check(signal)
  })

  test('is that of a database, and never made by who only reads', async () => {
    writeFileSync(join(folder.path, 'text.db'), 'no database, but more than a few bytes of text'.repeat(100))
    const refuses = async (path: string, code: string) => {
      await using source = sourceOf(path)
      await assert.rejects(source.check(signal), { code }, path)
    }
    await refuses('nothing.db', 'database_missing')
    await refuses('text.db', 'file_invalid')
    assert.throws(() => sourceOf('own'), { code: 'file_invalid' })
    await using destination = new SqliteDestination({ path: 'no/folder.db' }, contextOf(folder.path))
    await assert.rejects(destination.begin(loadOf({ target: 't' }), signal), { code: 'file_unwritable' })
    for (const path of [':memory:', 'file:x?mode=memory', '']) {
      assert.throws(() => parseConfig('sqlite', { path }), { code: 'connection_invalid' }, path)
    }
  })

  test('is said to be missing what it is missing', async () => {
    await using source = sourceOf(newFile('create table t (id integer)'))
    assert.deepEqual(await source.examine(['t', 'u'], signal), [
      { what: 'table u', code: 'stream_missing', remedy: null },
    ])
    await source.probe(signal)
  })
})
