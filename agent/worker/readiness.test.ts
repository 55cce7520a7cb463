import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { draft, start, World } from '../runs/world_fixture.ts'
import { readAnchor } from '../trust/anchor.ts'
import { Readiness } from './readiness.ts'

const signal = new AbortController().signal

/** An agent with nothing to do, and how often it has read its ring. */
async function idle(world: World) {
  await world.settle()
  const read = world.keystore.read
  const counted = { reads: 0, monotonic: 0, alarms: 0 }
  world.keystore = { ...world.keystore, read: () => (counted.reads++, read()) }
  const readiness = new Readiness({
    footings: world.footings(),
    anchor: world.anchor,
    of: world.ring,
    log: { write: () => undefined },
    alarm: () => counted.alarms++,
    saw: () => undefined,
    monotonic: () => counted.monotonic,
  })
  return { readiness, counted }
}

describe('an agent with nothing to do', () => {
  test('reads ring, floor and trust again within five minutes, also while a poll is held', async () => {
    await using world = new World(draft())
    const { readiness, counted } = await idle(world)
    assert.equal(await readiness.look(signal), true)
    assert.equal(counted.reads, 0)
    // The last look that may be put off, and the poll after it.
    for (counted.monotonic = 0; counted.reads === 0; counted.monotonic += 1000) await readiness.look(signal)
    assert.ok(counted.monotonic + 25_000 <= 5 * 60_000, `${counted.monotonic}`)
    assert.equal(await readiness.look(signal), true)
    assert.equal(counted.reads, 1)
  })

  test('asks for no work while something is refused, keeps that once, and goes on when it is mended', async () => {
    await using world = new World(draft())
    const { readiness, counted } = await idle(world)
    const { ring } = world
    world.ring = { ...ring, pin: { ...ring.pin, hash: 'f'.repeat(64) } }
    counted.monotonic = 5 * 60_000
    assert.equal(await readiness.look(signal), false)
    assert.equal(await readiness.look(signal), false)
    const refusals = (await readAnchor(world.anchor, ring)).refusals.map(({ code }) => code)
    assert.deepEqual(refusals, ['pin_mismatch'])
    world.ring = ring
    assert.equal(await readiness.look(signal), true)
  })

  test('asks for none once the ring has been out of reach for longer than 15 minutes', async () => {
    await using world = new World(draft())
    const { readiness, counted } = await idle(world)
    counted.monotonic = 5 * 60_000
    assert.equal(await readiness.look(signal), true)
    world.reachable = false
    counted.monotonic += 5 * 60_000
    world.now = start + 14 * 60_000
    assert.equal(await readiness.look(signal), true)
    counted.monotonic += 5 * 60_000
    world.now = start + 15 * 60_000 + 1
    assert.equal(await readiness.look(signal), false)
  })
})
