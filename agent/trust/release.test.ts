import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { draft, World } from '../runs/world_fixture.ts'
import { readAnchor } from './anchor.ts'
import { checkRelease, ownDigest } from './release.ts'

const own = 'a'.repeat(64)
const other = 'b'.repeat(64)

describe('the binaries that may run', () => {
  test('are all of them where none is listed, and nothing is read then', async () => {
    await checkRelease({ releases: [] }, () => Promise.reject(new Error('it was read')))
  })

  test('are the listed ones where some are', async () => {
    await checkRelease({ releases: [other, own] }, async () => own)
    await assert.rejects(checkRelease({ releases: [other] }, async () => own), {
      code: 'release_refused',
      message: new RegExp(own),
    })
  })

  test('are told by what this process was started from', async () => {
    const file = createHash('sha256').update(readFileSync(process.execPath)).digest('hex')
    assert.equal(await ownDigest(), file)
  })

  test('are looked at with every trust document that comes', async () => {
    const signal = new AbortController().signal
    for (const [releases, code] of [[[await ownDigest()], null], [[other], 'release_refused']] as const) {
      const from = draft()
      from.trust.releases = [...releases]
      await using world = new World(from)
      await world.settle()
      const read = world.footings().read(signal)
      await (code === null ? read : assert.rejects(read, { code }))
      assert.equal((await readAnchor(world.anchor, world.ring)).trust?.version, 1)
    }
  })
})
