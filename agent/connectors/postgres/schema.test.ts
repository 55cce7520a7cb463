import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Load, RejectedRow } from '../connector.ts'
import { columnOf } from '../load_fixture.ts'
import {
  type Database,
  destinationOf,
  loadOf,
  loadParts,
  loadText,
  noServer,
  openDatabase,
  refused,
} from './loading_fixture.ts'

let database: Database

before(async () => {
  if (!noServer) database = await openDatabase('schema')
})
after(async () => {
  await database?.[Symbol.asyncDispose]()
})

const signal = new AbortController().signal
let targets = 0
const next = () => `s${targets++}`
const of = (...texts: string[]) => texts.map(columnOf)

const types = (target: string) =>
  database.value(`select string_agg(attname || ' ' || format_type(atttypid, atttypmod)
    || case when attnotnull then ' not null' else '' end, ', ' order by attnum) from pg_attribute
    where attrelid = '${target}'::regclass and attnum > 0 and not attisdropped`)

async function planned(load: Load) {
  await using destination = destinationOf(database.url, load)
  return await destination.plan(load, signal)
}

const wider = of('id bigint not null', 'n bigint', 'd numeric(12,4)', 't timestamp with time zone', 'x text')
const widerRow = '1,5000000000,1.2345,2026-01-01 00:00:00.123456+00,new\n'
const narrow = `(id integer primary key, n smallint, d numeric(5,2), t timestamptz(3));
  insert into TABLE values (0, 1, 1.5, '2026-01-01 00:00:00.5+00')`
const changes = [
  'widen "id" from integer to bigint',
  'widen "n" from smallint to bigint',
  'widen "d" from numeric(5,2) to numeric(12,4)',
  'widen "t" from timestamp(3) with time zone to timestamp with time zone',
  'add column "x" text',
]

describe('evolve', { skip: noServer }, () => {
  for (const mode of ['append', 'merge', 'replace', 'mirror'] as const) {
    for (const view of mode === 'replace' ? [false, true] : [false]) {
      for (const resumable of [false, true]) {
        const how = `${mode}${view ? ' in place' : ''}${resumable ? ', slice by slice' : ''}`
        test(`adds columns and widens types in the commit: ${how}`, async () => {
          const target = next()
          await database.run(`create table ${target} ${narrow.replaceAll('TABLE', target)}`)
          if (view) await database.run(`grant select on ${target} to public`)
          const load = loadOf({ target, mode, columns: wider })
          const plan = await planned(load)
          assert.deepEqual(plan.changes, changes)
          assert.ok(plan.statements.some((statement) => statement.includes('alter column "n" type bigint')))
          await loadParts(database.url, load, { slices: { '0': widerRow }, resumable })
          assert.equal(
            await types(target),
            'id bigint not null, n bigint, d numeric(12,4), t timestamp with time zone, x text',
          )
          assert.equal(
            await database.value(`select ${target}::text from ${target} where id = 1`),
            '(1,5000000000,1.2345,"2026-01-01 00:00:00.123456+00",new)',
          )
        })
      }
    }
  }

  test('leaves the target as it was when the load fails', async () => {
    const target = next()
    await database.run(`create table ${target} ${narrow.replaceAll('TABLE', target)}`)
    const before = await types(target)
    await assert.rejects(
      loadText(database.url, loadOf({ target, mode: 'append', columns: wider }), `${widerRow}2,x\n`),
    )
    assert.equal(await types(target), before)
  })

  test('takes NULLs where the source may have them, but never in a key', async () => {
    const target = next()
    await database.run(`create table ${target} (id bigint primary key, v text not null)`)
    const load = loadOf({ target, columns: of('id bigint', 'v text') })
    assert.deepEqual((await planned(load)).changes, ['allow NULL in "v"'])
    await loadText(database.url, load, '1,\n')
    assert.equal(await types(target), 'id bigint not null, v text')
  })

  test('is refused with what hangs on a column that would have to be widened', async () => {
    const target = next()
    await database.run(`create table ${target} (id bigint, n integer, m integer, p integer);
      create index on ${target} (n); create view ${target}_view as select n from ${target};
      create policy guard on ${target} using (m > 0); create view ${target}_other as select p from ${target}`)
    const load = loadOf({
      target,
      mode: 'append',
      columns: of('id bigint', 'n bigint', 'm bigint', 'p integer'),
    })
    const fault = await refused('schema_refused', () => planned(load))
    assert.match(fault.message, new RegExp(`view ${target}_view hangs on "n"`))
    assert.match(fault.message, /policy guard on table s\d+ hangs on "m"/)
    assert.doesNotMatch(fault.message, /_other/)
    await database.run(`drop view ${target}_view; drop policy guard on ${target}`)
    await loadText(database.url, load, '1,5000000000,1,1\n')
    const parted = next()
    await database.run(`create table ${parted} (id integer) partition by range (id)`)
    const deep = await refused(
      'schema_refused',
      () => planned(loadOf({ target: parted, mode: 'append', columns: of('id bigint') })),
    )
    assert.match(deep.message, /partition key/)
  })

  for (const numbered of ['serial', 'integer generated by default as identity']) {
    for (const mode of ['append', 'merge'] as const) {
      test(`widens what numbers a column with it: ${numbered}, ${mode}`, async () => {
        const target = next()
        await database.run(`create table ${target} (id ${numbered}, v text)`)
        const columns = of('id bigint not null', 'v text')
        await loadText(database.url, loadOf({ target, mode, columns }), '5000000000,a\n')
        await database.run(`insert into ${target} (v) values ('own')`)
        assert.deepEqual(await database.rows(target), ['(5000000000,a)', '(5000000001,own)'])
      })
    }
  }

  test('changes nothing where a cast says the type, or where the text has none of its own', async () => {
    const target = next()
    await database.run(`create table ${target} (id integer, v varchar(3))`)
    const untyped = of('id text', 'v text').map((column) => ({ ...column, vocabulary: 'csv' as const }))
    assert.deepEqual((await planned(loadOf({ target, mode: 'append', columns: untyped }))).changes, [])
    const cast = new Map([['id', { kind: 'int32' as const }], ['v', { kind: 'text' as const, length: 3 }]])
    const typed = loadOf({ target, mode: 'append', columns: of('id bigint', 'v text'), cast })
    assert.deepEqual((await planned(typed)).changes, [])
  })
})

describe('a schema that may not change', { skip: noServer }, () => {
  test('is refused with every difference: freeze all of them, columns_only wider types', async () => {
    const target = next()
    await database.run(`create table ${target} ${narrow.replaceAll('TABLE', target)}`)
    const before = await types(target)
    for (const schema of ['freeze', 'columns_only'] as const) {
      const load = loadOf({ target, mode: 'append', columns: wider, schema })
      const fault = await refused('schema_refused', () => loadText(database.url, load, widerRow))
      for (const words of changes) {
        assert.equal(fault.message.includes(words), schema === 'freeze' || words.startsWith('widen'), words)
      }
    }
    assert.equal(await types(target), before)
    const columns = of('id integer not null', 'x text')
    await loadText(
      database.url,
      loadOf({ target, mode: 'append', columns, schema: 'columns_only' }),
      '7,new\n',
    )
    assert.match(await types(target) ?? '', /x text$/)
  })
})

describe('quarantine', { skip: noServer }, () => {
  const rejected = (rows: readonly Partial<RejectedRow>[]) => ({
    count: rows.length,
    async *rows() {
      for (const row of rows) {
        yield {
          slice: '0',
          row: 2,
          column: 'v',
          code: 'value_refused' as const,
          source: '{"v":null}',
          ...row,
        }
      }
    },
  })

  test('keeps what was refused beside the target, with where it was and what it was', async () => {
    const target = next()
    const load = loadOf({ target, quarantine: true, index: 4 })
    const source = '{"id":"x","v":"a \\"quoted\\", line\\nand \\u0000","at":null}'
    await loadParts(database.url, load, {
      slices: { '0': '1,a,\n' },
      rejected: rejected([{ source }, { row: 3, column: null, code: 'row_refused' }]),
    })
    assert.deepEqual(await database.rows(target), ['(1,a,)'])
    const [first, second] = await database.sql.unsafe(
      `select run::text, stream, slice, row::text, "column", code, source::text, at from ${target}__quarantine order by row`,
    ) as Record<string, unknown>[]
    assert.deepEqual({ ...first }, {
      run: load.runId,
      stream: 4,
      slice: '0',
      row: '2',
      column: 'v',
      code: 'value_refused',
      source,
      at: new Date('2026-11-22T08:30:00.123Z'),
    })
    assert.equal(second?.['column'], null)
  })

  test('stands or falls with the load', async () => {
    const target = next()
    const load = loadOf({ target, quarantine: true })
    const short = { ...rejected([{}]), count: 2 }
    await refused(
      'rows_lost',
      () => loadParts(database.url, load, { slices: { '0': '1,a,\n' }, rejected: short }),
    )
    assert.equal(await database.value(`select to_regclass('${target}')`), null)
    assert.equal(await database.value(`select to_regclass('${target}__quarantine')`), null)
    await refused('name_refused', () => planned(loadOf({ target: 'x'.repeat(60), quarantine: true })))
  })
})
