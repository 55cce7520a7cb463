import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { logOrigin, signCheckpoint } from '../../shared/log/checkpoint.ts'
import { parseNote, verifyCosignature } from '../../shared/log/note.ts'
import { consistencyProof } from '../../shared/log/proof.ts'
import { Tree } from '../../shared/log/tree.ts'
import { native as p } from '../primitives.ts'
import { draft, ids, keys, seedOf, start, World } from '../runs/world_fixture.ts'
import { readAnchor } from './anchor.ts'
import { remembered, watchLog } from './log_watch.ts'

const signal = new AbortController().signal

/** An edge's log of these leaves, as it shows it. */
function edgeWith(leaves: readonly string[], seed = seedOf(keys.log)) {
  const tree = new Tree(p)
  for (const leaf of leaves) tree.append(utf8(leaf))
  const head = { size: leaves.length, root: tree.root() }
  const checkpoint = signCheckpoint(p, { origin: logOrigin(ids.tenant), head, seed })
  return {
    async checkpoint(from: number) {
      const consistency = consistencyProof(p, tree, { from, to: head.size }).map(toBase64)
      return { checkpoint, size: head.size, consistency }
    },
  }
}

async function watch(world: World, edge: ReturnType<typeof edgeWith>): Promise<number> {
  const footing = await world.footings().read(signal)
  return await watchLog({ edge, anchor: world.anchor, footing, now: () => start }, signal)
}

const stored = async (world: World) => (await readAnchor(world.anchor, world.ring)).checkpoint

describe('the audit log as an agent sees it', () => {
  test('is followed as it grows, cosigned with the pool key and kept in the anchor', async () => {
    await using world = new World(draft())
    await world.settle()
    assert.equal(await watch(world, edgeWith(['a', 'b', 'c'])), 3)
    assert.equal(await watch(world, edgeWith(['a', 'b', 'c'])), 3)
    assert.equal(await watch(world, edgeWith(['a', 'b', 'c', 'd', 'e', 'f'])), 6)
    const note = parseNote(await stored(world) ?? '')
    const pool = { name: 'sallyport/pool/default', publicKey: p.ed25519.publicKey(seedOf(keys.pool)) }
    assert.ok(note)
    assert.equal(verifyCosignature(p, note, pool), start / 1000)
    assert.equal(remembered(await stored(world))?.size, 6)
  })

  test('that was rewritten is a fork, and what was seen is kept', async () => {
    await using world = new World(draft())
    await world.settle()
    await watch(world, edgeWith(['a', 'b', 'c']))
    const before = await stored(world)
    await assert.rejects(watch(world, edgeWith(['a', 'X', 'c', 'd'])), { code: 'log_forked' })
    await assert.rejects(watch(world, edgeWith(['a', 'b', 'X'])), { code: 'log_forked' })
    assert.equal(await stored(world), before)
  })

  test('that was cut is a fork', async () => {
    await using world = new World(draft())
    await world.settle()
    await watch(world, edgeWith(['a', 'b', 'c']))
    const cut = edgeWith(['a', 'b'])
    const honest = { checkpoint: (from: number) => cut.checkpoint(Math.min(from, 2)) }
    await assert.rejects(watch(world, honest), { code: 'log_forked' })
  })

  test('signed by another key than the trust document’s is refused', async () => {
    await using world = new World(draft())
    await world.settle()
    await assert.rejects(watch(world, edgeWith(['a'], seedOf(keys.stranger))), { code: 'checkpoint_invalid' })
    assert.equal(await stored(world), null)
  })
})
