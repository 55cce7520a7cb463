import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { draft, ids, World } from '../runs/world_fixture.ts'
import { readAnchor } from '../trust/anchor.ts'
import { Denial } from './denial.ts'

async function watched(world: World, deny: readonly string[]) {
  const footings = world.footings()
  let looks = 0
  const twice = Promise.withResolvers<void>()
  const floor = async (tenant: string) => {
    if (++looks === 2) twice.resolve()
    return await footings.floor(tenant)
  }
  world.floor = { ...world.floor, deny: [...deny] }
  await world.settle({ anchor: false })
  const denial = new Denial({
    agentId: ids.agent,
    footings: { floor },
    anchor: world.anchor,
    of: world.ring,
    log: { write: () => undefined },
    now: () => world.now,
    everyMs: 5,
  })
  return { denial, twice: twice.promise }
}

const aborted = (signal: AbortSignal) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }))

describe('an idle agent', () => {
  test('stops when the floor denies it, and says so in the anchor', async () => {
    await using world = new World(draft())
    await world.settle()
    const { denial } = await watched(world, [ids.agent])
    using _ = denial
    assert.equal((await aborted(denial.signal) as { code: string }).code, 'denied')
    for (let refused = false; !refused;) {
      refused = (await readAnchor(world.anchor, world.ring)).refusals.some(({ code }) => code === 'denied')
    }
  })

  test('goes on when it is another one that is denied', async () => {
    await using world = new World(draft())
    await world.settle()
    const { denial, twice } = await watched(world, [ids.source])
    using _ = denial
    await twice
    assert.equal(denial.signal.aborted, false)
  })
})
