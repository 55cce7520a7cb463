import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Column } from '../connectors/connector.ts'
import { parseType, type Type } from './types.ts'
import { compareColumns, widerType } from './widen.ts'

const typeOf = (spelled: string): Type => {
  const type = parseType(spelled)
  assert.ok(type, spelled)
  return type
}

const column = (native: string, more: Partial<Column> = {}): Column => ({
  name: 'x',
  type: typeOf(native),
  nullable: true,
  native,
  vocabulary: 'postgres',
  ...more,
})

/** target, source, what the target becomes; null: the two are unlike. */
const table: readonly (readonly [string, string, string | null])[] = [
  ['smallint', 'integer', 'integer'],
  ['integer', 'bigint', 'bigint'],
  ['bigint', 'integer', 'bigint'],
  ['bigint', 'decimal(12,2)', 'decimal(21,2)'],
  ['smallint', 'decimal(30,0)', 'decimal(30,0)'],
  ['decimal(12,2)', 'decimal(12,4)', 'decimal(14,4)'],
  ['decimal(18,2)', 'decimal(12,2)', 'decimal(18,2)'],
  ['decimal(5,2)', 'bigint', 'decimal(21,2)'],
  ['decimal(5,2)', 'numeric', 'numeric'],
  ['integer', 'numeric', 'numeric'],
  ['decimal(1000,0)', 'decimal(1000,1000)', 'numeric'],
  ['real', 'double', 'double'],
  ['double', 'real', 'double'],
  ['varchar(10)', 'varchar(40)', 'varchar(40)'],
  ['varchar(10)', 'text', 'text'],
  ['varchar(10)', 'char(20)', 'varchar(20)'],
  ['char(10)', 'char(20)', 'char(20)'],
  ['char(10)', 'varchar(20)', null],
  ['timestamp(3)', 'timestamp', 'timestamp(6)'],
  ['timestamptz(6)', 'timestamptz(0)', 'timestamptz(6)'],
  ['time(0)', 'time(3)', 'time(3)'],
  ['timestamp', 'timestamptz', null],
  ['date', 'timestamp', null],
  ['integer', 'double', null],
  ['integer', 'text', null],
  ['boolean', 'integer', null],
  ['jsonb', 'json', null],
  ['uuid', 'text', null],
]

describe('the widening table', () => {
  for (const [target, source, wider] of table) {
    test(`${target} that gets ${source} becomes ${wider ?? 'nothing: they are unlike'}`, () => {
      assert.deepEqual(widerType(typeOf(target), typeOf(source)), wider === null ? null : typeOf(wider))
    })
  }

  test('a type that nothing is known of is never widened', () => {
    assert.equal(widerType({ kind: 'other' }, { kind: 'other' }), null)
  })
})

describe('two columns compared', () => {
  const fitOf = (source: Column, target: Column) => compareColumns(source, target).fit

  test('a target that holds every value of the source stays as it is', () => {
    const held = [['int', 'bigint'], ['int', 'double'], ['smallint', 'real'], ['uuid', 'text'], [
      'jsonb',
      'json',
    ], [
      'varchar(5)',
      'varchar(9)',
    ]] as const
    for (const [from, into] of held) {
      assert.equal(fitOf(column(from), column(into)), 'same', `${from} ${into}`)
    }
  })

  test('a wider source widens the target, and the difference names both types', () => {
    assert.deepEqual(compareColumns(column('bigint'), column('integer')), {
      fit: 'widen',
      to: { kind: 'int64' },
      loosen: false,
      difference: '"x" is bigint in the source and integer in the target',
    })
  })

  test('text of a file has no type of its own, so it changes none', () => {
    const text = column('text', { vocabulary: 'csv' })
    assert.deepEqual(compareColumns(text, column('integer', { nullable: false })), {
      fit: 'same',
      to: null,
      loosen: false,
      difference: null,
    })
  })

  test('NULLs that the target does not take are a difference of their own', () => {
    const compared = compareColumns(column('integer'), column('integer', { nullable: false }))
    assert.equal(compared.fit, 'same')
    assert.equal(compared.loosen, true)
    assert.equal(compared.difference, '"x" may be NULL in the source and not in the target')
  })

  test('types of two makes that nothing is known of are unlike, one and the same is not', () => {
    const other = (native: string) => ({ ...column('text'), native, type: { kind: 'other' } as const })
    assert.equal(fitOf(other('inet'), other('inet')), 'same')
    assert.equal(fitOf(other('inet'), other('cidr')), 'unlike')
    assert.equal(fitOf(other('inet'), column('text')), 'same')
  })
})
