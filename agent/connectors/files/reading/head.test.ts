import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { filesConfig } from '../config_fixture.ts'
import { headOf } from './head.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-head-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test(
  'a first line of many chunks is found without going through it for each of them',
  { timeout: 20_000 },
  async () => {
    const path = join(folder, 'long.csv.gz')
    writeFileSync(path, gzipSync(Buffer.concat([Buffer.alloc(12 << 20, 'a'), Buffer.from(',b\nc,d\n')])))
    const options = filesConfig({ path: folder, format: 'csv', header: false })
    const head = await headOf(path, { format: 'csv', options }, new AbortController().signal)
    assert.deepEqual(head.names, ['c1', 'c2'])
  },
)
