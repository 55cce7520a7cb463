import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testStorage } from './storage_fixture.ts'
import { checkTenant, tablesOfNobody, verdictOf } from './tenant_guard.ts'

const bound: readonly (readonly [string, readonly number[]])[] = [
  ['select * from "run" where "tenant" = ? and "id" = ?', [0]],
  ['select * from run where id = ? and ? = run.tenant', [1]],
  ['select * from "run" as "r" where ("r"."tenant" = ?) and ("r"."a" = ? or "r"."b" = ?)', [0]],
  ['select * from tenant where id = ?', [0]],
  [
    'select a.* from run a inner join pipeline p on p.tenant = a.tenant and p.id = a.pipeline where a.tenant = ?',
    [0],
  ],
  ['select * from run r left join pipeline p on p.tenant = ? where r.tenant = ?', [0, 1]],
  ['select * from run r, pipeline p where r.tenant = p.tenant and p.tenant = ?', [0]],
  ['select (select count(*) from run as x where x.tenant = m.tenant) from member m where m.tenant = ?', [0]],
  ['select * from run where tenant = ? and not exists (select 1 from pipeline where tenant = ?)', [0, 1]],
  ['select * from (select id from run where tenant = ?) as found', [0]],
  ['with w as (select id from run where tenant = ?) select * from w', [0]],
  ['select id from run where tenant = ? union all select id from pipeline where tenant = ?', [0, 1]],
  ['select * from run where tenant = ? and id in (select value from json_each(?))', [0]],
  ['insert into "run" ("id", "tenant") values (?, ?)', [1]],
  ['insert into run (id, tenant) values (?, ?), (?, ?) on conflict (id) do update set id = excluded.id', [
    1,
    3,
  ]],
  ['insert into run (tenant, id) select ?, id from pipeline where tenant = ?', [0, 1]],
  ['insert into run (tenant, id) select distinct "tenant", ? as x from pipeline where tenant = ?', [1]],
  ['insert into run (id, tenant) select p.id, p.tenant from pipeline p where p.tenant = ?', [0]],
  ['select * from run r where r.id = ? and +r.tenant = ?', [1]],
  ['update "run" set "state" = ?, "due" = (select max(due) from run where tenant = ?) where "tenant" = ?', [
    1,
    2,
  ]],
  ["delete from run where tenant = ? and state = 'tenant = ?'", [0]],
  ['select * from migration', []],
  ['insert into account (id, tenant) values (?, (select tenant from member where tenant = ?))', [1]],
  ['select * from member where id = (select account from account where id = ?) and tenant = ?', [1]],
]

const refused: readonly string[] = [
  'select * from run',
  'select * from run where id = ?',
  'select * from run where tenant <> ?',
  'select * from run where tenant = ? or id = ?',
  'select * from run where (tenant = ? or id = ?) and id = ?',
  'select * from run where not (tenant = ?)',
  'select * from run where not tenant = ?',
  'select * from run where case when id and tenant = ? and id then 1 else 1 end',
  'select * from run where tenant in (?, ?)',
  "select * from run where tenant = 'a'",
  'select * from run r join pipeline p on p.id = r.pipeline where r.tenant = ?',
  'select * from run r left join pipeline p on r.tenant = ? and p.tenant = ?',
  'select * from run r left join pipeline p on p.tenant = ?',
  'select * from tenant where tenant = ?',
  'select * from run, pipeline where tenant = ?',
  'select * from run where tenant = ? and id in (select id from pipeline)',
  'select (select count(*) from run) from member where tenant = ?',
  'select * from (select id, tenant from run) as x where x.tenant = ?',
  'with w as (select * from run) select * from w where tenant = ?',
  'select id from run where tenant = ? union all select id from pipeline',
  'insert into run (id) values (?)',
  'insert into run (id, tenant) values (?, ?), (?, (select tenant from run where tenant = ?))',
  'insert into run (id, tenant) select id, tenant from pipeline',
  'insert into run (id, tenant) select tenant, id from pipeline where tenant = ?',
  'select * from run where -tenant = ?',
  'insert into run (tenant, id) select ?, id from pipeline',
  'update run set state = ?',
  'update run set tenant = ? where tenant = ?',
  'delete from run where id = ?',
  'insert into account (id) select id from member',
  'select * from a_table_that_nobody_knows where id = ?',
  "select * from run where id = '' -- where tenant = ?",
]

describe('a statement', () => {
  for (const [sql, parameters] of bound) {
    test(`is bound: ${sql}`, () => assert.deepEqual(verdictOf(sql), { parameters }))
  }
  for (const sql of refused) {
    test(`is refused: ${sql}`, () => assert.ok('unbound' in verdictOf(sql)))
  }

  test('that is bound to another tenant is refused, whichever of its tables it is', () => {
    const sql = 'select * from run r join pipeline p on p.tenant = ? where r.tenant = ?'
    checkTenant({ sql, parameters: ['a', 'a'] }, 'a')
    for (const parameters of [['a', 'b'], ['b', 'a'], ['b', 'b'], ['a']]) {
      assert.throws(() => checkTenant({ sql, parameters }, 'a'), TypeError)
    }
  })
})

test('every table of the database says whose its rows are, or stands in the list with a reason', async () => {
  await using fixture = await testStorage('embedded')
  const tables = await fixture.storage.read({
    sql: "SELECT m.name, max(c.name = CASE m.name WHEN 'tenant' THEN 'id' ELSE 'tenant' END) AS whose " +
      "FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' " +
      'GROUP BY m.name ORDER BY m.name',
    parameters: [],
    reads: true,
  })
  for (const { name, whose } of tables) {
    assert.ok(whose === 1 || Object.hasOwn(tablesOfNobody, name as string), `${name} has no column tenant`)
  }
  const there = new Set(tables.map(({ name }) => name))
  for (const name of Object.keys(tablesOfNobody)) assert.ok(there.has(name), `${name} is no table`)
})
