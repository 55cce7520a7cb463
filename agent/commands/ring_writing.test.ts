import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Ring } from '../../shared/schemas/ring.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { copyPath, openCopy, readCopy } from '../keystore/recovery_copy.ts'
import { joinShares, makeRecoveryKey } from '../keystore/recovery_share.ts'
import { draft, start, World } from '../runs/world_fixture.ts'
import { withNextKey } from '../trust/rotation.ts'
import { changeRing, readRing, type RingPlace, waitingRing } from './ring_writing.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-ring-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const world = new World(draft())
after(() => world[Symbol.asyncDispose]())

const next = (ring: Ring) => withNextKey(ring, { suite: 1, compromised: false, now: start })
let homes = 0

const home = () => join(folder, `home-${homes++}`)

/** A ring in a file that this command may replace. */
function written(): RingPlace {
  const at = home()
  const path = join(at, 'ring.json')
  const keystore = keystoreAt(`file:${path}`, {})
  return { home: at, keystore, recoveryOut: undefined }
}

describe('a ring', () => {
  test('is replaced whole, and its copy is sealed to the recovery key', async () => {
    const place = written()
    await place.keystore.swap?.(null, JSON.stringify(world.ring))
    const { kid, suite, public: key, shares } = await makeRecoveryKey({
      tenant: world.ring.tenant,
      suite: 1,
      shares: 3,
      threshold: 2,
    })
    const recovery = { kid, suite, public: key, shares: 3, threshold: 2 }
    const changed = await changeRing(place, next, recovery)
    assert.equal(changed.waiting, null)
    assert.deepEqual((await readRing(place)).ring, changed.ring)
    const copy = readCopy(copyPath(place.home, 'default'))
    assert.deepEqual(openCopy(copy, (await joinShares(shares)).key), changed.ring)
  })

  test('that somebody else has changed meanwhile is changed as it is by then', async () => {
    const place = written()
    await place.keystore.swap?.(null, JSON.stringify(world.ring))
    let others = 0
    const { ring } = await changeRing(place, (one) => {
      if (others++ === 0) {
        const path = join(place.home, 'ring.json')
        writeFileSync(path, JSON.stringify(next(JSON.parse(readFileSync(path, 'utf8')))))
      }
      return next(one)
    }, null)
    assert.equal(ring.sealing.length, 3)
    assert.deepEqual((await readRing(place)).ring, ring)
  })

  test('that changes under every attempt is left alone, and that is said', async () => {
    const place = written()
    await place.keystore.swap?.(null, JSON.stringify(world.ring))
    const restless = { ...place, keystore: { ...place.keystore, swap: async () => false } }
    await assert.rejects(changeRing(restless, next, null), { code: 'keystore_moved' })
  })

  test('in a keystore that is only read waits in a private file until it is in its place', async () => {
    const env: Record<string, string> = { RING: JSON.stringify(world.ring) }
    const at = home()
    const place: RingPlace = { home: at, keystore: keystoreAt('env:RING', env), recoveryOut: undefined }
    mkdirSync(at, { recursive: true })
    assert.equal(waitingRing(place, world.ring), null)
    const first = await changeRing(place, next, null)
    assert.equal(statSync(first.waiting as string).mode & 0o777, 0o600)
    assert.deepEqual(waitingRing(place, world.ring)?.ring, first.ring)
    // What is changed further is the one that waits.
    const pin = { ...world.ring.pin, version: 2 }
    const second = await changeRing(place, (ring) => ({ ...ring, pin }), null)
    assert.equal(second.ring.sealing.length, 2)
    assert.equal(second.ring.pin.version, 2)
    // Its keys are in place: nothing waits for it, and what else it says can follow.
    assert.equal(waitingRing(place, first.ring), null)
    assert.ok(existsSync(second.waiting as string))
    assert.equal(waitingRing(place, second.ring), null)
    assert.ok(!existsSync(second.waiting as string))
    Ring.parse(second.ring)
  })
})
