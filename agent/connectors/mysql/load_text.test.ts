import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RowFault } from '../../engine/csv_scan.ts'
import type { Column, Vocabulary } from '../connector.ts'
import type { MysqlColumn } from './catalog.ts'
import { LoadText } from './load_text.ts'
import { type CatalogType, typeOf } from './types.ts'
import { type Writing, writingOf } from './values.ts'

const text: Writing = { form: 'text', take: null, required: false }

interface Pass {
  readonly columns?: readonly Writing[]
  readonly as?: 'rows' | 'values'
  /** Bytes of each chunk that goes in. */
  readonly step?: number
  readonly most?: number
}

function passed(csv: string | Buffer, { columns = [text, text], as = 'rows', step, most }: Pass = {}) {
  const chunks: string[] = []
  const pass = new LoadText({
    columns,
    as,
    emit: (chunk) => chunks.push(chunk.toString()),
    ...(most === undefined ? {} : { most }),
  })
  const bytes = Buffer.from(csv as string)
  for (let at = 0; at < bytes.length; at += step ?? bytes.length) {
    pass.push(bytes.subarray(at, at + (step ?? bytes.length)))
  }
  pass.end()
  return { text: chunks.join(''), rows: pass.rows, chunks }
}

test('tells NULL from the empty string, and escapes what LOAD DATA would take for its own', () => {
  const { text, rows } = passed('a,\n"",b\\\n"x\ty","l\n""q"""\nü,\0\n')
  assert.equal(text, 'a\t\\N\n\tb\\\\\nx\\ty\tl\\n"q"\nü\t\\0\n')
  assert.equal(rows, 4)
})

test('reads the same wherever the chunks end', () => {
  const csv = '"a,""b""",1\n,"x\ny"\n' + `"${'long '.repeat(100_000)}",z\nlast,row`
  const whole = passed(csv)
  assert.equal(whole.rows, 4)
  for (const step of [1_000, 65_536, 262_145]) assert.deepEqual(passed(csv, { step }).text, whole.text)
  assert.equal(passed('"a""b",c\n,\n', { step: 1 }).text, 'a"b\tc\n\\N\t\\N\n')
})

test('writes values of an INSERT with nothing but doubled quotes, in chunks of whole rows', () => {
  const hex = writingOf(column('blob'), target('blob'))
  const number = writingOf(column('int'), target('int'))
  const { chunks } = passed(`it's,\\x00ff,-5\n\\,,\n`, {
    columns: [text, hex, number],
    as: 'values',
    most: 1,
  })
  assert.deepEqual(chunks, [`('it''s',X'00ff',-5)`, `('\\',NULL,NULL)`])
  assert.equal(passed('1,2\n3,4\n', { as: 'values' }).text, `('1','2'),('3','4')`)
})

test('refuses rows that are no rows, by their number', () => {
  const refuses = (csv: string, row: number) =>
    assert.throws(
      () => passed(csv),
      (fault) => fault instanceof RowFault && fault.row === row && fault.code === 'row_refused',
    )
  refuses('a,b\nc\n', 2)
  refuses('a,b,c\n', 1)
  refuses('a,"b\n', 1)
  refuses('a,"b"c\n', 1)
})

const catalogOf = (native: string): CatalogType => {
  const base = /^\w+/.exec(native)?.[0] ?? ''
  const [, first, second] = /\((\d+)(?:,(\d+))?\)/.exec(native) ?? []
  const number = first === undefined ? null : Number(first)
  return {
    base,
    native,
    length: number,
    precision: number,
    scale: second === undefined ? null : Number(second),
    digits: number,
    json: false,
  }
}

const column = (native: string, vocabulary: Vocabulary = 'postgres', more: Partial<Column> = {}): Column => ({
  name: 'c',
  type: typeOf(catalogOf(native)),
  nullable: true,
  native,
  vocabulary,
  ...more,
})

const target = (native: string, more: Partial<MysqlColumn> = {}): MysqlColumn => ({
  ...column(native, 'mysql'),
  catalog: catalogOf(native),
  collation: null,
  characterSet: null,
  hasDefault: false,
  ...more,
})

interface Row {
  readonly to: string
  readonly from?: Column
  readonly takes: Readonly<Record<string, string>>
  readonly refuses: readonly string[]
  readonly as?: Partial<MysqlColumn>
}

const utc: Partial<MysqlColumn> = { type: { kind: 'timestamptz', digits: 6 } }

const rows: readonly Row[] = [
  { to: 'int', takes: { '12': '12', '-1': '-1' }, refuses: ['1.5', '1e2', ' 1', '', '-', 'NaN', '0x1'] },
  {
    to: 'tinyint(1)',
    from: column('x', 'postgres', { type: { kind: 'boolean' } }),
    takes: { t: '1', f: '0', true: '1', No: '0' },
    refuses: ['2', 'tr'],
  },
  {
    to: 'tinyint(1)',
    as: { type: { kind: 'boolean' } },
    takes: { t: '1', f: '0', true: '1', FALSE: '0', '1': '1', '0': '0', yes: '1', off: '0' },
    refuses: ['2', '', 'maybe'],
  },
  {
    to: 'decimal(10,2)',
    takes: { '1.50': '1.50', '-.5': '-.5', '1e3': '1e3' },
    refuses: ['NaN', 'Infinity', '1.2.3', '.', ''],
  },
  {
    to: 'double',
    takes: { '-0.5': '-0.5', '5e-324': '5e-324', '0': '0' },
    refuses: ['NaN', '-Infinity', '-0', '-0.0e5'],
  },
  { to: 'float', takes: { '3.4028235e+38': '3.4028234663852886e+38', '0.1': '0.1' }, refuses: ['-0'] },
  { to: 'year', takes: { '0': '0000', '1999': '1999' }, refuses: ['70', '1900', '2156', '99'] },
  { to: 'bit(4)', takes: { '0101': '0101' }, refuses: ['01010', '2', ''] },
  {
    to: 'date',
    takes: { '2024-02-29': '2024-02-29' },
    refuses: [
      '2023-02-29',
      '0000-00-00',
      'infinity',
      '0044-03-15 BC',
      '12024-01-01',
      '2024-1-1',
      '2024-01-01 00:00:00',
    ],
  },
  {
    to: 'date',
    from: column('date', 'mysql'),
    takes: { '0000-00-00': '0000-00-00' },
    refuses: ['2024-13-01'],
  },
  {
    to: 'datetime(3)',
    takes: {
      '2024-01-02 03:04:05.120000': '2024-01-02 03:04:05.120000',
      '2024-01-02T03:04:05': '2024-01-02T03:04:05',
    },
    refuses: [
      '2024-01-02 03:04:05.1234',
      '2024-01-02 03:04:05+00',
      '2024-01-02 24:00:00',
      'infinity',
      '2024-02-30 00:00:00',
    ],
  },
  {
    to: 'datetime(6)',
    as: utc,
    takes: {
      '2024-01-02 03:04:05.123456+00': '2024-01-02 03:04:05.123456',
      '2024-01-02T03:04:05Z': '2024-01-02 03:04:05',
      '2024-01-01 00:30:00.5+05:30': '2023-12-31 19:00:00.5',
    },
    refuses: ['2024-01-02 03:04:05', '2024-01-02 03:04:05 BC', '-infinity', '294276-01-01 00:00:00+00'],
  },
  {
    to: 'time(6)',
    takes: { '-838:59:59': '-838:59:59', '24:00:00': '24:00:00' },
    refuses: ['1:2:3', '10:00:00+02', '12:00'],
  },
  { to: `enum('a','1','it''s')`, takes: { a: 'a', '1': '1', "it's": "it's" }, refuses: ['A', '2', '', 'a '] },
  { to: `set('a','b,c','d')`, takes: { 'a,d': 'a,d', a: 'a' }, refuses: ['d,a', 'a,a', '1', 'x'] },
  {
    to: 'uuid',
    takes: { 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11': 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' },
    refuses: ['a0eebc999c0b4ef8bb6d6bb9bd380a11', ''],
  },
  { to: 'blob', takes: { '\\x00FF': '00FF', '\\x': '' }, refuses: ['\\x0', 'abc', '\\xzz', ''] },
  { to: 'binary(2)', takes: { '\\x0000': '0000' }, refuses: ['\\x00', '\\x000000'] },
  { to: 'char(5)', takes: { ab: 'ab' }, refuses: ['ab '] },
  {
    to: 'json',
    takes: { '{"a":1}': '{"a":1}', '[1.5]': '[1.5]' },
    refuses: ['{"a":1,"a":2}', '[12345678901234567890123]', '[1e999]'],
  },
]

test('a column is given only what it keeps as it is', () => {
  for (const { to, from, takes, refuses, as } of rows) {
    const columns = [writingOf(from ?? column('text'), target(to, as))]
    for (const [value, written] of Object.entries(takes)) {
      assert.equal(
        passed(`"${value.replaceAll('"', '""')}"\n`, { columns }).text,
        `${written}\n`,
        `${to}: ${value}`,
      )
    }
    for (const value of refuses) {
      assert.throws(
        () => passed(`"${value.replaceAll('"', '""')}"\n`, { columns }),
        (fault) => fault instanceof RowFault && fault.code === 'value_refused' && fault.column === 0,
        `${to}: ${value}`,
      )
    }
  }
})

test('a column that takes no NULL is never given one to make something of', () => {
  const columns = [writingOf(column('int'), target('int', { nullable: false }))]
  assert.throws(() => passed('1\n""\n', { columns }), RowFault)
  assert.throws(() => passed('1\n\n', { columns }), RowFault)
})

test('a value that is no UTF-8 is refused by its place', () => {
  for (const as of ['rows', 'values'] as const) {
    assert.equal(passed('ü\ufffd,b\n', { as }).rows, 1)
    for (
      const [bad, row, column] of [['a,b\nc,\xff\n', 2, 1], ['a,"(\'b,"\n\xc0\x80,d\n', 2, 0], [
        '\xe4,b\n',
        1,
        0,
      ]] as const
    ) {
      assert.throws(
        () => passed(Buffer.from(bad, 'latin1'), { as }),
        (fault) => fault instanceof RowFault && fault.row === row && fault.column === column,
        `${as}: ${bad}`,
      )
    }
    // Wherever in a row the chunk begins that it is in.
    for (let at = 0; at < 6; at++) {
      const good = Buffer.from(`${'x'.repeat(43_690 + at)},yy\n`.repeat(6))
      const bad = Buffer.concat([good, Buffer.from([0x61, 0x2c, 0xff, 10])])
      assert.throws(
        () => passed(bad, { as }),
        (fault) => fault instanceof RowFault && fault.row === 7 && fault.column === 1,
        `${as}: ${at}`,
      )
    }
  }
})
