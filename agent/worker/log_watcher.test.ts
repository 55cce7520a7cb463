import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import type { Fault } from '../../shared/faults.ts'
import { logOrigin, signCheckpoint } from '../../shared/log/checkpoint.ts'
import { consistencyProof } from '../../shared/log/proof.ts'
import { Tree } from '../../shared/log/tree.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { draft, ids, keys, publicOf, seedOf, start, World } from '../runs/world_fixture.ts'
import { readAnchor } from '../trust/anchor.ts'
import { remembered } from '../trust/log_watch.ts'
import { LogWatcher } from './log_watcher.ts'

/** What an edge with these leaves shows to an agent that knows the first `from`. */
function shown(leaves: string, from: number, seed = keys.log) {
  const tree = new Tree(p)
  for (const leaf of leaves) tree.append(utf8(leaf))
  const head = { size: leaves.length, root: tree.root() }
  const checkpoint = signCheckpoint(p, { origin: logOrigin(ids.tenant), head, seed: seedOf(seed) })
  const consistency = from > head.size ? [] : consistencyProof(p, tree, { from, to: head.size }).map(toBase64)
  return { checkpoint, size: head.size, consistency, from }
}

/** An agent, and an edge whose checkpoint endpoint shows `edge.leaves`, or nothing when they are null. */
async function agent(world: World) {
  await world.settle()
  const edge = { leaves: null as string | null, seed: keys.log, asked: 0 }
  const alarms: string[] = []
  const watcher = new LogWatcher({
    anchor: world.anchor,
    footings: world.footings(),
    of: world.ring,
    log: { write: () => undefined },
    alarm: (fault: Fault) => void alarms.push(fault.code),
    now: () => start,
    edge: {
      async checkpoint(from: number) {
        edge.asked++
        assert.ok(edge.leaves !== null, 'nothing was to be fetched')
        return shown(edge.leaves, from, edge.seed)
      },
    },
  })
  const size = async () => remembered((await readAnchor(world.anchor, world.ring)).checkpoint)?.size ?? 0
  const refused = async () => Object.keys((await readAnchor(world.anchor, world.ring)).refused)
  return { watcher, edge, alarms, size, refused }
}

describe('the audit log on polls', () => {
  test('is followed by what polls show, and nothing is fetched', async () => {
    await using world = new World(draft())
    const { watcher, edge, size, alarms } = await agent(world)
    assert.equal(await watcher.size(), 0)
    await watcher.look(shown('abc', 0))
    await watcher.look(shown('abcde', 3))
    assert.deepEqual([await size(), await watcher.size(), edge.asked, alarms], [5, 5, 0, []])
  })

  for (const [what, leaves] of [['rewritten', 'aXcde'], ['cut', 'ab'], ['another', 'xyz']] as const) {
    test(`that was ${what} is an alarm: what was seen is kept, and the refusal with it`, async () => {
      await using world = new World(draft())
      const { watcher, edge, size, alarms, refused } = await agent(world)
      await watcher.look(shown('abc', 0))
      edge.leaves = leaves
      await watcher.look(shown(leaves, 3))
      assert.deepEqual([await size(), alarms, await refused()], [3, ['log_forked'], ['log_forked']])
    })
  }

  test('signed by a wrong key is an alarm, once it was asked for again', async () => {
    await using world = new World(draft())
    const { watcher, edge, size, alarms, refused } = await agent(world)
    Object.assign(edge, { leaves: 'abc', seed: keys.stranger })
    await watcher.look(shown('abc', 0, keys.stranger))
    assert.deepEqual([await size(), alarms, await refused()], [0, ['checkpoint_invalid'], [
      'checkpoint_invalid',
    ]])
    assert.equal(edge.asked, 1)
  })

  test('goes on under the log key of a newer trust document', async () => {
    await using world = new World(draft())
    const { watcher, edge, size, alarms } = await agent(world)
    await watcher.look(shown('abc', 0))
    const first = world.documents.trust
    const document = JSON.parse(atob(first.dsse.payload))
    Object.assign(document, { version: 2, previous: first.hash, log_key: publicOf(keys.stranger) })
    const { dsse } = signDocument(p, { type: 'trust', document, seeds: [seedOf(keys.root)] })
    world.shown.trust.push({ version: 2, document: dsse, policy: world.documents.policy.envelope })
    await watcher.look(shown('abcd', 3, keys.stranger))
    assert.equal(await size(), 4)
    // What the old key signed was under way when the new one came: it is asked for again, and no alarm.
    Object.assign(edge, { leaves: 'abcdef', seed: keys.stranger })
    await watcher.look(shown('abcde', 4))
    assert.deepEqual([await size(), alarms], [6, []])
  })

  test('that another agent has followed meanwhile is fetched, and no alarm', async () => {
    await using world = new World(draft())
    const { watcher, edge, size, alarms } = await agent(world)
    await watcher.look(shown('abc', 0))
    edge.leaves = 'abcd'
    await watcher.look(shown('ab', 0))
    assert.deepEqual([await size(), alarms, edge.asked], [4, [], 1])
  })
})
