import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Column, Vocabulary } from '../connectors/connector.ts'
import { CellFault, type Hold, startHold } from './hold.ts'
import { fromText, guarded, quoteText, refusedBy } from './hold_columns.ts'
import type { Type } from './types.ts'

const skip = process.platform === 'win32' ? 'the hold needs FIFOs' : false

describe('text into the types of Parquet', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cells-'))
  let hold: Hold

  before(async () => {
    if (skip === false) hold = await startHold({ folder, files: [], memoryMb: 128, threads: 1 })
  })
  after(async () => {
    await hold?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  /** What comes back of a text; `refused` where nothing does, by the statement and by the search for the row alike. */
  async function arrives(text: string, type: Type, vocabulary: Vocabulary = 'postgres'): Promise<string> {
    writeFileSync(join(folder, 'v.txt'), text)
    const column: Column = { name: 'v', type, nullable: true, native: '', vocabulary }
    const cell = fromText('content', column, type)
    const from = `from read_text(${quoteText(join(folder, 'v.txt'))})`
    const found = refusedBy(cell, 'content')
    const [[is]] = await hold.run(`select ${found ?? 'false'} ${from}`) as [[string]]
    try {
      const [[value]] = await hold.run(`select (${guarded(cell, 'content', 7)})::varchar ${from}`) as [
        [string],
      ]
      assert.equal(is, 'false', text)
      return value
    } catch (error) {
      assert.ok(error instanceof CellFault && error.column === 7, String(error))
      assert.equal(is, 'true', text)
      return 'refused'
    }
  }

  const decimal = (precision: number, scale: number): Type => ({ kind: 'decimal', precision, scale })

  test('a decimal has the digits of its column behind the point, or is refused and not rounded', async () => {
    assert.equal(await arrives('-1234567890.10', decimal(12, 2)), '-1234567890.10')
    assert.equal(await arrives('0.99', decimal(2, 2)), '.99')
    assert.equal(await arrives('12', decimal(2, 0)), '12')
    for (const text of ['1.105', '1.1', '1', '1e3', 'NaN', 'Infinity', '12345678901.00', '1.x0']) {
      assert.equal(await arrives(text, decimal(12, 2)), 'refused', text)
    }
    for (const text of ['1.5', 'NaN', '100']) {
      assert.equal(await arrives(text, decimal(2, 0)), 'refused', text)
    }
  })

  test('a moment is the same moment, of years before Christ too, or is refused', async () => {
    const moment: Type = { kind: 'timestamptz', digits: 6 }
    assert.equal(
      await arrives('2026-11-22 08:30:00.123456+00', moment),
      '2026-11-22 08:30:00.123456+00',
    )
    assert.equal(await arrives('0044-03-15 10:00:00+00 BC', moment), '0044-03-15 (BC) 10:00:00+00')
    assert.equal(await arrives('infinity', moment), 'infinity')
    for (const text of ['2026-02-30 00:00:00+00', 'x', '0044-02-30 10:00:00+00 BC', 'x BC']) {
      assert.equal(await arrives(text, moment), 'refused', text)
    }
    assert.equal(await arrives('0044-03-15 BC', { kind: 'date' }), '0044-03-15 (BC)')
    assert.equal(await arrives('2026-02-29', { kind: 'date' }, 'csv'), 'refused')
  })
})
