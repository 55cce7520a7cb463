import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Column } from '../connectors/connector.ts'
import { before, checkCursor, later } from './cursor.ts'
import { parseType, type Type } from './types.ts'

const column = (native: string, more: Partial<Column> = {}): Column => ({
  name: 'at',
  type: parseType(native) as Type,
  nullable: false,
  native,
  vocabulary: 'postgres',
  ...more,
})

const table: readonly (readonly [native: string, value: string, lag: string, before: string])[] = [
  ['timestamptz', '2026-01-01 00:00:00.123456+00', '5m', '2025-12-31 23:55:00.123456+00'],
  ['timestamptz', '2026-01-01 00:00:00+00', '0s', '2026-01-01 00:00:00+00'],
  ['timestamptz', '2026-06-01 10:00:00+05:30', '1h', '2026-06-01 03:30:00+00'],
  ['timestamp', '2024-03-01 00:00:00', '1d', '2024-02-29 00:00:00'],
  ['timestamp', '2100-03-01 12:34:56.5', '1d', '2100-02-28 12:34:56.5'],
  ['timestamp', '10000-01-01 00:00:00', '1s', '9999-12-31 23:59:59'],
  ['timestamp', '0001-01-01 00:00:00', '1s', '0001-12-31 23:59:59 BC'],
  ['timestamp', '0044-03-15 10:00:00.000001 BC', '2h', '0044-03-15 08:00:00.000001 BC'],
  ['timestamp', '4713-01-01 00:00:00 BC', '38d', '4714-11-24 00:00:00 BC'],
  ['timestamp', '4713-01-01 00:00:00 BC', '999d', '-infinity'],
  ['date', '2026-03-01', '1d', '2026-02-28'],
  ['date', '2026-03-01', '5m', '2026-02-28'],
  ['date', '2026-03-08', '7d', '2026-03-01'],
  ['date', 'infinity', '1d', 'infinity'],
  ['bigint', '9007199254740993', '1', '9007199254740992'],
  ['bigint', '-9223372036854775807', '10', '-9223372036854775808'],
  ['smallint', '-32760', '100', '-32768'],
  ['decimal(38,4)', '12345678901234567890.0001', '1', '12345678901234567889.0001'],
  ['decimal(10,2)', '0.50', '1', '-0.50'],
  ['numeric', 'NaN', '1', 'NaN'],
]

describe('what lies a lag before a cursor', () => {
  for (const [native, value, lag, expected] of table) {
    test(`${native} ${value} less ${lag} is ${expected}`, () => {
      assert.equal(before(value, lag, column(native)), expected)
    })
  }

  test('every day of 800 years comes back as itself', () => {
    const day = 86_400_000
    for (let at = Date.UTC(1600, 0, 2); at < Date.UTC(2400, 0, 1); at += day) {
      const text = (ms: number) => new Date(ms).toISOString().slice(0, 10)
      assert.equal(before(text(at), '1d', column('date')), text(at - day))
    }
  })
})

test('the later of two values is told by what they mean, not by their spelling', () => {
  for (
    const [native, earlier, latter] of [
      ['bigint', '9', '10'],
      ['bigint', '-10', '-9'],
      ['numeric', '1.5', '1.50001'],
      ['numeric', '2', '10.01'],
      ['date', '0044-03-15 BC', '0001-01-01'],
      ['timestamp', '9999-12-31 00:00:00', '10000-01-01 00:00:00'],
      ['timestamptz', '2026-01-01 00:00:00.1+00', '2026-01-01 00:00:00.100001+00'],
      ['timestamptz', '2026-01-01 00:00:00+00', 'infinity'],
    ] as const
  ) {
    assert.equal(later(earlier, latter, column(native)), latter)
    assert.equal(later(latter, earlier, column(native)), latter)
  }
  assert.equal(later('b', 'a', column('text')), 'a')
})

describe('a cursor is refused', () => {
  const refused = (work: () => void, message: RegExp) =>
    assert.throws(work, (error: { code?: string; message: string }) => {
      assert.equal(error.code, 'cursor_refused')
      assert.match(error.message, message)
      return true
    })

  test('of types without an order to go by, and of text without a type', () => {
    for (const native of ['json', 'boolean', 'real', 'double', 'bytea', 'time']) {
      refused(() => checkCursor(column(native), null), /cursor "at"/)
    }
    refused(() => checkCursor(column('text', { vocabulary: 'csv' }), null), /cursor "at"/)
    for (const native of ['integer', 'numeric', 'date', 'timestamptz', 'text', 'uuid']) {
      checkCursor(column(native), null)
    }
  })

  test('with a lag that its type has no measure for', () => {
    refused(() => checkCursor(column('integer'), '5m'), /whole number/)
    refused(() => checkCursor(column('timestamptz'), '5'), /5m/)
    refused(() => checkCursor(column('date'), '1 day'), /1d/)
    refused(() => checkCursor(column('uuid'), '1'), /no lag/)
    checkCursor(column('integer'), '10')
    checkCursor(column('date'), '1d')
  })

  test('whose last value is not spelled as one', () => {
    refused(() => before('yesterday', '1d', column('date')), /spelled/)
    refused(() => before('1e5', '1', column('integer')), /spelled/)
  })
})
