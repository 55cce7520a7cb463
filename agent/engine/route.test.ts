import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Column, Format, Vocabulary } from '../connectors/connector.ts'
import { chooseWay, type Ends } from './route.ts'
import { parseType, type Type } from './types.ts'

const column = (native: string, vocabulary: Vocabulary, more: Partial<Column> = {}): Column => ({
  name: 'x',
  type: parseType(native) as Type,
  nullable: true,
  native,
  vocabulary,
  ...more,
})

const formats: Readonly<Record<string, readonly Format[]>> = {
  postgres: ['pgcopy', 'quoted-csv', 'csv'],
  mysql: ['csv'],
  sqlite: ['csv'],
  csv: ['csv'],
  parquet: ['parquet'],
}

const ends = (
  from: string,
  into: string,
  pair: readonly [Column, Column],
  more: Partial<Ends> = {},
): Ends => ({
  from: formats[from] as Format[],
  into: formats[into] as Format[],
  columns: [pair[0]],
  targets: [pair[1]],
  ...more,
})

/** Whether a value passes the check of its column; a column without one takes all. */
function takes(of: Ends, value: string): boolean {
  const [check = null] = chooseWay(of).checks
  const bytes = Buffer.from(value)
  return check === null || check(bytes, 0, bytes.length)
}

describe('between vocabularies', () => {
  const table: readonly {
    readonly what: string
    readonly pair: readonly [Column, Column]
    readonly into: string
    readonly yes: readonly string[]
    readonly no: readonly string[]
  }[] = [
    {
      what: 'dates of PostgreSQL for MySQL, which has no infinite ones and none before Christ',
      pair: [column('date', 'postgres'), column('date', 'mysql')],
      into: 'mysql',
      yes: ['2026-01-01'],
      no: ['infinity', '0044-03-15 BC', '10000-01-01'],
    },
    {
      what: 'numbers of PostgreSQL for MySQL, which has no NaN',
      pair: [column('decimal(12,2)', 'postgres'), column('decimal(12,2)', 'mysql')],
      into: 'mysql',
      yes: ['1.50'],
      no: ['NaN'],
    },
    {
      what: 'text of a file for whole numbers of SQLite, which would take any text',
      pair: [column('text', 'csv'), column('bigint', 'sqlite')],
      into: 'sqlite',
      yes: ['1', '-9223372036854775808'],
      no: ['x', '', '1.0', '9223372036854775808'],
    },
    {
      what: 'what SQLite calls a decimal for PostgreSQL, which would round it',
      pair: [column('decimal(12,2)', 'sqlite'), column('decimal(12,2)', 'postgres')],
      into: 'postgres',
      yes: ['1.50'],
      no: ['1.505'],
    },
    {
      what: 'text of a file as JSON of another file, which nobody would look at',
      pair: [column('text', 'csv'), column('json', 'csv')],
      into: 'csv',
      yes: ['{"a":1}'],
      no: ['{a:1}'],
    },
  ]
  for (const { what, pair, into, yes, no } of table) {
    test(`${what}, are checked`, () => {
      for (const value of yes) assert.ok(takes(ends('csv', into, pair), value), value)
      for (const value of no) assert.ok(!takes(ends('csv', into, pair), value), value)
    })
  }

  test('what the type at the source proves already is not looked at again', () => {
    const proven: readonly (readonly [Column, Column])[] = [
      [column('int', 'mysql'), column('bigint', 'postgres')],
      [column('uuid', 'postgres'), column('uuid', 'mysql')],
      [column('date', 'postgres'), column('text', 'mysql')],
      [column('varchar(5)', 'postgres'), column('varchar(9)', 'mysql')],
      [column('decimal(5,2)', 'mysql'), column('decimal(9,2)', 'mysql')],
    ]
    for (const pair of proven) assert.deepEqual(chooseWay(ends('mysql', 'mysql', pair)).checks, [null])
  })
})

describe('with rows put aside', () => {
  const quarantine = { quarantine: true }

  test('equal types on both sides stay on the binary way, and NULLs for a target that takes none do not', () => {
    const portable = { portable: true } as Partial<Column>
    const same = [column('int', 'postgres', portable), column('int', 'postgres', portable)] as const
    const way = chooseWay(ends('postgres', 'postgres', same, quarantine))
    assert.deepEqual([way.from, way.sieved], ['pgcopy', false])
    const strict = [same[0], { ...same[1], nullable: false }] as const
    const sieved = chooseWay(ends('postgres', 'postgres', strict, quarantine))
    assert.deepEqual([sieved.from, sieved.sieved], ['csv', true])
    assert.match(sieved.why, /put aside/)
    const keyed = chooseWay(ends('postgres', 'postgres', same, { ...quarantine, key: [0] }))
    assert.equal(keyed.sieved, true)
  })

  test('a cast from Parquet to Parquet is refused: nobody sees its rows one by one', () => {
    const pair = [column('int', 'duckdb'), column('smallint', 'duckdb')] as const
    assert.throws(() => chooseWay(ends('parquet', 'parquet', pair, quarantine)), { code: 'unsupported' })
    assert.equal(chooseWay(ends('parquet', 'parquet', pair)).route, 'restowed')
  })
})
