import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Load, RejectedRow } from '../connector.ts'
import { MysqlDestination } from './destination.ts'
import { bytesOf, contextOf } from '../load_fixture.ts'
import {
  codeOf,
  column,
  int,
  leftovers,
  loadOf,
  loads,
  once,
  rowsOf,
  signal,
  sliceOf,
  stamp,
  stateOf,
  text,
} from './loading_fixture.ts'
import { configOf, type Mariadb, noMariadb, startMariadb } from './server_fixture.ts'

let db: Mariadb
before(async () => {
  if (noMariadb) return
  db = await startMariadb()
  await db.run('create database a')
})
after(async () => {
  await db?.[Symbol.asyncDispose]()
})

let tables = 0
const named = () => `t${tables++}`

const versioned = [column('id', int, false), column('v', text), column('at', stamp)]

describe('loads by mode', { skip: noMariadb }, () => {
  test('merge adds rows and puts others in the place of those with their key', async () => {
    const target = named()
    const load = (more: Partial<Load> = {}) => loadOf({ target, mode: 'merge', ...more })
    await loads(db, load(), { csv: '1,a\n2,b\n3,c\n' })
    await loads(db, load(), { csv: '2,"B, too"\n4,\n' })
    assert.deepEqual(await rowsOf(db, target), ['1,a', '2,B, too', '3,c', '4,'])
    const [key] = await db.run(`show index from a.${target}`)
    assert.equal(key?.[2], 'PRIMARY')
    assert.deepEqual(await leftovers(db), [])
  })

  test('what a run has committed is known by its target, and another order of its streams is refused', async () => {
    const [target, other] = [named(), named()]
    const load = loadOf({ target, mode: 'append', key: [], index: 0 })
    await loads(db, load, { csv: '1,a\n' })
    const again = await loads(db, { ...load, index: 1, fence: load.fence + 1 }, { csv: '1,a\n' })
    assert.equal(again.committed?.rows, 1)
    assert.deepEqual(await rowsOf(db, target), ['1,a'])
    const moved = { ...load, target: other, fence: load.fence + 1 }
    assert.equal(await codeOf(() => loads(db, moved, { csv: '2,b\n' })), 'target_refused')
  })

  test('a value that no server is asked about leaves nothing behind, though it costs the connection', async () => {
    const target = named()
    const rows = Array.from({ length: 50_000 }, (_, at) => `${at},2026-01-01 00:00:00+00\n`).join('')
    const load = loadOf({ target, mode: 'replace', columns: [column('id', int), column('at', stamp)] })
    assert.equal(await codeOf(() => loads(db, load, { csv: `${rows}1,infinity\n` })), 'value_refused')
    assert.deepEqual(await leftovers(db), [])
  })

  test('of rows with one key the newest by cursor counts, and without one nothing does', async () => {
    const target = named()
    const load = (more: Partial<Load> = {}) => loadOf({ target, mode: 'merge', columns: versioned, ...more })
    const csv = '1,old,2026-01-01 00:00:00+00\n1,new,2026-01-02 00:00:00+00\n2,x,\n'
    assert.equal(await codeOf(() => loads(db, load(), { csv })), 'keys_doubled')
    await loads(db, load({ cursor: 'at' }), { csv })
    assert.deepEqual(await rowsOf(db, target, 'id, v'), ['1,new', '2,x'])
    const tied = '1,a,2026-01-03 00:00:00+00\n1,b,2026-01-03 00:00:00+00\n'
    assert.equal(await codeOf(() => loads(db, load({ cursor: 'at' }), { csv: tied })), 'keys_doubled')
    assert.equal(
      await codeOf(() =>
        loads(db, load({ cursor: 'at', columns: [column('id', int), ...versioned.slice(1)] }), {
          csv: ',x,\n',
        })
      ),
      'key_refused',
    )
    assert.equal(await codeOf(() => loads(db, load({ key: [] }), { csv })), 'key_missing')
    const older = '1,older,2025-01-01 00:00:00+00\n'
    await loads(db, load({ cursor: 'at', partial: true }), { csv: older })
    assert.deepEqual(await rowsOf(db, target, 'id, v'), ['1,new', '2,x'])
  })

  test('mirror takes away what the source has no longer, by all rows or by all keys', async () => {
    const target = named()
    const load = (more: Partial<Load> = {}) => loadOf({ target, mode: 'mirror', ...more })
    await loads(db, load(), { csv: '1,a\n2,b\n3,c\n' })
    await loads(db, load(), { csv: '2,B\n3,c\n' })
    assert.deepEqual(await rowsOf(db, target), ['2,B', '3,c'])
    await loads(db, load({ partial: true }), { csv: '4,d\n', keys: '4\n3\n' })
    assert.deepEqual(await rowsOf(db, target), ['3,c', '4,d'])
    assert.deepEqual(await leftovers(db), [])
  })

  test('history closes what has changed and opens what is new', async () => {
    const target = named()
    const load = (day: number, more: Partial<Load> = {}) =>
      loadOf({ target, mode: 'history', at: `2026-01-0${day}T00:00:00.000000Z`, ...more })
    await loads(db, load(1), { csv: '1,a\n2,b\n3,\n' })
    await loads(db, load(2), { csv: '1,A\n2,b\n' })
    await loads(db, load(3, { partial: true }), { csv: '4,d\n' })
    assert.deepEqual(await rowsOf(db, target), [
      '1,A,2026-01-02 00:00:00.000000,',
      '1,a,2026-01-01 00:00:00.000000,2026-01-02 00:00:00.000000',
      '2,b,2026-01-01 00:00:00.000000,',
      '3,,2026-01-01 00:00:00.000000,2026-01-02 00:00:00.000000',
      '4,d,2026-01-03 00:00:00.000000,',
    ])
    // A clock that went back: no row ends before it began.
    await loads(db, load(1, { partial: true }), { csv: '4,e\n' })
    assert.ok(
      (await rowsOf(db, target)).includes('4,d,2026-01-03 00:00:00.000000,2026-01-03 00:00:00.000001'),
    )
  })

  test('replace keeps indexes and defaults, and refills in place what others refer to', async () => {
    const [plain, parent] = [named(), named()]
    await db.run(
      `create table a.${plain} (id int primary key, v varchar(20) default 'x' comment 'it''s', key by_v (v)) comment 'kept'`,
      `create table a.${parent} (id int primary key, v text) engine = innodb`,
      `create table a.child (id int, parent int, foreign key (parent) references a.${parent} (id))`,
      `insert into a.${plain} values (9, 'z')`,
      `insert into a.${parent} values (9, 'z')`,
    )
    for (const target of [plain, parent]) {
      await loads(db, loadOf({ target, mode: 'replace' }), { csv: '1,a\n2,b\n' })
      assert.deepEqual(await rowsOf(db, target), ['1,a', '2,b'])
    }
    const [shown] = await db.run(`show create table a.${plain}`)
    assert.match(shown?.[1] ?? '', /KEY `by_v`[^]*COMMENT='kept'/)
    const [child] = await db.run('show create table a.child')
    assert.match(child?.[1] ?? '', new RegExp(`REFERENCES \`${parent}\``))
    await db.run('insert into a.child values (1, 1)')
    const refused = await codeOf(() =>
      loads(db, loadOf({ target: parent, mode: 'replace' }), { csv: '2,b\n' })
    )
    assert.equal(refused, 'constraint_refused')
    assert.deepEqual(await rowsOf(db, parent), ['1,a', '2,b'])
    assert.deepEqual(await leftovers(db), [])
  })

  test('a foreign key that the account cannot see stays at its table', async () => {
    const target = named()
    await db.run(
      `create user if not exists blind@'%' identified by 'p@ss/word'`,
      'grant select, insert, update, delete, create, alter, drop, index, trigger on a.* to blind@`%`',
      `create table a.${target} (id int primary key, v text) engine = innodb`,
      `insert into a.${target} values (1, 'a')`,
      'create database if not exists other',
      `create table other.child_of_${target} (parent int, foreign key (parent) references a.${target} (id))`,
      `insert into other.child_of_${target} values (1)`,
    )
    const config = { user: 'blind' }
    const refused = await codeOf(() =>
      loads(db, loadOf({ target, mode: 'replace' }), { csv: '2,b\n', config })
    )
    assert.equal(refused, 'target_refused')
    assert.deepEqual(await rowsOf(db, target), ['1,a'])
    const [child] = await db.run(`show create table other.child_of_${target}`)
    assert.match(child?.[1] ?? '', new RegExp(`REFERENCES \`a\`.\`${target}\``))
    await loads(db, loadOf({ target, mode: 'append' }), { csv: '3,c\n', config })
    assert.deepEqual(await leftovers(db), [])
  })

  test('triggers stay, whether the account sees them or not', async () => {
    for (const grant of ['', ', trigger']) {
      const target = named()
      await db.run(
        `create or replace user short@'%' identified by 'p@ss/word'`,
        `grant select, insert, update, delete, create, alter, drop, index${grant} on a.* to short@\`%\``,
        `create table a.${target} (id int primary key, v text) engine = innodb`,
        `insert into a.${target} values (1, 'a')`,
        `create trigger a.on_${target} before insert on a.${target} for each row set new.v = concat(new.v, '!')`,
      )
      await loads(db, loadOf({ target, mode: 'replace' }), { csv: '2,b\n', config: { user: 'short' } })
      assert.deepEqual(await rowsOf(db, target), ['2,b!'])
      assert.equal((await db.run(`show triggers from a like '${target}'`)).length, 1)
    }
  })

  test('reset loads as if there were nothing', async () => {
    for (const mode of ['append', 'merge', 'history', 'mirror'] as const) {
      const target = named()
      await loads(db, loadOf({ target, mode }), { csv: '1,a\n2,b\n' })
      await loads(db, loadOf({ target, mode, reset: true }), { csv: '3,c\n' })
      assert.deepEqual(await rowsOf(db, target, 'id, v'), ['3,c'], mode)
    }
  })

  test('only InnoDB has what append and merge need; replace takes any table', async () => {
    const target = named()
    await db.run(`create table a.${target} (id int primary key, v text) engine = myisam`)
    for (const mode of ['append', 'merge'] as const) {
      assert.equal(
        await codeOf(() => loads(db, loadOf({ target, mode }), { csv: '1,a\n' })),
        'target_refused',
      )
    }
    await loads(db, loadOf({ target, mode: 'replace' }), { csv: '1,a\n' })
    assert.deepEqual(await rowsOf(db, target), ['1,a'])
  })
})

describe('a target that has to change', { skip: noMariadb }, () => {
  test('gets new columns and wider types, and keeps what else was said of them', async () => {
    const target = named()
    await db.run(
      `create table a.${target} (id int primary key, v varchar(3) not null default 'x' comment 'a, "b"', n smallint)`,
    )
    const columns = [
      column('id', int, false),
      column('v', { kind: 'text', length: 40 }, false),
      column('n', { kind: 'int64' }),
      column('extra', { kind: 'decimal', precision: 12, scale: 2 }),
    ]
    const load = loadOf({ target, columns })
    const destination = new MysqlDestination(configOf(db.url('a')), contextOf())
    assert.deepEqual((await destination.plan(load)).changes, [
      'widen `v` from varchar(3) to varchar(40)',
      'widen `n` from smallint(6) to bigint',
      'add column `extra` decimal(12,2)',
    ])
    await destination[Symbol.asyncDispose]()
    for (const schema of ['freeze', 'columns_only'] as const) {
      assert.equal(
        await codeOf(() => loads(db, { ...load, schema }, { csv: '1,long enough,1,1\n' })),
        'schema_refused',
      )
    }
    await loads(db, load, { csv: '1,long enough,5000000000,1.50\n' })
    assert.deepEqual(await rowsOf(db, target), ['1,long enough,5000000000,1.50'])
    const [shown] = await db.run(`show create table a.${target}`)
    assert.match(shown?.[1] ?? '', /`v` varchar\(40\) NOT NULL DEFAULT 'x' COMMENT 'a, "b"'/)
    const changed = await loads(db, loadOf({ target, columns }), { csv: '2,b,1,\n' })
    assert.deepEqual(changed.target.changes, [])
  })

  test('a column that the source lacks needs a default', async () => {
    const target = named()
    await db.run(`create table a.${target} (id int primary key, v text, must int not null)`)
    assert.equal(await codeOf(() => loads(db, loadOf({ target }), { csv: '1,a\n' })), 'column_required')
  })
})

describe('rows that last', { skip: noMariadb }, () => {
  const intent = { upTo: '2', slices: ['a', 'b'], resumable: true }

  test('a slice that was written is there for the next attempt of the run, and for no other', async () => {
    const target = named()
    await loads(db, loadOf({ target }), { csv: '0,zero\n' })
    const load = loadOf({ target })
    {
      await using destination = new MysqlDestination(configOf(db.url('a')), contextOf())
      await using loading = await destination.begin(load, signal)
      await loading.prepare(intent, signal)
      await loading.write(sliceOf('a'), 'csv', bytesOf('1,a\n'))
    }
    assert.deepEqual(await rowsOf(db, target), ['0,zero'])
    {
      await using destination = new MysqlDestination(configOf(db.url('a')), contextOf())
      await using loading = await destination.begin({ ...load, fence: 2 }, signal)
      assert.deepEqual(loading.intent, intent)
      assert.deepEqual([...loading.done], [['a', { rows: 1, bytes: 4 }]])
      await loading.prepare(intent, signal)
      await loading.write(sliceOf('b'), 'csv', bytesOf('2,b\n'))
      assert.deepEqual(await loading.commit(stateOf(load, 2), null), { rows: 2, bytes: 8 })
    }
    assert.deepEqual(await rowsOf(db, target), ['0,zero', '1,a', '2,b'])
    assert.deepEqual(await leftovers(db), [])
  })

  test('what was staged for another intent, or by another run, is dropped', async () => {
    const target = named()
    const load = loadOf({ target })
    const stage = async (fence: number, what: typeof intent) => {
      await using destination = new MysqlDestination(configOf(db.url('a')), contextOf())
      await using loading = await destination.begin({ ...load, fence }, signal)
      await loading.prepare(what, signal)
      await loading.write(sliceOf('a'), 'csv', bytesOf('1,a\n'))
      return loading.done.size
    }
    assert.equal(await stage(1, intent), 1)
    assert.equal(await stage(2, { ...intent, upTo: '3' }), 1)
    assert.equal((await leftovers(db)).length, 1)
    await loads(db, loadOf({ target }), { csv: '5,e\n' })
    assert.deepEqual(await rowsOf(db, target), ['5,e'])
    assert.deepEqual(await leftovers(db), [])
  })

  test('what was refused is stored with the commit, once', async () => {
    const target = named()
    const rejected = {
      count: 2,
      async *rows(): AsyncIterable<RejectedRow> {
        yield {
          slice: '0',
          row: 3,
          column: 'v',
          code: 'value_refused',
          source: `{"id":"3","v":"it's \\\\ \\u0000"}`,
        }
        yield { slice: '0', row: 9, column: null, code: 'row_refused', source: '{}' }
      },
    }
    for (const mode of ['replace', 'append', 'merge'] as const) {
      await db.run(`drop table if exists a.${target}__quarantine`)
      await loads(db, loadOf({ target, mode, quarantine: true }), { csv: '1,a\n', rejected })
        .catch((error) => assert.equal(mode === 'append' ? error.code : null, 'constraint_refused'))
      assert.deepEqual(
        await rowsOf(db, `${target}__quarantine`, '`row`, `column`, code, source'),
        mode === 'append'
          ? []
          : ['3,v,value_refused,{"id":"3","v":"it\'s \\\\ \\u0000"}', '9,,row_refused,{}'],
        mode,
      )
      if (mode === 'replace') await db.run(`alter table a.${target} add primary key (id)`)
    }
  })

  test("a state is the target's own, and comes with the commit", async () => {
    const target = named()
    const load = loadOf({ target })
    const cursor = { column: 'Id', value: '17' }
    await using destination = new MysqlDestination(configOf(db.url('a')), contextOf())
    await using loading = await destination.begin(load, signal)
    assert.equal(loading.state, null)
    await loading.prepare(once, signal)
    await loading.write(sliceOf('0'), 'csv', bytesOf('1,a\n'))
    await loading.commit({ runId: load.runId, rows: 1, cursor }, null)
    await destination[Symbol.asyncDispose]()
    const next = await loads(db, loadOf({ target }), { csv: '2,b\n' })
    assert.deepEqual(next.state, { runId: load.runId, rows: 1, cursor })
  })

  test('rows of other tables neither go nor change with those of a target', async () => {
    for (const rule of ['cascade', 'set null']) {
      const target = named()
      await db.run(
        `create table a.${target} (id int primary key, v text)`,
        `create table a.${target}_child (id int, parent int, foreign key (parent) references a.${target} (id) on delete ${rule})`,
        `insert into a.${target} values (1, 'a'), (2, 'b')`,
        `insert into a.${target}_child values (1, 1), (2, 2)`,
      )
      for (const more of [{ mode: 'replace' }, { mode: 'mirror' }, { mode: 'merge', reset: true }] as const) {
        const load = loadOf({ target, ...more })
        assert.equal(await codeOf(() => loads(db, load, { csv: '1,a\n' })), 'target_refused', more.mode)
      }
      await loads(db, loadOf({ target, mode: 'merge' }), { csv: '1,A\n' })
      assert.deepEqual(await rowsOf(db, target), ['1,A', '2,b'])
      assert.deepEqual(await rowsOf(db, `${target}_child`), ['1,1', '2,2'])
    }
  })

  test('a mirror takes no row away that follows another of its own', async () => {
    const target = named()
    await db.run(
      `create table a.${target} (id int primary key, v text, up int, foreign key (up) references a.${target} (id) on delete cascade)`,
      `insert into a.${target} values (1, 'a', null), (2, 'b', 1)`,
    )
    const columns = [column('id', int, false), column('v', text), column('up', int)]
    const mirror = loadOf({ target, mode: 'mirror', columns })
    assert.equal(await codeOf(() => loads(db, mirror, { csv: '2,b,1\n' })), 'target_refused')
    await loads(db, loadOf({ target, mode: 'replace', columns }), { csv: '3,c,\n' })
    assert.deepEqual(await rowsOf(db, target), ['3,c,'])
  })

  test('a table that is made anew has no state of the one before', async () => {
    const load = loadOf({ target: named() })
    await loads(db, load, { csv: '1,a\n' })
    await db.run(`drop table a.${load.target}`)
    const again = await loads(db, loadOf({ target: load.target }), { csv: '1,a\n' })
    assert.equal(again.state, null)
  })
})
