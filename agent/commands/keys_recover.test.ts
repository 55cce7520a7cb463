import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { formatPin } from '../../shared/trust/pin.ts'
import { places } from '../home.ts'
import { writeCopy } from '../keystore/recovery_copy.ts'
import { makeRecoveryKey, shareText } from '../keystore/recovery_share.ts'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

/** A home with two shares, and a copy that somebody has sealed to the public key: the ring with a pin of his own. */
async function withForgedCopy() {
  const edge = new HostileEdge(currentDraft(), { project: { id: ids.project, name: 'default' } })
  const { tenant, pin } = edge.world.ring
  const { kid, suite, public: key, shares } = await makeRecoveryKey({
    tenant,
    suite: 1,
    shares: 3,
    threshold: 2,
  })
  const theirs = { ...pin, version: 1000, hash: 'a'.repeat(64) }
  const copy = join(edge.home, 'recovery', 'ring-default.sealed')
  writeCopy(copy, { ...edge.world.ring, pin: theirs }, {
    recovery: { kid, suite, public: key, shares: 3, threshold: 2 },
    now: Date.now(),
  })
  const folder = join(edge.home, 'shares')
  mkdirSync(folder)
  const files = shares.slice(0, 2).map((share) => {
    const path = join(folder, `${share.number}.txt`)
    writeFileSync(path, shareText(share), { mode: 0o600 })
    return ['--share', path]
  }).flat()
  const target = join(edge.home, 'back.json')
  const restore = (...more: string[]) =>
    edge.run('keys', 'recover', '--from', copy, ...files, '--keystore', `file:${target}`, ...more)
  const pinOf = () => formatPin(JSON.parse(readFileSync(target, 'utf8')).pin)
  return { edge, restore, pinOf, pin: formatPin(pin), theirs: formatPin(theirs) }
}

describe('a ring that is recovered', () => {
  test('takes the pin that is known here, whatever its copy says', async () => {
    const { edge, restore, pinOf, pin } = await withForgedCopy()
    await using _ = edge
    assert.equal((await restore()).exit, exits.done)
    assert.equal(pinOf(), pin)
  })

  test('takes the pin that is typed, and none at all where nobody knows one', async () => {
    const { edge, restore, pinOf, pin, theirs } = await withForgedCopy()
    await using _ = edge
    rmSync(join(edge.home, places.profile))
    const { exit, stderr } = await restore()
    assert.notEqual(exit, exits.done)
    assert.match(stderr, /recovery_refused/)
    assert.ok(stderr.includes(theirs))
    assert.equal((await restore('--pin', pin)).exit, exits.done)
    assert.equal(pinOf(), pin)
  })
})
