import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cut } from './slices.ts'

test('parts are all keys together, each once', () => {
  for (
    const [least, most] of [[1n, 1n], [-5n, 2_000_000n], [0n, 9_223_372_036_854_775_807n], [
      524_288n,
      1_048_575n,
    ]] as const
  ) {
    const parts = cut('id', least, most).map(({ part }) => part)
    assert.equal(parts[0]?.from, null)
    assert.equal(parts.at(-1)?.to, null)
    for (const [at, { to }] of parts.slice(0, -1).entries()) assert.equal(parts[at + 1]?.from, to)
    assert.ok(parts.length <= 65)
  }
})

test('keys that came behind change no part but the last', () => {
  const before = cut('id', 1n, 1_500_000n).map(({ id }) => id)
  const after = cut('id', 1n, 3_000_000n).map(({ id }) => id)
  assert.deepEqual(before.slice(0, -1), after.slice(0, before.length - 1))
  assert.deepEqual(before, ['..524288', '524288..1048576', '1048576..'])
})
