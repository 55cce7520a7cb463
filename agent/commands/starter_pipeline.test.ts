import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { starterPipeline, type Towards } from './starter_pipeline.ts'

/** The targets that are written for these names, from a source of one kind. */
function targets(kind: string | null, names: readonly string[], to: Partial<Towards>): readonly string[] {
  const found = {
    action: 'discover' as const,
    at: '2026-11-22T10:00:00.000Z',
    streams: names.map((name) => ({
      name,
      columns: [],
      key: [],
      estimated_rows: null,
      estimated_bytes: null,
    })),
    left_off: 0,
    withheld: 0,
  }
  const text = starterPipeline(found, { name: 'a', kind, to: { name: 'b', kind: null, config: {}, ...to } })
  const { streams } = parse(text) as { streams: { from: string; to: string }[] }
  assert.deepEqual(streams.map(({ from }) => from), names)
  return streams.map((stream) => stream.to)
}

const tables = ['public.orders', 'public."Odd.Name"']

test('a pipeline that is begun names tables of a database as their source does', () => {
  for (const kind of [null, 'postgres']) assert.deepEqual(targets('postgres', tables, { kind }), tables)
  assert.deepEqual(targets('sqlite', ['a.b', 'c'], { kind: 'postgres' }), ['"a.b"', 'c'])
})

test('a pipeline that is begun for a database without schemas names the table alone, unless there would be two', () => {
  assert.deepEqual(targets('postgres', tables, { kind: 'mysql' }), ['orders', '"Odd.Name"'])
  assert.deepEqual(targets('mysql', ['crm.people'], { kind: 'sqlite' }), ['people'])
  assert.deepEqual(targets('postgres', ['a.t', 'b.T', 'b.u'], { kind: 'sqlite' }), ['a_t', 'b_T', 'u'])
})

test('a pipeline that is begun for files gives each a name that says its format', () => {
  assert.deepEqual(targets('postgres', tables, { kind: 'files' }), ['orders.parquet', 'Odd.Name.parquet'])
  const gzip = { format: 'csv', compression: 'gzip' }
  assert.deepEqual(targets('postgres', tables.slice(0, 1), { kind: 'files', config: gzip }), [
    'orders.csv.gz',
  ])
  const split = { format: 'jsonl', partition_by: ['day'] }
  assert.deepEqual(targets('postgres', tables.slice(0, 1), { kind: 'files', config: split }), ['orders'])
})

test('a pipeline that is begun for files as tables takes no ending for a table of a schema', () => {
  const files = ['orders.csv', 'in/people.jsonl.gz', '2026']
  for (const kind of [null, 'postgres', 'sqlite']) {
    assert.deepEqual(targets('files', files, { kind }), ['orders', 'people', '2026'])
  }
  assert.deepEqual(targets('files', ['a/x.csv', 'b/x.csv'], { kind: 'sqlite' }), ['a_x.csv', 'b_x.csv'])
  assert.deepEqual(targets('files', ['a/x.csv', 'b/x.csv'], { kind: 'postgres' }), ['"a_x.csv"', '"b_x.csv"'])
})
