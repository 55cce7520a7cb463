import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Column } from '../connectors/connector.ts'
import { isJson } from './json_text.ts'
import { parseType, type Type } from './types.ts'
import { valueCheck } from './values.ts'

const fits = (native: string, value: string, vocabulary: Column['vocabulary'] = 'postgres') => {
  const bytes = Buffer.from(value)
  const check = valueCheck({ type: parseType(native) as Type, vocabulary })
  return check === null || check(bytes, 0, bytes.length)
}

const table: readonly {
  readonly type: string
  readonly yes: readonly string[]
  readonly no: readonly string[]
}[] = [
  {
    type: 'smallint',
    yes: ['0', '-32768', '32767', '+7', '0000032767'],
    no: ['32768', '-32769', '', '-', '1.0', ' 1', '1e2', 'x', '0x10'],
  },
  { type: 'int', yes: ['2147483647', '-2147483648'], no: ['2147483648', '-2147483649', '99999999999'] },
  {
    type: 'bigint',
    yes: ['9223372036854775807', '-9223372036854775808'],
    no: ['9223372036854775808', '-9223372036854775809'],
  },
  {
    type: 'decimal(4,2)',
    yes: ['99.99', '-0.01', '1.100', '1e1', '.5', '5.', 'NaN', '0.00000', '0099.9'],
    no: ['100', '1.001', '1e2', 'Infinity', '', '.', '--1', '1,5'],
  },
  { type: 'decimal(2,0)', yes: ['99', '1.0'], no: ['100', '1.5'] },
  {
    type: 'numeric',
    yes: ['1e1000', 'Infinity', '-inf', 'nan', `${'9'.repeat(50)}.1`],
    no: ['1e200000', 'x'],
  },
  {
    type: 'double',
    yes: ['1.5', '-0', 'NaN', '-Infinity', '1e308', '5e-324'],
    no: ['1e309', '1e999', '1e-400', '0.1234567890123456789', 'abc', ''],
  },
  { type: 'real', yes: ['1.5', '3.4e38', '1e-45'], no: ['3.5e38', '1e-50', '16777217'] },
  { type: 'boolean', yes: ['t', 'f', 'TRUE', 'no', '0'], no: ['2', 'tr', '', 'maybe'] },
  {
    type: 'uuid',
    yes: ['0190d9a0-0000-7000-8000-000000000000', 'ABCDEF00-0000-7000-8000-00000000000F'],
    no: ['0190d9a000007000800000000000000', 'x', ''],
  },
  {
    type: 'date',
    yes: [
      '2024-02-29',
      '2000-02-29',
      '9999-12-31',
      '5874897-01-01',
      '0044-03-15 BC',
      '0001-02-29 BC',
      'infinity',
    ],
    no: [
      '2023-02-29',
      '1900-02-29',
      '2024-13-01',
      '2024-04-31',
      '2024-00-10',
      '0000-01-01',
      '20240101',
      '6000000-01-01',
    ],
  },
  {
    type: 'timestamp(3)',
    yes: ['2024-02-29 23:59:59.999', '2024-02-29T00:00', '-infinity'],
    no: [
      '2024-02-30 00:00:00',
      '2024-02-29 24:00:00',
      '2024-02-29 00:00:00.1234',
      '2024-02-29 00:00:60',
      '294277-01-01 00:00:00',
    ],
  },
  {
    type: 'timestamptz',
    yes: ['2024-02-29 00:00:00+00', '2024-02-29 00:00:00.5Z'],
    no: ['2024-02-29 00:00:00', '2023-02-29 00:00:00+00'],
  },
  { type: 'time', yes: ['24:00:00', '23:59:59.999999'], no: ['24:00:01', '25:00', '12:60'] },
  { type: 'bytea', yes: ['\\x', '\\xff00'], no: ['\\xf', 'ff', '\\xzz'] },
  {
    type: 'json',
    yes: ['{"a":1,"a":[true,null]}', ' [] ', '"\\u0000"', '1.10', '-0', '"\\ud800"'],
    no: ['{a:1}', '[1,]', '', '01', '1.', '"\n"', '{"a"}', '[1 2]', 'nul', '"\\x"', '[', '{"a":1}}'],
  },
  {
    type: 'jsonb',
    yes: ['{"a":1,"b":[1e5]}', '"\\ud83d\\ude00"'],
    no: ['{"a":1,"a":2}', '"\\u0000"', '"\\ud800"', '"\\ude00"', '"\\ud83dx"', '1e200000'],
  },
  { type: 'varchar(3)', yes: ['abc', 'äöü', '😀😀😀'], no: ['abcd', 'abc '] },
]

describe('a value of a type', () => {
  for (const { type, yes, no } of table) {
    test(type, () => {
      for (const value of yes) assert.ok(fits(type, value), `${value} is a ${type}`)
      for (const value of no) assert.ok(!fits(type, value), `${value} is no ${type}`)
    })
  }

  test('is none where the vocabulary of the target has no such value', () => {
    for (
      const [type, value] of [
        ['date', 'infinity'],
        ['date', '0044-03-15 BC'],
        ['timestamp', '10000-01-01 00:00'],
        [
          'numeric',
          'NaN',
        ],
        ['double', 'Infinity'],
      ] as const
    ) {
      assert.ok(fits(type, value), `${value} for PostgreSQL`)
      assert.ok(!fits(type, value, 'mysql'), `${value} for MySQL`)
    }
  })

  test('is none that the target would keep without its sign, or could not keep at all', () => {
    for (const kept of ['sqlite', 'mysql'] as const) {
      for (const type of ['double', 'real']) {
        for (const value of ['-0', '-0.0', 'NaN']) assert.ok(!fits(type, value, kept), `${value} for ${kept}`)
        for (const value of ['0', '-0.5', '-5e3']) assert.ok(fits(type, value, kept), `${value} for ${kept}`)
      }
    }
    assert.ok(!fits('numeric(10,2)', 'NaN', 'sqlite'))
    for (const value of ['-0.01', '12.5']) assert.ok(fits('numeric(10,2)', value, 'sqlite'), value)
    assert.ok(fits('numeric', 'NaN', 'sqlite'))
  })

  test('JSON is what JSON.parse takes, over random texts made of its parts', () => {
    const parts = ['{', '}', '[', ']', ',', ':', '"a"', '1', '-1.5e3', 'true', ' ', '"\\n"', 'null', '0']
    let seed = 7
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from(
        { length: 1 + Math.floor(random() * 7) },
        () => parts[Math.floor(random() * parts.length)],
      )
        .join('')
      const bytes = Buffer.from(text)
      let valid = true
      try {
        JSON.parse(text)
      } catch {
        valid = false
      }
      assert.equal(isJson(bytes, { start: 0, end: bytes.length }, { values: false }), valid, text)
    }
  })

  test('JSON that is nested without end is refused and not followed', () => {
    const bytes = Buffer.from('['.repeat(1_000_000))
    assert.equal(isJson(bytes, { start: 0, end: bytes.length }, { values: false }), false)
  })
})
