import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { currentDraft } from '../commands/hostile_edge_fixture.ts'
import { World } from '../runs/world_fixture.ts'
import { copyPath, openCopy, readCopy, writeCopy } from './recovery_copy.ts'
import { checkRecovery, joinShares, makeRecoveryKey, parseShare, shareText } from './recovery_share.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-recovery-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const world = new World(currentDraft())
after(() => world[Symbol.asyncDispose]())

const { tenant } = world.ring
const made = (suite: 1 | 2 = 1) => makeRecoveryKey({ tenant, suite, shares: 5, threshold: 3 })
const refused = (message: RegExp) => ({ code: 'recovery_refused', message })

describe('a recovery key', () => {
  for (const suite of [1, 2] as const) {
    test(`of suite ${suite} is made again by any three of its five shares, as they were printed`, async () => {
      const key = await made(suite)
      const shares = key.shares.map((share) => parseShare(shareText(share), 'the test'))
      assert.deepEqual(shares, key.shares)
      for (const some of [[0, 1, 2], [4, 2, 0], [1, 3, 4]]) {
        const { share } = await joinShares(some.map((at) => shares[at]!))
        assert.equal(share.kid, key.kid)
      }
      const all = await Promise.all(
        [[0, 1, 2], [2, 3, 4]].map((some) => joinShares(some.map((at) => shares[at]!))),
      )
      assert.equal(toBase64(all[0]!.key), toBase64(all[1]!.key))
    })
  }

  test('is not made by too few shares, by one share several times, or by shares of two keys', async () => {
    const [{ shares: [a, b, c] }, { shares: [, , other] }] = await Promise.all([made(), made()])
    await assert.rejects(joinShares([]), refused(/No share/))
    await assert.rejects(joinShares([a!, b!]), refused(/It takes 3 different shares; 1 more besides 1, 2/))
    await assert.rejects(joinShares([a!, b!, b!]), refused(/1 more besides 1, 2/))
    await assert.rejects(joinShares([a!, b!, other!]), refused(/different keys: share 1/))
    const forged = { ...c!, bytes: other!.bytes }
    await assert.rejects(joinShares([a!, b!, forged]), refused(/do not make the key/))
  })

  test('is the one of the trust document, or it is refused', async () => {
    const { shares: [share], kid, suite, public: key } = await made()
    const recovery = { kid, suite, public: key, shares: 5, threshold: 3 }
    checkRecovery(share!, recovery)
    assert.throws(() => checkRecovery(share!, null), refused(/names no recovery key/))
    const other = await made()
    assert.throws(
      () => checkRecovery(share!, { ...recovery, kid: other.kid, public: other.public }),
      refused(/names/),
    )
  })
})

describe('a printed share', () => {
  test('may be typed with other breaks and spaces', async () => {
    const { shares: [share] } = await made()
    const typed = shareText(share!).replaceAll('\n  ', ' ').replaceAll('\n', '\r\n') + '\n\n'
    assert.deepEqual(parseShare(typed, 'the test'), share)
  })

  test('with a word, a number or a name that is not as it was printed is refused', async () => {
    const { shares: [share] } = await made()
    const text = shareText(share!)
    const word = text.trim().split(/\s+/).at(-1) as string
    const changes = [
      text.replace(word, word === 'acorn' ? 'actor' : 'acorn'),
      text.replace(word, 'nonsense'),
      text.replace(word, ''),
      text.replace('share 1 of', 'share 2 of'),
      text.replace('any 3 of', 'any 2 of'),
      text.replace('suite   1', 'suite   2'),
      text.replace(share!.kid, share!.kid.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))),
      '',
      'a shopping list',
    ]
    for (const changed of changes) {
      assert.notEqual(changed, text)
      assert.throws(() => parseShare(changed, 'share-1.txt'), refused(/^share-1\.txt/), changed)
    }
  })
})

describe('the sealed copy of a ring', () => {
  const sealedTo = async (ring: Ring, suite: 1 | 2 = 1) => {
    const key = await made(suite)
    const path = copyPath(folder, ring.pool)
    const { kid, public: publicKey } = key
    writeCopy(path, ring, {
      recovery: { kid, suite, public: publicKey, shares: 5, threshold: 3 },
      now: Date.now(),
    })
    return { path, copy: readCopy(path), opening: (await joinShares(key.shares)).key }
  }

  for (const suite of [1, 2] as const) {
    test(`opens by the recovery key, whole, in suite ${suite}`, async () => {
      const { path, copy, opening } = await sealedTo(world.ring, suite)
      assert.deepEqual(openCopy(copy, opening), world.ring)
      assert.equal(statSync(path).mode & 0o777, 0o600)
      for (const secret of [world.ring.pool_key, world.ring.sealing[0]!.private]) {
        assert.ok(!readFileSync(path, 'utf8').includes(secret))
      }
    })
  }

  test('does not open by another key, or as the copy of another pool', async () => {
    const { copy, opening } = await sealedTo(world.ring)
    const other = await sealedTo(world.ring)
    assert.throws(() => openCopy(copy, other.opening), { code: 'recovery_refused' })
    assert.throws(() => openCopy({ ...copy, pool: 'other' }, opening), { code: 'recovery_refused' })
  })
})
