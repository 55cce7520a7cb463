import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { logOrigin, signCheckpoint } from '../../shared/log/checkpoint.ts'
import { checkpointLine, leafLine } from '../../shared/log/export.ts'
import { Tree } from '../../shared/log/tree.ts'
import type { Receipt } from '../../shared/schemas/receipt.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { draft, ids, keys, publicOf, seedOf, World } from '../runs/world_fixture.ts'
import { anchorAt, makeAnchor, updateAnchor } from '../trust/anchor.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { runProgram } from './program.ts'
import { exits, Shell } from './shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-audit-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function logOf(leaves: readonly string[]) {
  const tree = new Tree(p)
  for (const leaf of leaves) tree.append(utf8(leaf))
  const head = { size: leaves.length, root: tree.root() }
  const note = signCheckpoint(p, { origin: logOrigin(ids.tenant), head, seed: seedOf(keys.log) })
  return { note, text: leaves.map(leafLine).join('') + checkpointLine(note) }
}

/** `anchors`: files; the world's own unless given. */
async function verify(world: World, text: string, anchors = [`file:${world.folder}/anchor.json`]) {
  const file = join(folder, 'audit.jsonl')
  writeFileSync(file, text)
  let said = ''
  let result = ''
  const sink = { write: (piece: string) => (said += piece) }
  const out = { write: (piece: string) => (sink.write(piece), result += piece) }
  const env = { SALLYPORT_HOME: join(folder, 'home') }
  const shell = new Shell({ env, stdout: out, stderr: sink, stdin: {} })
  const words = ['audit', 'verify', file, ...anchors.flatMap((place) => ['--anchor', place])]
  return {
    exit: await runProgram([...words, '--log-key', publicOf(keys.log), '--json'], shell),
    said,
    result,
  }
}

describe('audit verify', () => {
  test('takes what agents saw, and refuses what does not contain it', async () => {
    await using world = new World(draft())
    await world.settle()
    const { note } = logOf(['a', 'b'])
    await updateAnchor(world.anchor, world.ring, (anchor) => ({ ...anchor, checkpoint: note }))
    const good = await verify(world, logOf(['a', 'b', 'c']).text)
    assert.equal(good.exit, exits.done, good.said)
    assert.equal(JSON.parse(good.said).anchored, true)
    assert.equal((await verify(world, logOf(['a', 'X', 'c']).text)).exit, exits.checkFailed)
  })

  test('does not take an anchor whose checkpoint cannot be read for one that has seen nothing', async () => {
    await using world = new World(draft())
    await world.settle()
    const { note, text } = logOf(['a', 'b'])
    const line = `\u2014 x ${toBase64(new Uint8Array([0, 0, 0, 0, 1]))}\n`
    const checkpoint = note + line.repeat(100)
    await updateAnchor(world.anchor, world.ring, (anchor) => ({ ...anchor, checkpoint }))
    const { exit, said } = await verify(world, text)
    assert.equal(exit, exits.checkFailed)
    assert.match(said, /checkpoint_invalid/)
  })

  /** The anchor of another pool of the same tenant, which has seen these leaves. */
  async function otherPool(world: World, leaves: readonly string[]): Promise<string> {
    const place = `file:${world.folder}/us.json`
    const of = { tenant: ids.tenant, pool: 'us' }
    await makeAnchor(anchorAt(place), of)
    const { note } = logOf(leaves)
    await updateAnchor(anchorAt(place), of, (anchor) => ({ ...anchor, checkpoint: note }))
    return place
  }

  test('holds it against every pool, and names the one that was shown another log', async () => {
    await using world = new World(draft())
    await world.settle()
    const { note } = logOf(['a', 'b'])
    await updateAnchor(world.anchor, world.ring, (anchor) => ({ ...anchor, checkpoint: note }))
    const own = `file:${world.folder}/anchor.json`
    const agrees = await verify(world, logOf(['a', 'b', 'c', 'd']).text, [
      own,
      await otherPool(world, ['a', 'b', 'c']),
    ])
    assert.equal(agrees.exit, exits.done, agrees.said)
    assert.deepEqual(JSON.parse(agrees.said).witnesses.map(({ size }: { size: number }) => size), [2, 3])
    rmSync(`${world.folder}/us.json`)
    const forked = await verify(world, logOf(['a', 'b', 'c', 'd']).text, [
      own,
      await otherPool(world, ['a', 'b', 'X']),
    ])
    assert.equal(forked.exit, exits.checkFailed)
    assert.match(forked.said, /log_forked/)
    assert.match(forked.said, /pool us .* at 3 entries/)
    assert.doesNotMatch(forked.said, /pool default/)
  })

  test('holds it against what agents have signed for, whatever else the edge shows as receipts', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    const tree = new Tree(p)
    for (const leaf of ['a', 'b']) tree.append(utf8(leaf))
    const receipt = (n: number) => {
      const document: Receipt = {
        type: 'receipt',
        tenant: ids.tenant,
        pool: 'default',
        agent: ids.agent,
        trust: { version: 1, hash: edge.world.documents.trust.hash },
        index: {},
        kids: [],
        log: { size: 2, root: toBase64(tree.root()) },
        issued: new Date().toISOString(),
      }
      const { dsse } = signDocument(p, { type: 'receipt', document, seeds: [seedOf(n)] })
      return { agent: ids.agent, pool: 'default', receipt: dsse }
    }
    edge.replies.set('/v1/receipts', {
      data: [receipt(keys.stranger), receipt(keys.pool)],
      next_cursor: null,
    })
    const check = (leaves: string[]) => {
      const file = join(folder, 'receipts.jsonl')
      writeFileSync(file, logOf(leaves).text)
      return edge.run('audit', 'verify', file, '--receipts', '--log-key', publicOf(keys.log), '--json')
    }
    const good = await check(['a', 'b', 'c'])
    assert.equal(good.exit, exits.done, good.stderr)
    assert.equal(JSON.parse(good.stdout).witnesses.length, 1)
    const forked = await check(['a', 'X', 'c'])
    assert.equal(forked.exit, exits.checkFailed)
    assert.match(forked.stderr, /log_forked/)
  })

  test('refuses an export that ends before what agents saw', async () => {
    await using world = new World(draft())
    await world.settle()
    await updateAnchor(
      world.anchor,
      world.ring,
      (one) => ({ ...one, checkpoint: logOf(['a', 'b', 'c']).note }),
    )
    const { exit, said } = await verify(world, logOf(['a', 'b']).text)
    assert.equal(exit, exits.checkFailed)
    assert.match(said, /at 3 entries, of which there are 2 here/)
  })

  test('says that a log is self-consistent and no more where nobody remembers it', async () => {
    await using world = new World(draft())
    await world.settle()
    const { exit, said, result } = await verify(world, logOf(['a']).text)
    assert.deepEqual([exit, JSON.parse(result).anchored], [exits.done, false])
    assert.match(said, /anchor\.json remembers nothing of the log yet/)
  })

  test('lists whose names were erased', async () => {
    await using world = new World(draft())
    await world.settle()
    const erased = { time: '2026-11-22T10:00:00.000Z', action: 'member.erased', target: ids.agent }
    const other = { action: 'run.created', target: ids.agent, facts: { note: '"member.erased"' } }
    const { result } = await verify(
      world,
      logOf([JSON.stringify(other), JSON.stringify(erased), 'junk']).text,
    )
    const { erasures, erased: listed } = JSON.parse(result)
    assert.equal(erasures, 1)
    assert.deepEqual(listed, [{ index: 1, time: erased.time, member: ids.agent }])
  })
})
