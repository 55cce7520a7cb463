/** `npm run simulate`, all of it: 500 seeds without a violation, and every bug that was put in on purpose found. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { edgeWithout } from '../attack/without.ts'
import { bugs } from '../simulate/bugs.ts'
import { simulated } from '../simulate/run.ts'
import { root } from '../suites.ts'

const timeout = 1_800_000

test('500 simulations find nothing that may not happen', { timeout }, async () => {
  const wrong: string[] = []
  for await (const { seed, violation } of simulated({ folder: root, from: 1, count: 500 })) {
    if (violation !== null) wrong.push(`npm run simulate -- --seed ${seed}: ${violation}`)
  }
  assert.deepEqual(wrong, [])
})

describe('a bug that was put in on purpose is found', () => {
  for (const { name, within, mutations } of bugs) {
    test(`${name}: within ${within} seeds`, { timeout }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-bugs-'))
      try {
        let found = false
        const without = edgeWithout(mutations, folder)
        for await (const { violation } of simulated({ folder: without, from: 1, count: within })) {
          found = violation !== null
          if (found) break
        }
        assert.ok(found)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  }
})
