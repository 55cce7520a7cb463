/** Tables: names, keys, shapes, and targets that are there already. */
import { column, type Expected, table, type Trap } from '../trap.ts'

const group = 'tables'

const twoRows: Expected = { columns: ['id', 'v'], rows: [['1', 'a'], ['2', null]] }

const odd = ['id', 'a"b', 'c.d', ' e f ', "g'h", 'Mixed', 'ünï', 'select', '`tick`', '%s', '${x}', '$1', '?']

const ansi = (name: string) => `"${name.replaceAll('"', '""')}"`
const tick = (name: string) => `\`${name.replaceAll('`', '``')}\``
const oddRow: Expected = { columns: odd, rows: [odd.map((_, at) => String(at + 1))] }

function oddTable(quote: (name: string) => string): readonly string[] {
  const columns = odd.map((one, at) => `${quote(one)} ${at === 0 ? 'integer primary key' : 'varchar(9)'}`)
  const values = odd.map((_, at) => at === 0 ? '1' : `'${at + 1}'`)
  return [`create table {table} (${columns.join(', ')})`, `insert into {table} values (${values.join(', ')})`]
}

const oddFiles: Trap['sources'] = {
  csv: { file: `${odd.map(ansi).join(',')}\n${odd.map((_, at) => at + 1).join(',')}\n` },
  jsonl: { file: `${JSON.stringify(Object.fromEntries(odd.map((name, at) => [name, String(at + 1)])))}\n` },
  parquet: {
    statements: [
      `copy (select ${
        odd.map((name, at) => `'${at + 1}' as ${ansi(name)}`).join(', ')
      }) to '{path}' (format parquet)`,
    ],
  },
}

const long63 = 'n'.repeat(63)
const long64 = 'n'.repeat(64)

const renamed = (name: string): Expected => ({ columns: ['id', name], rows: [['1', 'a']] })

const named = (name: string, quote = ansi) => ({
  statements: [
    `create table {table} (id integer primary key, ${quote(name)} varchar(9))`,
    `insert into {table} values (1, 'a')`,
  ],
})

const names: readonly Trap[] = [
  table([group, 'columns with quotes, dots, spaces and reserved words'], {
    postgres: { statements: oddTable(ansi) },
    sqlite: { statements: oddTable(ansi) },
    ...oddFiles,
  }, { expected: oddRow }),
  table([group, 'a table whose name has quotes, dots and capitals'], {
    postgres: {
      statements: [
        'create table "My ""odd"". Table" (id integer primary key, v text)',
        `insert into "My ""odd"". Table" values (1, 'a'), (2, null)`,
      ],
      from: 'public."My ""odd"". Table"',
    },
    mysql: {
      statements: [
        'create table `My "odd". Table` (id integer primary key, v text)',
        `insert into \`My "odd". Table\` values (1, 'a'), (2, null)`,
      ],
      from: '"My ""odd"". Table"',
    },
    sqlite: {
      statements: [
        'create table "My ""odd"". Table" (id integer primary key not null, v text)',
        `insert into "My ""odd"". Table" values (1, 'a'), (2, null)`,
      ],
      from: 'My "odd". Table',
    },
  }, {
    expected: twoRows,
    to: { postgres: 'Their "odd". Table', mysql: 'Their "odd". Table', sqlite: 'Their "odd". Table' },
  }),
  table([group, 'a column of 63 bytes'], {
    postgres: named(long63),
    mysql: named(long63, tick),
    sqlite: named(long63),
    csv: { file: `id,${long63}\n1,a\n` },
    jsonl: { file: `{"id":"1","${long63}":"a"}\n` },
  }, { expected: renamed(long63) }),
  table([group, 'a column of 64 bytes'], {
    mysql: named(long64, tick),
    sqlite: named(long64),
    csv: { file: `id,${long64}\n1,a\n` },
    jsonl: { file: `{"id":"1","${long64}":"a"}\n` },
  }, { expected: renamed(long64), absent: { postgres: 'names have 63 bytes there' } }),
  table([group, 'two names equal after case folding'], {
    postgres: {
      statements: [
        'create table {table} (id integer primary key, "a" text, "A" text)',
        `insert into {table} values (1, 'x', 'y')`,
      ],
    },
    csv: { file: 'id,a,A\n1,x,y\n' },
    tsv: { file: 'id\ta\tA\n1\tx\ty\n' },
    jsonl: { file: '{"id":"1","a":"x","A":"y"}\n' },
  }, { expected: { columns: ['id', 'a', 'A'], rows: [['1', 'x', 'y']] } }),
]

const computed: Expected = { columns: ['id', 'a', 'v'], rows: [['1', '21', '42'], ['2', null, null]] }

function generated(kind: string): readonly string[] {
  return [
    `create table {table} (id integer primary key, a integer, v integer generated always as (a * 2) ${kind})`,
    'insert into {table} (id, a) values (1, 21), (2, null)',
  ]
}

const twoKeys = [
  'create table {table} (a integer not null, b varchar(9) not null, ' +
  'v integer not null, primary key (a, b))',
  `insert into {table} values (1, 'x', 0), (1, 'y', 1)`,
]

const noKey = [
  'create table {table} (id integer, v varchar(9))',
  `insert into {table} values (1, 'a'), (1, 'a'), (null, null)`,
]

const view = [
  'create table {table}_below (id integer primary key, v varchar(9))',
  `insert into {table}_below values (1, 'a'), (2, 'hidden')`,
  'create view {table} as select id, v from {table}_below where id < 2',
]

const shapes: readonly Trap[] = [
  table([group, 'generated columns'], {
    postgres: { statements: generated('stored') },
    mysql: { statements: generated('stored') },
    sqlite: { statements: generated('stored') },
  }, { expected: computed }),
  table([group, 'identity columns'], {
    postgres: {
      statements: [
        'create table {table} (id integer generated always as identity primary key, v text)',
        `insert into {table} (v) values ('a'), (null)`,
      ],
    },
    mysql: {
      statements: [
        'create table {table} (id integer auto_increment primary key, v text)',
        `insert into {table} (v) values ('a'), (null)`,
      ],
    },
    sqlite: {
      statements: [
        'create table {table} (id integer primary key autoincrement not null, v text)',
        `insert into {table} (v) values ('a'), (null)`,
      ],
    },
  }, { expected: twoRows }),
  column([group, 'no rows'], {
    postgres: 'text',
    mysql: 'text',
    sqlite: 'text',
    parquet: 'varchar',
    csv: { file: 'id,v\n' },
    tsv: { file: 'id\tv\n' },
  }, { texts: [] }),
  table([group, 'NOT NULL and a key of two columns'], {
    postgres: { statements: twoKeys },
    mysql: { statements: twoKeys },
    sqlite: { statements: twoKeys },
  }, { expected: { columns: ['a', 'b', 'v'], rows: [['1', 'x', '0'], ['1', 'y', '1']] }, key: ['a', 'b'] }),
  table([group, 'no key at all, and the same row twice'], {
    postgres: { statements: noKey },
    mysql: { statements: noKey },
    sqlite: { statements: noKey },
  }, { expected: { columns: ['id', 'v'], rows: [['1', 'a'], ['1', 'a'], [null, null]] }, key: null }),
  table([group, 'a view'], {
    postgres: { statements: view },
    mysql: { statements: view },
    sqlite: { statements: view },
  }, { expected: { columns: ['id', 'v'], rows: [['1', 'a']] } }),
  table([group, 'a partitioned table'], {
    postgres: {
      statements: [
        'create table {table} (id integer not null, v text) partition by range (id)',
        'create table a_partitioned_table_1 partition of {table} for values from (0) to (2)',
        'create table a_partitioned_table_2 partition of {table} for values from (2) to (9)',
        `insert into {table} values (1, 'a'), (2, null)`,
      ],
    },
    mysql: {
      statements: [
        'create table {table} (id integer primary key, v text) partition by hash (id) partitions 2',
        `insert into {table} values (1, 'a'), (2, null)`,
      ],
    },
  }, { expected: twoRows }),
]

const wide = Array.from({ length: 1600 }, (_, at) => at === 0 ? 'id' : `c${at}`)

const wideRow: Expected = { columns: wide, rows: [wide.map((_, at) => String(at + 1))] }

const wideTable = [
  `create table {table} (${
    wide.map((name) => name === 'id' ? 'id integer primary key' : `${name} integer`).join(', ')
  })`,
  `insert into {table} values (${wide.map((_, at) => at + 1).join(', ')})`,
]

const sizes: readonly Trap[] = [
  table([group, 'a table of 1,600 columns'], {
    postgres: { statements: wideTable },
    sqlite: { statements: wideTable },
    csv: { file: `${wide.join(',')}\n${wide.map((_, at) => at + 1).join(',')}\n` },
    tsv: { file: `${wide.join('\t')}\n${wide.map((_, at) => at + 1).join('\t')}\n` },
    jsonl: {
      file: `${JSON.stringify(Object.fromEntries(wide.map((name, at) => [name, String(at + 1)])))}\n`,
    },
    parquet: {
      statements: [
        `copy (select ${
          wide.map((name, at) => `${at + 1} as ${name}`).join(', ')
        }) to '{path}' (format parquet)`,
      ],
    },
  }, { expected: wideRow, absent: { mysql: 'InnoDB has 1,017 columns' } }),
]

export const tables: readonly Trap[] = [...names, ...shapes, ...sizes]
