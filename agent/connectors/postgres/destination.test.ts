import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  contents,
  files,
  type MoveOrder,
  noServer,
  openWorld,
  postgres,
  type World,
} from '../../engine/postgres_fixture.ts'
import type { StreamSpec } from '../../runs/move.ts'

let world: World

before(async () => {
  if (!noServer) world = await openWorld('destination')
})
after(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** Source to target database, under one run. */
function move(streams: readonly StreamSpec[], more: Partial<MoveOrder> = {}) {
  const { sourceUrl, targetUrl } = world
  return world.move({ from: postgres(sourceUrl), to: postgres(targetUrl), streams, ...more })
}

const replace = (table: string, to = table): StreamSpec => ({ from: table, to, mode: 'replace' })
const append = (table: string, to = table): StreamSpec => ({ from: table, to, mode: 'append' })

async function succeeds(streams: readonly StreamSpec[], more: Partial<MoveOrder> = {}) {
  const result = await move(streams, more)
  assert.equal(
    result.status,
    'succeeded',
    result.faults.map((fault) => `${fault.message} ${fault.cause}`).join(),
  )
  return result
}

async function refuses(code: string, streams: readonly StreamSpec[], more: object = {}): Promise<string> {
  const result = await move(streams, more)
  assert.equal(
    result.streams[0]?.code,
    code,
    result.faults.map((fault) => `${fault.message} ${fault.cause}`).join(),
  )
  return result.faults[0]?.message ?? ''
}

async function same(table: string, target = table): Promise<void> {
  assert.deepEqual(await contents(world.target, target), await contents(world.source, table))
}

async function one<T>(sql: string): Promise<T> {
  const [row] = await world.target.unsafe(sql) as T[]
  return row as T
}

async function noStagingLeft(): Promise<void> {
  const rows = await world.target.unsafe(
    `select relname from pg_class where relname ~ '^sallyport_[0-9a-f]{32}'`,
  )
  assert.deepEqual([...rows], [])
}

describe('replace', { skip: noServer }, () => {
  test('makes schema and table, with types and NOT NULL as in the source', async () => {
    await world.source.unsafe(
      `create table made (id bigint not null, amount numeric(12,2), at timestamptz(3))`,
    )
    await world.source.unsafe(
      `insert into made values (1, 1.10, '2020-01-01 00:00:00.123+00'), (2, null, null)`,
    )
    await succeeds([replace('made', 'raw.made')])
    await same('made', 'raw.made')
    const columns = await world.target.unsafe(
      `select attname, format_type(atttypid, atttypmod) as type, attnotnull from pg_attribute
       where attrelid = 'raw.made'::regclass and attnum > 0 order by attnum`,
    )
    assert.deepEqual([...columns].map((row) => ({ ...row })), [
      { attname: 'id', type: 'bigint', attnotnull: true },
      { attname: 'amount', type: 'numeric(12,2)', attnotnull: false },
      { attname: 'at', type: 'timestamp(3) with time zone', attnotnull: false },
    ])
  })

  test('renames over a full table and keeps its keys, indexes, checks, defaults and their names', async () => {
    await world.source.unsafe(
      `create table swapped (id integer, name text not null); insert into swapped values (1, 'new')`,
    )
      .simple()
    await world.target.unsafe(`
      create table swapped (extra integer default 7, name text not null, id integer constraint "the key" primary key,
        constraint "id is positive" check (id > 0));
      create index "by Name" on swapped (lower(name)) where name is not null;
      create unique index on swapped (name, id);
      insert into swapped values (1, 'old', 9)`).simple()
    const names = () =>
      world.target.unsafe(`select string_agg(x, '; ' order by x) as all from (
        select pg_get_indexdef(indexrelid) x from pg_index where indrelid = 'swapped'::regclass union all
        select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = 'swapped'::regclass) d`)
    const before = await names()
    await succeeds([replace('swapped')])
    assert.deepEqual([...await names()], [...before])
    assert.deepEqual(await contents(world.target, 'swapped'), ['(7,new,1)'])
    await noStagingLeft()
  })

  const hanging: Readonly<Record<string, string>> = {
    'a view': `create view hangs_view as select * from TABLE`,
    'a grant': `grant select on TABLE to public`,
    'a trigger': `create function nothing() returns trigger language plpgsql as 'begin return new; end';
      create trigger t before update on TABLE for each row execute function nothing()`,
    'a comment': `comment on table TABLE is 'kept'`,
    'an access method': `create access method other_heap type table handler heap_tableam_handler;
      alter table TABLE set access method other_heap`,
    'a statistics target': `alter table TABLE alter id set statistics 500`,
    "an index's comment": `create index TABLE_at on TABLE (id); comment on index TABLE_at is 'kept'`,
    "a key's comment": `alter table TABLE add constraint TABLE_key primary key (id);
      comment on constraint TABLE_key on TABLE is 'kept'`,
    "a key's setting": `alter table TABLE add constraint TABLE_key primary key (id) with (fillfactor = 50)`,
    'a policy': `create policy p on TABLE using (true)`,
    'a sequence of its own': `alter table TABLE add column serial bigserial`,
  }
  for (const [at, [what, sql]] of Object.entries(hanging).entries()) {
    test(`empties and fills in place a table that ${what} hangs on`, async () => {
      const table = `hangs_${at}`
      await world.source.unsafe(`create table ${table} (id integer); insert into ${table} values (1), (2)`)
        .simple()
      await world.target.unsafe(`create table ${table} (id integer); insert into ${table} values (9)`)
        .simple()
      await world.target.unsafe(sql.replaceAll('TABLE', table)).simple()
      const oid = () => one<{ oid: string }>(`select '${table}'::regclass::oid::text as oid`)
      const before = await oid()
      await succeeds([replace(table)])
      assert.deepEqual(await oid(), before)
      const { ids } = await one<{ ids: string }>(
        `select string_agg(id::text, ',' order by id) as ids from ${table}`,
      )
      assert.equal(ids, '1,2')
    })
  }

  test('leaves rows that others refer to, and says so', async () => {
    await world.source.unsafe('create table parent (id integer); insert into parent values (1)').simple()
    await world.target.unsafe(`create table parent (id integer primary key); insert into parent values (5);
      create table child (id integer references parent); insert into child values (5)`).simple()
    await refuses('constraint_refused', [replace('parent')])
    assert.deepEqual(await contents(world.target, 'parent'), ['(5)'])
  })

  const spreading: readonly [action: string, referring: string][] = [
    ['on delete cascade', ''],
    ['on delete set null', ''],
    ['on delete set default', ''],
    ['on delete cascade', 'of a partition'],
  ]
  for (const [at, [action, partition]] of spreading.entries()) {
    test(`is refused where rows of another table follow: ${action} ${partition}`, async () => {
      const table = `followed_${at}`
      await world.source.unsafe(`create table ${table} (id integer); insert into ${table} values (1)`)
        .simple()
      await world.target.unsafe(
        partition === ''
          ? `create table ${table} (id integer primary key)`
          : `create table ${table} (id integer) partition by range (id);
             create table ${table}_a partition of ${table} (primary key (id)) for values from (0) to (9)`,
      ).simple()
      await world.target.unsafe(`insert into ${table} values (1);
        create table ${table}_child (id integer references ${table}${partition && '_a'} ${action});
        insert into ${table}_child values (1)`).simple()
      assert.match(await refuses('target_refused', [replace(table)]), new RegExp(`${table}_child`))
      assert.deepEqual(await contents(world.target, `${table}_child`), ['(1)'])
    })
  }

  test('of a table that only refers to itself goes on', async () => {
    await world.source.unsafe(`create table own_parent (id integer, up integer);
      insert into own_parent values (1, 2), (2, null)`).simple()
    await world.target.unsafe(`create table own_parent (id integer primary key,
      up integer references own_parent on delete cascade); insert into own_parent values (5, 5)`).simple()
    await succeeds([replace('own_parent')])
    await same('own_parent')
  })

  test('is refused where other tables inherit', async () => {
    await world.source.unsafe(`create table heir (id integer); insert into heir values (1)`).simple()
    await world.target.unsafe(`create table heir (id integer); create table heir_child () inherits (heir);
      insert into heir values (5); insert into heir_child values (6)`).simple()
    assert.match(await refuses('target_refused', [replace('heir')]), /inherit/)
    assert.deepEqual(await contents(world.target, 'heir'), ['(5)', '(6)'])
  })

  test('is refused where a trigger keeps rows in the table', async () => {
    await world.source.unsafe(`create table sticky (id integer); insert into sticky values (1)`).simple()
    await world.target.unsafe(`create table sticky (id integer primary key); insert into sticky values (5);
      create table sticky_child (id integer references sticky);
      create function keep_it() returns trigger language plpgsql as 'begin return null; end';
      create trigger t before delete on sticky for each row execute function keep_it()`).simple()
    await refuses('target_refused', [replace('sticky')])
    assert.deepEqual(await contents(world.target, 'sticky'), ['(5)'])
  })

  const widening: Readonly<Record<string, readonly [set: string, reset: string]>> = {
    'default privileges': [
      'alter default privileges grant select on tables to public',
      'alter default privileges revoke select on tables from public',
    ],
    'a publication of all tables': [
      'create publication wide_one for all tables',
      'drop publication wide_one',
    ],
    'a publication of the schema': [
      'create publication wide_two for tables in schema public',
      'drop publication wide_two',
    ],
  }
  for (const [at, [what, [set, reset]]] of Object.entries(widening).entries()) {
    test(`gives a table nothing that it had not: ${what}`, async () => {
      const table = `widened_${at}`
      await world.source.unsafe(`create table ${table} (id integer); insert into ${table} values (1)`)
        .simple()
      await world.target.unsafe(`create table ${table} (id integer); insert into ${table} values (9)`)
        .simple()
      const state = () =>
        one(`select oid::text as oid, relacl::text as acl from pg_class where relname = '${table}'`)
      const before = await state()
      await world.target.unsafe(set)
      try {
        await succeeds([replace(table)])
      } finally {
        await world.target.unsafe(reset)
      }
      assert.deepEqual(await state(), before)
      assert.deepEqual(await contents(world.target, table), ['(1)'])
    })
  }

  test('leaves no row of a writer that came first, whatever isolation is the default', async () => {
    await world.source.unsafe('create table raced (id integer); insert into raced values (1)').simple()
    await world.target.unsafe('create table raced (id integer)')
    const { name } = await one<{ name: string }>('select current_database() as name')
    await world.target.unsafe(`alter database ${name} set default_transaction_isolation = 'repeatable read'`)
    try {
      await world.target.unsafe('begin; insert into raced values (7)').simple()
      const moved = succeeds([replace('raced')])
      const waits =
        `select count(*)::int as n from pg_locks where relation = 'raced'::regclass and not granted`
      while ((await one<{ n: number }>(waits)).n === 0) await new Promise(setImmediate)
      await world.target.unsafe('commit').simple()
      await moved
    } finally {
      await world.target.unsafe(`alter database ${name} reset default_transaction_isolation`)
    }
    assert.deepEqual(await contents(world.target, 'raced'), ['(1)'])
  })

  test('fills an empty table without making it anew', async () => {
    await world.source.unsafe('create table filled (id integer); insert into filled values (1)').simple()
    await world.target.unsafe('create table filled (id integer)')
    const before = await one(`select 'filled'::regclass::oid::text as oid`)
    await succeeds([replace('filled')])
    assert.deepEqual(await one(`select 'filled'::regclass::oid::text as oid`), before)
    await same('filled')
  })

  test('of a source without rows leaves a target without rows', async () => {
    await world.source.unsafe('create table nothing_in_it (id integer, note text)')
    await world.target.unsafe(`create table nothing_in_it (id integer, note text);
      insert into nothing_in_it values (1, 'old')`).simple()
    const result = await succeeds([replace('nothing_in_it')])
    assert.equal(result.streams[0]?.rows, 0)
    await same('nothing_in_it')
  })

  test('writes identity columns as they are, and leaves computed ones to the target', async () => {
    const table = `(id integer generated always as identity, price integer,
      double integer generated always as (price * 2) stored)`
    await world.source.unsafe(`create table computed ${table}; insert into computed (price) values (5), (6)`)
      .simple()
    await world.target.unsafe(`create table computed ${table}; insert into computed (price) values (1)`)
      .simple()
    await succeeds([replace('computed')])
    await same('computed')
    await succeeds([replace('computed', 'computed_new')])
    await same('computed', 'computed_new')
  })

  test('finds its columns by name, whatever their order', async () => {
    await world.source.unsafe(`create table ordered (a integer, b text, c date);
      insert into ordered values (1, 'x', '2020-01-01')`).simple()
    await world.target.unsafe('create table ordered (c date, a integer, b text)')
    await succeeds([append('ordered')])
    assert.deepEqual(await contents(world.target, 'ordered'), ['(2020-01-01,1,x)'])
  })
})

describe('names', { skip: noServer }, () => {
  const names: Readonly<Record<string, string>> = {
    'quotes': 'a "quoted" one',
    'dots': 'a.b.c',
    'mixed case': 'MixedCase',
    'spaces': ' lead and trail ',
    'reserved words': 'select',
    '63 bytes': 'x'.repeat(63),
    'letters of four bytes': 'name 😀',
    'percent and backslash': 'a%b\\c$1',
  }
  for (const [what, name] of Object.entries(names)) {
    test(`with ${what} arrive as they are`, async () => {
      const quoted = `"${name.replaceAll('"', '""')}"`
      await world.source.unsafe(`create table ${quoted} (${quoted} integer, "${'y'.repeat(63)}" text)`)
      await world.source.unsafe(`insert into ${quoted} values (1, 'x')`)
      const spelled = /["]|\./.test(name) ? quoted : name
      await succeeds([replace(`public.${spelled}`, `public.${spelled}`)])
      await succeeds([replace(`public.${spelled}`, `public.${spelled}`)])
      await same(quoted)
    })
  }

  test('that fold to one name stand beside each other in PostgreSQL, and are refused in a file', async () => {
    await world.source.unsafe('create table twins ("A" integer, a text)')
    await succeeds([replace('twins')])
    const result = await world.move({
      from: postgres(world.sourceUrl),
      to: files(world.folder),
      streams: [{ from: 'twins', to: 'twins.parquet', mode: 'replace' }],
    })
    assert.equal(result.streams[0]?.code, 'name_refused')
  })

  test('of more than 63 bytes are refused instead of cut', async () => {
    await world.source.unsafe('create table long_named (id integer)')
    await refuses('name_refused', [replace('long_named', 'y'.repeat(64))])
  })
})

describe('append', { skip: noServer }, () => {
  test('adds rows, and adds them once under one run id', async () => {
    await world.source.unsafe('create table events (id integer); insert into events values (1), (2)').simple()
    const runId = crypto.randomUUID()
    await succeeds([append('events')], { runId, fence: 1 })
    const again = await succeeds([append('events')], { runId, fence: 2 })
    assert.equal(again.streams[0]?.rows, 2)
    await same('events')
    await succeeds([append('events')])
    assert.equal((await contents(world.target, 'events')).length, 4)
  })

  test('keeps nothing of a stream that fails, and does not undo the others', async () => {
    await world.source.unsafe(`create table good (id integer); insert into good values (1);
      create table bad (id text); insert into bad select g::text from generate_series(1, 5000) g;
      insert into bad values ('x')`).simple()
    await world.target.unsafe('create table bad (id integer); insert into bad values (7)').simple()
    const result = await move([append('good'), append('bad')])
    assert.equal(result.status, 'partial')
    assert.deepEqual(result.streams.map((stream) => stream.code), [null, 'value_refused'])
    assert.match(result.faults[0]?.message ?? '', /column "id", row 5001/)
    await same('good')
    assert.deepEqual(await contents(world.target, 'bad'), ['(7)'])
    await noStagingLeft()
  })

  test('names the key of a refused row where there is one', async () => {
    await world.source.unsafe(
      `create table keyed (region text, id integer, amount text, primary key (region, id));
      insert into keyed values ('eu', 1, '1.5'), ('us', 2, 'a lot')`,
    ).simple()
    await world.target.unsafe('create table keyed (region text, id integer, amount numeric)')
    const message = await refuses('value_refused', [append('keyed')])
    assert.match(message, /column "amount", region = us, id = 2/)
  })

  test('refuses a row that breaks a constraint, and a NULL where there must be a value', async () => {
    await world.source.unsafe(`create table strict_one (id integer, v integer);
      insert into strict_one values (1, 1), (1, 2)`).simple()
    await world.target.unsafe('create table strict_one (id integer primary key, v integer)')
    await refuses('constraint_refused', [append('strict_one')])
    await world.source.unsafe('truncate strict_one; insert into strict_one values (null, 1)').simple()
    await refuses('column_required', [append('strict_one')])
    assert.deepEqual(await contents(world.target, 'strict_one'), [])
  })
})

describe('a value that the target would change without a word', { skip: noServer }, () => {
  // Where the target could be widened to take every value, a cast says that it is to stay as it is.
  const cases: readonly [from: string, good: string, bad: string, to: string, cast?: 'cast'][] = [
    ['numeric', '1.10', '1.105', 'numeric(10,2)', 'cast'],
    ['float8', '1200', '1234', 'numeric(5,-2)'],
    ['float8', '0.5', '0.1234567891', 'numeric(10,2)'],
    ['float8', '0.5', '0.1234567891', 'real', 'cast'],
    ['bigint', '9007199254740992', '9007199254740993', 'double precision'],
    ['text', `'ab'`, `'ab   '`, 'varchar(3)', 'cast'],
    ['text', `'2020-01-31'`, `'2020-01-31 10:00'`, 'date'],
    ['text', `'2020-01-31'`, `'31/01/2020'`, 'date'],
    ['timestamp', `'2020-01-01 00:00:00.5'`, `'2020-01-01 00:00:00.123456'`, 'timestamp(3)', 'cast'],
    ['text', `'2020-01-01 00:00'`, `'2020-01-01 00:00+02'`, 'timestamp'],
    ['text', `'2020-01-01 00:00+02'`, `'2020-01-01 00:00'`, 'timestamptz'],
    ['json', `'{"a":1,"b":{"a":2}}'`, `'{"a":1,"b":{"a":2,"\\u0061":3}}'`, 'jsonb'],
    ['text', `'\\x41'`, `'\\101'`, 'bytea'],
    ['text', `'2020-01-01 23:59:59'`, `'2020-01-01 23:59:60'`, 'timestamp'],
    ['time', `'10:00:00.5'`, `'10:00:00.000001'`, 'time(3)', 'cast'],
  ]
  for (const [at, [from, good, bad, to, cast]] of cases.entries()) {
    test(`is refused: ${bad} of ${from} in ${to}; ${good} arrives`, async () => {
      const table = `silent_${at}`
      await world.source.unsafe(`create table ${table} (id integer primary key, v ${from})`)
      await world.source.unsafe(`insert into ${table} values (1, ${good}), (2, null)`)
      await world.target.unsafe(`create table ${table} (id integer, v ${to})`)
      const stream = { ...append(table), ...(cast ? { cast: { v: to.replace('numeric', 'decimal') } } : {}) }
      await succeeds([stream])
      assert.equal((await contents(world.target, table)).length, 2)
      await world.source.unsafe(`insert into ${table} values (3, ${bad})`)
      const message = await refuses('value_refused', [stream])
      assert.match(message, /column "v", id = 3/)
      assert.equal((await contents(world.target, table)).length, 2)
    })
  }

  const namesakes: readonly [source: string, target: string, value: string][] = [
    ['domain NAME as numeric', 'domain NAME as numeric(12,2)', '1.005'],
    ['domain NAME as integer', 'domain NAME as text', '1094861636'],
    ['domain NAME as interval', 'domain NAME as interval(0)', `'1.7 s'`],
    ['type NAME as (x integer, y integer)', 'type NAME as (y integer, x integer)', 'row(1, 2)'],
    ['type NAME as (x numeric)', 'type NAME as (x numeric(12,2))', 'row(1.005)'],
    ['type NAME as range (subtype = numeric)', 'type NAME as range (subtype = integer)', `'[1,5]'`],
    [
      'domain NAME_in as numeric; create type NAME as (x NAME_in[])',
      'domain NAME_in as numeric(9,1); create type NAME as (x NAME_in[])',
      'row(array[1.55])',
    ],
  ]
  for (const [at, [from, to, value]] of namesakes.entries()) {
    test(`is not let through by a name: ${from} is not ${to}`, async () => {
      const name = `namesake_${at}`
      const table = `of_${name}`
      await world.source.unsafe(`create ${from.replaceAll('NAME', name)}; create table ${table} (v ${name});
        insert into ${table} values (${value})`).simple()
      await world.target.unsafe(
        `create ${to.replaceAll('NAME', name)}; create table ${table}_old (v ${name})`,
      )
        .simple()
      await succeeds([replace(table)])
      const text = `select v::text as v from ${table}`
      const [read] = await world.source.unsafe(text) as { v: string }[]
      assert.deepEqual(await one(text), { ...read })
      const result = await move([append(table, `${table}_old`)])
      if (result.status === 'succeeded') {
        assert.deepEqual(await one(`select v::text as v from ${table}_old`), { ...read })
      } else assert.match(result.streams[0]?.code ?? '', /^(type|value)_refused$/)
    })
  }

  test('is a NULL in an array, and it stays one', async () => {
    await world.source.unsafe(`create type shade as enum ('a');
      create table null_lists as select 'a'::shade as s, array['1', null] as v`).simple()
    const { name } = await one<{ name: string }>('select current_database() as name')
    await world.target.unsafe(`create type shade as enum ('a'); alter database ${name} set array_nulls = off`)
      .simple()
    await succeeds([replace('null_lists')])
    await world.target.unsafe(`alter database ${name} reset array_nulls`)
    assert.deepEqual(await one('select v[2] is null as empty from null_lists'), { empty: true })
  })

  test('is refused by its type where no value can be checked', async () => {
    await world.source.unsafe('create table lists (v text)')
    await world.target.unsafe('create table lists (v numeric(10,2)[])')
    await refuses('type_refused', [append('lists')])
    for (const type of ['money', 'interval', 'tsvector']) {
      await world.target.unsafe(`drop table lists; create table lists (v ${type})`).simple()
      await refuses('type_refused', [append('lists')])
    }
  })
})

describe('what is not there or not allowed', { skip: noServer }, () => {
  test('is refused by name before anything is written', async () => {
    await refuses('stream_missing', [replace('no_such_table')])
    await world.source.unsafe('create table cols (a integer, b integer)')
    await world.target.unsafe('create table cols (a integer, "B" integer)')
    assert.match(await refuses('column_missing', [append('cols')]), /has "B": capital letters count/)
    await world.target.unsafe('drop table cols; create table cols (a integer, b integer, c integer not null)')
      .simple()
    await refuses('column_required', [append('cols')])
    await world.target.unsafe('create view a_view as select 1 as a, 2 as b')
    await refuses('target_refused', [append('cols', 'a_view')])
    await refuses('column_missing', [{ ...append('cols'), key: ['none'] }])
    await refuses('column_missing', [{ ...append('cols'), cast: { none: 'text' } }])
    await refuses('type_refused', [{ ...append('cols', 'cols_new'), cast: { a: 'nonsense' } }])
  })

  test('by the role is permission_denied', async () => {
    await world.source.unsafe(`create table private_one (id integer);
      do $$ begin if not exists (select from pg_roles where rolname = 'engine_nobody') then
        create role engine_nobody login password 'nobody'; end if; end $$`).simple()
    const url = new URL(world.sourceUrl)
    url.username = 'engine_nobody'
    url.password = 'nobody'
    const result = await world.move({
      from: postgres(url.href),
      to: postgres(world.targetUrl),
      streams: [replace('private_one')],
    })
    assert.equal(result.streams[0]?.code, 'permission_denied')
  })

  test('by a row security policy is an error, not fewer rows', async () => {
    await world.source.unsafe(`create table guarded (id integer); insert into guarded values (1), (2);
      alter table guarded enable row level security; create policy p on guarded using (id = 1);
      do $$ begin if not exists (select from pg_roles where rolname = 'engine_reader') then
        create role engine_reader login password 'reader'; end if; end $$;
      grant select on guarded to engine_reader`).simple()
    const url = new URL(world.sourceUrl)
    url.username = 'engine_reader'
    url.password = 'reader'
    const result = await world.move({
      from: postgres(url.href),
      to: postgres(world.targetUrl),
      streams: [replace('guarded')],
    })
    assert.equal(result.streams[0]?.code, 'permission_denied')
  })

  test('a role that may not make the ledger is told what would help', async () => {
    await world.source.unsafe('create table small (id integer)')
    await world.target.unsafe(
      `do $$ begin if not exists (select from pg_roles where rolname = 'engine_loader') then
      create role engine_loader login password 'loader'; end if; end $$; drop schema if exists sallyport cascade`,
    )
      .simple()
    const url = new URL(world.targetUrl)
    url.username = 'engine_loader'
    url.password = 'loader'
    const to = postgres(url.href)
    const denied = await world.move({
      from: postgres(world.sourceUrl),
      to,
      streams: [replace('small', 'own.small')],
    })
    assert.equal(denied.streams[0]?.code, 'permission_denied')
    assert.match(denied.faults[0]?.message ?? '', /create schema "sallyport" authorization/)
    await world.target.unsafe(`create schema sallyport authorization engine_loader;
      create schema own authorization engine_loader`).simple()
    const done = await world.move({
      from: postgres(world.sourceUrl),
      to,
      streams: [replace('small', 'own.small')],
    })
    assert.equal(done.status, 'succeeded', done.faults.join())
    await world.target.unsafe('drop schema sallyport cascade')
  })
})

describe('a source that is no plain table', { skip: noServer }, () => {
  const sources: Readonly<Record<string, string>> = {
    'a view': `create view NAME as select g as id, 'v' || g as v from generate_series(1, 3) g`,
    'a materialized view':
      `create materialized view NAME as select g as id, 'v' || g as v from generate_series(1, 3) g`,
    'a partitioned table': `create table NAME (id integer, v text) partition by range (id);
      create table NAME_a partition of NAME for values from (0) to (2);
      create table NAME_b partition of NAME for values from (2) to (9);
      insert into NAME select g, 'v' || g from generate_series(1, 3) g`,
    'a table with children': `create table NAME (id integer, v text);
      create table NAME_child () inherits (NAME); insert into NAME values (1, 'v1');
      insert into NAME_child values (2, 'v2'), (3, 'v3')`,
    'a table with a dropped column': `create table NAME (gone integer, id integer, v text);
      alter table NAME drop column gone; insert into NAME select g, 'v' || g from generate_series(1, 3) g`,
  }
  for (const [at, [what, sql]] of Object.entries(sources).entries()) {
    test(`${what} is read whole`, async () => {
      const name = `kind_${at}`
      await world.source.unsafe(sql.replaceAll('NAME', name)).simple()
      await succeeds([replace(name)])
      assert.deepEqual(await contents(world.target, name), ['(1,v1)', '(2,v2)', '(3,v3)'])
    })
  }

  test('is loaded where the target is partitioned, in both modes', async () => {
    await world.source.unsafe('create table parted (id integer); insert into parted values (1), (5)').simple()
    await world.target.unsafe(`create table parted (id integer) partition by range (id);
      create table parted_a partition of parted for values from (0) to (3);
      create table parted_b partition of parted for values from (3) to (9);
      insert into parted values (2)`).simple()
    await succeeds([append('parted')])
    assert.deepEqual(await contents(world.target, 'parted'), ['(1)', '(2)', '(5)'])
    await succeeds([replace('parted')])
    assert.deepEqual(await contents(world.target, 'parted'), ['(1)', '(5)'])
    await world.source.unsafe('insert into parted values (100)')
    await refuses('constraint_refused', [append('parted')])
  })
})

describe('bytes that are no UTF-8', { skip: noServer }, () => {
  test('are refused by row, into a table and into a file', async () => {
    const name = `ascii_${process.pid}`
    await world.source.unsafe(`create database ${name} template template0 encoding 'SQL_ASCII' locale 'C'`)
    const url = new URL(world.sourceUrl)
    url.pathname = `/${name}`
    const sql = new SQL(url.href, { max: 1 })
    try {
      await sql.unsafe(`create table latin (id integer, v text);
        insert into latin values (1, 'plain'), (2, E'caf\\xe9')`).simple()
      for (const to of [postgres(world.targetUrl), files(world.folder, { format: 'parquet' })]) {
        const result = await world.move({ from: postgres(url.href), to, streams: [replace('latin')] })
        assert.equal(
          result.streams[0]?.code,
          'value_refused',
          result.faults.map((fault) => `${fault.cause}`).join(),
        )
      }
    } finally {
      await sql.close()
      await world.source.unsafe(`drop database ${name} with (force)`)
    }
  })
})

describe('limits', { skip: noServer }, () => {
  test('of rows and minutes stop a stream before its commit', async () => {
    await world.source.unsafe('create table limited as select g as id from generate_series(1, 100) g')
    await refuses('rows_over_limit', [replace('limited')], { limits: { rows: 99 } })
    await succeeds([replace('limited')], { limits: { rows: 100 } })
    await world.source.unsafe(`create view endless as select pg_sleep(10)::text as id`)
    await refuses('time_over_limit', [replace('endless')], { limits: { minutes: 0.005 } })
  })
})

describe('wide tables', { skip: noServer }, () => {
  test('of 1,600 columns arrive, and come back from Parquet', async () => {
    const columns = Array.from({ length: 1600 }, (_, at) => `c${at} smallint`).join(', ')
    await world.source.unsafe(`create table wide (${columns})`)
    await world.source.unsafe(
      `insert into wide values (${Array.from({ length: 1600 }, (_, at) => at).join(', ')})`,
    )
    await succeeds([replace('wide')])
    await same('wide')
    const out = await world.move({
      from: postgres(world.sourceUrl),
      to: files(world.folder),
      streams: [{ from: 'wide', to: 'wide.parquet', mode: 'replace' }],
    })
    assert.equal(out.status, 'succeeded', out.faults.join())
    const back = await world.move({
      from: files(world.folder),
      to: postgres(world.targetUrl),
      streams: [{ from: 'wide.parquet', to: 'wide_back', mode: 'replace' }],
    })
    assert.equal(back.status, 'succeeded', back.faults.join())
    await same('wide', 'wide_back')
  })
})

describe('two loads of one target', { skip: noServer }, () => {
  test('the second is refused while the first runs, and an earlier attempt of a run cannot commit', {
    timeout: 30_000,
  }, async () => {
    await world.source.unsafe('create table contested (id integer); insert into contested values (1)')
      .simple()
    await succeeds([append('contested')], { runId: '00000000-0000-4000-8000-000000000001', fence: 5 })
    await refuses('run_superseded', [append('contested', 'contested')], {
      runId: '00000000-0000-4000-8000-000000000001',
      fence: 4,
    })
    const { pid } = await one<{ pid: number }>('select pg_backend_pid() as pid')
    const digest = new Bun.CryptoHasher('sha256').update('sallyport public.contested').digest()
    const lock = digest.readBigInt64BE(0)
    await world.target.unsafe(`select pg_advisory_lock(${lock}), ${pid}`)
    await refuses('target_busy', [append('contested')])
    await world.target.unsafe(`select pg_advisory_unlock(${lock})`)
    await succeeds([append('contested')])
  })
})
