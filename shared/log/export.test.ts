import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'

import { concat, utf8 } from '../bytes.ts'
import { Fault, type FaultCode } from '../faults.ts'
import { native } from '../seal/native.ts'
import { signCheckpoint } from './checkpoint.ts'
import { checkpointLine, leafLine, verifyExport } from './export.ts'
import type { TreeHead } from './proof.ts'
import { Frontier } from './tree.ts'

const p = native(crypto)
const seed = new Uint8Array(32).fill(7)
const log = { name: 'sallyport/t', publicKey: p.ed25519.publicKey(seed) }
const leaves = Array.from(
  { length: 20 },
  (_, i) => JSON.stringify({ n: i, text: `„${'x'.repeat(i)}“ "\\\n` }),
)

function headOf(count: number): TreeHead {
  const tree = new Frontier(p)
  for (const leaf of leaves.slice(0, count)) tree.append(utf8(leaf))
  return { size: tree.size, root: tree.root() }
}

const end = checkpointLine(signCheckpoint(p, { origin: log.name, head: headOf(20), seed }))
const whole = utf8(leaves.map(leafLine).join('') + end)

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.slice(at, at + size))
}

const verify = (bytes: Uint8Array, options: { remembered?: TreeHead | null; size?: number } = {}) =>
  verifyExport(p, { chunks: cut(bytes, options.size ?? 1000), log, remembered: options.remembered ?? null })

const fails = (code: FaultCode) => (error: unknown) => error instanceof Fault && error.code === code

describe('an export', () => {
  test('verifies however its bytes are cut', async () => {
    for (let size = 1; size < 200; size += 7) {
      const report = await verify(whole, { size })
      assert.equal(report.checkpoint.size, 20)
      assert.equal(report.anchored, false)
    }
  })

  test('is anchored by any tree head remembered on the way, and shows each leaf once', async () => {
    for (let size = 0; size <= 20; size++) {
      assert.equal((await verify(whole, { remembered: headOf(size) })).anchored, true, `${size}`)
    }
    const seen: string[] = []
    const onLeaf = (leaf: string, index: number) => {
      assert.equal(index, seen.push(leaf) - 1)
    }
    await verifyExport(p, { chunks: cut(whole, 50), log, remembered: null, onLeaf })
    assert.deepEqual(seen, leaves)
  })

  test('that contradicts what is remembered, or ends before it, is a fork', async () => {
    const other = { size: 7, root: headOf(8).root }
    await assert.rejects(verify(whole, { remembered: other }), fails('log_forked'))
    await assert.rejects(
      verify(whole, { remembered: { size: 21, root: headOf(20).root } }),
      fails('log_forked'),
    )
  })

  test('altered in any one byte is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        await assert.rejects(verify(whole.with(at, (whole[at] as number) ^ change)), Fault)
      }),
      { numRuns: 300 },
    )
  })

  test('with a leaf left out, doubled or moved is refused by its root', async () => {
    const lines = leaves.map(leafLine)
    const changed = [lines.toSpliced(4, 1), lines.toSpliced(4, 0, lines[4] as string), lines.toReversed()]
    for (const some of changed) {
      await assert.rejects(verify(utf8(some.join('') + end)), fails('export_altered'))
    }
  })

  test('that is cut short, goes on after its checkpoint, or holds something else is no export', async () => {
    const text = leaves.map(leafLine).join('')
    const bad = [
      new Uint8Array(0),
      utf8(text),
      whole.slice(0, -1),
      concat(whole, utf8(leafLine('{}'))),
      utf8(`\n${text}${end}`),
      utf8(text.replace('{"leaf"', '{ "leaf"') + end),
      utf8(text.replace('{"leaf"', '{"leave"') + end),
      utf8(`{"leaf":1}\n${end}`),
      utf8(`null\n${end}`),
      concat(new Uint8Array([0xff, 10]), whole),
      new Uint8Array(2 << 20).fill(97),
    ]
    for (const bytes of bad) await assert.rejects(verify(bytes), fails('export_invalid'))
  })

  test('of thirty thousand leaves is verified without being held', async () => {
    const count = 30_000
    const tree = new Frontier(p)
    for (let i = 0; i < count; i++) tree.append(utf8(`{"n":${i}}`))
    const note = signCheckpoint(p, { origin: log.name, head: { size: count, root: tree.root() }, seed })
    async function* chunks() {
      for (let i = 0; i < count; i += 100) {
        let text = ''
        for (let k = i; k < i + 100; k++) text += leafLine(`{"n":${k}}`)
        yield await Promise.resolve(utf8(text))
      }
      yield utf8(checkpointLine(note))
    }
    const report = await verifyExport(p, { chunks: chunks(), log, remembered: null })
    assert.equal(report.checkpoint.size, count)
  })
})
