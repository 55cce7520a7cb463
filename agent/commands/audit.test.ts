import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { logOrigin, signCheckpoint } from '../../shared/log/checkpoint.ts'
import { checkpointLine, leafLine } from '../../shared/log/export.ts'
import { Tree } from '../../shared/log/tree.ts'
import { native as p } from '../primitives.ts'
import { draft, ids, keys, publicOf, seedOf, World } from '../runs/world_fixture.ts'
import { updateAnchor } from '../trust/anchor.ts'
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

async function verify(world: World, text: string) {
  const file = join(folder, 'audit.jsonl')
  writeFileSync(file, text)
  let said = ''
  const sink = { write: (piece: string) => (said += piece) }
  const env = { SALLYPORT_HOME: join(folder, 'home') }
  const shell = new Shell({ env, stdout: sink, stderr: sink, stdin: {} })
  const words = ['audit', 'verify', file, '--anchor', `file:${world.folder}/anchor.json`]
  return { exit: await runProgram([...words, '--log-key', publicOf(keys.log), '--json'], shell), said }
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
})
