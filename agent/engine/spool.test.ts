import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Spool } from './spool.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-spool-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('a row that was kept back comes out as it went in, whatever signs are in it', async () => {
  const spool = new Spool(folder)
  const slice = spool.slice('0')
  const kept = ['\u2028', '\u2029', '\u0085', '\r', '\n', '\r\n', '\\u2028', '"', '\ud800', '🚢'].map((
    sign,
    at,
  ) => ({
    row: at + 1,
    column: sign,
    code: 'value_refused' as const,
    source: JSON.stringify({ [sign]: `a${sign}b` }),
  }))
  for (const row of kept) slice.add(row)
  const found = []
  for await (const row of spool.rows()) found.push(row)
  assert.deepEqual(found, kept.map((row) => ({ slice: '0', ...row })))
})
