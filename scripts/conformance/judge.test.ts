import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Contents } from './engines/engine.ts'
import { outcomeOf, type Reported, valueOf } from './judge.ts'
import { type Cell, column, type Reading } from './trap.ts'

const trap = column(['numbers', 'a trap'], {}, { texts: ['1.10', '', null] })

const contents = (cells: readonly Cell[], change: Partial<Contents> = {}): Contents => ({
  columns: [{ name: 'id', type: 'integer', nullable: false }, { name: 'v', type: 'text', nullable: true }],
  key: ['id'],
  rows: cells.map((cell, at) => [String(at + 1), cell]),
  ...change,
})

const done: Reported = { status: 'succeeded', code: null, message: '' }
const judged = (found: Contents | null, reported = done, before: Contents | null = null) =>
  outcomeOf(trap, 'postgres', { reported, found, before })

describe('what arrived', () => {
  test('is exact in any order of rows and columns, and its shape is told', () => {
    const found = contents([])
    const rows = [[null, '3'], ['1.10', '1'], ['', '2']]
    const swapped = { ...found, columns: [...found.columns].reverse(), rows }
    assert.equal(judged(swapped), 'exact: v text, id integer not null; key id')
  })

  const wrong: readonly [what: string, found: Contents | null][] = [
    ['nothing at all', null],
    ['a digit less', contents(['1.1', '', null])],
    ['NULL for an empty text', contents(['1.10', null, null])],
    ['an empty text for NULL', contents(['1.10', '', ''])],
    ['a row less', contents(['1.10', ''])],
    ['a row twice', { ...contents([]), rows: [['1', '1.10'], ['2', ''], ['2', ''], ['3', null]] }],
    [
      'a column more',
      contents(['1.10', '', null], {
        columns: [...contents([]).columns, { name: 'w', type: '', nullable: null }],
      }),
    ],
  ]
  for (const [what, found] of wrong) {
    test(`is wrong with ${what}`, () => assert.match(judged(found), /^wrong: /))
  }
})

describe('what was refused', () => {
  const said = 'value_refused: column "v", id = 2: A value does not fit its column.'
  const refused = (message: string, code = 'value_refused'): Reported => ({ status: 'failed', code, message })

  test('is told by its code where target and message are as they must be', () => {
    assert.equal(judged(null, refused(said)), 'refused: value_refused')
    assert.equal(judged(contents(['x']), refused(said), contents(['x'])), 'refused: value_refused')
    assert.equal(
      judged(null, refused('row_refused: Row 2: a quote that never closes.', 'row_refused')),
      'refused: row_refused',
    )
  })

  test('is wrong when the target has changed', () => {
    assert.match(judged(contents([]), refused(said)), /the target is changed/)
    assert.match(judged(null, refused(said), contents(['x'])), /the target is changed/)
  })

  test('is wrong when the message names no column, no row, or there is none', () => {
    assert.match(judged(null, refused('value_refused: id = 2: No.')), /without naming the column/)
    assert.match(judged(null, refused('value_refused: column "v": No.')), /without naming the row/)
    assert.match(judged(null, refused('')), /without naming the stream/)
  })

  test('is wrong when the code says that something broke', () => {
    assert.equal(judged(null, refused(said, 'engine_failed')), 'wrong: engine_failed')
    assert.match(judged(null, { status: 'failed', code: null, message: said }), /^wrong/)
  })
})

describe('two spellings', () => {
  const same: readonly [Reading, string, string, boolean][] = [
    ['text', '1.10', '1.1', false],
    ['number', '1.10', '1.1', true],
    ['number', '100', '1', false],
    ['float64', '-0', '0', false],
    ['float64', '5e-324', '4.9406564584124654e-324', true],
    ['float64', '0.1', '0.10000000000000001', true],
    ['float64', '0.1', '0.1000000000000001', false],
    ['float64', 'NaN', 'nan', true],
    ['float64', 'inf', 'Infinity', true],
    ['float32', '0.1', '0.10000000149011612', true],
    ['boolean', 't', '1', true],
    ['boolean', 't', 'f', false],
    ['time', '2020-01-01 00:00:00.120000', '2020-01-01T00:00:00.12', true],
    ['time', '2020-01-01 00:00:00+00', '2020-01-01T00:00:00Z', true],
    ['time', '2020-01-01 00:00:00.000001', '2020-01-01 00:00:00', false],
    ['time', '10:00:00', '10:00:00.000', true],
  ]
  for (const [reading, one, other, equal] of same) {
    test(`as ${reading}, ${one} and ${other} are ${equal ? 'one value' : 'two values'}`, () => {
      assert.equal(valueOf(one, reading) === valueOf(other, reading), equal)
    })
  }
})
