import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RunResult, StreamResult } from '../runs/move.ts'
import type { StreamPlan } from '../runs/plan.ts'
import { planText, resultText } from './run_text.ts'

const plan: StreamPlan = {
  stream: 'public.orders',
  target: 'raw.orders',
  mode: 'merge',
  how: 'merge',
  route: 'direct',
  why: 'both speak pgcopy',
  slices: 4,
  range: { column: 'at', from: '2026-01-01', inclusive: true, up_to: '2026-02-01', exact: true },
  filtered: false,
  estimated_rows: 12_000,
  estimated_bytes: 1_500_000,
  statements: ['create table "x"\n(a int)'],
  changes: ['add column "x" integer'],
}

describe('a plan', () => {
  test('is a block for each stream: what becomes of the target, by which way, which rows, how much', () => {
    assert.equal(
      planText([plan], 'run'),
      `public.orders → raw.orders  (merge, rows are merged by key)
  route:     direct – both speak pgcopy
  rows:      by "at", from 2026-01-01 up to 2026-02-01
  size:      about 12,000 rows, 1.5 MB, in 4 slices
  change:    add column "x" integer
  would run: create table "x"
             (a int)`,
    )
  })

  test('says which rows there are to read', () => {
    const range = plan.range as NonNullable<StreamPlan['range']>
    const cases: readonly [StreamPlan['range'], RegExp][] = [
      [null, /rows: +all\n/],
      [{ ...range, from: null }, /from the first one up to/],
      [{ ...range, inclusive: false }, /after 2026-01-01 up to/],
      [{ ...range, up_to: null }, /none: "at" has no value/],
      [{ ...range, exact: false }, /only the run looks up/],
    ]
    assert.doesNotMatch(planText([{ ...plan, range: { ...range, exact: false } }], 'reset'), /only the run/)
    for (const [one, text] of cases) assert.match(planText([{ ...plan, range: one }], 'run'), text)
    assert.match(
      planText([{ ...plan, range: null, filtered: true }], 'run'),
      /rows: +all, where the condition is/,
    )
    assert.match(planText([{ ...plan, estimated_rows: 1 }], 'run'), /about 1 row,/)
    assert.match(
      planText([{ ...plan, estimated_rows: null, estimated_bytes: null }], 'run'),
      /size: +unknown/,
    )
  })

  test('does not print a statement of a thousand columns', () => {
    const statements = [`create table x (${'"column" integer, '.repeat(1000)})`]
    const lines = planText([{ ...plan, statements }], 'run').split('\n')
    assert.match(lines.at(-1) ?? '', /^ {2}would run: create table .{1,450}whole in --json\)$/)
  })

  test('of many streams is a table', () => {
    const many = Array.from({ length: 20 }, (_, at) => ({ ...plan, stream: `public.t${at}` }))
    const lines = planText(many, 'run').split('\n')
    assert.match(lines[0] ?? '', /^STREAM +TARGET +MODE/)
    assert.match(
      lines[1] ?? '',
      /^public\.t0 +raw\.orders +merge +merge +direct +by at +12,000 +1\.5 MB +add column/,
    )
    assert.match(lines.at(-1) ?? '', /^20 streams/)
    assert.doesNotMatch(planText(many.map((one) => ({ ...one, changes: [] })), 'run'), /CHANGES/)
  })
})

describe('a result', () => {
  const stream: StreamResult = {
    stream: 's',
    target: 't',
    mode: 'append',
    route: 'direct',
    status: 'succeeded',
    rows_read: 10,
    rows: 10,
    bytes: 1000,
    rejected: 0,
    seconds: 1,
    code: null,
  }
  const result = (streams: StreamResult[]): RunResult => ({
    run_id: 'r',
    status: 'partial',
    streams,
    seconds: 2,
    peak_rss_bytes: 0,
  })

  test('says what was rejected where something was, and what it comes to together', () => {
    const failed: StreamResult = { ...stream, status: 'failed', rows: 0, code: 'row_refused' }
    assert.doesNotMatch(resultText(result([stream])), /REJECTED|streams/)
    const text = resultText(result([{ ...stream, rejected: 3 }, failed]))
    assert.match(text, /ROWS +REJECTED +BYTES/)
    assert.match(text, /s +t +append +direct +row_refused +0 +0/)
    assert.match(text, /Run r partial in 2\.0 s\. 1 of 2 streams, 10 rows, 2\.0 KB, 3 rejected\.$/)
  })
})
