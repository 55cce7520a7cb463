import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { logOrigin, signCheckpoint } from '../../shared/log/checkpoint.ts'
import { parseNote, verifyCosignature } from '../../shared/log/note.ts'
import { consistencyProof } from '../../shared/log/proof.ts'
import { Tree } from '../../shared/log/tree.ts'
import { native as p } from '../primitives.ts'
import { draft, ids, keys, seedOf, start, World } from '../runs/world_fixture.ts'
import { readAnchor, updateAnchor } from './anchor.ts'
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

  /** The edge's checkpoint with lines of its own below it: the note is good all the same. */
  function withLines(edge: ReturnType<typeof edgeWith>, lines: readonly Uint8Array[]) {
    const more = lines.map((bytes) => `\u2014 x ${toBase64(bytes)}\n`).join('')
    return {
      async checkpoint(from: number) {
        const answer = await edge.checkpoint(from)
        return { ...answer, checkpoint: answer.checkpoint + more }
      },
    }
  }

  test('with many lines below a checkpoint is not forgotten', async () => {
    await using world = new World(draft())
    await world.settle()
    const lines = Array.from({ length: 99 }, (_, i) => new Uint8Array([0, 0, 0, 0, i]))
    assert.equal(await watch(world, withLines(edgeWith(['a', 'b']), lines)), 2)
    assert.equal(remembered(await stored(world))?.size, 2)
    await assert.rejects(watch(world, edgeWith(['X', 'Y', 'Z'])), { code: 'log_forked' })
  })

  test('with a long line below a checkpoint leaves the anchor readable', async () => {
    await using world = new World(draft())
    await world.settle()
    assert.equal(await watch(world, withLines(edgeWith(['a', 'b']), [new Uint8Array(9000)])), 2)
    assert.equal((await stored(world))?.split('\n').length, 7)
    assert.equal(await watch(world, edgeWith(['a', 'b', 'c'])), 3)
  })

  test('that is shown to two agents in two ways is a fork for the second', async () => {
    await using world = new World(draft())
    await world.settle()
    await watch(world, edgeWith(['a', 'b', 'c']))
    const one = edgeWith(['a', 'b', 'c', 'A', 'A'])
    const two = edgeWith(['a', 'b', 'c', 'B', 'B', 'B'])
    const asked: number[] = []
    /** The first agent is served while the second one waits for its answer. */
    const edge = {
      async checkpoint(from: number) {
        if (asked.push(from) === 1) await watch(world, one)
        return await two.checkpoint(from)
      },
    }
    await assert.rejects(watch(world, edge), { code: 'log_forked' })
    assert.deepEqual(asked, [3, 5])
    assert.equal(remembered(await stored(world))?.size, 5)
  })

  test('that others follow meanwhile is verified again from where they are', async () => {
    await using world = new World(draft())
    await world.settle()
    await watch(world, edgeWith(['a']))
    const newest = edgeWith(['a', 'b', 'c'])
    let asked = 0
    const edge = {
      async checkpoint(from: number) {
        if (asked++ === 0) await watch(world, edgeWith(['a', 'b']))
        return await newest.checkpoint(from)
      },
    }
    assert.equal(await watch(world, edge), 3)
    assert.equal(remembered(await stored(world))?.size, 3)
  })

  test('is not taken for new when the anchor’s checkpoint cannot be read', async () => {
    await using world = new World(draft())
    await world.settle()
    await updateAnchor(world.anchor, world.ring, (anchor) => ({ ...anchor, checkpoint: 'cut off' }))
    await assert.rejects(watch(world, edgeWith(['a'])), { code: 'checkpoint_invalid' })
    assert.equal(await stored(world), 'cut off')
  })

  test('signed by another key than the trust document’s is refused', async () => {
    await using world = new World(draft())
    await world.settle()
    await assert.rejects(watch(world, edgeWith(['a'], seedOf(keys.stranger))), { code: 'checkpoint_invalid' })
    assert.equal(await stored(world), null)
  })
})
