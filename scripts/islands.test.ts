import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { bundle, islandsPath } from './islands.ts'

test('the bundled islands in the tree are those of their sources', async () => {
  assert.ok(
    readFileSync(islandsPath, 'utf8') === await bundle(),
    'edge/console/assets/islands.js is stale: npm run islands',
  )
})
