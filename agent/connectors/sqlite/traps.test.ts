/** Values that others lose, in and out of a file: exact, or refused by a code. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { Fault } from '../../../shared/faults.ts'
import type { Vocabulary } from '../connector.ts'
import { columnOf } from '../load_fixture.ts'
import { contextOf, loaded, loadOf, newFolder, readAll, signal } from './world_fixture.ts'
import { SqliteDestination } from './destination.ts'
import { SqliteSource } from './source.ts'

const folder = newFolder()
after(() => folder[Symbol.dispose]())

let files = 0
const newFile = () => `${files++}.db`

async function readOf(file: string, name: string): Promise<string> {
  await using source = new SqliteSource({ path: file }, contextOf(folder.path))
  return await readAll(source, await source.stream(name, signal))
}

/** What one value of a declared type is read as; the code of what is thrown otherwise. */
async function readValue(declared: string, value: string, options = ''): Promise<string> {
  const file = newFile()
  folder.run(
    file,
    `create table t (id integer, v ${declared}) ${options}`,
    `insert into t values (1, ${value})`,
  )
  return await codeOf(async () => (await readOf(file, 't')).slice(2, -1))
}

async function codeOf(work: () => Promise<string>): Promise<string> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Fault) return `refused: ${error.code}`
    throw error
  }
}

const read: readonly (readonly [declared: string, value: string, expected: string])[] = [
  ['integer', '9223372036854775807', '9223372036854775807'],
  ['integer', '-9223372036854775808', '-9223372036854775808'],
  ['bigint', `'12'`, '12'],
  ['integer', `'abc'`, 'refused: value_refused'],
  ['integer', '1.5', 'refused: value_refused'],
  ['integer', `x'31'`, 'refused: value_refused'],
  ['real', '0.1', '0.1'],
  ['real', '1.0/3', '0.3333333333333333'],
  ['real', '5e-324', '5e-324'],
  ['real', '1.7976931348623157e308', '1.7976931348623157e+308'],
  ['double', '9e999', 'Infinity'],
  ['double', '-9e999', '-Infinity'],
  ['real', `'NaN'`, 'refused: value_refused'],
  ['decimal(12,2)', `'1.10'`, '1.10'],
  ['decimal(12,2)', '7', '7.00'],
  ['decimal(12,2)', '1.105', 'refused: value_refused'],
  ['decimal(5,2)', '12345', 'refused: value_refused'],
  ['decimal(10)', '12', '12'],
  ['decimal_text(9,2)', `'-0.00'`, '0.00'],
  ['decimal_text(9,2)', `'007.10'`, '7.10'],
  ['decimal_text(9,2)', `'-1234567.89'`, '-1234567.89'],
  ['decimal_text(9,2)', `'12345678.90'`, 'refused: value_refused'],
  ['decimal_text(3)', `'-12'`, '-12'],
  ['numeric', '0.1', '0.1'],
  ['numeric', '0.1 + 0.2', 'refused: value_refused'],
  ['numeric', `'12345678901234567890.123456789'`, 'refused: value_refused'],
  ['decimal_text', `'12345678901234567890.1234567890'`, '12345678901234567890.1234567890'],
  ['decimal_text', `'NaN'`, 'NaN'],
  ['decimal_text(9,2)', `'NaN'`, 'refused: value_refused'],
  ['numeric', `'one'`, 'refused: value_refused'],
  ['text', `'a,"b"' || char(10) || 'c'`, '"a,""b""\nc"'],
  ['text', `''`, '""'],
  ['text', 'null', ''],
  ['text', `'a' || char(0) || 'b'`, 'a\0b'],
  ['text', `'\u{1f600}'`, '\u{1f600}'],
  ['text', `'\ufffd'`, '\ufffd'],
  ['text', `cast(x'ff61' as text)`, 'refused: value_refused'],
  ['varchar(1)', `'longer than it says'`, 'longer than it says'],
  ['text', `x'61'`, 'refused: value_refused'],
  ['blob', `x'00ff'`, '\\x00ff'],
  ['blob', `x''`, '\\x'],
  ['blob', `'text'`, 'refused: value_refused'],
  ['blob', '1', 'refused: value_refused'],
  ['boolean', '1', 't'],
  ['bool', '0', 'f'],
  ['boolean', '2', 'refused: value_refused'],
  ['boolean', `'yes'`, 'refused: value_refused'],
  ['date', `'2024-02-29'`, '2024-02-29'],
  ['date', `'2023-02-29'`, 'refused: value_refused'],
  ['date', `'0044-03-15 BC'`, '0044-03-15 BC'],
  ['date', `'0000-00-00'`, 'refused: value_refused'],
  ['date', `'infinity'`, 'infinity'],
  ['date', `'12345-01-01'`, '12345-01-01'],
  ['date', `'01/02/2024'`, 'refused: value_refused'],
  ['date', '19782', 'refused: value_refused'],
  ['datetime', `'2024-01-01T10:20:30.123456'`, '2024-01-01 10:20:30.123456'],
  ['datetime', `'2024-01-01 10:20'`, '2024-01-01 10:20:00'],
  ['timestamp', `'2024-01-01 10:20:60'`, 'refused: value_refused'],
  ['timestamp', `'2024-01-01 10:20:30.1234567'`, 'refused: value_refused'],
  ['timestamp', `'2024-01-01 10:20:30Z'`, 'refused: value_refused'],
  ['timestamp', '1704100000', 'refused: value_refused'],
  ['timestamptz', `'2024-01-01T10:20:30Z'`, '2024-01-01 10:20:30+00'],
  ['timestamp with time zone', `'2024-01-01 01:00:00.5+05:30'`, '2023-12-31 19:30:00.5+00'],
  ['timestamptz', `'2024-01-01 10:20:30'`, 'refused: value_refused'],
  ['time', `'23:59:59.999999'`, '23:59:59.999999'],
  ['time', `'25:00:00'`, 'refused: value_refused'],
  ['time', `'24:00:00'`, '24:00:00'],
  ['uuid', `'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['uuid', `'a0eebc99'`, 'refused: value_refused'],
  ['json', `'{"a":1.10,"a":2}'`, '"{""a"":1.10,""a"":2}"'],
  ['json', `'{'`, 'refused: value_refused'],
  ['json_text', `'12345678901234567890'`, '12345678901234567890'],
  ['', `'text'`, 'text'],
  ['', '12', '12'],
  ['', `x'01'`, '\\x01'],
  ['string', '1.5', '1.5'],
]

describe('a value of a file', () => {
  for (const [declared, value, expected] of read) {
    test(`${declared || 'no type'} ${JSON.stringify(value)} is read as ${JSON.stringify(expected)}`, async () => {
      assert.equal(await readValue(declared, value), expected)
    })
  }

  test('of a strict table is read by its type, and any by what is in it', async () => {
    assert.equal(await readValue('text', `'x'`, 'strict'), 'x')
    assert.equal(await readValue('int', '5', 'strict'), '5')
    assert.equal(await readValue('any', `'007'`, 'strict'), '007')
  })

  test('is refused where values of one undeclared column are of several kinds, and counted as decimals where numbers', async () => {
    const file = newFile()
    folder.run(file, 'create table mixed (v)', `insert into mixed values (1), ('a')`)
    folder.run(file, 'create table numbers (v)', 'insert into numbers values (1), (1.5), (null)')
    assert.equal(await codeOf(() => readOf(file, 'mixed')), 'refused: type_refused')
    assert.equal(await readOf(file, 'numbers'), '1\n1.5\n\n')
  })

  test('that is refused is named by its row and its column', async () => {
    const file = newFile()
    folder.run(file, 'create table t (id integer, v integer)', `insert into t values (1, 1), (2, 'x')`)
    await assert.rejects(readOf(file, 't'), {
      code: 'value_refused',
      row: 2,
      column: 1,
      message: /"v" is no INTEGER/i,
    })
  })
})

describe('a table of a file', () => {
  test('is read whatever it and its columns are called', async () => {
    const file = newFile()
    folder.run(
      file,
      'create table "sel""ect.from t" ("a.b" integer, "order" text, "ro""w" text)',
      `insert into "sel""ect.from t" values (1, 'x', 'y')`,
    )
    assert.equal(await readOf(file, 'sel"ect.from t'), '1,x,y\n')
    assert.equal(await readOf(file, 'SEL"ECT.from t'), '1,x,y\n')
  })

  test('without rowids, with generated and hidden columns, as a view and with no rows is read', async () => {
    const file = newFile()
    folder.run(
      file,
      'create table w (a text, b integer, primary key (b, a)) without rowid',
      `insert into w values ('x', 1)`,
      'create table g (a integer, twice integer generated always as (a * 2) virtual, s integer as (a) stored)',
      'insert into g(a) values (21)',
      'create view v as select a, b, b + 1 as c from w',
      'create virtual table f using fts5(body)',
      `insert into f values ('some words')`,
      'create table empty (a integer, b)',
    )
    assert.equal(await readOf(file, 'w'), 'x,1\n')
    assert.equal(await readOf(file, 'g'), '21,42,21\n')
    assert.equal(await readOf(file, 'v'), 'x,1,2\n')
    assert.equal(await readOf(file, 'f'), 'some words\n')
    assert.equal(await readOf(file, 'empty'), '')
    await using source = new SqliteSource({ path: file }, contextOf(folder.path))
    const { key, columns } = await source.stream('w', signal)
    assert.deepEqual(key, ['b', 'a'])
    assert.deepEqual(columns.map(({ nullable }) => nullable), [false, false])
    const generated = (await source.stream('g', signal)).columns
    assert.deepEqual(generated.map((column) => column.generated), [undefined, true, true])
    const names = (await source.names(signal)).map(({ name }) => name)
    assert.deepEqual(names, ['empty', 'f', 'g', 'v', 'w'])
  })

  test('with 1,600 columns is read and written', async () => {
    const file = newFile()
    const names = Array.from({ length: 1600 }, (_, at) => `c${at}`)
    folder.run(file, `create table t (${names.join(' integer, ')} integer)`)
    folder.run(file, `insert into t values (${names.map((_, at) => at).join(', ')})`)
    const expected = `${names.map((_, at) => at).join(',')}\n`
    assert.equal(await readOf(file, 't'), expected)
    await using source = new SqliteSource({ path: file }, contextOf(folder.path))
    const { columns } = await source.stream('t', signal)
    for (const mode of ['replace', 'merge', 'history'] as const) {
      await using destination = new SqliteDestination({ path: newFile() }, contextOf(folder.path))
      const load = loadOf({ target: 't', mode, columns, key: ['c7'] })
      await loaded(destination, load, { csv: expected })
      await loaded(destination, { ...load, runId: crypto.randomUUID() }, { csv: expected })
    }
  })

  test('that a column is called rowid in is read by another name of it', async () => {
    const file = newFile()
    folder.run(file, 'create table t (rowid text, v integer)', `insert into t values ('a', 1), ('b', 2)`)
    await using source = new SqliteSource({ path: file }, contextOf(folder.path))
    const stream = await source.stream('t', signal)
    const condition = { pieces: ['v > 1'], values: {} }
    assert.equal(await readAll(source, source.where(stream, condition)), 'b,2\n')
  })
})

/** What becomes of one value that is loaded into a column that the load makes. */
async function written(type: string, csv: string, declared?: string): Promise<string> {
  const file = newFile()
  if (declared !== undefined) folder.run(file, `create table t (v ${declared})`)
  const vocabulary: Vocabulary = type === 'csv' ? 'csv' : 'postgres'
  const columns = [{ ...columnOf(`v ${type === 'csv' ? 'text' : type}`), vocabulary }]
  return await codeOf(async () => {
    await using destination = new SqliteDestination({ path: file }, contextOf(folder.path))
    await loaded(destination, loadOf({ target: 't', mode: 'append', columns }), { csv: `${csv}\n` })
    const [row] = folder.rows(file, 'select typeof(v), quote(v) from t')
    return row?.join(' ') ?? 'nothing'
  })
}

const write: readonly (readonly [type: string, csv: string, expected: string, declared?: string])[] = [
  ['bigint', '9223372036854775807', 'integer 9223372036854775807'],
  ['bigint', '-9223372036854775808', 'integer -9223372036854775808'],
  ['bigint', '9223372036854775808', 'refused: value_refused'],
  ['csv', '007', 'integer 7', 'integer'],
  ['csv', '1.5', 'refused: value_refused', 'integer'],
  ['csv', '1e3', 'refused: value_refused', 'integer'],
  ['double precision', '0.1', 'real 0.1'],
  ['double precision', '5', 'real 5.0'],
  ['double precision', '5e-324', 'real 4.9406564584124654e-324'],
  ['double precision', 'Infinity', 'real 9.0e+999'],
  ['double precision', 'NaN', 'refused: value_refused'],
  ['double precision', '-0', 'refused: value_refused'],
  ['csv', '1e400', 'refused: value_refused', 'real'],
  ['numeric(12,2)', '1.10', `text '1.10'`],
  ['numeric(12,2)', '1.105', 'refused: value_refused'],
  [
    'numeric',
    '12345678901234567890.12345678901234567890',
    `text '12345678901234567890.12345678901234567890'`,
  ],
  ['numeric', 'NaN', `text 'NaN'`],
  ['numeric(12,2)', '1.10', 'real 1.1', 'numeric(12,2)'],
  ['numeric', '9007199254740993', 'integer 9007199254740993', 'numeric'],
  ['numeric', '1234567890.1234567', 'refused: value_refused', 'numeric'],
  ['boolean', 't', 'integer 1'],
  ['boolean', 'f', 'integer 0'],
  ['csv', '2', 'refused: value_refused', 'boolean'],
  ['csv', 'No', 'integer 0', 'boolean'],
  ['text', '""', `text ''`],
  ['text', '', 'null NULL'],
  ['text', '"a""b,c"', `text 'a"b,c'`],
  ['text', '007', `text '007'`],
  ['csv', '007', 'refused: value_refused', 'string'],
  ['csv', '007x', `text '007x'`, 'string'],
  ['csv', '007', `text '007'`, ''],
  ['bytea', '\\x00ff', `blob X'00FF'`],
  ['bytea', '\\x', `blob X''`],
  ['csv', '\\x0', 'refused: value_refused', 'blob'],
  ['csv', '00ff', 'refused: value_refused', 'blob'],
  ['date', '0044-03-15 BC', `text '0044-03-15 BC'`],
  ['date', 'infinity', `text 'infinity'`],
  ['csv', '2023-02-29', 'refused: value_refused', 'date'],
  ['timestamp', '2024-01-01 10:20:30.123456', `text '2024-01-01 10:20:30.123456'`],
  ['timestamptz', '2024-01-01 10:20:30+00', `text '2024-01-01 10:20:30+00'`],
  ['csv', '2024-01-01T10:20:30+02:00', `text '2024-01-01 08:20:30+00'`, 'timestamptz'],
  ['csv', '2024-01-01 10:20:30', 'refused: value_refused', 'timestamptz'],
  ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', `text 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`],
  ['csv', 'a0eebc99', 'refused: value_refused', 'uuid'],
  ['json', '12345678901234567890', `text '12345678901234567890'`],
  ['json', '1.10', 'refused: value_refused', 'json'],
  ['csv', '{', 'refused: value_refused', 'json_text'],
  ['interval', '1 day', `text '1 day'`],
]

describe('a value in a load', () => {
  for (const [type, csv, expected, declared] of write) {
    const place = declared === undefined ? 'a new column' : declared || 'no type'
    test(`${type} ${JSON.stringify(csv)} into ${place} is ${expected}`, async () => {
      assert.equal(await written(type, csv, declared), expected)
    })
  }

  test('that is no UTF-8 is refused, and text with NUL is kept', async () => {
    const columns = [columnOf('v text')]
    const load = loadOf({ target: 't', mode: 'append', columns })
    const file = newFile()
    await using destination = new SqliteDestination({ path: file }, contextOf(folder.path))
    await using loading = await destination.begin(load, signal)
    await loading.prepare({ upTo: null, slices: ['0'], resumable: false }, signal)
    const slice = {
      id: '0',
      fixed: false,
      stream: { name: 's', columns, key: [], estimatedRows: 1, estimatedBytes: 1 },
    }
    const bytes = (...list: number[]) => new Blob([Uint8Array.of(...list)]).stream()
    await assert.rejects(loading.write(slice, 'csv', bytes(0xff, 0x61, 10)), { code: 'value_refused' })
    await loading.write(slice, 'csv', bytes(0x61, 0, 0x62, 10))
    await loading.commit({ runId: 'x', rows: 1, cursor: null }, null)
    assert.deepEqual(folder.rows(file, 'select hex(v) from t'), [['610062']])
  })

  test('is refused in a row with too many fields, too few, or quotes where none may be', async () => {
    for (const csv of ['1,a\n', '1,a,2024-01-01 00:00:00+00,x\n', '1,a"b,\n', '1,"a"b,\n', '1,"a\n']) {
      await using destination = new SqliteDestination({ path: newFile() }, contextOf(folder.path))
      const load = loadOf({ target: 't', mode: 'append' })
      await assert.rejects(loaded(destination, load, { csv }), { code: 'row_refused' }, csv)
    }
  })
})
