import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { draft, World } from '../runs/world_fixture.ts'
import { readAnchor, updateAnchor } from './anchor.ts'

describe('the anchor', () => {
  test('is left as it was by a change that nobody could read afterwards', async () => {
    await using world = new World(draft())
    await world.settle()
    const before = await readAnchor(world.anchor, world.ring)
    const unreadable = updateAnchor(world.anchor, world.ring, (anchor) => ({
      ...anchor,
      checkpoint: 'x'.repeat(10_001),
    }))
    await assert.rejects(unreadable, { code: 'invalid_file', message: /checkpoint/ })
    assert.deepEqual(await readAnchor(world.anchor, world.ring), before)
  })
})
