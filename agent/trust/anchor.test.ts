import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { draft, ids, start, time, World } from '../runs/world_fixture.ts'
import { readAnchor, updateAnchor, withRefusal } from './anchor.ts'

describe('the anchor', () => {
  test('forgets no kind of refusal, however many others come after it', async () => {
    await using world = new World(draft())
    await world.settle()
    const refusal = (minute: number, code: string, run: string | null) => ({
      at: time(start + minute * 60_000),
      code,
      run,
    })
    const { anchor: store, ring } = world
    await updateAnchor(store, ring, (anchor) => withRefusal(anchor, refusal(0, 'log_forked', null)))
    await updateAnchor(store, ring, (anchor) => {
      const junk = Array.from({ length: 500 }, (_, i) => refusal(1 + i, 'wrong_connection', ids.pipeline))
      return junk.reduce(withRefusal, anchor)
    })
    const { refused, refusals } = await readAnchor(store, ring)
    const first = { at: time(start), run: null }
    assert.deepEqual(refused['log_forked'], { count: 1, first, last: first })
    assert.equal(refused['wrong_connection']?.count, 500)
    assert.equal(refused['wrong_connection']?.first.at, time(start + 60_000))
    assert.equal(refused['wrong_connection']?.last.at, time(start + 500 * 60_000))
    assert.equal(refusals.length, 100)
  })

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
