/**
 * The values that tools of this kind lose: PostgreSQL to PostgreSQL, and through Parquet and back, compared by
 * contents. The source database's settings are the opposite of the engine's own.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { contents, files, noServer, openWorld, postgres, type World } from '../../engine/postgres_fixture.ts'

interface Trap {
  readonly type: string
  readonly values: readonly string[]
  /** Types and tables that must be there on both sides. */
  readonly setUp?: string
}

const text = (value: string) => `'${value.replaceAll("'", "''")}'`

const traps: Readonly<Record<string, Trap>> = {
  'numeric without bounds': {
    type: 'numeric',
    values: [
      `'NaN'`,
      `'Infinity'`,
      `'-Infinity'`,
      '0',
      '1.10',
      '1.1000',
      '1234567890123456789012345678901234567890.0123456789',
      '-0.00',
      '1e-40',
      'null',
    ],
  },
  'numeric(12,2)': { type: 'numeric(12,2)', values: ['0', '-0.01', '9999999999.99', '1.5', 'null'] },
  'numeric of fractions only': { type: 'numeric(2,2)', values: ['0.15', '-0.99', '0', 'null'] },
  'numeric of 38 digits': {
    type: 'numeric(38,10)',
    values: ['1234567890123456789012345678.0123456789', 'null'],
  },
  'numeric of 60 digits': {
    type: 'numeric(60,10)',
    values: ['12345678901234567890123456789012345678901234567890.5'],
  },
  'numeric with a negative scale': { type: 'numeric(5,-2)', values: ['12300', '-100', 'null'] },
  'integers at their ends': {
    type: 'bigint',
    values: ['9223372036854775807', '-9223372036854775808', '0', 'null'],
  },
  smallint: { type: 'smallint', values: ['32767', '-32768', 'null'] },
  integer: { type: 'integer', values: ['2147483647', '-2147483648', 'null'] },
  float8: {
    type: 'float8',
    values: [
      `'NaN'`,
      `'Infinity'`,
      `'-Infinity'`,
      `'-0'`,
      `'5e-324'`,
      `'1.7976931348623157e308'`,
      '0.1',
      '1e20',
      '0.30000000000000004',
      'null',
    ],
  },
  float4: {
    type: 'float4',
    values: [`'NaN'`, `'-0'`, `'1e-45'`, `'3.4028235e38'`, '0.1', '16777217', 'null'],
  },
  boolean: { type: 'boolean', values: ['true', 'false', 'null'] },
  date: {
    type: 'date',
    values: [
      `'infinity'`,
      `'-infinity'`,
      `'0044-03-15 BC'`,
      `'4713-01-01 BC'`,
      `'0001-01-01'`,
      `'9999-12-31'`,
      `'10000-01-01'`,
      `'5874897-12-31'`,
      `'2020-02-29'`,
      'null',
    ],
  },
  time: { type: 'time', values: [`'00:00'`, `'23:59:59.999999'`, `'24:00:00'`, `'12:00:00.5'`, 'null'] },
  timetz: { type: 'timetz', values: [`'12:00+02'`, `'23:59:59.999999-15:59'`, 'null'] },
  timestamp: {
    type: 'timestamp',
    values: [
      `'infinity'`,
      `'-infinity'`,
      `'0044-03-15 10:00:00.000001 BC'`,
      `'2020-01-01 00:00:00.123456'`,
      `'2021-03-14 02:30:00'`,
      `'12020-01-01 00:00:00'`,
      'null',
    ],
  },
  'timestamptz under a session zone that is not UTC': {
    type: 'timestamptz',
    values: [
      `'infinity'`,
      `'-infinity'`,
      `'0044-03-15 10:00:00+00 BC'`,
      `'2020-11-01 01:30:00-05'`,
      `'2020-11-01 01:30:00-04'`,
      `'1883-11-18 12:03:57+00'`,
      `'2020-01-01 00:00:00.000001+05:45'`,
      'null',
    ],
  },
  'timestamp(3)': { type: 'timestamp(3)', values: [`'2020-01-01 00:00:00.123'`, 'null'] },
  interval: {
    type: 'interval',
    values: [
      `'1 year 2 mons -3 days 04:05:06.789012'`,
      `'-00:00:00.000001'`,
      `'178000000 years'`,
      `'1 mon'`,
      `'30 days'`,
      'null',
    ],
  },
  json: {
    type: 'json',
    values: [
      text('{"a": 1.10, "a": 2}'),
      text('{ "big" : 12345678901234567890 }'),
      text('"\\u0041\\ud83d\\ude00"'),
      text('null'),
      'null',
    ],
  },
  jsonb: {
    type: 'jsonb',
    values: [
      text('{"b": 1.10, "a": [1, null, "x,\\"y"]}'),
      text('12345678901234567890.10'),
      text('null'),
      'null',
    ],
  },
  'arrays of integers': {
    type: 'integer[]',
    values: [
      `'{}'`,
      `'{1,NULL,3}'`,
      `'{{1,2},{3,4}}'`,
      `'[5:6]={1,2}'`,
      `'[0:1][-1:0]={{1,2},{3,4}}'`,
      'null',
    ],
  },
  'arrays of text': {
    type: 'text[]',
    values: [`array['', 'NULL', null, 'a,b', 'c"d', E'e\\\\f', E'g\\nh', ' ']`, `'{}'`, 'null'],
  },
  'arrays of numeric(10,2)': { type: 'numeric(10,2)[]', values: [`'{1.50,NULL,-0.01}'`, 'null'] },
  bytea: {
    type: 'bytea',
    values: [`''`, `'\\x00'`, `'\\xff'`, `'\\x00ff5c22270a0d2c'`, `'\\x5c7830'`, 'null'],
  },
  text: {
    type: 'text',
    values: [
      `''`,
      `'NULL'`,
      `'null'`,
      `'\\N'`,
      `'\\.'`,
      `E'line\\nfeed'`,
      `E'carriage\\rreturn'`,
      `E'both\\r\\n'`,
      `'"'`,
      `'""'`,
      `'a "quoted" word'`,
      `','`,
      `' leading'`,
      `'trailing '`,
      `E'\\t'`,
      `'007'`,
      `'1e5'`,
      `'😀 𝒳 é'`,
      `U&'\\FEFFbom'`,
      `E'\\x01\\x1f\\x7f'`,
      'null',
    ],
  },
  'char(5)': { type: 'char(5)', values: [`'ab'`, `''`, `'abcde'`, `'  x'`, 'null'] },
  'varchar(5)': { type: 'varchar(5)', values: [`'ab'`, `'ab   '`, `'😀😀😀😀😀'`, 'null'] },
  '"char"': { type: '"char"', values: [`'a'`, 'null'] },
  name: { type: 'name', values: [`'a name'`, 'null'] },
  uuid: {
    type: 'uuid',
    values: [`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`, `'00000000-0000-0000-0000-000000000000'`],
  },
  inet: { type: 'inet', values: [`'10.1.2.3'`, `'10.0.0.0/8'`, `'::1'`, 'null'] },
  cidr: { type: 'cidr', values: [`'10.0.0.0/8'`, 'null'] },
  macaddr: { type: 'macaddr', values: [`'08:00:2b:01:02:03'`, 'null'] },
  'bit(3)': { type: 'bit(3)', values: [`B'101'`, 'null'] },
  'bit varying': { type: 'bit varying', values: [`B''`, `B'10101'`, 'null'] },
  money: { type: 'money', values: [`'1234.56'`, `'-0.01'`, 'null'] },
  xml: {
    type: 'xml',
    values: [`xmlparse(content '<a>1</a><b/>')`, `xmlparse(content '<a b="&lt;">x</a>')`, 'null'],
  },
  int4range: { type: 'int4range', values: [`'[1,5)'`, `'empty'`, `'(,)'`, 'null'] },
  tstzrange: { type: 'tstzrange', values: [`'["2020-01-01 00:00:00-05",infinity)'`, 'null'] },
  nummultirange: { type: 'nummultirange', values: [`'{[1.10,2),(3,)}'`, 'null'] },
  point: { type: 'point', values: [`'(1.5,-0)'`, 'null'] },
  tsvector: { type: 'tsvector', values: [`'a:1A fat:2B ''q''''x'':3'`, 'null'] },
  pg_lsn: { type: 'pg_lsn', values: [`'16/B374D848'`, 'null'] },
  regclass: { type: 'regclass', values: [`'pg_class'`, 'null'] },
  'an enum': {
    type: 'mood',
    values: [`'sad'`, `'so, so'`, `'it''s "ok"'`, 'null'],
    setUp: `create type mood as enum ('sad', 'so, so', 'it''s "ok"')`,
  },
  'arrays of an enum': {
    type: 'mood2[]',
    values: [`'{sad,NULL}'`, 'null'],
    setUp: `create type mood2 as enum ('sad', 'ok')`,
  },
  'a domain': {
    type: 'cents',
    values: ['1.25', 'null'],
    setUp: `create domain cents as numeric(10,2) check (value >= 0)`,
  },
  'a composite': {
    type: 'pair',
    values: [`row(1, 'a,b')`, `row(null, '')`, 'null'],
    setUp: `create type pair as (a integer, b text)`,
  },
}

let world: World

before(async () => {
  if (noServer) return
  world = await openWorld('traps')
})
after(async () => {
  await world?.[Symbol.asyncDispose]()
})

async function fill(table: string, { type, values, setUp }: Trap): Promise<void> {
  if (setUp) {
    await world.source.unsafe(setUp)
    await world.target.unsafe(setUp)
  }
  await world.source.unsafe(`create table ${table} (id integer, v ${type})`)
  for (const [at, value] of values.entries()) {
    await world.source.unsafe(`insert into ${table} values (${at}, ${value})`)
  }
}

for (const [at, [name, trap]] of Object.entries(traps).entries()) {
  describe(name, { skip: noServer }, () => {
    const table = `trap_${at}`

    test('arrives exactly in a new PostgreSQL table', async () => {
      await fill(table, trap)
      const result = await world.move({
        from: postgres(world.sourceUrl),
        to: postgres(world.targetUrl),
        streams: [{ from: table, to: table, mode: 'replace' }],
      })
      assert.equal(result.status, 'succeeded', result.faults.map((fault) => fault.message).join())
      assert.deepEqual(await contents(world.target, table), await contents(world.source, table))
    })

    test('comes back exactly from Parquet', async () => {
      const out = await world.move({
        from: postgres(world.sourceUrl),
        to: files(world.folder),
        streams: [{ from: table, to: `${table}.parquet`, mode: 'replace' }],
      })
      assert.equal(
        out.status,
        'succeeded',
        out.faults.map((fault) => `${fault.message} ${fault.cause}`).join(),
      )
      const back = await world.move({
        from: files(world.folder),
        to: postgres(world.targetUrl),
        streams: [{ from: `${table}.parquet`, to: `${table}_back`, mode: 'replace' }],
      })
      assert.equal(
        back.status,
        'succeeded',
        back.faults.map((fault) => `${fault.message} ${fault.cause}`).join(),
      )
      assert.deepEqual(await contents(world.target, `${table}_back`), await contents(world.source, table))
      const [column] = await world.target.unsafe(
        `select format_type(atttypid, atttypmod) as type from pg_attribute
         where attrelid = '${table}_back'::regclass and attname = 'v'`,
      ) as { type: string }[]
      const [original] = await world.source.unsafe(
        `select format_type(atttypid, atttypmod) as type from pg_attribute
         where attrelid = '${table}'::regclass and attname = 'v'`,
      ) as { type: string }[]
      assert.equal(column?.type, original?.type)
    })
  })
}
