import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wordOf } from './fingerprint.ts'

test('FORMAT.md lists the words of shares and fingerprints, each at its byte', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'shared', 'FORMAT.md'), 'utf8')
  const listed = /```words\n([^`]*)```/.exec(text)?.[1]?.trim().split(/\s+/)
  assert.deepEqual(listed, Array.from({ length: 256 }, (_, byte) => wordOf(byte)))
})
