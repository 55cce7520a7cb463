import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { RowFault } from '../../../engine/csv_scan.ts'
import { DelimitedReader } from './delimited_reader.ts'
import { delimitedRows, headerBytes } from './delimited_writer.ts'
import type { Dialect } from './dialect.ts'
import { canonical, cut, cuts, parsed, rowsOf, run } from './passes_fixture.ts'
import { projection } from './projection.ts'
import { RowPass } from './rows.ts'
import { TextReader } from './text_reader.ts'

const dialect = fc.record({
  style: fc.constant('quoted' as const),
  delimiter: fc.constantFrom(',', ';', '|', '\t', ':'),
  quote: fc.constantFrom('"', "'"),
  nullText: fc.constantFrom('', 'NULL', '\\N', 'a'),
  lineEnding: fc.constantFrom('lf' as const, 'crlf' as const, 'cr' as const),
})

const formOf = ({ delimiter, quote, nullText, lineEnding }: Dialect, columns: number) => ({
  columns,
  delimiter: delimiter.charCodeAt(0),
  quote: quote?.charCodeAt(0) ?? -1,
  nullText: Buffer.from(nullText),
  lineEnding: lineEnding ?? 'lf',
})

const reader = (dialect: Dialect, columns: number) =>
  dialect.style === 'text'
    ? new TextReader(formOf(dialect, columns))
    : new DelimitedReader(formOf(dialect, columns))

const all = (columns: number) => Array.from({ length: columns }, (_, at) => at)

function written(dialect: Dialect, rows: Parameters<typeof canonical>[0], columns: number): Buffer {
  return run(new RowPass(columns, delimitedRows(all(columns), dialect)), [canonical(rows)])
}

const semicolons: Dialect = { style: 'quoted', delimiter: ';', quote: '"', nullText: '', lineEnding: 'lf' }
const textStyle: Dialect = { style: 'text', delimiter: '\t', quote: null, nullText: '\\N', lineEnding: 'lf' }

const read = (dialect: Dialect, text: string, columns: number) =>
  parsed(run(reader(dialect, columns), [Buffer.from(text)]), columns)

describe('a dialect of CSV', () => {
  test('gives back what was written in it, wherever the chunks are cut', () => {
    fc.assert(fc.property(dialect, rowsOf(3), cuts, (dialect, rows, places) => {
      const bytes = written(dialect, rows, 3)
      assert.deepEqual(parsed(run(reader(dialect, 3), cut(bytes, places)), 3), rows)
    }))
  })

  test('knows NULL by its word, and only without quotes', () => {
    const nulls = { ...semicolons, nullText: 'NULL' }
    assert.deepEqual(read(nulls, 'NULL;"NULL";\nNUL;NULLS;""\n', 3), [[null, 'NULL', ''], [
      'NUL',
      'NULLS',
      '',
    ]])
    assert.deepEqual(read(semicolons, ';"";a\n', 3), [[null, '', 'a']])
  })

  test('keeps a comma, a quote of another kind and a lone CR in a value', () => {
    assert.deepEqual(read({ ...semicolons, quote: "'" }, `a,b;'it''s';x"y\n`, 3), [['a,b', "it's", 'x"y']])
    assert.deepEqual(read({ ...semicolons, lineEnding: 'crlf' }, 'a\rb;"c\r\nd"\r\ne;f\r\n', 2), [
      ['a\rb', 'c\r\nd'],
      ['e', 'f'],
    ])
  })

  test('takes quotes for content where nothing quotes', () => {
    assert.deepEqual(read({ ...semicolons, quote: null }, '"a";b"\n', 2), [['"a"', 'b"']])
    assert.throws(() => written({ ...semicolons, quote: null }, [['a;b', '']], 2), { code: 'value_refused' })
  })

  test('takes a last row without a line end', () => {
    assert.deepEqual(read(semicolons, 'a;b\nc;"d"', 2), [['a', 'b'], ['c', 'd']])
    assert.deepEqual(read({ ...semicolons, nullText: 'NULL' }, 'a;NULL', 2), [['a', null]])
  })

  const broken: readonly [text: string, why: RegExp][] = [
    ['1;2\n3\n', /1 fields where there are 2/],
    ['1;2\n3;4;5\n', /3 fields/],
    ['1;2\na"b;c\n', /a quote inside/],
    ['1;2\n"a"b;c\n', /text after/],
    ['1;2\n"a;c\n', /never closes/],
  ]
  for (const [text, why] of broken) {
    test(`refuses ${JSON.stringify(text)} by its row`, () => {
      assert.throws(
        () => read(semicolons, text, 2),
        (error) =>
          error instanceof RowFault && error.row === 2 && error.code === 'row_refused' &&
          why.test(error.message),
      )
    })
  }
})

describe('the text style', () => {
  test('gives back what was written in it, wherever the chunks are cut', () => {
    const dialects = fc.record({
      delimiter: fc.constantFrom('\t', ',', '|'),
      lineEnding: fc.constantFrom('lf' as const, 'crlf' as const),
    })
    fc.assert(fc.property(dialects, rowsOf(3), cuts, (of, rows, places) => {
      const own = { ...textStyle, ...of }
      assert.deepEqual(parsed(run(reader(own, 3), cut(written(own, rows, 3), places)), 3), rows)
    }))
  })

  test('is written as PostgreSQL writes it', () => {
    const row = ['a\tb', 'c\nd', 'e\\f', '', null, '\\N', '\b\f\r\v', '"']
    assert.equal(
      written(textStyle, [row], row.length).toString(),
      'a\\tb\tc\\nd\te\\\\f\t\t\\N\t\\\\N\t\\b\\f\\r\\v\t"\n',
    )
  })

  test('is read as MySQL writes it: backslashes before the characters themselves, and a NUL', () => {
    assert.deepEqual(read(textStyle, 'a\\\tb\tc\\\nd\t\\\\N\t\\N\tx\\0y\n', 5), [[
      'a\tb',
      'c\nd',
      '\\N',
      null,
      'x\0y',
    ]])
  })

  test('has another word for NULL where the connection says so', () => {
    const nulls = { ...textStyle, nullText: 'NULL' }
    assert.deepEqual(read(nulls, 'NULL\tNULLS\t\n', 3), [[null, 'NULLS', '']])
    assert.throws(() => written(nulls, [['NULL']], 1), { code: 'value_refused' })
  })

  for (const escape of ['\\Z', '\\x41', '\\101', '\\.', '\\a', '\\Nx']) {
    test(`refuses ${escape}, which is not the same to all that read it`, () => {
      assert.throws(
        () => read(textStyle, `a\tb\n${escape}\tb\n`, 2),
        (error) => error instanceof RowFault && error.row === 2 && error.code === 'row_refused',
      )
    })
  }

  test('refuses a backslash at the very end', () => {
    assert.throws(() => read(textStyle, 'a\\', 1), { code: 'row_refused' })
  })
})

describe('a projection', () => {
  test('has the columns that are asked for, constants among them, wherever the chunks are cut', () => {
    const origins = [{ field: 2 }, { constant: 'x "y"' }, { field: 0 }, { constant: null }]
    fc.assert(fc.property(rowsOf(3), cuts, (rows, places) => {
      const pass = new RowPass(3, projection(origins))
      const want = rows.map(([a, , c]) => [c, 'x "y"', a, null])
      assert.deepEqual(parsed(run(pass, cut(canonical(rows), places)), 4), want)
    }))
  })

  test('refuses a ragged row by its number', () => {
    assert.throws(
      () => run(new RowPass(2, projection([{ field: 1 }])), [Buffer.from('1,2\n"a\nb",c\n3\n')]),
      (error) => error instanceof RowFault && error.row === 3,
    )
  })
})

describe('a header', () => {
  test('is quoted where it has to be', () => {
    assert.equal(headerBytes(['a;b', 'c', 'd"e'], semicolons).toString(), '"a;b";c;"d""e"\n')
    assert.equal(headerBytes(['a\tb', 'c'], textStyle).toString(), 'a\\tb\tc\n')
  })
})
