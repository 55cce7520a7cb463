import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { draft, keys, seedOf, start, time, World } from '../runs/world_fixture.ts'
import { walkTrust } from './trust_chain.ts'

/** The world's next trust document, as the edge shows it. */
function second(world: World, issued: number) {
  const first = world.documents.trust
  const document = JSON.parse(atob(first.dsse.payload))
  Object.assign(document, { version: 2, previous: first.hash, issued: time(issued) })
  const { dsse } = signDocument(p, { type: 'trust', document, seeds: [seedOf(keys.root)] })
  return { version: 2, document: dsse, policy: world.documents.policy.envelope }
}

/** Somebody with nothing but a pin and a cache: no floor, no anchor. */
const walk = (world: World) =>
  walkTrust({
    pin: world.ring.pin,
    seen: [],
    after: (version) => world.edge.trustAfter(version),
    cache: `${world.folder}/chain.json`,
  })

describe('the chain that was walked before', () => {
  test('is what the edge is held to, also where nobody else remembers', async () => {
    await using world = new World(draft())
    const first = world.shown.trust
    world.shown.trust = [...first, second(world, start)]
    assert.equal((await walk(world)).document.version, 2)
    world.shown.trust = [...first, second(world, start + 1)]
    await assert.rejects(walk(world), { code: 'trust_forked' })
    world.shown.trust = first
    await assert.rejects(walk(world), { code: 'trust_rolled_back' })
  })

  test('is kept without its policy, which comes anew each time', async () => {
    await using world = new World(draft())
    const [shown] = world.shown.trust
    for (const policy of ['AAAA', shown!.policy, null]) {
      world.shown.trust = [{ ...shown!, policy }]
      assert.equal((await walk(world)).policy, policy)
    }
    assert.doesNotMatch(await Bun.file(`${world.folder}/chain.json`).text(), /policy":"/)
  })

  test('grows by what is new alone', async () => {
    await using world = new World(draft())
    await walk(world)
    world.shown.trust = [...world.shown.trust, second(world, start)]
    const asked: number[] = []
    const after = (version: number) => (asked.push(version), world.edge.trustAfter(version))
    const options = { pin: world.ring.pin, seen: [], after, cache: `${world.folder}/chain.json` }
    assert.equal((await walkTrust(options)).document.version, 2)
    assert.equal((await walkTrust(options)).document.version, 2)
    assert.deepEqual(asked, [0, 2, 1, 2])
  })
})
