/** Keys, cursors and ranges: what is read, and which row wins. */
import { insert, keyless, remove, rows, type Scenario, table, update, versions } from './scenario.ts'

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

export const incremental: readonly Scenario[] = [...keys, ...cursors, ...backfills]
