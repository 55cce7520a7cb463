import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { RowFault } from '../../../engine/csv_scan.ts'
import type { Type } from '../../../engine/types.ts'
import { JsonLine, JsonTrouble } from './json_line.ts'
import { JsonlColumns } from './jsonl_columns.ts'
import { JsonlReader } from './jsonl_reader.ts'
import { jsonlRows } from './jsonl_writer.ts'
import { canonical, cut, cuts, parsed, type Row, rowsOf, run } from './passes_fixture.ts'
import { RowPass } from './rows.ts'

function columnsOf(...files: readonly Uint8Array[][]) {
  const columns = new JsonlColumns()
  for (const chunks of files) {
    for (const chunk of chunks) columns.push(chunk)
    columns.endFile()
  }
  return columns
}

function read(
  text: string | Uint8Array,
  places: readonly number[] = [],
): { names: string[]; kinds: string[]; rows: Row[] } {
  const chunks = cut(Buffer.from(text), places)
  const columns = columnsOf(chunks).columns()
  const reader = new JsonlReader(columns.map(({ name, type }) => ({ key: name, kind: type.kind })))
  return {
    names: columns.map(({ name }) => name),
    kinds: columns.map(({ type }) => type.kind),
    rows: parsed(run(reader, chunks), columns.length),
  }
}

const refused = (text: string | Uint8Array, row: number, why: RegExp) =>
  assert.throws(
    () => read(text),
    (error) => error instanceof RowFault && error.row === row && why.test(error.message),
    String(text),
  )

describe('JSON lines', () => {
  test('have the columns of all lines, in the order of their first appearance', () => {
    const { names, kinds, rows } = read('{"b":1}\n{"a":"x","b":null}\n{"c":true}\n{}\n')
    assert.deepEqual(names, ['b', 'a', 'c'])
    assert.deepEqual(kinds, ['int64', 'text', 'boolean'])
    assert.deepEqual(rows, [['1', null, null], [null, 'x', null], [null, null, 't'], [null, null, null]])
  })

  test('keep the very spelling of numbers', () => {
    const numbers = ['1.10', '12345678901234567890', '1e400', '-0.0', '1E+2', '9223372036854775808']
    for (const number of numbers) {
      const { kinds, rows } = read(`{"n":${number}}\n`)
      assert.deepEqual([kinds, rows], [['decimal'], [[number]]])
    }
    for (const number of ['0', '-1', '9223372036854775807', '-9223372036854775808']) {
      const { kinds, rows } = read(`{"n":${number}}\n`)
      assert.deepEqual([kinds, rows], [['int64'], [[number]]])
    }
    assert.deepEqual(read('{"n":1}\n{"n":1.5}\n').kinds, ['decimal'])
  })

  test('are JSON where a column is an object, a list or of two kinds, with the text as it stands', () => {
    const { kinds, rows } = read(
      '{"a":{"x": 1.10},"b":1}\n{"a":[1, "\\u0041"],"b":"1"}\n{"a":null,"b":true}\n',
    )
    assert.deepEqual(kinds, ['json', 'json'])
    assert.deepEqual(rows, [['{"x": 1.10}', '1'], ['[1, "\\u0041"]', '"1"'], [null, 'true']])
  })

  test('know what JSON has no number for, beside numbers', () => {
    const { kinds, rows } = read(
      '{"a":1,"b":"NaN","c":"NaN"}\n{"a":"-Infinity","b":"x","c":true}\n{"a":"NaN"}\n{"a":"Infinity"}\n',
    )
    assert.deepEqual(kinds, ['decimal', 'text', 'json'])
    assert.deepEqual(rows.map(([a]) => a), ['1', '-Infinity', 'NaN', 'Infinity'])
    assert.deepEqual(rows[0], ['1', 'NaN', '"NaN"'])
    assert.deepEqual(read('{"a":1}\n{"a":"nan"}\n').kinds, ['json'])
  })

  test('take strings for text, whatever they look like', () => {
    const { kinds, rows } = read(
      '{"a":"007"}\n{"a":"2026-01-01"}\n{"a":""}\n{"a":"\\u00e9\\ud83d\\udea2\\"\\/\\n"}\n',
    )
    assert.deepEqual(kinds, ['text'])
    assert.deepEqual(rows, [['007'], ['2026-01-01'], [''], ['é🚢"/\n']])
  })

  test('refuse a NUL and half a character in a text, by row and column', () => {
    for (const text of ['\\u0000', '\\ud83d', '\\udea2', '\\ud83dx', '\\ud83d\\u0041']) {
      assert.throws(
        () => read(`{"a":1,"b":"x"}\n{"b":"${text}"}\n`),
        (error) =>
          error instanceof RowFault && error.code === 'value_refused' && error.row === 2 &&
          error.column === 1,
      )
    }
  })

  const wrong: readonly [text: string, row: number, why: RegExp][] = [
    ['{"a":1}\n[1]\n', 2, /not an object/],
    ['{"a":1}\n{"a":1,"a":2}\n', 2, /"a" is there twice/],
    ['{"a":1,"\\u0061":2}\n', 1, /"a" is there twice/],
    ['{"a":01}\n', 1, /leading zero/],
    ['{"a":1}}\n', 1, /behind the object/],
    ['{"a":1}\n\n{"a":2}\n', 2, /an empty line/],
    ['{"a":nul}\n', 1, /a word that is no value/],
    ['{"a":"x}\n', 1, /never closes/],
    ['{"":1}\n', 1, /without a name/],
    ['{"a":\n1}\n', 1, /something that is no value/],
  ]
  for (const [text, row, why] of wrong) {
    test(`refuse ${JSON.stringify(text)} by its row`, () => refused(text, row, why))
  }

  test('refuse what is not UTF-8, by its row', () => {
    refused(
      Buffer.concat([Buffer.from('{"a":"é"}\n{"a":"'), Buffer.of(0xe9), Buffer.from('"}\n')]),
      2,
      /not UTF-8/,
    )
  })

  test('may end in empty lines, in CRLF and without a line end', () => {
    assert.deepEqual(read('{"a":1}\r\n{"a":2}').rows, [['1'], ['2']])
    assert.deepEqual(read('{"a":1}\n\n \n').rows, [['1']])
  })

  test('are read as a slow reader reads them, wherever the chunks are cut', () => {
    const object = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }).filter((key) => !key.includes('\0')),
      fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))),
      { maxKeys: 5 },
    )
    fc.assert(fc.property(fc.array(object), cuts, fc.boolean(), (some, places, spaced) => {
      const objects = [{ first: null }, ...some]
      const lines = objects.map((one) => {
        const text = JSON.stringify(one)
        return spaced ? ` ${text} ` : text
      })
      const { names, rows } = read(lines.map((line) => `${line}\n`).join(''), places)
      const known: string[] = []
      for (const one of objects) for (const key of Object.keys(one)) if (!known.includes(key)) known.push(key)
      assert.deepEqual(names, known)
      const valueOf = (one: object, key: string) =>
        Object.hasOwn(one, key) ? Reflect.get(one, key) as string | null : null
      assert.deepEqual(rows, objects.map((one) => known.map((key) => valueOf(one, key))))
    }))
  })
})

describe('a line of JSON', () => {
  const accepts = (text: string) => {
    const bytes = Buffer.from(text)
    try {
      new JsonLine().read(bytes, 0, bytes.length)
      return true
    } catch (error) {
      assert.ok(error instanceof JsonTrouble)
      return false
    }
  }
  const isObject = (text: string) => {
    try {
      const value = JSON.parse(text)
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    } catch {
      return false
    }
  }

  test('is taken exactly where JSON.parse takes it for an object', () => {
    const signs = [
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      'u',
      '0',
      '1',
      '-',
      '.',
      'e',
      '+',
      't',
      'true',
      'null',
      ' ',
      '\u0001',
      'é',
    ]
    const edit = fc.record({ at: fc.nat(60), cut: fc.nat(3), put: fc.constantFrom(...signs) })
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.array(edit, { maxLength: 3 }),
        (object, edits) => {
          let text = JSON.stringify(object)
          for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut)
          assert.equal(accepts(text), isObject(text), text)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('may be deep, but not without an end', () => {
    assert.equal(accepts(`{"a":${'['.repeat(500)}${']'.repeat(500)}}`), true)
    assert.equal(accepts(`{"a":${'['.repeat(100_000)}`), false)
  })
})

describe('JSON lines that are written', () => {
  const write = (types: readonly Type[], rows: readonly Row[]) => {
    const columns = types.map((type, at) => ({ name: `c${at}`, type }))
    return run(new RowPass(types.length, jsonlRows(columns, [...types.keys()])), [canonical(rows)]).toString()
  }
  const one = (type: Type, value: string | null) => write([type], [[value]])

  test('have every text exactly', () => {
    fc.assert(fc.property(rowsOf(2), (rows) => {
      const type: Type = { kind: 'text', length: null }
      const lines = write([type, type], rows).split('\n').slice(0, -1)
      assert.deepEqual(lines.map((line) => Object.values(JSON.parse(line))), rows)
    }))
  })

  const spelled: readonly [type: Type, value: string | null, json: string][] = [
    [{ kind: 'int64' }, '9223372036854775807', '9223372036854775807'],
    [{ kind: 'int32' }, '-007', '-7'],
    [{ kind: 'decimal', precision: null, scale: null }, '1.10', '1.10'],
    [{ kind: 'decimal', precision: null, scale: null }, '.5', '0.5'],
    [{ kind: 'decimal', precision: null, scale: null }, 'NaN', '"NaN"'],
    [{ kind: 'float64' }, '-Infinity', '"-Infinity"'],
    [{ kind: 'float64' }, '1e-07', '1e-07'],
    [{ kind: 'boolean' }, 't', 'true'],
    [{ kind: 'boolean' }, 'No', 'false'],
    [{ kind: 'bytes' }, '\\x00ff', '"\\\\x00ff"'],
    [{ kind: 'json' }, '{"a": [1.10,\n"x\\n"]}', '{"a": [1.10, "x\\n"]}'],
    [{ kind: 'jsonb' }, 'null', 'null'],
    [{ kind: 'timestamptz', digits: 6 }, '2026-01-31 10:00:00.123456+00', '"2026-01-31T10:00:00.123456Z"'],
    [{ kind: 'timestamptz', digits: 6 }, '12026-01-31 10:00:00+00', '"12026-01-31T10:00:00Z"'],
    [{ kind: 'timestamp', digits: 6 }, '0044-03-15 10:00:00 BC', '"0044-03-15T10:00:00 BC"'],
    [{ kind: 'timestamp', digits: 6 }, 'infinity', '"infinity"'],
    [{ kind: 'date' }, '0044-03-15 BC', '"0044-03-15 BC"'],
    [{ kind: 'text', length: null }, null, 'null'],
  ]
  for (const [type, value, json] of spelled) {
    test(`spell ${value} of ${type.kind} as ${json}`, () =>
      assert.equal(one(type, value), `{"c0":${json}}\n`))
  }

  test('refuse what is none of its type', () => {
    for (
      const [type, value] of [
        [{ kind: 'int64' }, 'x'],
        [{ kind: 'int64' }, 'NaN'],
        [{ kind: 'decimal', precision: null, scale: null }, '1,5'],
        [{ kind: 'boolean' }, 'maybe'],
        [{ kind: 'json' }, '{"a":'],
        [{ kind: 'json' }, '1},{"x":2'],
      ] as const
    ) {
      assert.throws(() => one(type, value), { code: 'value_refused' }, value)
    }
  })

  test('are read back as the rows that they were', () => {
    const type: Type = { kind: 'text', length: null }
    fc.assert(fc.property(rowsOf(2), cuts, (given, places) => {
      const rows = given.map((row) => row.map((value) => value?.replaceAll('\0', '') ?? null))
      if (rows.length === 0) return
      const text = write([type, type], rows)
      assert.deepEqual(read(text, places).rows, rows)
    }))
  })
})
