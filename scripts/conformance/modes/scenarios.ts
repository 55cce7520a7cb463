/** Every mode, cursor, policy and choice of columns, with what a person would say has to be there afterwards. */
import { incremental } from './incremental.ts'
import { insert, keyless, remove, rows, type Scenario, table, update, versions } from './scenario.ts'

const whole: readonly Scenario[] = [
  {
    name: 'replace',
    stream: 'mode: replace',
    steps: [
      {
        change: [table, ...insert(`1, 'a', 1`, `2, null, 2`)],
        then: rows('id v u', ['1', 'a', '1'], ['2', null, '2']),
      },
      { change: [update(1, `v = 'A'`), remove(2)], then: rows('id v u', ['1', 'A', '1']) },
      { change: [remove(1)], then: rows('id v u') },
    ],
  },
  {
    name: 'append without a cursor',
    stream: 'mode: append',
    adds: true,
    steps: [
      { change: [table, ...insert(`1, 'a', 1`)], then: rows('id v u', ['1', 'a', '1']) },
      { change: [], then: rows('id v u', ['1', 'a', '1'], ['1', 'a', '1']) },
    ],
  },
  {
    name: 'merge without a cursor',
    stream: 'mode: merge, key: [id]',
    steps: [
      {
        change: [table, ...insert(`1, 'a', 1`, `2, 'b', 2`, `3, 'c', 3`)],
        then: rows('id v u', ['1', 'a', '1'], ['2', 'b', '2'], ['3', 'c', '3']),
      },
      {
        change: [update(1, 'v = null'), remove(2), ...insert(`4, '', 4`)],
        then: rows('id v u', ['1', null, '1'], ['2', 'b', '2'], ['3', 'c', '3'], ['4', '', '4']),
      },
    ],
  },
  {
    name: 'mirror without a cursor',
    stream: 'mode: mirror, key: [id]',
    steps: [
      {
        change: [table, ...insert(`1, 'a', 1`, `2, 'b', 2`)],
        then: rows('id v u', ['1', 'a', '1'], ['2', 'b', '2']),
      },
      {
        change: [update(1, `v = 'A'`), remove(2), ...insert(`3, null, 3`)],
        then: rows('id v u', ['1', 'A', '1'], ['3', null, '3']),
      },
      { change: [remove(1), remove(3)], then: rows('id v u') },
    ],
  },
  {
    name: 'history without a cursor',
    stream: 'mode: history, key: [id]',
    steps: [
      {
        change: [table, ...insert(`1, 'a', 1`, `2, 'b', 2`, `3, null, 3`)],
        then: rows(versions, ['1', 'a', '1', 'then', null], ['2', 'b', '2', 'then', null], [
          '3',
          null,
          '3',
          'then',
          null,
        ]),
      },
      {
        change: [update(1, 'v = null'), remove(2)],
        then: rows(
          versions,
          ['1', 'a', '1', 'then', 'then'],
          ['1', null, '1', 'then', null],
          ['2', 'b', '2', 'then', 'then'],
          ['3', null, '3', 'then', null],
        ),
      },
      {
        change: [],
        then: rows(
          versions,
          ['1', 'a', '1', 'then', 'then'],
          ['1', null, '1', 'then', null],
          ['2', 'b', '2', 'then', 'then'],
          ['3', null, '3', 'then', null],
        ),
      },
    ],
  },
]

const start = { change: [table, ...insert(`1, 'a', 1`)], then: rows('id v u', ['1', 'a', '1']) }

const schemas: readonly Scenario[] = [
  {
    name: 'evolve: a column more',
    stream: 'mode: append',
    adds: true,
    steps: [
      start,
      {
        change: ['alter table {table} add column w varchar(9)', update(1, `w = 'x'`)],
        then: rows('id v u w', ['1', 'a', '1', null], ['1', 'a', '1', 'x']),
      },
    ],
  },
  {
    name: 'evolve: a column less',
    stream: 'mode: append',
    adds: true,
    steps: [
      start,
      {
        change: ['alter table {table} drop column v'],
        then: rows('id v u', ['1', 'a', '1'], ['1', null, '1']),
      },
    ],
  },
  {
    name: 'evolve: a wider type',
    stream: 'mode: merge, key: [id]',
    steps: [
      {
        change: ['create table {table} (id integer primary key, u integer)', ...insert('1, 1')],
        then: rows('id u', ['1', '1']),
      },
      {
        change: ['{alter {table}.u bigint}', update(1, 'u = 9223372036854775807')],
        then: rows('id u', ['1', '9223372036854775807']),
      },
    ],
  },
  {
    name: 'columns_only: a column more',
    stream: 'mode: merge, key: [id], schema: columns_only',
    steps: [
      start,
      {
        change: ['alter table {table} add column w varchar(9)', update(1, `w = 'x'`)],
        then: rows('id v u w', ['1', 'a', '1', 'x']),
      },
    ],
  },
  {
    name: 'columns_only: a wider type',
    unless: { sqlite: 'every INTEGER is wide there', libsql: 'every INTEGER is wide there' },
    stream: 'mode: merge, key: [id], schema: columns_only',
    steps: [
      {
        change: ['create table {table} (id integer primary key, u integer)', ...insert('1, 1')],
        then: rows('id u', ['1', '1']),
      },
      { change: ['{alter {table}.u bigint}', update(1, 'u = 5')], then: { refused: 'schema_refused' } },
    ],
  },
  {
    name: 'freeze: a column more',
    stream: 'mode: merge, key: [id], schema: freeze',
    steps: [
      start,
      {
        change: ['alter table {table} add column w varchar(9)', update(1, `v = 'b'`)],
        then: { refused: 'schema_refused' },
      },
    ],
  },
]

const columns: readonly Scenario[] = [
  {
    name: 'include, rename and cast',
    stream: 'mode: replace, columns: { include: [id, u], rename: { u: at_last }, cast: { u: text } }',
    steps: [{ change: [table, ...insert(`1, 'a', 7`)], then: rows('id at_last', ['1', '7']) }],
  },
  {
    name: 'exclude',
    stream: 'mode: replace, columns: { exclude: [v] }',
    steps: [{ change: [table, ...insert(`1, 'secret', 7`)], then: rows('id u', ['1', '7']) }],
  },
  {
    name: 'merge by a renamed key',
    stream: 'mode: merge, key: [id], columns: { rename: { id: number } }',
    steps: [
      { change: [table, ...insert(`1, 'a', 1`)], then: rows('number v u', ['1', 'a', '1']) },
      { change: [update(1, `v = 'b'`)], then: rows('number v u', ['1', 'b', '1']) },
    ],
  },
  {
    name: 'a column that is not there',
    stream: 'mode: replace, columns: { include: [id, nothing] }',
    steps: [{ change: [table, ...insert(`1, 'a', 1`)], then: { refused: 'column_missing' } }],
  },
  {
    name: 'quarantine of what a cast refuses',
    stream: 'mode: replace, key: [id], on_bad_row: quarantine, columns: { cast: { v: integer } }',
    steps: [
      {
        change: [table, ...insert(`1, '10', 1`, `2, 'ten', 2`, `3, null, 3`)],
        then: rows('id v u', ['1', '10', '1'], ['3', null, '3']),
        aside: [['2', 'v', 'value_refused']],
      },
    ],
  },
  {
    name: 'quarantine of NULL in a key',
    stream: 'mode: merge, key: [id], on_bad_row: quarantine',
    steps: [
      {
        change: [keyless, ...insert(`1, 'a', 1`, `null, 'b', 2`)],
        then: rows('id v u', ['1', 'a', '1']),
        aside: [['2', 'id', 'key_refused']],
      },
    ],
  },
]

export const scenarios: readonly Scenario[] = [
  ...whole,
  ...incremental,
  ...schemas,
  ...columns,
]
