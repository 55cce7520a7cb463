/** Targets that are there before: what a type would round, cut or shift without a word, and columns in another order. */
import { type Cell, type EngineName, textFiles, type Trap } from '../trap.ts'

const group = 'into a target that is there'

interface Into {
  readonly texts: readonly Cell[]
  /** Type of `v` in the target, by destination. */
  readonly types: Partial<Record<EngineName, string>>
  readonly reading?: Trap['reading']
}

/** Text that meets a typed column; one row is there before. */
function into(name: string, { texts, types, ...rest }: Into): Trap {
  const destinations = Object.keys(types) as EngineName[]
  const before = (type: string) => [
    `create table {target} (id varchar(9) not null, v ${type}, primary key (id))`,
    `insert into {target} (id, v) values ('old', null)`,
  ]
  const rows = texts.map((text, at) => [String(at + 1), text])
  return {
    group,
    name,
    sources: {
      ...textFiles(texts),
      ...Object.fromEntries(
        ['postgres', 'mysql', 'sqlite', 'parquet'].map((source) => [source, columnOf(source)]),
      ),
    },
    expected: { columns: ['id', 'v'], rows },
    target: Object.fromEntries(Object.entries(types).map(([engine, type]) => [engine, before(type)])),
    only: destinations,
    ...rest,
  }
}

const columnOf = (source: string) => source === 'parquet' ? 'varchar' : 'text'

const values: readonly Trap[] = [
  into('1.105 for numeric(12,2)', {
    texts: ['1.10', '1.105'],
    types: { postgres: 'numeric(12,2)', mysql: 'decimal(12,2)' },
  }),
  into('numbers that fit numeric(12,2)', {
    texts: ['1.1', '-0.01', '9999999999.99', null],
    types: { postgres: 'numeric(12,2)', mysql: 'decimal(12,2)' },
    reading: 'number',
  }),
  into('300 for a tinyint, 40000 for a smallint', {
    texts: ['1', '40000'],
    types: { postgres: 'smallint', mysql: 'tinyint' },
  }),
  into('1.5 for an integer', {
    texts: ['1', '1.5'],
    types: { postgres: 'integer', mysql: 'integer', sqlite: 'integer' },
  }),
  into('text for an integer', {
    texts: ['1', 'abc'],
    types: { postgres: 'integer', mysql: 'integer', sqlite: 'integer' },
  }),
  into('nothing for an integer', {
    texts: ['1', ''],
    types: { postgres: 'integer', mysql: 'integer', sqlite: 'integer' },
  }),
  into('17 digits for a float4', {
    texts: ['0.5', '0.1234567890123'],
    types: { postgres: 'real', mysql: 'float' },
  }),
  into('four characters for varchar(3)', {
    texts: ['abc', 'abcd'],
    types: { postgres: 'varchar(3)', mysql: 'varchar(3)' },
  }),
  into('trailing spaces for varchar(3)', {
    texts: ['abc', 'abc '],
    types: { postgres: 'varchar(3)', mysql: 'varchar(3)' },
  }),
  into('a time of day for a date', {
    texts: ['2020-01-01', '2020-01-01 10:00:00'],
    types: { postgres: 'date', mysql: 'date' },
  }),
  into('31 February for a date', {
    texts: ['2020-02-29', '2020-02-31'],
    types: { postgres: 'date', mysql: 'date' },
  }),
  into('microseconds for timestamp(3)', {
    texts: ['2020-01-01 00:00:00.123', '2020-01-01 00:00:00.1234'],
    types: { postgres: 'timestamp(3)', mysql: 'datetime(3)' },
  }),
  into('a zone for a timestamp without one', {
    texts: ['2020-01-01 00:00:00', '2020-01-01 00:00:00+02'],
    types: { postgres: 'timestamp', mysql: 'datetime' },
  }),
  into('no zone for a timestamptz', {
    texts: ['2020-01-01 00:00:00+00', '2020-01-01 00:00:00'],
    types: { postgres: 'timestamptz' },
  }),
  into('doubled keys for jsonb', { texts: ['{"a": 1}', '{"a": 1, "a": 2}'], types: { postgres: 'jsonb' } }),
  into('no JSON for json', { texts: ['{"a": 1}', '{"a": '], types: { postgres: 'json', mysql: 'json' } }),
  into('a value that the enum lacks', { texts: ['a', 'c'], types: { mysql: "enum('a', 'b')" } }),
  into('a character that latin1 lacks', {
    texts: ['é', '😀'],
    types: { mysql: 'varchar(9) character set latin1' },
  }),
]

const reordered = (text: string) => [
  `create table {target} (v ${text}, id integer not null, primary key (id))`,
  `insert into {target} (v, id) values ('old', 100)`,
]

const twoTexts = (type: string) => ({ type, values: [`'a'`, 'null'] })

const order: readonly Trap[] = [
  {
    group,
    name: 'columns in another order than the target',
    sources: {
      postgres: twoTexts('text'),
      mysql: twoTexts('text'),
      sqlite: twoTexts('text'),
      parquet: twoTexts('varchar'),
      ...textFiles(['a', null]),
    },
    expected: { columns: ['id', 'v'], rows: [['1', 'a'], ['2', null], ['100', 'old']] },
    mode: 'append',
    target: { postgres: reordered('text'), mysql: reordered('text'), sqlite: reordered('text') },
    only: ['postgres', 'mysql', 'sqlite'],
  },
]

export const targets: readonly Trap[] = [...values, ...order]
