import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Load } from '../connector.ts'
import { columnOf } from '../load_fixture.ts'
import {
  type Database,
  loadOf,
  loadParts,
  loadText,
  noServer,
  openDatabase,
  refused,
} from './loading_fixture.ts'

let database: Database

before(async () => {
  if (!noServer) database = await openDatabase('merge')
})
after(async () => {
  await database?.[Symbol.asyncDispose]()
})

let targets = 0
const next = () => `t${targets++}`
const merge = (load: Partial<Load> & Pick<Load, 'target'>, text: string) =>
  loadText(database.url, loadOf(load), text)
const holds = async (target: string, rows: readonly string[]) =>
  assert.deepEqual(await database.rows(target), rows)
const sql = (text: string) => database.run(text)
const shown = (query: string) => database.value(query)

const day = (at: number) => `2026-01-0${at} 00:00:00+00`

describe('merge', { skip: noServer }, () => {
  test('makes a table with the key as its primary key, then adds rows and replaces those with their key', async () => {
    const target = next()
    await merge({ target }, '1,a,\n2,b,\n')
    assert.equal(
      await shown(`select pg_get_constraintdef(oid) as shown from pg_constraint
        where conrelid = '${target}'::regclass and contype = 'p'`),
      'PRIMARY KEY (id)',
    )
    const { committed } = await merge({ target }, '2,bb,\n3,c,\n')
    assert.equal(committed?.rows, 2)
    await holds(target, ['(1,a,)', '(2,bb,)', '(3,c,)'])
  })

  test('works where the target has no index', async () => {
    const target = next()
    await sql(
      `create table ${target} (v text, at timestamptz, id bigint); insert into ${target} values ('a', null, 1)`,
    )
    await merge({ target }, '1,b,\n2,c,\n')
    await holds(target, ['(b,,1)', '(c,,2)'])
  })

  test('leaves rows alone that are as they were, and tells apart what only counts as equal', async () => {
    const target = next()
    const columns = ['id bigint', 'n numeric', 'j json', 'f double precision'].map(columnOf)
    await sql(`create table ${target} (id bigint primary key, n numeric, j json, f float8);
      insert into ${target} values (1, 1.0, '{"a":1}', 0), (2, 1.0, '{"a":1}', 0), (3, 1.0, null, 0)`)
    const tuples = () =>
      shown(`select string_agg(id || ' ' || ctid::text, ', ' order by id) as shown from ${target}`)
    const before = await tuples()
    await merge({ target, columns }, '1,1.0,"{""a"":1}",0\n2,1.00,"{""a"":1}",0\n3,1.0,,-0\n')
    assert.equal((await tuples())?.split(', ')[0], before?.split(', ')[0])
    await holds(target, ['(1,1.0,"{""a"":1}",0)', '(2,1.00,"{""a"":1}",0)', '(3,1.0,,-0)'])
  })

  test('by a key of two columns, and of columns without an exact equality', async () => {
    const target = next()
    const columns = ['a text', 'b numeric', 'v text'].map(columnOf)
    await merge({ target, columns, key: ['a', 'b'] }, 'x,1,old\nx,2,old\n')
    await merge({ target, columns, key: ['a', 'b'] }, 'x,1.0,new\n')
    await holds(target, ['(x,1.0,new)', '(x,2,old)'])
  })

  test('of rows that are nothing but their key', async () => {
    const target = next()
    const columns = [columnOf('id bigint not null')]
    await merge({ target, columns }, '1\n2\n')
    await merge({ target, columns }, '2\n3\n')
    await holds(target, ['(1)', '(2)', '(3)'])
  })

  for (const there of [false, true]) {
    const where = there ? 'into a table' : 'into a new table'
    test(`takes the newest of several rows by its cursor, ${where}`, async () => {
      const target = next()
      if (there) await merge({ target }, `9,z,\n`)
      await merge({ target, cursor: 'at' }, `1,old,${day(1)}\n1,new,${day(3)}\n1,mid,${day(2)}\n2,b,\n`)
      const shownRows = (await database.rows(target)).filter((row) => !row.startsWith('(9'))
      assert.deepEqual(shownRows, ['(1,new,"2026-01-03 00:00:00+00")', '(2,b,)'])
    })

    test(`fails with two rows of one key where nothing says which is newer, ${where}`, async () => {
      const target = next()
      if (there) await merge({ target }, `9,z,\n`)
      const fault = await refused('keys_doubled', () => merge({ target }, '1,a,\n7,b,\n7,c,\n'))
      assert.match(fault.message, /^id = 7: .*\(id\)/)
      await refused('keys_doubled', () => merge({ target, cursor: 'at' }, `1,a,${day(1)}\n1,b,${day(1)}\n`))
      await refused(
        'key_refused',
        () =>
          merge({ target, columns: ['id bigint', 'v text', 'at timestamptz'].map(columnOf) }, '1,a,\n,b,\n'),
      )
      if (there) await holds(target, ['(9,z,)'])
      else assert.equal(await shown(`select to_regclass('${target}')::text as shown`), null)
    })
  }

  test('keeps the row that is there where a part of the stream brings an older one', async () => {
    const target = next()
    await merge({ target, cursor: 'at' }, `1,there,${day(5)}\n2,there,${day(5)}\n`)
    await merge({ target, cursor: 'at', partial: true }, `1,older,${day(4)}\n2,newer,${day(6)}\n`)
    await holds(target, ['(1,there,"2026-01-05 00:00:00+00")', '(2,newer,"2026-01-06 00:00:00+00")'])
    await merge({ target, cursor: 'at' }, `1,whole,${day(4)}\n`)
    assert.match((await database.rows(target))[0] ?? '', /whole/)
  })

  test('needs a key, of types that can be compared', async () => {
    await refused('key_missing', () => merge({ target: next(), key: [] }, ''))
    const columns = ['id json', 'v text'].map(columnOf)
    await refused('key_refused', () => merge({ target: next(), columns }, '1,a\n'))
    const target = next()
    await sql(`create table ${target} (id json, v text)`)
    await refused('key_refused', () => merge({ target, columns }, '1,a\n'))
  })

  test('leaves out what the target computes, and moves its sequences on', async () => {
    const target = next()
    await sql(`create table ${target} (id bigint generated always as identity primary key, v text,
      at timestamptz, n serial, twice text generated always as (v || v) stored)`)
    const columns = ['id bigint not null', 'v text', 'n integer not null'].map(columnOf)
    await merge({ target, columns }, '5,a,40\n')
    await merge({ target, columns }, '5,b,41\n7,c,50\n')
    await sql(`insert into ${target} (v) values ('own')`)
    await holds(target, ['(5,b,,41,bb)', '(7,c,,50,cc)', '(8,own,,51,ownown)'])
    const other = next()
    await sql(`create table ${other} (id bigint primary key, v text, n bigint generated always as identity)`)
    const fault = await refused('target_refused', () => merge({ target: other, columns }, '5,a,40\n'))
    assert.match(fault.message, /"n" GENERATED ALWAYS/)
  })

  test('reaches the partitions of its target, and moves rows between them', async () => {
    const target = next()
    await sql(`create table ${target} (id bigint, v text, at timestamptz) partition by list (v);
      create table ${target}_a partition of ${target} for values in ('a');
      create table ${target}_b partition of ${target} for values in ('b');
      insert into ${target} values (1, 'a', null), (2, 'a', null)`)
    await merge({ target }, '1,b,\n3,a,\n')
    await holds(`${target}_a`, ['(2,a,)', '(3,a,)'])
    await holds(`${target}_b`, ['(1,b,)'])
    await refused('constraint_refused', () => merge({ target }, '1,c,\n'))
  })

  test('is refused by name where rules, heirs or triggers would do something else', async () => {
    const ruled = next()
    await sql(`create table ${ruled} (id bigint, v text, at timestamptz);
      create rule r as on insert to ${ruled} do instead nothing`)
    await refused('target_refused', () => merge({ target: ruled }, '1,a,\n'))
    const parent = next()
    await sql(`create table ${parent} (id bigint, v text, at timestamptz);
      create table ${parent}_heir () inherits (${parent})`)
    await refused('target_refused', () => merge({ target: parent }, '1,a,\n'))
    const kept = next()
    await sql(`create table ${kept} (id bigint, v text, at timestamptz);
      create function ${kept}_out() returns trigger language plpgsql as 'begin return null; end';
      create trigger t before insert on ${kept} for each row execute function ${kept}_out()`)
    await refused('target_refused', () => merge({ target: kept }, '1,a,\n'))
  })

  test('breaks no foreign key', async () => {
    const target = next()
    await sql(`create table ${target}_up (id bigint primary key); insert into ${target}_up values (1);
      create table ${target} (id bigint primary key, v text, at timestamptz, up bigint references ${target}_up)`)
    const columns = ['id bigint not null', 'up bigint'].map(columnOf)
    await merge({ target, columns }, '1,1\n')
    await refused('constraint_refused', () => merge({ target, columns }, '2,9\n'))
    await holds(target, ['(1,,,1)'])
  })

  test('waits for who writes at that moment, and leaves one row of the key', async () => {
    const target = next()
    await merge({ target }, '1,a,\n')
    await sql(
      `alter table ${target} drop constraint ${target}_pkey; begin; insert into ${target} values (2, 'app')`,
    )
    const merged = merge({ target }, '2,merged,\n')
    const waits = `select count(*)::text as shown from pg_locks
      where relation = '${target}'::regclass and not granted`
    while (await shown(waits) === '0') await new Promise(setImmediate)
    await sql('commit')
    await merged
    await holds(target, ['(1,a,)', '(2,merged,)'])
  })

  test('after a reset leaves what is read now, and one row a key', async () => {
    const target = next()
    await merge({ target }, '1,a,\n2,b,\n')
    await merge({ target, reset: true, cursor: 'at' }, `3,c,${day(1)}\n3,d,${day(2)}\n`)
    await holds(target, ['(3,d,"2026-01-02 00:00:00+00")'])
    await refused('keys_doubled', () => merge({ target, reset: true }, '4,c,\n4,d,\n'))
    await holds(target, ['(3,d,"2026-01-02 00:00:00+00")'])
  })
})

describe('mirror', { skip: noServer }, () => {
  test('merges, and takes away rows whose key is gone', async () => {
    const target = next()
    const load = { target, mode: 'mirror' } as const
    await merge(load, '1,a,\n2,b,\n3,c,\n')
    await merge(load, '2,bb,\n4,d,\n')
    await holds(target, ['(2,bb,)', '(4,d,)'])
  })

  test('finds its way through names of any make', async () => {
    const target = '"a (b"" c)"'
    const columns = ['k (1', 'v " ('].map((name, at) => ({
      ...columnOf(at === 0 ? 'id bigint' : 'v text'),
      name,
    }))
    const load = loadOf({ target, mode: 'mirror', columns, key: ['k (1'] })
    await loadText(database.url, load, '1,a\n2,b\n')
    const part = { ...load, runId: crypto.randomUUID(), partial: true }
    await loadParts(database.url, part, { slices: { '0': '1,aa\n' }, keys: '1\n' })
    await holds(target, ['(1,aa)'])
  })

  test('of a part of the stream goes by the keys of all of it', async () => {
    const target = next()
    const load = loadOf({ target, mode: 'mirror', cursor: 'at' })
    await loadText(database.url, load, '1,a,\n2,b,\n3,c,\n')
    const part = { ...load, runId: crypto.randomUUID(), partial: true }
    await loadParts(database.url, part, { slices: { '0': `3,cc,${day(1)}\n` }, keys: '1\n3\n' })
    await holds(target, ['(1,a,)', '(3,cc,"2026-01-01 00:00:00+00")'])
    const without = { ...part, runId: crypto.randomUUID() }
    await assert.rejects(loadParts(database.url, without, { slices: { '0': '' } }), TypeError)
    assert.equal((await database.rows(target)).length, 2)
  })

  test('takes no row away that follows another of its own', async () => {
    const target = next()
    await sql(
      `create table ${target} (id bigint primary key references ${target} on delete cascade, v text, at timestamptz)`,
    )
    const fault = await refused('target_refused', () => merge({ target, mode: 'mirror' }, '1,a,\n'))
    assert.match(fault.message, /foreign key/)
  })

  test('of nothing leaves nothing, and reaches no other table', async () => {
    const target = next()
    const load = { target, mode: 'mirror' } as const
    await merge(load, '1,a,\n')
    await merge(load, '')
    await holds(target, [])
    await sql(`create table ${target}_child (id bigint references ${target} on delete cascade)`)
    const fault = await refused('target_refused', () => merge(load, '1,a,\n'))
    assert.match(fault.message, new RegExp(`${target}_child`))
  })
})
