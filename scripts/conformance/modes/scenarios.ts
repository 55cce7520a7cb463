/** Every mode, cursor, policy and choice of columns, with what a person would say has to be there afterwards. */
import { insert, rows, type Scenario, table } from './scenario.ts'

const update = (id: number, set: string) => `update {table} set ${set} where id = ${id}`
const remove = (id: number) => `delete from {table} where id = ${id}`

/** What a history keeps besides: `then` stands for a time, NULL for none yet. */
const versions = 'id v u _valid_from _valid_to'

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

const keyless = `create table {table} (id integer, v varchar(20), u bigint)`

const keys: readonly Scenario[] = [
  {
    name: 'merge of doubled keys without a cursor',
    stream: 'mode: merge, key: [id]',
    steps: [
      { change: [keyless, ...insert(`1, 'a', 1`)], then: rows('id v u', ['1', 'a', '1']) },
      { change: insert(`2, 'b', 2`, `2, 'c', 3`), then: { refused: 'keys_doubled' } },
    ],
  },
  {
    name: 'merge of doubled keys with a cursor: the newest',
    stream: 'mode: merge, key: [id], cursor: { column: u }',
    steps: [
      {
        change: [keyless, ...insert(`1, 'new', 9`, `1, 'old', 1`, `2, 'b', 2`)],
        then: rows('id v u', ['1', 'new', '9'], ['2', 'b', '2']),
      },
      {
        change: insert(`2, 'c', 10`, `2, 'd', 11`),
        then: rows('id v u', ['1', 'new', '9'], ['2', 'd', '11']),
      },
    ],
  },
  {
    name: 'merge of one key with equal cursors',
    stream: 'mode: merge, key: [id], cursor: { column: u }',
    steps: [
      { change: [keyless, ...insert(`1, 'a', 1`)], then: rows('id v u', ['1', 'a', '1']) },
      { change: insert(`2, 'b', 5`, `2, 'c', 5`), then: { refused: 'keys_doubled' } },
    ],
  },
  {
    name: 'merge of NULL in a key',
    stream: 'mode: merge, key: [id]',
    steps: [
      { change: [keyless, ...insert(`1, 'a', 1`)], then: rows('id v u', ['1', 'a', '1']) },
      { change: insert(`null, 'b', 2`), then: { refused: 'key_refused' } },
    ],
  },
  {
    name: 'merge without a key',
    stream: 'mode: merge',
    steps: [{ change: [keyless, ...insert(`1, 'a', 1`)], then: { refused: 'key_missing' } }],
  },
  {
    name: 'merge of a key of two columns',
    stream: 'mode: merge, key: [v, id]',
    steps: [
      {
        change: [keyless, ...insert(`1, 'a', 1`, `1, 'b', 2`)],
        then: rows('id v u', ['1', 'a', '1'], ['1', 'b', '2']),
      },
      {
        change: [`update {table} set u = 3 where v = 'b'`],
        then: rows('id v u', ['1', 'a', '1'], ['1', 'b', '3']),
      },
    ],
  },
]

const moments = `create table {table} (id integer primary key, v varchar(20), u {timestamp})`

const first = '2026-01-01 00:00:00.000001'
const second = '2026-01-01 00:00:00.000002'

const cursors: readonly Scenario[] = [
  {
    name: 'append by a cursor of microseconds',
    stream: 'mode: append, cursor: { column: u }',
    adds: true,
    steps: [
      { change: [moments, ...insert(`1, 'a', '${first}'`)], then: rows('id v u', ['1', 'a', first]) },
      { change: insert(`2, 'b', '${second}'`), then: rows('id v u', ['1', 'a', first], ['2', 'b', second]) },
      { change: [], then: rows('id v u', ['1', 'a', first], ['2', 'b', second]) },
    ],
  },
  {
    name: 'merge by a cursor with ties',
    stream: 'mode: merge, key: [id], cursor: { column: u }',
    steps: [
      { change: [moments, ...insert(`1, 'a', '${second}'`)], then: rows('id v u', ['1', 'a', second]) },
      {
        change: insert(`2, 'tie', '${second}'`, `3, 'late', '${first}'`),
        then: rows('id v u', ['1', 'a', second], ['2', 'tie', second]),
      },
    ],
  },
  {
    name: 'merge by a cursor with a lag',
    stream: 'mode: merge, key: [id], cursor: { column: u, lag: 10 }',
    steps: [
      { change: [table, ...insert(`1, 'a', 100`)], then: rows('id v u', ['1', 'a', '100']) },
      {
        change: insert(`2, 'late', 90`, `3, 'too late', 89`),
        then: rows('id v u', ['1', 'a', '100'], ['2', 'late', '90']),
      },
    ],
  },
  {
    name: 'mirror by a cursor: what is gone is found by its key',
    stream: 'mode: mirror, key: [id], cursor: { column: u }',
    steps: [
      {
        change: [table, ...insert(`1, 'a', 1`, `2, 'b', 2`, `3, 'c', 3`)],
        then: rows('id v u', ['1', 'a', '1'], ['2', 'b', '2'], ['3', 'c', '3']),
      },
      {
        change: [remove(1), update(2, `v = 'B', u = 4`)],
        then: rows('id v u', ['2', 'B', '4'], ['3', 'c', '3']),
      },
    ],
  },
  {
    name: 'history by a cursor',
    stream: 'mode: history, key: [id], cursor: { column: u }',
    steps: [
      {
        change: [table, ...insert(`1, 'a', 1`, `2, 'b', 2`)],
        then: rows(versions, ['1', 'a', '1', 'then', null], ['2', 'b', '2', 'then', null]),
      },
      {
        change: [remove(2), update(1, `v = 'A', u = 3`)],
        then: rows(
          versions,
          ['1', 'a', '1', 'then', 'then'],
          ['1', 'A', '3', 'then', null],
          ['2', 'b', '2', 'then', null],
        ),
      },
    ],
  },
  {
    name: 'a cursor that is NULL',
    stream: 'mode: append, cursor: { column: u }',
    adds: true,
    steps: [
      { change: [table, ...insert(`1, 'a', 1`)], then: rows('id v u', ['1', 'a', '1']) },
      { change: insert(`2, 'b', null`), then: { refused: 'cursor_refused' } },
    ],
  },
  {
    name: 'a cursor that has no order',
    stream: 'mode: append, cursor: { column: v }',
    adds: true,
    steps: [{
      change: [`create table {table} (id integer primary key, v json)`, ...insert(`1, '{}'`)],
      then: { refused: 'cursor_refused' },
    }],
  },
  {
    name: 'reset of an append',
    stream: 'mode: append, cursor: { column: u }',
    adds: true,
    steps: [
      { change: [table, ...insert(`1, 'a', 1`)], then: rows('id v u', ['1', 'a', '1']) },
      {
        change: [update(1, `v = 'A'`), ...insert(`2, 'b', 2`)],
        action: 'reset',
        then: rows('id v u', ['1', 'A', '1'], ['2', 'b', '2']),
      },
      {
        change: insert(`3, 'c', 3`),
        then: rows('id v u', ['1', 'A', '1'], ['2', 'b', '2'], ['3', 'c', '3']),
      },
    ],
  },
  {
    name: 'resync of a merge',
    stream: 'mode: merge, key: [id], cursor: { column: u }',
    steps: [
      {
        change: [table, ...insert(`1, 'a', 5`, `2, 'b', 6`)],
        then: rows('id v u', ['1', 'a', '5'], ['2', 'b', '6']),
      },
      {
        change: [update(1, `v = 'behind'`), remove(2)],
        then: rows('id v u', ['1', 'a', '5'], ['2', 'b', '6']),
      },
      { change: [], action: 'resync', then: rows('id v u', ['1', 'behind', '5'], ['2', 'b', '6']) },
    ],
  },
]

const range = 'where: "id >= ${low} and id < ${high}"'

const backfills: readonly Scenario[] = [
  {
    name: 'backfill of a merge: a range, and the cursor stays',
    stream: `mode: merge, key: [id], cursor: { column: u }, ${range}`,
    steps: [
      {
        change: [table, ...insert(`1, 'a', 5`, `2, 'b', 6`, `3, 'c', 7`)],
        then: rows('id v u', ['1', 'a', '5'], ['2', 'b', '6'], ['3', 'c', '7']),
      },
      {
        change: [update(1, `v = 'A'`), update(2, `v = 'B'`), remove(3)],
        action: 'backfill',
        parameters: { low: '2', high: '4' },
        then: rows('id v u', ['1', 'a', '5'], ['2', 'B', '6'], ['3', 'c', '7']),
      },
      {
        change: insert(`4, 'late', 6`, `5, 'new', 8`),
        then: rows('id v u', ['1', 'a', '5'], ['2', 'B', '6'], ['3', 'c', '7'], ['5', 'new', '8']),
      },
    ],
  },
  {
    name: 'backfill of a mirror deletes nothing',
    stream: `mode: mirror, key: [id], ${range}`,
    steps: [
      {
        change: [table, ...insert(`1, 'a', 5`, `2, 'b', 6`)],
        then: rows('id v u', ['1', 'a', '5'], ['2', 'b', '6']),
      },
      {
        change: [update(1, `v = 'A'`), remove(2)],
        action: 'backfill',
        parameters: { low: '1', high: '2' },
        then: rows('id v u', ['1', 'A', '5'], ['2', 'b', '6']),
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
  ...keys,
  ...cursors,
  ...backfills,
  ...schemas,
  ...columns,
]
