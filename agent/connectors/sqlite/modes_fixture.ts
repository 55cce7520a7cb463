/** What every mode leaves in a target: one suite for a file and for a server. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { columnOf } from '../load_fixture.ts'
import { loadsThatLast, type ModesSubject, row, three, toolsOf } from './lasting_fixture.ts'

export function loadsByEveryMode(name: string, subject: () => ModesSubject): void {
  const { newTarget, load, all, leftovers } = toolsOf(subject, 't')

  describe(`${name}: a merge`, () => {
    test('adds rows, and replaces those with their key', async () => {
      const target = newTarget()
      await load({ target }, three)
      const { loading } = await load({ target }, row(2, 'B') + row(4, 'd'))
      assert.equal(loading.target.how, 'merge')
      assert.deepEqual(all(target), [[1n, 'a'], [2n, 'B'], [3n, 'c'], [4n, 'd']])
      assert.deepEqual(leftovers(), [])
    })

    test('lets the newest of one key count, in the order of the type and not of its text', async () => {
      const target = newTarget()
      const csv = row(1, 'new', '0044-03-15 00:00:00+00') + row(1, 'old', '0050-01-01 00:00:00+00 BC') +
        row(2, 'old', '2026-01-01 00:00:00+00') + row(2, 'new', '2026-01-01 00:00:00.5+00')
      await load({ target, cursor: 'at' }, csv)
      assert.deepEqual(all(target), [[1n, 'new'], [2n, 'new']])
      const decimals = ['id bigint', 'v text', 'at numeric'].map(columnOf)
      const other = newTarget()
      await load(
        { target: other, cursor: 'at', columns: decimals },
        '1,new,10\n1,old,9\n2,old,-10.5\n2,new,-2\n',
      )
      assert.deepEqual(all(other), [[1n, 'new'], [2n, 'new']])
    })

    test('fails by code where rows cannot be told apart', async () => {
      const target = newTarget()
      await assert.rejects(load({ target }, row(1, 'a') + row(1, 'b')), { code: 'keys_doubled' })
      await assert.rejects(load({ target, cursor: 'at' }, row(1, 'a') + row(1, 'b')), {
        code: 'keys_doubled',
      })
      await assert.rejects(load({ target }, ',a,\n'), { code: 'key_refused' })
      await assert.rejects(load({ target, cursor: 'at' }, '1,a,\n'), { code: 'cursor_refused' })
      await assert.rejects(load({ target, key: [] }, three), { code: 'key_missing' })
      assert.deepEqual(subject().rows(`select 1 from sqlite_schema where name = '${target}'`), [])
    })

    test('of a part leaves a row that is newer than what comes', async () => {
      const target = newTarget()
      await load({ target, cursor: 'at' }, row(1, 'new', '2026-01-02 00:00:00+00') + row(2, 'a'))
      await load(
        { target, cursor: 'at', partial: true },
        row(1, 'old') + row(2, 'b', '2026-01-03 00:00:00+00'),
      )
      assert.deepEqual(all(target), [[1n, 'new'], [2n, 'b']])
    })

    test('takes a key of several columns, into a table of somebody else', async () => {
      const target = newTarget()
      subject().run(
        `create table ${target} (v text, extra text default 'kept', id integer, at timestamptz)`,
        `insert into ${target}(v, id) values ('a', 1)`,
      )
      await load({ target, key: ['id', 'v'] }, row(1, 'a') + row(1, 'b'))
      const rows = subject().rows(`select id, v, at, extra from ${target} order by 1, 2`)
      const at = '2026-01-01 00:00:00+00'
      assert.deepEqual(rows, [[1n, 'a', at, 'kept'], [1n, 'b', at, 'kept']])
    })
  })

  describe(`${name}: a mirror`, () => {
    test('deletes what the stream has no longer', async () => {
      const target = newTarget()
      await load({ target, mode: 'mirror' }, three)
      await load({ target, mode: 'mirror' }, row(1, 'a') + row(3, 'C'))
      assert.deepEqual(all(target), [[1n, 'a'], [3n, 'C']])
    })

    test('of a part goes by the keys of all rows', async () => {
      const target = newTarget()
      await load({ target, mode: 'mirror' }, three)
      await load({ target, mode: 'mirror', partial: true }, row(3, 'C'), '1\n3\n3\n')
      assert.deepEqual(all(target), [[1n, 'a'], [3n, 'C']])
      await assert.rejects(load({ target, mode: 'mirror', partial: true }, row(3, 'D')))
      assert.deepEqual(all(target), [[1n, 'a'], [3n, 'C']])
      assert.deepEqual(leftovers(), [])
    })
  })

  describe(`${name}: a history`, () => {
    const first = '2026-11-22 08:30:00.123456+00'
    const second = '2026-11-23 00:00:00+00'
    const later = { at: '2026-11-23T00:00:00Z' }
    const told = (target: string) =>
      subject().rows(`select id, v, _valid_from, _valid_to from "${target}" order by 1, 3, 2`)

    test('closes and opens what has changed, and closes what is gone', async () => {
      const target = newTarget()
      await load({ target, mode: 'history' }, three)
      await load({ target, mode: 'history', ...later }, row(1, 'a') + row(2, 'B') + row(4, 'd'))
      assert.deepEqual(told(target), [
        [1n, 'a', first, null],
        [2n, 'b', first, second],
        [2n, 'B', second, null],
        [3n, 'c', first, second],
        [4n, 'd', second, null],
      ])
    })

    test('of a part concludes nothing from a key that is missing', async () => {
      const target = newTarget()
      await load({ target, mode: 'history' }, three)
      await load({ target, mode: 'history', partial: true, ...later }, row(2, 'B'))
      assert.deepEqual(told(target).map(([id, , , to]) => [id, to]), [[1n, null], [2n, second], [2n, null], [
        3n,
        null,
      ]])
    })

    test('is not written into a table that holds none', async () => {
      const target = newTarget()
      await load({ target, mode: 'append' }, three)
      await assert.rejects(load({ target, mode: 'history' }, three), { code: 'target_refused' })
    })
  })

  describe(`${name}: a replace and a reset`, () => {
    test('put new rows in the place of the old, and leave what hangs on the table', async () => {
      const target = newTarget()
      subject().run(
        `create table ${target} (id integer primary key, v text, at timestamptz)`,
        `create index ${target}_v on ${target} (v)`,
        `create view ${target}_view as select v from ${target}`,
        `create table ${target}_log (v text)`,
        `create trigger ${target}_in after insert on ${target} begin insert into ${target}_log values (new.v); end`,
        `insert into ${target} values (9, 'z', null)`,
      )
      const { loading, committed } = await load({ target, mode: 'replace' }, three)
      assert.equal(loading.target.how, 'refill')
      assert.equal(committed.rows, 3)
      assert.deepEqual(all(target), [[1n, 'a'], [2n, 'b'], [3n, 'c']])
      assert.deepEqual(subject().rows(`select count(*) from ${target}_view`), [[3n]])
      assert.deepEqual(subject().rows(`select count(*) from ${target}_log`), [[4n]])
    })

    test('empty the target whatever the mode', async () => {
      for (const mode of ['append', 'merge', 'mirror'] as const) {
        const target = newTarget()
        await load({ target, mode, key: ['id'] }, three)
        await load({ target, mode, key: ['id'], reset: true }, row(7, 'g'))
        assert.deepEqual(all(target), [[7n, 'g']], mode)
      }
    })

    test('are refused where a trigger keeps rows out, or rows of others would go', async () => {
      const target = newTarget()
      subject().run(
        `create table ${target} (id integer primary key, v text, at timestamptz)`,
        `create trigger ${target}_out before insert on ${target} when new.id = 2 begin select raise(ignore); end`,
      )
      await assert.rejects(load({ target, mode: 'replace' }, three), { code: 'rows_lost' })
      const parent = newTarget()
      subject().run(
        `create table ${parent} (id integer primary key, v text, at timestamptz)`,
        `create table ${parent}_child (p integer references ${parent}(id) on delete cascade)`,
        `insert into ${parent} values (1, 'a', null)`,
        `insert into ${parent}_child values (1)`,
      )
      await assert.rejects(load({ target: parent, mode: 'replace' }, three), { code: 'target_refused' })
      assert.deepEqual(subject().rows(`select count(*) from ${parent}_child`), [[1n]])
    })

    test('fail whole where a row breaks a constraint', async () => {
      const target = newTarget()
      subject().run(`create table ${target} (id integer check (id < 3), v text, at timestamptz)`)
      await assert.rejects(load({ target, mode: 'append' }, three), { code: 'constraint_refused' })
      assert.deepEqual(all(target), [])
      assert.deepEqual(leftovers(), [])
    })
  })

  describe(`${name}: the schema of a target`, () => {
    const columns = ['id bigint not null', 'v text', 'at timestamptz', 'n numeric(12,2)'].map(columnOf)

    test('gets columns that are new, unless it is frozen', async () => {
      const target = newTarget()
      await load({ target, mode: 'append' }, three)
      const frozen = load({ target, mode: 'append', columns, schema: 'freeze' }, '4,d,,1.50\n')
      await assert.rejects(frozen, { code: 'schema_refused', message: /add column "n" DECIMAL_TEXT\(12,2\)/ })
      const { loading } = await load(
        { target, mode: 'append', columns, schema: 'columns_only' },
        '4,d,,1.50\n',
      )
      assert.deepEqual(loading.target.changes, ['add column "n" DECIMAL_TEXT(12,2)'])
      assert.deepEqual(subject().rows(`select id, n from ${target} order by 1`), [
        [1n, null],
        [2n, null],
        [3n, null],
        [4n, '1.50'],
      ])
    })

    test('is widened with the values that are there, where evolve says so', async () => {
      const target = newTarget()
      const narrow = ['id bigint', 'v text', 'at timestamptz', 'n bigint', 'd numeric(5,1)'].map(columnOf)
      const wide = ['id bigint', 'v text', 'at timestamptz', 'n numeric(22,2)', 'd numeric(8,3)']
        .map(columnOf)
      await load({ target, mode: 'append', columns: narrow }, '1,a,,9223372036854775807,1.5\n')
      const refused = load(
        { target, mode: 'append', columns: wide, schema: 'columns_only' },
        '2,b,,1.50,0.125\n',
      )
      await assert.rejects(refused, { code: 'schema_refused', message: /widen "n" from INTEGER/ })
      const { loading } = await load({ target, mode: 'append', columns: wide }, '2,b,,1.50,0.125\n')
      assert.deepEqual(loading.target.changes.map((change) => change.slice(0, 10)), [
        'widen "n" ',
        'widen "d" ',
      ])
      assert.deepEqual(subject().rows(`select n, d from ${target} order by id`), [
        ['9223372036854775807.00', '1.500'],
        ['1.50', '0.125'],
      ])
    })

    test('allows NULL where the source may have one, and asks for what the source lacks', async () => {
      const target = newTarget()
      subject().run(
        `create table ${target} (id integer not null, v text not null, at timestamptz, r text not null)`,
      )
      await assert.rejects(load({ target, mode: 'append' }, three), {
        code: 'column_required',
        message: /"r"/,
      })
      const other = newTarget()
      subject().run(`create table ${other} (id integer not null, v text not null, at timestamptz)`)
      await load({ target: other, mode: 'append' }, '1,,\n')
      assert.deepEqual(all(other), [[1n, null]])
    })

    test('is refused where names are one, or not to be had', async () => {
      const twins = ['A text', 'a text'].map(columnOf)
      await assert.rejects(load({ target: newTarget(), mode: 'append', columns: twins }, 'x,y\n'), {
        code: 'name_refused',
      })
      for (const target of ['sqlite_x', 'SALLYPORT_loads', 'a\0b', '']) {
        await assert.rejects(load({ target, mode: 'append' }, three), { code: 'name_refused' }, target)
      }
      const view = newTarget()
      subject().run(`create view ${view} as select 1 as id`)
      await assert.rejects(load({ target: view, mode: 'append' }, three), { code: 'target_refused' })
    })
  })

  loadsThatLast(name, subject)
}
